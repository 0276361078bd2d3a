"""What a module's own code does with the names that it binds; pure functions on code objects."""

import sys

from . import bytecode
from . import instructions as op
from .bootstrap import is_standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

INSTALLED = frozenset({"site-packages", "dist-packages"})  # in the paths of installed distributions
_CODE = type(bytecode.absolute.__code__)
# What gives a module its own namespace as a whole.
_SCANNERS = frozenset({"globals", "locals", "vars", "dir"})
# Units between LOAD_NAME f and the unit after ``f()``, caches included; and those up to CALL.
_AFTER_CALL = op.of_version(2 + 5, 4, 5, 5, 5)
_CALL_AT = op.of_version(2, 0, 1, 1, 1)
# What works out the key of ``name[key] = value``; inline caches are zeros.
_OF_KEYS = frozenset({0, op.BINARY_OP, op.LOAD_CONST, op.LOAD_NAME, op.STORE_SUBSCR})
# What follows ``sys.modules`` where all of it is looked at: a loop, a comprehension, a call that it is
# passed to, or one of these methods.
_LOOKS_AT_ALL = frozenset({op.GET_ITER, op.LOAD_FAST_AND_CLEAR, op.CALL, op.PRECALL})
_GIVES_ALL = frozenset({"copy", "items", "keys", "values"})
# What takes a global by the index of its name, in a function or class.
_OF_GLOBALS = (op.LOAD_GLOBAL, op.LOAD_NAME, op.LOAD_FROM_DICT_OR_GLOBALS, op.STORE_GLOBAL, op.DELETE_GLOBAL)
_SUBSCRIPTS = frozenset({op.BINARY_SUBSCR, op.BINARY_OP, op.STORE_SUBSCR, op.DELETE_SUBSCR})


class Usage:
    """Answers what a module's own code does with the names that it binds at module level."""

    __slots__ = ("assigned", "code", "in_modules", "loaded", "nested", "was_asked")

    def __init__(self, code: "CodeType", nested: "set[str] | None" = None) -> None:
        """Answer about *code*. nested: what nested_names() gives, where it is known."""
        self.code = code
        self.nested = nested
        self.was_asked = False
        self.assigned: set[str] | None = None
        self.loaded: set[str] | None = None
        self.in_modules: set[str] | None = None

    def unused(self, names: "tuple[str, ...] | None", bound: "tuple[str, ...]") -> "tuple[str | None, ...]":
        """Return those of *names*, taken by a statement that binds them as *bound*, that nobody uses.

        names: None for ``import name``, of which None is the only one.
        """
        pairs = zip(names or (None,), bound, strict=True)
        return tuple(name for name, one in pairs if not self.is_loaded(one))

    def is_loaded(self, name: str) -> bool:
        """Return whether the code, or a function or class in it, loads the global *name*."""
        code = self.code
        many = bytecode.has_many_names(code)
        # Most modules are asked once, and the first function that mentions the name is the answer.
        if self.nested is None and (many or self.was_asked):
            self.nested = nested_names(code)
        self.was_asked = True
        mentioned = name in self.nested if self.nested is not None else is_mentioned(name, code.co_consts)
        # In a program's own modules an attribute of that name is no use; in others it lets the import wait.
        if mentioned and (
            is_installed(code.co_filename)
            or any(takes(one, name, _OF_GLOBALS) for one in with_nested(code) if one is not code)
        ):
            return True
        if not many:
            return next(bytecode.loads(code, name), None) is not None
        if self.loaded is None:
            self.loaded = {code.co_names[index] for _, index in bytecode.all_of(code, op.LOAD_NAME)}
        return name in self.loaded

    def has_variable_for(self, package: str, target: str, names: "tuple[str, ...]") -> bool:
        """Return whether a module that the body of *package* imports has the name of a variable of that body.

        target, names: what the statement imports. In ``from .log import
        colours`` followed by ``log = getLogger()`` the variable replaces the
        submodule, which has to be loaded before: it is set on the package then.
        The same holds where ``del log`` follows.
        """
        if target == package:
            modules = names
        elif target.startswith(package + "."):
            modules = (target[len(package) + 1 :].partition(".")[0],)
        else:
            return False
        return any(name in self.code.co_names and name in self.assigned_names() for name in modules)

    def looks_up(self, importer: str, target: str, names: "tuple[str, ...]") -> bool:
        """Return whether the code handles the entry in ``sys.modules`` of what a statement imports.

        Those packages do not count that the module *importer* lies in, and a program's own modules may look
        whether an import waits. target, names: what the statement imports.
        """
        if self.in_modules is None:
            is_library = is_installed(self.code.co_filename)
            self.in_modules = modules_handled(self.code) if is_library else set()
        imported = {target, *[f"{target}.{name}" for name in names]} if self.in_modules else ()
        return any(not f"{importer}.".startswith(f"{one}.") for one in self.in_modules.intersection(imported))

    def assigned_names(self) -> "set[str]":
        """Return the names that module-level code binds otherwise than by import statements, or deletes."""
        code = self.code
        if self.assigned is None:
            imports = {at for one in bytecode.statements(code) for at in range(one.at, one.end, 2)}
            stores = bytecode.all_of(code, op.STORE_NAME)
            self.assigned = {code.co_names[index] for at, index in stores if at not in imports}
            self.assigned.update(code.co_names[index] for _, index in bytecode.all_of(code, op.DELETE_NAME))
        return self.assigned


def is_installed(file: str) -> bool:
    """Return whether *file* is the standard library's or of an installed distribution."""
    return is_of_library(file) or not INSTALLED.isdisjoint(file.replace("\\", "/").split("/"))


def is_of_library(origin: str) -> bool:
    """Return whether *origin*, as specs tell it, is a part of the standard library."""
    return origin in ("built-in", "frozen") or is_standard(origin)


def path_restored_at(code: "CodeType") -> int:
    """Return the offset at which *code*, of a module or function, last takes a folder off ``sys.path``, or 0.

    ``sys.path.pop(0)``, ``sys.path.remove(x)``, ``del sys.path[0]`` and ``sys.path = former``:
    what was imported before may be found nowhere afterwards.
    """
    if "path" not in code.co_names or "sys" not in code.co_names:
        return 0
    instructions = code.co_code
    last = max(_stores_of_path(code), default=0)
    for at, _, _, method, after in _uses_of_sys(code, "path"):
        removes = method in ("pop", "remove")
        if removes or instructions[bytecode.past_caches(instructions, after)] == op.DELETE_SUBSCR:
            last = max(last, at)
    return last


def path_extended_at(code: "CodeType") -> int:
    """Return the offset at which *code* first puts a folder on ``sys.path``, or 0 if it does not itself."""
    uses = _uses_of_sys(code, "path")
    puts = (at for at, _, _, method, _ in uses if method in ("append", "extend", "insert"))
    return min((*puts, *_stores_of_path(code)), default=0)


def _stores_of_path(code: "CodeType") -> "Iterator[int]":
    """Yield the offset of each ``sys.path = ...`` in *code*."""
    instructions = code.co_code
    for at in _loads_of_sys(code):
        operation, argument, _ = bytecode.forwards(instructions, bytecode.past_caches(instructions, at + 2))
        if operation == op.STORE_ATTR and code.co_names[argument] == "path":
            yield at


def _uses_of_sys(code: "CodeType", name: str) -> "Iterator[tuple[int, int, int, str, int]]":
    """Yield of each ``sys.name`` in *code* its offset, the instruction that follows and its argument, the
    name of the method if that takes one, else "", and the offset behind it.
    """
    instructions, names = code.co_code, code.co_names
    shift = int(op.VERSION > 0)  # from 3.12 on the lowest bit of LOAD_ATTR's argument marks a method
    for at in _loads_of_sys(code):
        operation, argument, after = bytecode.forwards(
            instructions, bytecode.past_caches(instructions, at + 2)
        )
        if operation == op.LOAD_ATTR and names[argument >> shift] == name:
            after = bytecode.past_caches(instructions, after)
            operation, argument, after = bytecode.forwards(instructions, after)
            is_method = operation == (op.LOAD_ATTR if shift else op.LOAD_METHOD)
            yield at, operation, argument, names[argument >> shift] if is_method else "", after


def _loads_of_sys(code: "CodeType") -> "Iterator[int]":
    yield from bytecode.loads(code, "sys")
    if "sys" in code.co_names:  # in a function
        yield from bytecode.occurrences(code, op.LOAD_GLOBAL, code.co_names.index("sys") << 1)


def packages_looked_for(code: "CodeType", importer: str) -> "tuple[str, ...]":
    """Return the packages whose modules *code*, the body of the module *importer*, looks for.

    That is, the top-level packages of others that it names in its constants, if it goes through all of
    ``sys.modules``: ``for name in list(sys.modules): if name.startswith("package")``. Who gives second names
    to the modules of a package, as requests does to those of urllib3, has to find them all there.
    """
    if "modules" not in code.co_names or "sys" not in code.co_names:
        return ()
    uses = _uses_of_sys(code, "modules")
    if not any(operation in _LOOKS_AT_ALL or method in _GIVES_ALL for _, operation, _, method, _ in uses):
        return ()
    found: set[str] = set()
    for constant in code.co_consts:
        for text in constant if isinstance(constant, tuple) else (constant,):
            parts = text.rstrip(".").split(".") if isinstance(text, str) else ()
            if parts and all(map(str.isidentifier, parts)):
                found.add(parts[0])
    return tuple(sorted(found - sys.stdlib_module_names - {importer.partition(".")[0]}))


def modules_handled(code: "CodeType") -> "set[str]":
    """Return the modules whose entries in ``sys.modules`` *code*, or what is nested in it, handles by name.

    ``sys.modules["x"]``, taken, set or deleted, and ``sys.modules.pop("x")``: a module that is imported there
    as well is expected to be loaded, or to have been taken before another one stands there.
    """
    found: set[str] = set()
    for one in with_nested(code):
        if "modules" in one.co_names and "sys" in one.co_names:
            for _, operation, argument, method, after in _uses_of_sys(one, "modules"):
                if method == "pop":
                    at = bytecode.past_caches(one.co_code, after)
                    operation, argument, _ = bytecode.forwards(one.co_code, at)
                if operation == op.LOAD_CONST and type(one.co_consts[argument]) is str:
                    found.add(one.co_consts[argument])
    return found


def mentioned(code: "CodeType") -> "set[str]":
    """Return every name that *code*, and what is nested in it, mentions."""
    return nested_names(code).union(code.co_names)


def nested_names(code: "CodeType") -> "set[str]":
    """Return every name that functions and classes in *code* mention."""
    found: set[str] = set()
    _collect(code.co_consts, found)
    return found


def _collect(constants: "tuple[object, ...]", found: "set[str]") -> None:
    for constant in constants:
        if type(constant) is _CODE:
            found.update(constant.co_names)
            if _CODE in map(type, constant.co_consts):  # no other look at most functions
                _collect(constant.co_consts, found)


def with_nested(code: "CodeType") -> "Iterator[CodeType]":
    """Yield *code* and all code nested in it."""
    found = [code]
    while found:
        one = found.pop()
        yield one
        if _CODE in map(type, one.co_consts):  # no other look at most functions
            found += [inner for inner in one.co_consts if type(inner) is _CODE]


def takes(code: "CodeType", name: str, operations: "Iterable[int]") -> bool:
    """Return whether *code* has one of the *operations* with *name*, of those that this version has."""
    if name not in code.co_names:
        return False
    index = code.co_names.index(name)
    for operation in operations:
        # The lowest bit of LOAD_GLOBAL's argument says whether a call follows.
        arguments = (index << 1, index << 1 | 1) if operation == op.LOAD_GLOBAL else (index,)
        for argument in arguments if operation != op.ABSENT else ():
            if next(bytecode.occurrences(code, operation, argument), None) is not None:
                return True
    return False


def is_mentioned(name: str, constants: "tuple[object, ...]") -> bool:
    """Return whether code among *constants*, or what is nested in it, mentions *name*."""
    for constant in constants:
        if type(constant) is _CODE:
            if name in constant.co_names:
                return True
            if _CODE in map(type, constant.co_consts) and is_mentioned(name, constant.co_consts):
                return True
    return False


def scans_namespace(code: "CodeType") -> bool:
    """Return whether module-level code looks through its own namespace as a whole.

    ``globals()``, ``locals()``, ``vars()`` or ``dir()`` without arguments, other
    than ``x in globals()``, ``globals()[x]``, a few harmless methods, and a variable
    that is used for nothing but ``variable[x] = y``: what is found there must be the
    real objects, so such a module imports eagerly.
    """
    if _SCANNERS.isdisjoint(code.co_names):
        return False
    instructions, names = code.co_code, code.co_names
    for name in _SCANNERS:
        for at in bytecode.loads(code, name):
            call = at + 2 + 2 * _CALL_AT
            if instructions[call : call + 2] != bytes((op.CALL, 0)):
                continue
            operation, argument, after = bytecode.forwards(instructions, at + 2 + 2 * _AFTER_CALL)
            if operation in (op.CONTAINS_OP, op.POP_TOP):
                continue
            if operation == op.STORE_NAME and only_stores_into(code, names[argument]):
                continue
            if operation in (op.LOAD_CONST, op.LOAD_NAME) and instructions[after] in _SUBSCRIPTS:
                continue
            if operation in (op.LOAD_ATTR, op.LOAD_METHOD):
                index = argument >> 1 if sys.version_info >= (3, 12) else argument
                if names[index] in ("get", "update", "setdefault", "pop"):
                    continue
            return True
    return False


def only_stores_into(code: "CodeType", name: str) -> bool:
    """Return whether module-level *code* uses what it calls *name* for nothing but ``name[x] = y``."""
    instructions = code.co_code
    is_used = False
    for at in bytecode.loads(code, name):
        is_used = True
        operation, at = op.LOAD_NAME, at + 2
        while operation != op.STORE_SUBSCR:
            operation, argument, at = bytecode.forwards(instructions, at)
            is_read = operation == op.BINARY_OP and argument == op.SUBSCRIPT
            if operation not in _OF_KEYS or is_read:
                return False
    return is_used and name not in nested_names(code)


def has_dead_variables(code: "CodeType") -> bool:
    """Return whether a copy of module-level *code* would delete names of the module (3.12).

    The variables of comprehensions are hidden ones of the module. In a copy that
    ``replace`` makes, only those are still hidden for which there are instructions. Of one in
    code that never runs (``if False:``) there are none: when somebody asks for the
    frame's locals, as a star import does, the module's own name is deleted.
    """
    if sys.version_info[:2] != (3, 12) or not code.co_nlocals:
        return False
    instructions = code.co_code
    alive = set()
    at = instructions.find(op.LOAD_FAST_AND_CLEAR)
    while at >= 0:
        if not at & 1:
            alive.add(instructions[at + 1])
        at = instructions.find(op.LOAD_FAST_AND_CLEAR, at + 1)
    return len(alive) < code.co_nlocals

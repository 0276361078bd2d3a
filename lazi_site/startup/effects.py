"""Is a module imported for what importing it does? Asked only of imports whose name nobody uses.

``import readline`` or ``from . import events``, the name never used afterwards,
is written for its effect. Such an import may wait only if running the target
provably affects nobody else: it defines functions, plain classes and
constants, at most prints, and imports nothing that does more. The answer comes
from the target's code, which is found and read, not run. A module of the
standard library has none but those named here: what others do when they are
loaded (register their own classes with ABCs, say, or functions for the end)
is about what nobody has before they are loaded.
"""

import builtins
import os
import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]
from _frozen_importlib_external import PathFinder

from . import bytecode
from . import instructions as op
from .bootstrap import state
from .keeping import hash_of
from .usage import is_installed, is_of_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec
    from types import CodeType

    from .bytecode import Statement
    from .decisions import Source
    from .usage import Usage

MAXIMUM_DEPTH = 4  # of imports followed; deeper counts as having effects

# Of the standard library, those that are imported for what importing them does: they print, change how
# lines are read, provide codecs, or set up what the first thread to load them becomes.
ACTING = frozenset(
    {"antigravity", "distutils", "encodings", "readline", "rlcompleter", "site", "this", "threading"}
)

# Modules that the shipped rules call inert.
inert: "set[str]" = set(state.snapshot.get("settings", {}).get("shipped-inert", ()))

_ACTS = frozenset(
    {op.STORE_ATTR, op.DELETE_ATTR, op.DELETE_SUBSCR, op.STORE_SUBSCR}
    | {op.CALL_FUNCTION_EX, op.CALL_KW, op.KW_NAMES, op.RAISE_VARARGS}
)
ENDS = frozenset({op.STORE_NAME, op.STORE_GLOBAL, op.POP_TOP, op.RETURN_VALUE})


def may_be_for_effect(
    importer: str,
    file: str,
    name: str,
    target: str,
    names: "tuple[str, ...] | None",
    unused: "tuple[str | None, ...]",
) -> bool:
    """Return whether a statement in the module *importer* may be made for an effect.

    One that imports modules as such may, as ``from app import routes``. Other names
    taken ``from`` a module count as used, because others may take them from the
    importing one; but among the program's own modules, and where such things are
    kept by custom, they may be there to define a table or a Celery application. And
    wherever the target uses the importer, to add itself to what is there.

    file: of the importer. name: as written after ``from``. target: the same, absolute.
    names: what is taken, None for ``import name``; unused: those of them that nobody uses. If others
    are used, it may be if these are modules, as in ``from app import routes, models``.
    """
    if not unused:
        return False
    if names is not None and len(unused) < len(names):
        # In installed packages others may be what only annotations name.
        return not is_installed(file) and imports_modules(importer, target, tuple(filter(None, unused)))
    if names is None or not name or imports_modules(importer, target, names):
        return True
    if is_registered(importer, target):
        return True
    spec = find(target, is_own=True)
    if spec is None:
        return False
    return not (is_installed(file) or is_installed(spec.origin or "")) or uses(target, spec, importer)


def performed_in_order(importer: str, package: str, code: "CodeType", usage: "Usage") -> "set[int]":
    """Return the offsets of the imports in *code* that are performed because one after them is.

    That is, of the last statement that takes names ``from`` a module of its own top-level package for
    their effect, and of all before it that import from that package: modules that need each other can
    often be loaded in one order only. Not in installed packages, where such statements are few.

    importer: name of the module whose body *code* is; package: its ``__package__``.
    """
    if is_installed(code.co_filename):
        return set()
    top = importer.partition(".")[0]
    performed: set[int] = set()
    before: set[int] = set()
    for statement in statements_of(code):
        names = statement.fromlist
        target = bytecode.absolute(statement.name, statement.level, package)
        if target.partition(".")[0] != top:
            continue
        before.add(statement.at)
        if (
            names
            and statement.name
            and may_be_for_effect(
                importer,
                code.co_filename,
                statement.name,
                target,
                names,
                usage.unused(names, statement.bound),
            )
            and inert_files(target, names) is None
        ):
            performed |= before
            before.clear()
    return performed


def is_registered(importer: str, target: str) -> bool:
    """Return whether a package takes names from *target* so that what is there gets known.

    By custom a package called models takes from its modules the tables that they define, of Django or
    SQLAlchemy; and a package's module called celery makes its application.
    """
    is_models = importer.rpartition(".")[2] == "models" and target.startswith(importer + ".")
    return is_models or target.endswith(".celery")


def imports_modules(importer: str, target: str, names: "tuple[str, ...]") -> bool:
    """Return whether all of *names*, taken from *target*, are submodules, not functions of the same names."""
    if not all(_is_module(f"{target}.{one}") for one in names):
        return False
    spec = find(target, is_own=True)
    code = code_of(target, spec) if spec is not None and target != importer else None
    stores = bytecode.all_of(code, op.STORE_NAME) if code is not None else ()
    return code is None or not {code.co_names[index] for _, index in stores}.intersection(names)


def takes_module(target: str, names: "tuple[str, ...]") -> bool:
    """Return whether one of *names*, taken from the package *target*, is a submodule of it."""
    is_package = bool(names) and _path_of(target, is_own=True) is not None
    return is_package and any(_is_module(f"{target}.{one}") for one in names)


def uses(name: str, spec: "ModuleSpec", importer: str) -> bool:
    """Return whether the body of the module *name* uses what it takes from *importer*, which imports it.

    As commands do that add themselves to a group: ``@cli.command()``, cli being the importer's. Nothing is
    added to a version.
    """
    code = code_of(name, spec)
    if code is None:
        return False
    package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
    for statement in statements_of(code):
        target = bytecode.absolute(statement.name, statement.level, package)
        for attribute, bound in statement.bindings():
            taken = f"{target}.{attribute}"
            if attribute == "__version__":
                continue
            is_its = target == importer and not (attribute and _is_module(taken))
            if (is_its or taken == importer) and next(bytecode.loads(code, bound), None) is not None:
                return True
    return False


def statements_of(code: "CodeType") -> "Iterator[Statement]":
    """Yield the import statements of *code* that may run: not those for type checkers."""
    unreached = bytecode.for_type_checkers(code)
    return (one for one in bytecode.statements(code) if not bytecode.is_within(unreached, one.at))


def code_of(name: str, spec: "ModuleSpec") -> "CodeType | None":
    """Return the compiled body of the module *name*, None if it has none that can be had.

    Then importing it fails, and where that is done is the place to say why.
    """
    get_code = getattr(spec.loader, "get_code", None)
    try:
        return get_code(name) if spec.has_location and get_code else None
    except (EOFError, ImportError, OSError, SyntaxError, ValueError):
        return None


def statement_has_effects(target: str, names: "tuple[str, ...] | None") -> bool:
    """Return whether ``import target``, or of *names* in the package *target*, might have effects now."""
    return any(has_effects(name, follows=follows) for name, follows in modules_of(target, names))


def inert_files(target: str, names: "tuple[str, ...] | None") -> "tuple[Source, ...] | None":
    """Return the files that show that such a statement has no effects, whatever is loaded.

    None if it might have. For the standard library no files are needed, as it does not change.
    """
    files: dict[str, Source] = {}
    if any(has_effects(name, files=files, follows=follows) for name, follows in modules_of(target, names)):
        return None
    return tuple(files.values())


def modules_of(target: str, names: "tuple[str, ...] | None") -> "set[tuple[str, bool]]":
    """Return the modules that such a statement imports, and for each whether as such.

    Of one from which other names are taken its own code counts; what that imports waits too.
    """
    found = {(target, True)} if not names else set()
    for name in names or ():
        module = f"{target}.{name}"
        found.add((module, True) if _is_module(module) else (target, False))
    return found


def _is_module(name: str) -> bool:
    return find(name, is_own=True) is not None


def has_effects(
    name: str, depth: int = 0, files: "dict[str, Source] | None" = None, *, follows: bool = True
) -> bool:
    """Return whether importing the module *name* now might change something outside of it.

    A module that is loaded already, that a shipped rule calls inert, or that cannot be found
    (then the import fails at its first use), has none; one without Python code has.

    files: the answer is to hold for other processes, as long as the files are the same that are put
    in here. So it does not count that a module is loaded, and one without a file may have effects.
    follows: what the module imports counts too; else only what a package imports of its own.
    """
    if files is None and name in sys.modules:
        return False
    if name in inert:
        return False
    if depth > MAXIMUM_DEPTH:
        return True
    top = name.partition(".")[0]
    if _is_of_library(top):
        return top in ACTING
    spec = find(name)
    if spec is None:
        return files is not None
    if spec.loader is None:
        return files is not None  # a namespace package, which has no code
    if files is not None and name in files:
        return False
    code, origin = code_of(name, spec), spec.origin
    if code is None or origin is None or not is_inert(code):
        return True
    if files is not None:
        try:
            status = os.stat(origin)
        except (OSError, ValueError):
            return True  # in an archive
        files[name] = (origin, status.st_mtime_ns, status.st_size, hash_of(origin))
    package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
    followed = [one for one in targets(code, package) if follows or one.startswith(name + ".")]
    return any(has_effects(target, depth + 1, files, follows=follows) for target in followed)


def _is_of_library(top: str) -> bool:
    """Return whether the top-level module *top* is the standard library's, not the program's own.

    What is below it is so too, in a file of its own or not: there is none for collections.abc.
    """
    spec = find(top) if top in sys.stdlib_module_names else None
    return spec is not None and is_of_library(spec.origin or "")


def find(name: str, *, is_own: bool = False):  # type: ignore[no-untyped-def]
    """Return the spec of the module *name* without importing the packages above it, or None.

    is_own: only importlib's own finder for files is asked. Finders of others are asked
    when the import is performed, before that only if nothing else can tell.
    """
    parent = name.rpartition(".")[0]
    path = _path_of(parent, is_own=is_own) if parent else None
    if parent and path is None:
        return None
    try:
        spec = PathFinder.find_spec(name, path)
        return spec if spec is not None or is_own else _find_spec(name, path)
    except (KeyError, ImportError):
        return None  # a namespace package below one that is not loaded; it has no code


def _path_of(package: str, *, is_own: bool):  # type: ignore[no-untyped-def]
    """Return where the submodules of *package* lie, None if it cannot be found or is none; see find()."""
    if package in sys.modules:
        return getattr(sys.modules[package], "__path__", None)
    spec = find(package, is_own=is_own)
    return spec and spec.submodule_search_locations


def targets(code: "CodeType", package: str) -> "list[str]":
    """Return the absolute names of the modules that module-level *code* imports."""
    found = []
    for statement in statements_of(code):
        target = bytecode.absolute(statement.name, statement.level, package)
        if target:
            found.append(target)
            if statement.fromlist and not statement.name:
                found.extend(f"{target}.{name}" for name in statement.fromlist)
    return found


def is_inert(code: "CodeType") -> bool:
    """Return whether running *code*, a module's or class's body, only defines and prints.

    Walks the instructions in order; a call is allowed if it is the only one of
    its statement and is print(...), or makes a class whose bases are built in
    and whose body is inert.
    """
    instructions = code.co_code
    loaded: list[str] = []  # names loaded since the last statement ended
    builds_class = called = False
    at = 0
    while at < len(instructions):
        operation, argument, at = bytecode.forwards(instructions, at)
        if operation in (op.LOAD_NAME, op.LOAD_GLOBAL):
            loaded.append(code.co_names[argument if operation == op.LOAD_NAME else argument >> 1])
        elif operation == op.LOAD_BUILD_CLASS:
            builds_class = True
        elif operation in ENDS:
            loaded.clear()
            builds_class = called = False
        elif operation == op.CALL:
            if builds_class:
                harmless = all(hasattr(builtins, name) for name in loaded)
            else:
                harmless = loaded[:1] == ["print"]
            if called or not harmless:
                return False
            called = True
        elif operation in _ACTS and loaded[-1:] != ["__annotations__"]:
            return False
    return all(is_inert(body) for body in code.co_consts if is_class_body(body))


def is_class_body(constant: object) -> bool:
    # The body of a class begins by storing __module__; a function's never does.
    return (
        type(constant) is type(is_inert.__code__)
        and "__module__" in constant.co_names
        and "__qualname__" in constant.co_names
    )

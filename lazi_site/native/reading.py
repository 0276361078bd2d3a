"""What the native engine asks of code where the interpreter's stand-ins would be in the way."""

from ..startup import bytecode
from ..startup import instructions as op
from ..startup.usage import mentioned, nested_names, takes, with_nested

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType


MAXIMUM_KEY = 10  # instructions that the key of a subscript may take
ANY = "*"  # for any name; behind a prefix, for those that begin with it
_GLOBAL = (op.LOAD_NAME, op.LOAD_GLOBAL)
_READS = (*_GLOBAL, op.DELETE_NAME)


def reads_global(users: "Iterable[CodeType]", name: str) -> bool:
    """Return whether one of *users*, module-level code and what is nested in it, reads or deletes *name*."""
    return any(takes(user, name, _READS) for user in users)


def globals_read(code: "CodeType") -> "set[str]":
    """Return all names of which reads_global() is true."""
    found: set[str] = set()
    for user in with_nested(code):
        for operation, shift in ((op.LOAD_NAME, 0), (op.DELETE_NAME, 0), (op.LOAD_GLOBAL, 1)):
            found.update(user.co_names[index >> shift] for _, index in bytecode.all_of(user, operation))
    return found


def taken_from_globals(code: "CodeType") -> "set[str]":
    """Return the names that module-level *code*, or something nested in it, looks up in ``globals()``.

    It would get a stand-in by ``globals()[name]`` and ``globals().get(name)``; storing and
    asking with ``in`` are no such look. ANY is among them if a name is not written out, behind what
    it begins with if that is. (3.15)
    """
    taken: set[str] = set()
    for user in with_nested(code):
        if "globals" in user.co_names:
            index = user.co_names.index("globals")
            for unit in ((op.LOAD_GLOBAL, index << 1 | 1), (op.LOAD_NAME, index)):
                taken.update(_item_taken(user, at + 2) for at in bytecode.occurrences(user, *unit))
    taken.discard("")
    return taken


def _item_taken(code: "CodeType", at: int) -> str:
    """Return which item is taken of what a call of ``globals``, loaded before *at*, returns.

    "" for none, ANY for one whose name is not written out. None is also what a module's ``__getattr__``
    takes under the name that it is asked for: it is asked only for names that are not there.
    """
    instructions = code.co_code
    called = by_get = False
    key: list[object] = []
    for _ in range(MAXIMUM_KEY):
        while at < len(instructions) and instructions[at] == 0:
            at += 2  # inline caches are zeros
        if at >= len(instructions):
            return ""
        operation, argument, at = bytecode.forwards(instructions, at)
        if not called:
            called = operation == op.CALL
        elif operation == op.LOAD_ATTR and not key and code.co_names[argument >> 1] == "get":
            by_get = True
        elif operation == op.BINARY_OP and argument == op.SUBSCRIPT:
            return _written_out(key, 1)
        elif operation == op.CALL and by_get:
            return _written_out(key, argument)
        elif operation in (op.STORE_SUBSCR, op.DELETE_SUBSCR, op.CONTAINS_OP):
            return ""
        elif operation == op.LOAD_CONST:
            key.append(code.co_consts[argument])
        elif operation == op.BUILD_STRING and key and isinstance(key[0], str):
            key = [key[0] + ANY]
        elif operation == op.LOAD_FAST_BORROW and argument == 0 and _is_asked_for_missing(code):
            key.append("")
        else:
            key.append(None)
    return ANY if by_get else ""


def are_taken(names: "Iterable[str]", taken: "set[str]") -> bool:
    """Return whether one of *names* is among those that are *taken*, as taken_from_globals() tells them."""
    prefixes = tuple(one.removesuffix(ANY) for one in taken if one.endswith(ANY))
    return any(name in taken or name.startswith(prefixes) for name in names)


def _written_out(loaded: "list[object]", count: int) -> str:
    """Return the first of *count* values that are *loaded* if each is a constant or variable, else ANY."""
    name = loaded[0] if len(loaded) == count else None
    return name if isinstance(name, str) else ANY


def _is_asked_for_missing(code: "CodeType") -> bool:
    """Return whether *code* is a module's ``__getattr__``, which keeps the name that it is asked for."""
    return code.co_qualname == "__getattr__" and not any(bytecode.occurrences(code, op.STORE_FAST, 0))


def results_of_calls(code: "CodeType") -> "set[str]":
    """Return the names that module-level *code* binds to what a call returned, as a decorator does.

    A decorator's call has no argument: its function stands where an object does
    whose method is called. (3.15)
    """
    found = set()
    instructions = code.co_code
    for at in bytecode.occurrences(code, op.CALL, 0):
        operation, argument, _ = bytecode.forwards(instructions, bytecode.past_caches(instructions, at + 2))
        if operation == op.STORE_NAME:
            found.add(code.co_names[argument])
    return found


def names_in_finders(code: "CodeType") -> "set[str]":
    """Return the names mentioned in those classes of module-level *code* that have a find_spec method.

    And those in functions and classes of the module that find_spec() uses.
    """
    inside = codes_in(code)
    found: set[str] = set()
    for body in inside.values():
        if "find_spec" in codes_in(body):
            found |= nested_names(body)
            callees = {**inside, **codes_in(body)}
            todo = {"find_spec"}
            while todo:
                callee = callees.pop(todo.pop(), None)
                names = mentioned(callee) if callee is not None else set()
                found |= names
                todo |= names
    return found


def codes_in(code: "CodeType") -> "dict[str, CodeType]":
    """Return functions and classes that *code* makes, by their names."""
    return {inner.co_name: inner for inner in code.co_consts if type(inner) is type(code)}


def looked_through(code: "CodeType") -> "set[str]":
    """Return the global names of modules whose values module-level *code*, or code nested in it, takes all.

    As ``m.__dict__.items()``, ``dict(vars(m))`` or ``{**vars(m)}`` do, and a subscript or ``in`` do not.
    If a function does so of what it is given, those are among them that are given to any function.
    """
    found = set()
    of_given = False
    for one in with_nested(code):
        if "__dict__" in one.co_names:
            for at in bytecode.attributes(one, "__dict__"):
                start = _before(one, at)
                if _takes_all(one, start, at):
                    found.add(_name_at(one, start, _GLOBAL))
                    of_given |= _is_given(one, start)
        if "vars" in one.co_names:
            for at in bytecode.occurrences(one, op.CALL, 1):
                argument = _before(one, at)
                start = _callee(one, argument)
                if _name_at(one, start, _GLOBAL) == "vars" and _takes_all(one, start, at):
                    found.add(_name_at(one, argument, _GLOBAL))
                    of_given |= _is_given(one, argument)
    if of_given:
        found.update(*map(_given, with_nested(code)))
    return found - {""}


def _is_given(code: "CodeType", at: int) -> bool:
    """Return whether the instruction at *at* loads a variable of a function, other than its self."""
    operation = code.co_code[at]
    if operation not in (op.LOAD_FAST, op.LOAD_FAST_BORROW):
        return False
    return code.co_varnames[bytecode.backwards(code.co_code, at)[0]] not in ("self", "cls")


def _given(code: "CodeType") -> "set[str]":
    """Return the global names that *code* passes to a call as its last argument, or before a constant."""
    found = set()
    for operation in _GLOBAL:
        for at, _ in bytecode.all_of(code, operation):
            following = code.co_code[bytecode.past_caches(code.co_code, at + 2)]
            if following in (op.CALL, op.CALL_KW, op.LOAD_CONST, op.LOAD_SMALL_INT):
                found.add(_name_at(code, at, _GLOBAL))
    return found


def _takes_all(code: "CodeType", start: int, at: int) -> bool:
    """Return whether all values are taken of the dict that the instructions from *start* to *at* get."""
    operation, argument, _ = bytecode.forwards(code.co_code, bytecode.past_caches(code.co_code, at + 2))
    if operation == op.LOAD_ATTR:
        return code.co_names[argument >> 1] in ("items", "values", "copy")
    if operation == op.CALL and argument == 1:
        return _name_at(code, _callee(code, start), (*_GLOBAL, op.LOAD_ATTR)) in ("dict", "update")
    # A loop or comprehension over its keys: a name that is looked up in it may set a submodule meanwhile.
    return operation in (op.DICT_UPDATE, op.DICT_MERGE, op.GET_ITER, op.LOAD_FAST_AND_CLEAR)


def _callee(code: "CodeType", at: int) -> int:
    """Return the offset at which that is loaded which a call has before its arguments, the first at *at*."""
    before = _before(code, at)
    return _before(code, before) if code.co_code[before] == op.PUSH_NULL else before


def _name_at(code: "CodeType", at: int, operations: "tuple[int, ...]") -> str:
    """Return the name that the instruction at *at* loads if it is one of *operations*, or ""."""
    operation = code.co_code[at]
    if operation not in operations:
        return ""
    index = bytecode.backwards(code.co_code, at)[0]
    return code.co_names[index >> (operation != op.LOAD_NAME)]


def _before(code: "CodeType", at: int) -> int:
    """Return the offset of the instruction before that at *at*; inline caches are zeros."""
    instructions = code.co_code
    at = bytecode.backwards(instructions, at)[1]
    while at > 0 and not instructions[at]:
        at -= 2
    return at

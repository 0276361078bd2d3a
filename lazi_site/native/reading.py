"""What the native engine asks of code where the interpreter's stand-ins would be in the way."""

from ..startup import bytecode as op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType


def reads_global(code: "CodeType", name: str) -> bool:
    """Return whether module-level *code*, or something nested in it, reads or deletes the global *name*."""
    if name in code.co_names:
        index = code.co_names.index(name)
        # The lowest bit of LOAD_GLOBAL's argument says whether a call follows.
        units = (
            (op.LOAD_NAME, index),
            (op.DELETE_NAME, index),
            (op.LOAD_GLOBAL, index << 1),
            (op.LOAD_GLOBAL, index << 1 | 1),
        )
        if any(next(op.occurrences(code, *unit), None) is not None for unit in units):
            return True
    kind = type(code)
    return any(reads_global(inner, name) for inner in code.co_consts if type(inner) is kind)


def is_extended(code: "CodeType", name: str) -> bool:
    """Return whether module-level *code* binds *name* to what a call returned, as a decorator does.

    A decorator's call has no argument: its function stands where an object does
    whose method is called. (3.15)
    """
    if name in code.co_names:
        for at in op.occurrences(code, op.STORE_NAME, code.co_names.index(name)):
            before = op.backwards(code.co_code, at)[1]
            while before > 0 and code.co_code[before] == 0:
                before -= 2  # inline caches are zeros
            if before > 0 and code.co_code[before] == op.CALL and code.co_code[before + 1] == 0:
                return True
    return False


def names_in_finders(code: "CodeType") -> "set[str]":
    """Return the names mentioned in those classes of module-level *code* that have a find_spec method."""
    kind = type(code)
    found: set[str] = set()
    for body in code.co_consts:
        if type(body) is kind and any(
            type(method) is kind and method.co_name == "find_spec" for method in body.co_consts
        ):
            op.collect_names(body, found)
    return found


def looked_through(code: "CodeType") -> "set[str]":
    """Return the names whose ``__dict__`` module-level *code* takes: modules gone through as a whole."""
    found: set[str] = set()
    for at in op.attributes(code, "__dict__"):
        before = op.backwards(code.co_code, at)[1]
        if code.co_code[before] == op.LOAD_NAME:
            found.add(code.co_names[op.backwards(code.co_code, before)[0]])
    return found

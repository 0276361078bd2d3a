"""Which modules are so small that waiting for them saves next to nothing.

Asked about those beside a module that is in use; see neighbours.py. The answer
depends on their code, is kept with what was decided about the module, and is
not asked again when theirs changes: it says what may be loaded early, which
all of it is without us.
"""

import builtins
import os
import sys

from ..startup import bytecode, effects
from ..startup import instructions as op
from ..startup.usage import Usage
from .engine import STAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..startup.policy import Policy

MAXIMUM_SIZE = 32_000  # bytes of a small module's source
MAXIMUM_BODY = 1000  # bytes of the code of its body
# Of the standard library what takes next to no time: decorators and other calls.
QUICK = frozenset(
    {"abstractmethod", "asynccontextmanager", "cache", "cached_property", "contextmanager", "lru_cache"}
    | {"overload", "runtime_checkable", "wraps"}
    | {"ContextVar", "Lock", "NewType", "ParamSpec", "RLock", "TypeVar", "attrgetter", "filterwarnings"}
    | {"getLogger", "itemgetter", "local", "partial", "simplefilter", "__name__"}
)
LONG = frozenset({op.GET_ITER, op.RAISE_VARARGS})
CALLS = frozenset({op.CALL, op.CALL_KW, op.CALL_FUNCTION_EX})
_needed: "dict[str, set[str] | None]" = {}  # what needed_by() said


def needed_for(policy: "Policy", target: str, attribute: "str | None") -> "tuple[str, ...]":
    """Return what has to be loaded for a name to bring a small module alone, () if it does not bring one.

    The name stands for *attribute* of the module *target*, which may be a module, or, if None, for *target*.
    """
    ((module, _),) = effects.modules_of(target, (attribute,) if attribute is not None else None)
    if module not in _needed:
        _needed[module] = needed_by(policy, module)
    return tuple(sorted(_needed[module] or ()))


def needed_by(policy: "Policy", name: str) -> "set[str] | None":
    """Return what has to be loaded for the small module *name* to load only itself, None if it is not small.

    Small is a module of one short file whose body defines functions, classes and constants, and hardly more.
    None is that is to be lazy by configuration. ``module:name`` is a base class, which must not learn of
    classes that derive from it.
    """
    if policy.lazy.find(name):
        return None
    spec = effects.find(name, is_own=True)
    if spec is None or spec.origin is None or spec.submodule_search_locations is not None:
        return None
    try:
        code = effects.code_of(name, spec) if os.stat(spec.origin).st_size <= MAXIMUM_SIZE else None
    except (OSError, ValueError):
        return None
    if code is None:
        return None
    end = end_of_body(code)
    used: set[str] = set()
    bases: set[str] = set()
    if end > MAXIMUM_BODY or STAR in code.co_consts or not is_quick(code, end, used, bases):
        return None
    package = name.rpartition(".")[0]
    ranges = bytecode.covered_ranges(code.co_exceptiontable)
    usage = Usage(code)
    needed = {package}
    for statement in effects.statements_of(code):
        names = statement.fromlist
        target = bytecode.absolute(statement.name, statement.level, package)
        waits = (
            used.isdisjoint(statement.bound)
            and not usage.unused(names, statement.bound)
            and bytecode.handler_of(ranges, statement.at) is None
            and policy.decide_target(name, target, names or ()) is None
        )
        if statement.at < end and not waits:
            needed.update(module for module, _ in effects.modules_of(target, names))
        of_library = target.partition(".")[0] in sys.stdlib_module_names
        for attribute, bound in statement.bindings():
            if bound in bases:
                bases.discard(bound)
                if not of_library:
                    needed.add(f"{target}:{attribute}")
    return None if bases else needed - {"__future__"}


def end_of_body(code: "CodeType") -> int:
    """Return the offset in *code*, a module's body, up to which an import of it runs.

    That is, of ``if __name__ == "__main__":``, which stands last, if it has one.
    """
    for at in bytecode.loads(code, "__name__"):
        operation, argument, _ = bytecode.forwards(code.co_code, at + 2)
        if operation == op.LOAD_CONST and code.co_consts[argument] == "__main__":
            return at
    return len(code.co_code)


def is_quick(code: "CodeType", end: int, used: "set[str]", bases: "set[str]") -> bool:
    """Return whether *code*, the body of a module or class, calls up to *end* nothing that takes long.

    That is, only what is QUICK, its own classes and the interpreter's, and what makes classes.

    used: the names that it uses are put in here. bases: of them those of the bases of classes, its own
    and the interpreter's left out.
    """
    classes: set[str] = set()
    loaded: list[str] = []  # names loaded since the last statement ended
    decorators = -1  # number of them, if the statement makes a class
    calls = 0
    at = 0
    while at < end:
        operation, argument, at = bytecode.forwards(code.co_code, at)
        if operation == op.LOAD_BUILD_CLASS:
            decorators = len(loaded)
        elif operation in (op.LOAD_NAME, op.LOAD_GLOBAL):
            loaded.append(code.co_names[argument if operation == op.LOAD_NAME else argument >> 1])
            used.add(loaded[-1])
        elif operation in (op.LOAD_ATTR, op.LOAD_METHOD) and loaded:
            loaded[-1] = code.co_names[argument >> (op.VERSION > 0)]
        elif operation in effects.ENDS:
            if operation == op.STORE_NAME and decorators >= 0:
                classes.add(code.co_names[argument])
            loaded.clear()
            decorators, calls = -1, 0
        elif operation in CALLS:
            calls += 1
            called = loaded
            if decorators >= 0 and calls <= 1 + decorators:  # one makes the class, others are decorators'
                bases.update(one for one in loaded[decorators:] if not (one in classes or is_type(one)))
                called = loaded[:decorators]
            if not all(one in QUICK or one in classes or is_type(one) for one in called):
                return False
        elif operation in LONG:
            return False
    bodies = [one for one in code.co_consts if effects.is_class_body(one)]
    return all(is_quick(one, len(one.co_code), used, bases) for one in bodies)


def is_type(name: str) -> bool:
    """Return whether *name* is a class of the interpreter's."""
    return isinstance(getattr(builtins, name, None), type)

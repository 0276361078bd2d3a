"""The native engine: the filter that CPython 3.15 asks about every import that may be lazy (PEP 810)."""

import sys

from ..startup import bytecode as op
from ..startup import effects, guards
from ..startup.bootstrap import is_declared, state
from ..startup.faults import record_fault
from ..startup.finders import settle_new_finders
from ..startup.packages import MissingSubmodule, find_missing_in
from ..startup.policy import Policy
from ..startup.settle import unhook
from ..startup.snapshot import variables_at_start
from ..startup.switches import switches
from . import reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

policy = Policy(state.snapshot["settings"], variables_at_start())
switches.declared_only = policy.mode == "declared"
if policy.trace:
    # Loaded before the switch is set: loading it asks the filter, which would tell.
    from ..startup import trace

    switches.trace = policy.trace
STDLIB = sys.stdlib_module_names
MAXIMUM_BODIES = 64
_getframe = sys._getframe


class Body:
    """What is known of the module-level code in which statements stand."""

    __slots__ = ("code", "finder_names", "is_guarded", "ranges", "scans", "usage")

    def __init__(self, code: "CodeType", is_guarded: bool) -> None:
        self.is_guarded = is_guarded
        self.code = code
        self.ranges = op.covered_ranges(code.co_exceptiontable)
        self.scans = op.scans_namespace(code)
        # A finder's own names must not wait for an import that it is asked about.
        self.finder_names = reading.names_in_finders(code)
        self.usage = op.Usage(code)


bodies: "dict[int, Body]" = {}  # by id of the code, which the body keeps alive


def import_filter(importer: object, name: str, fromlist: "tuple[str, ...] | None") -> object:
    """Return whether the import may wait; never raises, as that would break the statement."""
    return answer(importer, name, fromlist, _getframe(1))


def answer(importer: object, name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType") -> object:
    """Return whether the import of *name*, made by *frame* in the module *importer*, may wait.

    importer: its ``__name__``, unchecked: None or any object in code without one.
    fromlist: the names taken, None for ``import name``. Checked on 3.15.2.
    """
    try:
        allowed = bool(frame.f_code.co_code[frame.f_lasti + 1] & 1) or may_wait(
            importer if isinstance(importer, str) else "", name, fromlist or (), frame
        )
    except RecursionError:
        return False
    except Exception as error:
        unhook()
        record_fault(f"deciding about {name}", error)
        return False
    if switches.trace:
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        trace.tell(2 if allowed else 3, "pending" if allowed else "eager", importer, name, place)
    if allowed and "." in name:
        find_missing_in(name.rpartition(".")[0])
    former = state.former[1]
    if allowed and former is not None:
        return former(importer, name, fromlist)
    return allowed


def may_wait(importer: str, name: str, fromlist: "tuple[str, ...]", frame: "FrameType") -> bool:
    """Return whether the policy, the program and the code around the statement let it wait."""
    if importer.partition(".")[0] in STDLIB:
        return is_declared(frame, name)
    settle_new_finders(resolve_names)
    package = policy.settles(importer)
    if package:
        resolve_in(package)
    if policy.decide(importer, name, fromlist) is not None or switches.force_eager(importer):
        return False
    code = frame.f_code
    body = bodies.get(id(code))
    if body is None:
        if len(bodies) >= MAXIMUM_BODIES:
            bodies.clear()
        body = bodies[id(code)] = Body(code, guards.is_guarded(frame.f_back))
        keep_looked_through(code, importer, frame.f_globals.get("__package__") or "")
    if body.scans or op.is_covered(body.ranges, frame.f_lasti):
        return False
    if body.is_guarded and not guards.can_be_found(name):
        return False
    serves = frame.f_globals.get("__getattr__")
    if name == importer and serves is not None and type(serves) is not MissingSubmodule:
        return False  # a module that takes from itself what its own __getattr__ serves
    if name == importer and fromlist and all(item in frame.f_globals for item in fromlist):
        return False  # it takes from itself what it has; a stand-in would hide what it stands for
    child = name[len(importer) + 1 :] if fromlist and name.startswith(importer + ".") else ""
    top = child.partition(".")[0]
    in_package = bool(top) and "__path__" in frame.f_globals
    if in_package and (top in fromlist or (top == child and reading.reads_global(code, child))):
        # ``from .run import run`` in a package: were it to wait, whoever loads
        # package.run first would leave the module under the function's name.
        # ``from .run import start; del run``: the import is what binds run.
        return False
    statement = op.decode(code, frame.f_lasti)
    if statement is None:
        return True
    if any(reading.is_extended(code, bound) for _, bound in statement.bindings):
        return False  # @dispatch def f(): the decorator may take the f imported before from the namespace
    if body.finder_names and any(bound in body.finder_names for _, bound in statement.bindings):
        return False
    return not imports_for_effect(body, statement, name, frame)


def keep_looked_through(code: "CodeType", importer: str, package: str) -> None:
    """Make imports eager inside the modules that *importer* imports to go through their ``__dict__``.

    The interpreter's stand-ins would be found there. (The backport's act as the real objects.)
    """
    names = reading.looked_through(code)
    for statement in op.statements(code) if names else ():
        target = op.absolute(statement.name, statement.level, package)
        for attribute, name in statement.bindings:
            if name in names:
                policy.keep_eager_in(f"{target}.{attribute}" if attribute else target, importer)


def resolve_in(package: str) -> None:
    """Perform every import that waits in *package* or a module below it; one that fails goes on waiting."""
    for importer, module in list(sys.modules.items()):
        if importer.partition(".")[0] == package:
            resolve_names(module)


def resolve_names(module: object, names: "set[str] | None" = None) -> None:
    """Perform every import that waits in *module* (for one of *names*); one that fails goes on waiting."""
    from types import LazyImportType  # type: ignore[attr-defined]  # loaded, as a lazy import is in hand

    for name, value in list(getattr(module, "__dict__", {}).items()):
        if type(value) is LazyImportType and (names is None or name in names):
            try:
                getattr(module, name)
            except Exception:
                continue


def imports_for_effect(body: Body, statement: op.Statement, name: str, frame: "FrameType") -> bool:
    """Return whether the names that the statement binds are used nowhere and its targets do something."""
    if not body.usage.is_for_effect(statement):
        return False
    if frame.f_globals.get("__name__") == "__main__":
        return True  # nobody else looks for names in the program
    modules = [f"{name}.{item}" for item in statement.fromlist or ()] or [name]
    return any(map(effects.has_effects, modules))

"""The native engine: the filter that CPython 3.15 asks about every import that may be lazy (PEP 810)."""

import sys

from ..startup import bytecode as op
from ..startup import effects, guards
from ..startup.bootstrap import is_declared, record_fault, state
from ..startup.finders import settle_new_finders
from ..startup.packages import MissingSubmodule, ModuleType, find_missing_in, is_running
from ..startup.policy import (
    CANNOT_BE_FOUND,
    EXTENDED,
    FOR_ITS_EFFECT,
    IN_STANDARD_LIBRARY,
    IN_TRY,
    LOOKS_THROUGH_NAMES,
    NAME_OF_SUBMODULE,
    SERVED_BY_ITSELF,
    SWITCHED_OFF,
    TAKEN_FROM_ITSELF,
    USED_BY_FINDER,
    Policy,
)
from ..startup.snapshot import variables_at_start
from ..startup.switches import switches
from ..startup.usage import Usage, nested_names, scans_namespace
from . import reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

    from ..startup.policy import Eager

policy = Policy(state.snapshot["settings"], variables_at_start())
switches.declared_only = policy.mode == "declared"
if policy.is_watched:
    # Loaded before the switch is set: loading it asks the filter, which would tell.
    from ..startup import watch

    watch.begin(policy.trace, policy.report, state.engine)
STDLIB = sys.stdlib_module_names
MAXIMUM_BODIES = 64
_getframe = sys._getframe


class Body:
    """What is known of the module-level code in which statements stand."""

    __slots__ = (
        "code",
        "extended",
        "finder_names",
        "is_guarded",
        "is_package",
        "nested",
        "ranges",
        "read",
        "scans",
        "usage",
    )

    def __init__(self, code: "CodeType", is_guarded: bool, is_package: bool) -> None:
        self.is_guarded = is_guarded
        self.is_package = is_package
        self.code = code
        self.ranges = op.covered_ranges(code.co_exceptiontable)
        # Walking through all code takes long, so it is done once; what is looked for then is rare.
        self.nested = nested_names(code)
        looks_up = "globals" in self.nested or "globals" in code.co_names
        self.scans = scans_namespace(code) or (looks_up and reading.takes_from_globals(code))
        # A finder's own names must not wait for an import that it is asked about.
        self.finder_names = reading.names_in_finders(code) if "find_spec" in self.nested else set()
        self.extended = reading.results_of_calls(code)
        self.usage = Usage(code, self.nested)
        self.read: set[str] | None = None

    def reads_global(self, name: str) -> bool:
        """Return whether the code, or something nested in it, reads or deletes the global *name*."""
        if not op.has_many_names(self.code):
            users = reading.with_nested(self.code) if name in self.nested else (self.code,)
            return reading.reads_global(users, name)
        if self.read is None:
            self.read = reading.globals_read(self.code)
        return name in self.read


bodies: "dict[int, Body]" = {}  # by id of the code, which the body keeps alive


def excepthook(kind: type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    """Print *error* as the interpreter does, with our note if a waiting import raised it.

    The interpreter performs waiting imports without us, so the note cannot be added earlier.
    """
    try:
        from ..startup.advice import advise

        advise(error)
    except Exception:
        pass
    sys.__excepthook__(kind, error, traceback)


if sys.excepthook is sys.__excepthook__:
    sys.excepthook = excepthook


def import_filter(
    importer: object, name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType | None" = None
) -> object:
    """Return whether the import of *name*, made in the module *importer*, may wait.

    Never raises, as that would break the statement. Checked on 3.15.2.

    importer: its ``__name__``, unchecked: None or any object in code without one.
    fromlist: the names taken, None for ``import name``.
    frame: of the statement; by default the one that asks, which the interpreter's is.
    """
    why = None
    if frame is None:
        frame = _getframe(1)
    try:
        if not frame.f_code.co_code[frame.f_lasti + 1] & 1:
            why = reason_against(importer if isinstance(importer, str) else "", name, fromlist or (), frame)
    except RecursionError:
        return False
    except Exception as error:
        record_fault(f"deciding about {name}", error)
        return False
    if switches.watched and why is not IN_STANDARD_LIBRARY:
        tell(importer, name, frame, why)
    if why is not None:
        return False
    if "." in name:
        find_missing_in(name.rpartition(".")[0])
    former = state.former[1]
    return former is None or former(importer, name, fromlist)


def tell(importer: object, name: str, frame: "FrameType", why: "Eager | None") -> None:
    """Tell what was decided about the statement at which *frame* stands."""
    file, line = frame.f_code.co_filename, frame.f_lineno or 0
    if why is not None:
        watch.eager(importer, name, file, line, why)
        return
    statement = op.decode(frame.f_code, frame.f_lasti)
    names = statement.bound if statement is not None else ()
    declared = switches.trace >= 2 and (
        bool(frame.f_code.co_code[frame.f_lasti + 1] & 1) or watch.is_declared(name, frame.f_globals)
    )
    watch.deferred(importer, name, names, file, line, declared=declared)


def reason_against(
    importer: str, name: str, fromlist: "tuple[str, ...]", frame: "FrameType"
) -> "Eager | None":
    """Return why the policy, the program or the code around the statement keeps it eager, or None."""
    code = frame.f_code
    body = bodies.get(id(code))
    if body is None:
        if policy.stdlib == "exclude" and importer.partition(".")[0] in STDLIB:
            return None if is_declared(frame, name) else IN_STANDARD_LIBRARY
        package = policy.settles(importer)
        if package:
            resolve_in(package)
        if len(bodies) >= MAXIMUM_BODIES:
            bodies.clear()
        body = Body(code, guards.is_guarded(frame.f_back), "__path__" in frame.f_globals)
        bodies[id(code)] = body
        keep_looked_through(code, importer, frame.f_globals.get("__package__") or "")
    if fromlist and not switches.watched and is_at_hand(name, fromlist):
        return None
    settle_new_finders(resolve_names)
    why = policy.decide(importer, name, fromlist)
    if why is not None:
        return why
    if switches.force_eager(frame.f_globals):
        return SWITCHED_OFF
    if body.scans:
        return LOOKS_THROUGH_NAMES
    handler = op.handler_of(body.ranges, frame.f_lasti)
    if handler is not None and handler not in switches.open_places.get(id(frame), ()):
        return IN_TRY
    if body.is_guarded and not guards.can_be_found(name):
        return CANNOT_BE_FOUND
    if name == importer:
        serves = frame.f_globals.get("__getattr__")
        if serves is not None and type(serves) is not MissingSubmodule:
            return SERVED_BY_ITSELF
        if fromlist and all(item in frame.f_globals for item in fromlist):
            return TAKEN_FROM_ITSELF
    if body.is_package and (
        hides_submodule(body, importer, name, fromlist) or takes_place(frame.f_globals, importer, name)
    ):
        return NAME_OF_SUBMODULE
    # What is left depends on the names bound; nothing does for most statements ``from other import``.
    if fromlist and not (body.finder_names or body.extended or importer.startswith(name)):
        return None
    statement = op.decode(code, frame.f_lasti)
    if statement is None:
        return None
    if not body.finder_names.isdisjoint(statement.bound):
        return USED_BY_FINDER
    if not body.extended.isdisjoint(statement.bound):
        return EXTENDED
    return FOR_ITS_EFFECT if imports_for_effect(body, statement, name, frame) else None


def is_at_hand(name: str, fromlist: "tuple[str, ...]") -> bool:
    """Return whether the interpreter binds what *fromlist* takes from the module *name* at once, lazy or not.

    It does if the module is loaded and has the names in its namespace. (3.15.2; Python/import.c)
    """
    module = sys.modules.get(name)
    if type(module) is not ModuleType or is_running(module.__dict__):
        return False
    contents = module.__dict__
    return all(item in contents and type(contents[item]).__name__ != "lazy_import" for item in fromlist)


def hides_submodule(body: Body, package: str, name: str, fromlist: "tuple[str, ...]") -> bool:
    """Return whether a name that the body of *package* binds, or uses, is that of a submodule it imports.

    ``from .run import run``: were it to wait, whoever loads package.run first
    would leave the module under the function's name. ``from .run import start;
    del run``: the import is what binds run.
    """
    child = name[len(package) + 1 :] if fromlist and name.startswith(package + ".") else ""
    top = child.partition(".")[0]
    if top and (top in fromlist or (top == child and body.reads_global(child))):
        return True
    return body.usage.has_variable_for(package, name, fromlist)


def takes_place(namespace: "dict[str, object]", package: str, name: str) -> bool:
    """Return whether the submodule *name* of *package* is to replace another module, one of a star import."""
    child = name[len(package) + 1 :].partition(".")[0] if name.startswith(package + ".") else ""
    found = namespace.get(child)
    return isinstance(found, ModuleType) and getattr(found, "__name__", "") != f"{package}.{child}"


def keep_looked_through(code: "CodeType", importer: str, package: str) -> None:
    """Make imports eager inside the modules that *importer* imports to go through their ``__dict__``.

    The interpreter's stand-ins would be found there. (The backport's act as the real objects.)
    """
    names = reading.looked_through(code)
    for statement in op.statements(code) if names else ():
        target = op.absolute(statement.name, statement.level, package)
        for attribute, name in statement.bindings():
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
    if not body.usage.is_for_effect(statement.name, statement.fromlist, statement.bound):
        return False
    if frame.f_globals.get("__name__") == "__main__":
        return True  # nobody else looks for names in the program
    return effects.statement_has_effects(name, statement.fromlist)

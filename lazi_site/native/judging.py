"""Decides about statements of which the native engine knows no answer yet."""

import sys

from ..startup import bytecode, catching, decisions, effects, guards, switches
from ..startup.bootstrap import state
from ..startup.keeping import note
from ..startup.packages import ModuleType
from ..startup.plugins import reason_of_callers
from ..startup.policy import Policy
from ..startup.reasons import (
    CANNOT_BE_FOUND,
    EXTENDED,
    FOR_ITS_EFFECT,
    IN_TRY,
    LOOKED_UP,
    LOOKS_THROUGH_NAMES,
    NAME_OF_SUBMODULE,
    PATH_RESTORED,
    READ_BY_CALLER,
    SERVED_BY_ITSELF,
    SWITCHED_OFF,
    TAKEN_FROM_ITSELF,
    USED_BY_FINDER,
)
from ..startup.snapshot import variables_at_start
from ..startup.usage import (
    Usage,
    nested_names,
    packages_looked_for,
    path_restored_at,
    scans_namespace,
    with_nested,
)
from . import reading
from .engine import (
    EAGER,
    FILES,
    FOR_EFFECT,
    FROM_ITSELF,
    IF_FOUND,
    LOOKED_FOR,
    LOOKS_THROUGH,
    MAXIMUM_KNOWN,
    SAYS_LAZY,
    SERVED,
    WAITS,
    forget,
    must_have_now,
    remember,
    resolve_names,
    says_lazy,
    serve,
    settled,
    table_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    from ..startup.decisions import Source, Table
    from ..startup.reasons import Eager

policy = Policy(state.snapshot["settings"], variables_at_start())


class Body:
    """What is known of the module-level code in which statements stand.

    answers: by offset of a statement what judge() returned.
    """

    __slots__ = (
        "answers",
        "code",
        "extended",
        "finder_names",
        "is_package",
        "nested",
        "path_restored",
        "performed",
        "ranges",
        "read",
        "read_by_caller",
        "scans",
        "taken",
        "usage",
    )

    def __init__(self, importer: str, package: str, frame: "FrameType") -> None:
        code = frame.f_code
        self.answers: dict[int, tuple[int, Eager | None]] = {}
        self.is_package = "__path__" in frame.f_globals
        self.code = code
        self.ranges = bytecode.covered_ranges(code.co_exceptiontable)
        # Walking through all code takes long, so it is done once; what is looked for then is rare.
        self.nested = nested_names(code)
        looks_up = "globals" in self.nested or "globals" in code.co_names
        self.taken = reading.taken_from_globals(code) if looks_up else set()
        self.scans = scans_namespace(code) or reading.ANY in self.taken
        # A finder's own names must not wait for an import that it is asked about.
        self.finder_names = reading.names_in_finders(code) if "find_spec" in self.nested else set()
        self.extended = reading.results_of_calls(code)
        self.path_restored = path_restored_at(code)
        self.usage = Usage(code, self.nested)
        self.performed = effects.performed_in_order(importer, package, code, self.usage)
        self.read_by_caller = is_read_by_caller(importer, frame)
        self.read: set[str] | None = None

    def reads_global(self, name: str) -> bool:
        """Return whether the code, or something nested in it, reads or deletes the global *name*."""
        if not bytecode.has_many_names(self.code):
            users = with_nested(self.code) if name in self.nested else (self.code,)
            return reading.reads_global(users, name)
        if self.read is None:
            self.read = reading.globals_read(self.code)
        return name in self.read


bodies: "dict[int, Body]" = {}  # by id of the code, which the body keeps alive


def judge_statement(
    importer: object, name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType"
) -> int:
    """Return EAGER, WAITS or SAYS_LAZY for the import of *name* at which *frame* stands, and tell it."""
    if type(importer) is not str:
        importer = ""
    why = None
    declares = says_lazy(frame)
    if declares:
        keep(importer, frame, SAYS_LAZY)
    else:
        why = reason_against(importer, name, fromlist or (), frame)
    if why is None:
        serve_packages(importer, name, fromlist or (), frame)
    if switches.watched:
        from . import telling  # loaded, because it began to watch

        telling.tell(importer, name, fromlist, frame, why)
    if declares:
        return SAYS_LAZY
    return WAITS if why is None else EAGER


def keep(
    importer: str,
    frame: "FrameType",
    answer: int,
    why: "Eager | None" = None,
    files: "tuple[Source, ...]" = (),
) -> None:
    """Keep what was found about the statement at which *frame* stands, here and for later starts.

    files: what shows that an import whose name nobody uses has no effect.
    """
    code, at = frame.f_code, frame.f_lasti
    table = table_of(importer, code)
    if table is None or (table.get(at) == answer and not files):
        return
    table[at] = answer
    if why is not None:
        table[~at] = (frame.f_lineno or 0, *why)
    if files:
        table[FILES + at] = files
    note(importer, code.co_filename, table)


def serve_packages(importer: str, name: str, fromlist: "tuple[str, ...]", frame: "FrameType") -> None:
    """Let packages find their submodules that an import of *name* would load; in later starts too."""
    package = name if effects.takes_module(name, fromlist) else name.rpartition(".")[0]
    if not package:
        return
    serve(package)
    table = table_of(importer, frame.f_code)
    if table and package not in table.get(SERVED, ()):
        table[SERVED] = (*table.get(SERVED, ()), package)
        note(importer, frame.f_code.co_filename, table)


def reason_against(
    importer: str, name: str, fromlist: "tuple[str, ...]", frame: "FrameType"
) -> "Eager | None":
    """Return why the policy, the program or the code around the statement keeps it eager, or None."""
    body = bodies.get(id(frame.f_code))
    if body is None:
        body = read(importer, frame)
    answer, why = body.answers.get(frame.f_lasti) or judge(body, importer, name, fromlist, frame)
    is_kept = frame.f_lasti in body.answers
    if is_kept:
        keep(importer, frame, answer, why)
    if why is not None:
        return why
    if switches.force_eager(frame.f_globals):
        return SWITCHED_OFF
    if guards.is_missed(name, frame):
        return CANNOT_BE_FOUND
    if name == importer and must_have_now(frame, fromlist):
        return SERVED_BY_ITSELF if must_have_now(frame, None) else TAKEN_FROM_ITSELF
    if answer == FOR_EFFECT:
        files = effects.inert_files(name, fromlist)
        if files is None and effects.statement_has_effects(name, fromlist):
            if is_kept:
                keep(importer, frame, EAGER, FOR_ITS_EFFECT)
            return FOR_ITS_EFFECT
        if is_kept and files is not None:
            # Without files it never has an effect, and what remains is as with a name that is used.
            used = FROM_ITSELF if name == importer else WAITS
            keep(importer, frame, FOR_EFFECT if files else used, files=files)
    return None


def read(importer: str, frame: "FrameType") -> Body:
    """Return what is found in the code that runs in *frame*, the body of the module *importer*."""
    code = frame.f_code
    package = frame.f_globals.get("__package__") or ""
    looked_through = keep_looked_through(code, importer, package)
    packages = packages_looked_for(code, importer)
    body = Body(importer, package, frame)
    table = table_of(importer, code)
    if packages:
        settle_packages(packages, importer)
    if looked_through:
        forget()
    if (looked_through or packages) and table is not None:
        if packages:
            table[LOOKED_FOR] = packages
        if looked_through:
            table[LOOKS_THROUGH] = tuple(looked_through)
        note(importer, code.co_filename, table)
        decisions.closed.update(looked_through)
        remember(importer, code, table)
    for name in looked_through:
        resolve_names(sys.modules.get(name))
    if looked_through or len(bodies) >= MAXIMUM_KNOWN:
        bodies.clear()
    bodies[id(code)] = body
    return body


def judge(
    body: Body, importer: str, name: str, fromlist: "tuple[str, ...]", frame: "FrameType"
) -> "tuple[int, Eager | None]":
    """Return what follows for the statement from the policy and the module's code alone, and why."""
    why = policy.decide(importer, name, fromlist)
    if why is None:
        why = LOOKS_THROUGH_NAMES if body.scans else None
    handler = bytecode.handler_of(body.ranges, frame.f_lasti)
    # What such a block gets to hear is not kept: next time it may be another.
    is_open = handler is not None and handler in switches.open_places.get(id(frame), ())
    if why is None and handler is not None and not is_open:
        why = IN_TRY
    if why is None and frame.f_lasti < body.path_restored:
        why = PATH_RESTORED
    if why is None and frame.f_lasti in body.performed:
        why = FOR_ITS_EFFECT
    if why is None and body.usage.looks_up(importer, name, fromlist):
        why = LOOKED_UP
    if (
        why is None
        and body.is_package
        and (hides_submodule(body, importer, name, fromlist) or takes_place(frame.f_globals, importer, name))
    ):
        why = NAME_OF_SUBMODULE
    answer = WAITS if catching.is_sure(name, importer) else IF_FOUND
    if name == importer:
        answer = FROM_ITSELF
    if why is None:  # what is left depends on the names bound
        statement = bytecode.decode(body.code, frame.f_lasti)
        if statement is not None:
            if not body.finder_names.isdisjoint(statement.bound):
                why = USED_BY_FINDER
            elif not body.extended.isdisjoint(statement.bound):
                why = EXTENDED
            elif reading.are_taken(statement.bound, body.taken):
                why = LOOKS_THROUGH_NAMES
            elif body.read_by_caller and any(not loads_itself(body.code, one) for one in statement.bound):
                why = READ_BY_CALLER
            elif effects.may_be_for_effect(
                importer,
                body.code.co_filename,
                statement.name,
                name,
                statement.fromlist,
                body.usage.unused(statement.fromlist, statement.bound),
            ):
                answer = FOR_EFFECT
                if importer == "__main__" and not (fromlist and statement.name):
                    why = FOR_ITS_EFFECT  # nobody else looks for names in the program
    found = (answer if why is None else EAGER, why)
    if not is_open:
        body.answers[frame.f_lasti] = found
    return found


def is_read_by_caller(importer: str, frame: "FrameType") -> bool:
    """Return whether who executes the code in *frame*, by exec() or runpy.run_path(), reads its names.

    There the interpreter's stand-ins would be found, as of names that ``conf.py`` imports for Sphinx.
    """
    back = frame.f_back
    if back is None or guards.is_internal(back):
        return False
    if guards.module_name(back) == "runpy":
        return back.f_back is not None and back.f_back.f_code.co_name == "_run_module_code"
    return getattr(sys.modules.get(importer), "__dict__", None) is not frame.f_globals


def loads_itself(code: "CodeType", name: str) -> bool:
    """Return whether module-level *code* loads *name*, which puts the real object in its place."""
    return next(bytecode.loads(code, name), None) is not None


def kept_by_callers(table: "Table", frame: "FrameType", *, lent: bool, collected: bool) -> "Table":
    """Return *table*, what is kept of the code in *frame*, with what must not wait for who loads the module.

    lent, collected: what callers.py says of them.
    """
    code = frame.f_code
    package = frame.f_globals.get("__package__") or ""
    found = dict(table)
    for statement in bytecode.statements(code):
        target = bytecode.absolute(statement.name, statement.level, package)
        why = reason_of_callers(target, statement.fromlist, lent=lent, collected=collected)
        if why is not None:
            line = next(line for start, end, line in code.co_lines() if start <= statement.at < end)
            found[statement.at] = EAGER
            found[~statement.at] = (line or 0, *why)
    return found


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


def keep_looked_through(code: "CodeType", importer: str, package: str) -> "list[str]":
    """Make imports eager inside the modules that *importer* imports to go through their ``__dict__``.

    The interpreter's stand-ins would be found there. (The backport's act as the real objects.)

    Returns the names of those modules.
    """
    found = []
    names = reading.looked_through(code)
    for statement in bytecode.statements(code) if names else ():
        target = bytecode.absolute(statement.name, statement.level, package)
        if statement.fromlist is None and not statement.dotted_as:
            target = target.partition(".")[0]
        for attribute, name in statement.bindings():
            if name in names:
                found.append(f"{target}.{attribute}" if attribute else target)
                policy.keep_eager_in(found[-1], importer)
    return found


def settle_package(importer: str) -> None:
    """Perform what waits in the package of *importer* if no import may wait there once that is loaded."""
    package = policy.settles(importer)
    if package:
        settle(package)


def settle_packages(packages: "tuple[str, ...]", because_of: str) -> None:
    """Perform what waits in *packages*, for whose modules the module *because_of* looks."""
    for package in packages:
        if policy.keep_whole(package, because_of):
            settle(package)


def settle(package: str) -> None:
    """Perform what waits inside *package*; nothing that is loaded later waits there either."""
    settled.add(package)
    resolve_in(package)
    forget()
    bodies.clear()


def resolve_in(package: str) -> None:
    """Perform every import that waits in *package* or a module below it; one that fails goes on waiting."""
    for importer, module in list(sys.modules.items()):
        if importer.partition(".")[0] == package:
            resolve_names(module)

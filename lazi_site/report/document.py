"""The report as one JSON object, from which text and page are made.

version    of this format: raised when a key changes its meaning or goes
command    as it was given; null with --from
status     its exit status, negative for a signal; null with --from
eager_status  that of the run with eager imports, if there was one
problem    the last line that a command which failed wrote on standard error, or ""
processes  the command's own process first, then its children

A process:

pid, argv, engine ("backport", "native"), python (its version)
totals      statements, never_needed, loaded_later, bound, eager: numbers of statements;
            modules: number loaded; import_ns: the time that took
eager_run   null, or of the same process with eager imports: modules, import_ns, and
            never_loaded: names of the modules that only it loaded
statements  importer, target, names, file, line; state: "never-needed" (it waited, and nothing that
            it names was loaded), "loaded-later" (it waited until place), "bound" (its target was
            there already), "eager" (code and detail say why); saved_ns, spared: time and number of
            modules that only the eager run spent on it (null without one)
modules     one entry a load, outer before inner: module, ns (in all), own_ns (without what was loaded
            meanwhile), start_ns, thread, parent (position of the outer load in this list, or null),
            lazy (a name that waited was used), stack (of [module, file, line, function], innermost
            first), error (or null)
eager_modules  the same of the eager run, or null
reasons     code, detail of an example, statements: how many stayed eager for it, most first
cuts        eager imports, best first: importer, file, line, code, advice, modules: what only this
            statement was needed for, and saves_ns: what that took, at most to be saved

Times are nanoseconds. ``own_ns`` adds up to import_ns.
"""

from __future__ import annotations

from .cuts import ADVICE, OTHER_ADVICE, find_cuts
from .loads import Load, loaded_modules, read_loads
from .statements import BOUND, EAGER, LATER, NEVER, Statement, credit, read_statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Records = tuple[dict[str, Any], list[dict[str, Any]]]  # the header of a process, and its events

VERSION = 1
MAXIMUM_CUTS = 50


def make_document(
    processes: Sequence[Records],
    eager: Sequence[Records] = (),
    command: Sequence[str] | None = None,
    status: int | None = None,
    eager_status: int | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """Return the report on *processes*; *eager*: those of an eager run of the same command."""
    partners = list(eager)
    return {
        "version": VERSION,
        "command": None if command is None else list(command),
        "status": status,
        "eager_status": eager_status,
        "problem": problem,
        "processes": [
            describe(header, events, take_partner(header["argv"], partners)) for header, events in processes
        ],
    }


def take_partner(argv: list[str], partners: list[Records]) -> list[dict[str, Any]] | None:
    """Take the first process with the arguments *argv* out of *partners*; return its events, or None."""
    for at, (header, _) in enumerate(partners):
        if header["argv"] == argv:
            return partners.pop(at)[1]
    return None


def describe(
    header: dict[str, Any], events: list[dict[str, Any]], eager_events: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """Return the entry of one process."""
    loads = read_loads(events)
    modules = loaded_modules(loads)
    eager_loads = None if eager_events is None else read_loads(eager_events)
    eager_modules = loaded_modules(eager_loads or [])
    statements = read_statements(events, modules, eager_modules)
    if eager_loads is not None:
        credit(statements, modules, eager_loads)
    states = [one.state for one in statements]
    return {
        "pid": header["pid"],
        "argv": header["argv"],
        "engine": header.get("engine", ""),
        "python": header.get("version", ""),
        "totals": {
            "statements": len(statements),
            **{state.replace("-", "_"): states.count(state) for state in (NEVER, LATER, BOUND, EAGER)},
            "modules": len(modules),
            "import_ns": sum(load.own for load in loads),
        },
        "eager_run": None
        if eager_loads is None
        else {
            "modules": len(eager_modules),
            "import_ns": sum(load.own for load in eager_loads),
            "never_loaded": [name for name in eager_modules if name not in modules],
        },
        "statements": [describe_statement(one, eager_loads is not None) for one in statements],
        "modules": describe_loads(loads),
        "eager_modules": None if eager_loads is None else describe_loads(eager_loads),
        "reasons": count_reasons(statements),
        "cuts": describe_cuts(loads, modules, statements, events),
    }


def describe_statement(statement: Statement, compared: bool) -> dict[str, Any]:
    """Return the entry of one statement."""
    return {
        "importer": statement.importer,
        "target": statement.target,
        "names": statement.names,
        "file": statement.file,
        "line": statement.line,
        "state": statement.state,
        "code": statement.code,
        "detail": statement.detail,
        "place": None if statement.load is None else statement.load.place,
        "saved_ns": statement.saved if compared else None,
        "spared": statement.spared if compared else None,
    }


def describe_loads(loads: Sequence[Load]) -> list[dict[str, Any]]:
    """Return the entries of *loads*."""
    position = {load: at for at, load in enumerate(loads)}
    return [
        {
            "module": load.module,
            "ns": load.ns,
            "own_ns": load.own,
            "start_ns": load.start,
            "thread": load.thread,
            "parent": None if load.parent is None else position[load.parent],
            "lazy": load.lazy,
            "stack": load.stack,
            "error": load.error,
        }
        for load in loads
    ]


def count_reasons(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return why statements stayed eager, the most frequent reason first."""
    found: dict[str, dict[str, Any]] = {}
    for one in statements:
        if one.state == EAGER:
            entry = found.setdefault(one.code, {"code": one.code, "detail": one.detail, "statements": 0})
            entry["statements"] += 1
    return sorted(found.values(), key=lambda entry: -entry["statements"])


def describe_cuts(
    loads: Sequence[Load], modules: dict[str, Load], statements: Sequence[Statement], events: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return the entries of the best cuts, each with the reason why its statement did not wait."""
    codes = {(one.file, one.line): one.code for one in statements if one.state == EAGER}
    return [
        {
            "importer": cut.importer,
            "file": cut.file,
            "line": cut.line,
            "code": codes.get((cut.file, cut.line), ""),
            "advice": ADVICE.get(codes.get((cut.file, cut.line), ""), OTHER_ADVICE),
            "modules": cut.modules,
            "saves_ns": cut.saves,
        }
        for cut in find_cuts(loads, modules, statements, events)[:MAXIMUM_CUTS]
    ]

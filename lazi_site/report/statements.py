"""The import statements that a process met, and what became of each."""

from __future__ import annotations

from .loads import Load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NEVER, LATER, BOUND, EAGER = "never-needed", "loaded-later", "bound", "eager"


class Statement:
    """An import statement.

    state: NEVER: it waited, and nothing that it names was loaded afterwards;
    LATER: it waited, and that was loaded, or the name was used; BOUND: its target
    was loaded already; EAGER: it did not wait, for the reason code, detail.
    load: for LATER, the load that followed, if one did.
    saved, spared: nanoseconds and number of modules that the eager run spent on it
    and the lazy one did not.
    """

    __slots__ = (
        *("at", "code", "detail", "file", "importer", "line", "load", "names"),
        *("saved", "spared", "state", "target"),
    )

    def __init__(self, record: dict[str, Any], at: int) -> None:
        self.at = at
        self.importer: str = record["importer"]
        self.target: str = record["target"]
        self.names: list[str] = record.get("names", [])
        self.file: str = record["file"]
        self.line: int = record["line"]
        self.code: str = record.get("code", "")
        self.detail: str = record.get("detail", "")
        self.state = record["event"]
        self.load: Load | None = None
        self.saved = self.spared = 0

    def submodules(self, modules: Mapping[str, Load]) -> list[str]:
        """Return those of *modules* that the statement names below its target."""
        return [name for name in (f"{self.target}.{one}" for one in self.names) if name in modules]


def read_statements(
    events: Sequence[dict[str, Any]], modules: Mapping[str, Load], eager: Mapping[str, Load]
) -> list[Statement]:
    """Return the statements that *events* tell of, each once.

    modules: those that the process loaded; eager: those of an eager run, which
    tell what is a submodule though it was not loaded.
    """
    found: dict[tuple[str, str, str, int], Statement] = {}
    looked_up: dict[str, set[str]] = {}  # by importer, what its lookups were for
    for at, record in enumerate(events):
        if record["event"] in ("deferred", BOUND, EAGER):
            key = (record["importer"], record["target"], record["file"], record["line"])
            found[key] = Statement(record, at)
        elif record["event"] == "resolved":
            looked_up.setdefault(record["importer"], set()).add(record["target"])
    for statement in found.values():
        if statement.state == "deferred":
            judge(statement, {**eager, **modules}, modules, looked_up.get(statement.importer, set()))
    return list(found.values())


def judge(
    statement: Statement, known: Mapping[str, Load], modules: Mapping[str, Load], looked_up: set[str]
) -> None:
    """Say whether what *statement* waited for came.

    known: modules that exist; looked_up: what names of its importer were looked up for.
    """
    target = statement.target
    named = statement.submodules(known)
    if not named and not f"{statement.importer}.".startswith(f"{target}."):
        named = [target]  # otherwise the target is being loaded, since the statement stands in it
    loads = [modules[name] for name in named if name in modules and modules[name].at > statement.at]
    used = target in looked_up or any(f"{target}.{name}" in looked_up for name in statement.names)
    statement.state = LATER if loads or used else NEVER
    statement.load = min(loads, key=lambda load: load.at, default=None)


def credit(statements: Sequence[Statement], modules: Mapping[str, Load], eager_loads: Sequence[Load]) -> None:
    """Credit each statement that was never needed with what only the eager run loaded for it.

    modules: those that the lazy run loaded. A module counts for the innermost
    of these statements around its load.
    """
    unneeded = {(one.file, one.line): one for one in statements if one.state == NEVER}
    owners: dict[Load, Statement | None] = {}
    for load in eager_loads:  # outer before inner
        owner = owners[load.parent] if load.parent is not None else None
        if load.place is not None:
            owner = unneeded.get((load.place[1], load.place[2]), owner)
        owners[load] = owner
        if owner is not None and load.module not in modules:
            owner.saved += load.own
            owner.spared += load.error is None

"""The modules that a process loaded, as a tree: what was loaded while something else was."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


class Load:
    """One load of a module; startup/watch.py documents what its record says.

    at: the position of its record among all those of the process. Times are
    nanoseconds. children: what was loaded meanwhile, in that order.
    """

    __slots__ = (
        "at",
        "children",
        "error",
        "lazy",
        "module",
        "ns",
        "own",
        "parent",
        "stack",
        "start",
        "thread",
    )

    def __init__(self, record: dict[str, Any], at: int) -> None:
        self.at: int = at
        self.module: str = record["module"]
        self.ns: int = record["ns"]
        self.own: int = record["own"]
        self.start: int = record["start"]
        self.thread: int = record["thread"]
        self.lazy: bool = record["lazy"]
        self.stack: list[list[Any]] = record["stack"]
        self.error: str | None = record["error"]
        self.parent: Load | None = None
        self.children: list[Load] = []

    @property
    def place(self) -> list[Any] | None:
        """[module, file, line, function] of the line that led to it, or None."""
        return self.stack[0] if self.stack else None


def read_loads(events: Sequence[dict[str, Any]]) -> list[Load]:
    """Return the loads that *events* tell of, outer before inner, those of each thread in their order.

    Those that were under way when the process ended were never told; what they
    had loaded stands at the top then.
    """
    waiting: dict[int, dict[int, list[Load]]] = {}  # by thread and depth: those whose parent is to come
    tops: dict[int, list[Load]] = {}
    for at, record in enumerate(events):
        if record["event"] != "import":
            continue
        load = Load(record, at)
        levels = waiting.setdefault(load.thread, {})
        depth = record["depth"]
        load.children = levels.pop(depth + 1, [])
        for child in load.children:
            child.parent = load
        if depth:
            levels.setdefault(depth, []).append(load)
        else:
            tops.setdefault(load.thread, []).append(load)
    for thread, levels in waiting.items():
        for orphans in levels.values():
            tops.setdefault(thread, []).extend(orphans)
    return [load for roots in tops.values() for top in sorted(roots, key=start_of) for load in walk(top)]


def start_of(load: Load) -> int:
    """Return when *load* began."""
    return load.start


def walk(load: Load) -> Iterator[Load]:
    """Yield *load* and what was loaded below it, outer before inner."""
    todo = [load]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(one.children))


def loaded_modules(loads: Sequence[Load]) -> dict[str, Load]:
    """Return the modules that were loaded without an error, with their first load."""
    found: dict[str, Load] = {}
    for load in loads:
        if load.error is None:
            found.setdefault(load.module, load)
    return found

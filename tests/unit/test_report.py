"""What the report concludes from records: trees, what became of statements, cuts, and viewers' formats."""

from __future__ import annotations

from typing import Any

from lazi_site.report.document import make_document
from lazi_site.report.loads import read_loads
from lazi_site.report.viewers import to_importtime, to_speedscope

HEADER = {
    "event": "process",
    "pid": 1,
    "argv": ["python", "main.py"],
    "engine": "backport",
    "version": "3.12",
}
MS = 1_000_000


def load(
    module: str, depth: int, start: int, ns: int, own: int, by: str = "main:1", **more: Any
) -> dict[str, Any]:
    """Return the record of a load; by: module and line of its statement. Times are in milliseconds."""
    importer, _, line = by.partition(":")
    stack = [[importer, f"/app/{importer}.py", int(line), "<module>"]]
    record = {"event": "import", "module": module, "depth": depth, "thread": 7, "lazy": False, "stack": stack}
    return {**record, "start": start * MS, "ns": ns * MS, "own": own * MS, "error": None, **more}


def statement(event: str, by: str, target: str, *names: str) -> dict[str, Any]:
    importer, _, line = by.partition(":")
    record = {"event": event, "importer": importer, "target": target, "file": f"/app/{importer}.py"}
    extra = {"code": "in-try", "detail": "why"} if event == "eager" else {"names": list(names or (target,))}
    return {**record, "line": int(line), **extra}


def describe(events: list[dict[str, Any]], eager: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    others = [] if eager is None else [(HEADER, eager)]
    (process,) = make_document([(HEADER, events)], others)["processes"]
    assert isinstance(process, dict)
    return process


# main imports a, which imports shared and b; c imports shared, too, when it is there already.
SHARED = [
    load("shared", 1, 1, 5, 5, "a:1"),
    load("b", 1, 7, 2, 2, "a:2"),
    load("a", 0, 0, 10, 3, "main:1"),
    statement("eager", "c:1", "shared"),
    load("c", 0, 20, 1, 1, "main:2"),
]


def test_inner_loads_are_put_below_the_outer_one() -> None:
    found = [(one.module, one.parent and one.parent.module) for one in read_loads(SHARED)]
    assert found == [("a", None), ("shared", "a"), ("b", "a"), ("c", None)]


def test_loads_of_an_import_that_never_ended_stand_at_the_top() -> None:
    found = [(one.module, one.parent) for one in read_loads(SHARED[:2])]
    assert found == [("shared", None), ("b", None)]


def test_cut_counts_only_what_nothing_else_needed() -> None:
    cuts = {one["line"]: one for one in describe(SHARED)["cuts"] if one["importer"] == "main"}
    assert (cuts[1]["modules"], cuts[1]["saves_ns"]) == (["a", "b"], 5 * MS)
    assert (cuts[2]["modules"], cuts[2]["saves_ns"]) == (["c"], 1 * MS)
    alone = {
        one["line"]: one["saves_ns"] for one in describe(SHARED[:3])["cuts"] if one["importer"] == "main"
    }
    assert alone == {1: 10 * MS}


def test_statement_that_waited_is_judged_by_what_was_loaded_after_it() -> None:
    events = [
        load("early", 0, 0, 1, 1),
        statement("deferred", "main:1", "used"),
        statement("deferred", "main:2", "unused"),
        statement("deferred", "main:3", "early", "sub"),
        statement("deferred", "package:1", "package", "part"),
        load("used", 0, 2, 4, 4, "main:9", lazy=True),
        load("package", 0, 8, 1, 1, "main:10"),
    ]
    found = {one["line"]: one["state"] for one in describe(events)["statements"] if one["importer"] == "main"}
    assert found == {1: "loaded-later", 2: "never-needed", 3: "never-needed"}
    states = describe([*events, load("package.part", 0, 9, 1, 1)])["statements"]
    assert [one["state"] for one in states if one["importer"] == "package"] == ["loaded-later"]


def test_what_only_the_eager_run_loaded_is_credited_to_the_statement_that_was_not_needed() -> None:
    lazy = [
        statement("deferred", "main:1", "a"),
        statement("deferred", "main:2", "unused"),
        load("a", 0, 0, 1, 1, "main:9", lazy=True),
    ]
    eager = [
        load("a", 0, 0, 1, 1, "main:1"),
        load("below", 1, 2, 3, 3, "unused:1"),
        load("a", 1, 5, 1, 1, "unused:2"),
        load("unused", 0, 2, 6, 2, "main:2"),
    ]
    process = describe(lazy, eager)
    saved = {one["target"]: (one["saved_ns"], one["spared"]) for one in process["statements"]}
    assert saved == {"a": (0, 0), "unused": (5 * MS, 2)}
    assert process["eager_run"]["never_loaded"] == ["unused", "below"]
    assert describe(lazy)["statements"][0]["saved_ns"] is None


def test_importtime_stands_inner_before_outer_as_the_interpreter_prints_it() -> None:
    assert to_importtime(describe(SHARED)["modules"]).splitlines() == [
        "import time: self [us] | cumulative | imported package",
        "import time:      5000 |       5000 |   shared",
        "import time:      2000 |       2000 |   b",
        "import time:      3000 |      10000 | a",
        "import time:      1000 |       1000 | c",
    ]


def test_speedscope_is_well_nested_though_clocks_of_threads_disagree() -> None:
    # b seems to end after a, and c to begin before a ends.
    events = [
        load("b", 1, 5, 9, 9, "a:1"),
        load("a", 0, 0, 10, 1),
        load("c", 0, 9, 3, 3),
        load("d", 0, 4, 3, 3, thread=8),
    ]
    document = make_document([(HEADER, events)], [(HEADER, SHARED)])
    found = to_speedscope(document)
    assert [one["name"].partition(":")[0] for one in found["profiles"]] == ["lazy", "lazy", "eager"]
    for profile in found["profiles"]:
        check_profile(profile, len(found["shared"]["frames"]))


def check_profile(profile: dict[str, Any], frames: int) -> None:
    """Check that the events of an evented profile are balanced and never go back in time."""
    opened: list[int] = []
    now = profile["startValue"]
    for event in profile["events"]:
        assert event["at"] >= now
        now = event["at"]
        assert 0 <= event["frame"] < frames
        if event["type"] == "O":
            opened.append(event["frame"])
        else:
            assert opened.pop() == event["frame"]
    assert not opened
    assert now <= profile["endValue"]

"""What of the decisions is kept when they are too many."""

from __future__ import annotations

import marshal
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazi_site.config import snapshot, storing
from lazi_site.startup.decisions import CORE, REST, program_path, read_stored
from lazi_site.startup.shared import entry_of, unpack_group
from lazi_site.startup.snapshot import MAXIMUM_SNAPSHOT, piece

if TYPE_CHECKING:
    from lazi_site.startup.decisions import Entry, Table

DIGEST = b"12345678"


def entries(count: int) -> dict[str, tuple[int, int, bytes, bytes, Table]]:
    """Return decisions about so many modules; one takes some thirty bytes."""
    return {f"module{number}": (1, number, b"line", b"", {number: 1}) for number in range(count)}


def stored(path: Path) -> dict[str, int]:
    """Return how many modules of each group are in the file *path*."""
    found = read_stored(str(path), DIGEST)
    return {group: len(unpack_group(piece(found, group))) for group in found["pieces"]}


def read(path: Path) -> dict[str, Entry | None]:
    """Return the entries of the group "a" in the file *path*."""
    found = unpack_group(piece(read_stored(str(path), DIGEST), "a"))
    return {name: entry_of(found, name) for name in list(found)}


def test_groups_are_added(tmp_path: Path) -> None:
    path = tmp_path / "decisions-test.snapshot"
    storing.store_decisions(str(path), DIGEST, {"a": entries(1)})
    storing.store_decisions(str(path), DIGEST, {"b": entries(2), "a": {"other": (1, 1, b"", b"", {})}})
    assert stored(path) == {"a": 2, "b": 2}


def test_what_changes_moves_and_what_does_not_stays(tmp_path: Path) -> None:
    path = tmp_path / "decisions-test.snapshot"
    known = entries(1)
    for number in range(3 * storing.MANY):
        known[f"module{number}"] = (1, number, b"line", b"", {number: 1})
        storing.store_decisions(str(path), DIGEST, {"a": dict(known)})
        if number % 5 == 4:  # a table that grows, and a file that is another one
            known["module1"] = (1, 1, b"line", b"", {1: 1, number: 2})
            known["module2"] = (2, number, b"line", b"", {})
            storing.store_decisions(str(path), DIGEST, {"a": {"module1": (1, 1, b"line", b"", {number: 2})}})
            storing.store_decisions(str(path), DIGEST, {"a": {"module2": known["module2"]}})
            known["module1"] = read(path)["module1"]
            assert known["module1"][4].items() >= {1: 1, number: 2}.items()
        assert read(path) == known
    _, bundles = marshal.loads(piece(read_stored(str(path), DIGEST), "a"))
    names = [name for bundle in bundles for name in marshal.loads(bundle)]
    assert sorted(names) == sorted(known)
    assert 1 < len(bundles) <= storing.MANY + 1


def test_too_many_leave_the_latest_and_of_them_the_smallest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "decisions-test.snapshot"
    storing.store_decisions(str(path), DIGEST, {"former": entries(50)})
    monkeypatch.setattr(storing, "MAXIMUM", 2000)
    storing.store_decisions(str(path), DIGEST, {"huge": entries(500), "small": entries(5), "one": entries(1)})
    assert stored(path) == {"one": 1, "small": 5}
    storing.store_decisions(str(path), DIGEST, {"huge": entries(500)})
    assert stored(path) == {"one": 1, "small": 5}


def test_all_that_is_stored_can_be_read(tmp_path: Path) -> None:
    assert storing.MAXIMUM < MAXIMUM_SNAPSHOT
    path = tmp_path / "decisions-test.snapshot"
    storing.store_decisions(str(path), DIGEST, {"large": entries(150_000)})
    assert path.stat().st_size > 4 << 20
    assert stored(path) == {"large": 150_000}


def test_of_too_many_files_of_programs_the_latest_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(snapshot.MAXIMUM_FILES, "program", 3)
    shared = tmp_path / "decisions-test.snapshot"
    storing.store_decisions(str(shared), DIGEST, {"a": entries(1)})
    paths = [Path(program_path(str(shared), f"program{number}")) for number in range(6)]
    for number, path in enumerate(paths):
        storing.store_program(str(path), DIGEST, entries(number), set())
        os.utime(path, (number, number))
    assert sorted(tmp_path.iterdir()) == sorted([shared, *paths[3:]])
    assert read_program(paths[5]) == (entries(5), {})
    storing.store_program(str(paths[0]), DIGEST, entries(50_000), set())
    assert not paths[0].exists()


def read_program(path: Path) -> tuple[dict[str, Entry], dict[str, Entry | None]]:
    """Return what each run of a program has used, and what only some have."""
    found = read_stored(str(path), DIGEST)
    rest = unpack_group(piece(found, REST))
    return marshal.loads(piece(found, CORE)), {name: entry_of(rest, name) for name in list(rest)}


def test_what_all_runs_of_a_program_use_is_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "program-test.snapshot"
    known = entries(9)

    def store(*numbers: int, closed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        used = {f"module{number}": known[f"module{number}"] for number in numbers}
        storing.store_program(str(path), DIGEST, used, closed)

    def numbers() -> list[str]:
        core, rest = read_program(path)
        assert {**core, **rest} == {name: known[name] for name in {*core, *rest}}
        return ["".join(sorted(name[-1] for name in part)) for part in (core, rest)]

    store(1, 2, 3, 4)
    assert numbers() == ["1234", ""]
    store(1, 2)
    assert numbers() == ["12", "34"]
    store(2, 3, 5, 6)
    assert numbers() == ["2", "13456"]
    known["module2"] = (2, 2, b"line", b"", {})  # files that have changed
    known["module3"] = (2, 3, b"line", b"", {})
    store(2, 3)
    assert numbers() == ["2", "13456"]
    store(7)
    assert numbers() == ["", "1234567"]
    store(1, 8, closed={"module1", "module5"})
    assert numbers() == ["", "234678"]

"""What of the decisions is kept when they are too many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazi_site.config import storing
from lazi_site.startup.decisions import read_stored, unpacked
from lazi_site.startup.snapshot import MAXIMUM_SNAPSHOT, piece

if TYPE_CHECKING:
    from lazi_site.startup.decisions import Table

DIGEST = b"12345678"


def entries(count: int) -> dict[str, tuple[int, int, bytes, bytes, Table]]:
    """Return decisions about so many modules; one takes some thirty bytes."""
    return {f"module{number}": (1, number, b"line", b"", {number: 1}) for number in range(count)}


def stored(path: Path) -> dict[str, int]:
    """Return how many modules of each group are in the file *path*."""
    found = read_stored(str(path), DIGEST)
    return {group: len(unpacked(piece(found, group), dict)) for group in found["pieces"]}


def test_groups_are_added(tmp_path: Path) -> None:
    path = tmp_path / "decisions-test.snapshot"
    storing.store_decisions(str(path), DIGEST, {"a": entries(1)})
    storing.store_decisions(str(path), DIGEST, {"b": entries(2), "a": {"other": (1, 1, b"", b"", {})}})
    assert stored(path) == {"a": 2, "b": 2}


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

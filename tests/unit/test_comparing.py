"""What counts as a difference between an eager and a lazy run."""

from __future__ import annotations

import re

import pytest

from lazi_site.measure.comparing import UNSTEADY, compare_lines, differences
from lazi_site.measure.masking import Masks


@pytest.mark.parametrize(
    ("eager", "again", "lazy", "found"),
    [
        ("abc", "abc", "abc", []),
        ("abc", "abc", "axc", [" a", "-b", "+x", " c"]),
        ("abc", "axc", "ayc", []),  # a line that is never the same
        ("abc", "ac", "ac", []),  # one that is not always there
        ("abc", "axc", "ayd", [" a", "-b", "-c", "+y", "+d"]),
        ("abc", "axc", "dbc", ["-a", "+d", " b", " c"]),
        ("abcd", "axcd", "aycz", [" a", f" {UNSTEADY}", " c", "-d", "+z"]),
        ("abc", "bca", "cab", []),  # only the order is not deterministic
        ("abc", "bca", "cax", [" a", "-b", " c", "+x"]),
        ("a", "a", "b", ["-a", "+b"]),
    ],
)
def test_lines(eager: str, again: str, lazy: str, found: list[str]) -> None:
    shown = compare_lines(eager, again, lazy)
    assert [line for line in shown if not line.startswith("@@")] == found


def test_long_output_is_compared_in_time() -> None:
    eager = [f"line {number}" for number in range(20_000)]
    lazy = [f"line {number * 3}" for number in range(20_000)]
    assert compare_lines(eager, eager, lazy)


def test_file_that_only_one_run_wrote() -> None:
    eager = {"stdout": "", "file a": "1"}
    found = differences(eager, eager, {"stdout": "", "file b": "1"})
    assert [one.stream for one in found] == ["file a", "file b"]
    assert differences(eager, {"stdout": ""}, {"stdout": ""}) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("<X at 0x7f0012ab34cd>", "<X at <address>>"),
        ("finished in 1.25 s, 30ms, 2 minutes", "finished in <duration>, <duration>, <duration>"),
        ("=== 1 passed in 0.12s ====", "= 1 passed in <duration> ="),
        ("at 12:30:59,123", "at <time>"),
        ("file.py:12:34: E501 x1s", "file.py:12:34: E501 x1s"),
        ("process 4711 (pid 12)", "process <pid> (pid <pid>)"),
        ("/env/lib/x.py and /run/abc/t.txt", "<environment>/lib/x.py and <temporary>/t.txt"),
        ("token abc123", "token <ignored>"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    masks = Masks([("/env", "<environment>")], [re.compile("abc123")])
    assert masks.apply(text, "/run/abc", 4711) == masked

"""Merging: later sources win, lists add up, and every value knows where it comes from."""

from __future__ import annotations

import pytest

from lazi_site.config.options import OPTIONS
from lazi_site.config.resolve import DEFAULT, merge_sources, overlay_command_line, overlay_environment
from lazi_site.config.sources import Source
from lazi_site.errors import UsageError


def source(path: str, **values: object) -> Source:
    made = Source("user file", path)
    made.values = {name.replace("_", "-"): value for name, value in values.items()}
    return made


def test_defaults_hold_without_sources() -> None:
    merged = merge_sources([])
    assert list(merged) == [option.name for option in OPTIONS]
    assert all(value.origin == DEFAULT for value in merged.values())
    assert merged["enabled"].value is True
    assert (merged["mode"].value, merged["stdlib"].value) == ("all", "exclude")
    assert (merged["trace"].value, merged["eager"].value) == (0, [])


def test_later_source_wins() -> None:
    merged = merge_sources([source("/a", trace=1, mode="declared"), source("/b", trace=2)])
    assert (merged["trace"].value, merged["trace"].origin) == (2, "the user file /b")
    assert (merged["mode"].value, merged["mode"].origin) == ("declared", "the user file /a")


def test_lists_add_up_and_each_pattern_remembers_its_source() -> None:
    merged = merge_sources([source("/a", eager=["x", "y"]), source("/b", eager=["y", "z"])])
    assert merged["eager"].value == ["x", "y", "z"]
    assert merged["eager"].origins == {
        "x": "the user file /a",
        "y": "the user file /b",
        "z": "the user file /b",
    }


def test_merging_does_not_change_the_defaults() -> None:
    merge_sources([source("/a", eager_in=["x"])])
    assert merge_sources([])["eager-in"].value == []


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"LAZI_DISABLE": "1"}, "enabled", False),
        ({"LAZI_DISABLE": "1", "LAZI_ENABLE": "1"}, "enabled", False),
        ({"LAZI_ENABLE": "1"}, "enabled", True),
        ({"LAZI_STDLIB": "include"}, "stdlib", "include"),
        ({"LAZI_TRACE": "3"}, "trace", 3),
    ],
)
def test_variables_win_over_files(environ: dict[str, str], name: str, value: object) -> None:
    merged = merge_sources([source("/a", enabled=value is False, trace=1)])
    assert overlay_environment(merged, environ) == []
    assert merged[name].value == value
    assert merged[name].origin.startswith("the environment variable LAZI_")


def test_variable_that_is_off_changes_nothing() -> None:
    merged = merge_sources([source("/a", enabled=False)])
    assert overlay_environment(merged, {"LAZI_ENABLE": "0", "LAZI_DISABLE": " off "}) == []
    assert (merged["enabled"].value, merged["enabled"].origin) == (False, "the user file /a")


def test_patterns_of_the_variable_add_up() -> None:
    merged = merge_sources([source("/a", eager=["x"])])
    overlay_environment(merged, {"LAZI_EAGER": "y, z.*,"})
    assert merged["eager"].value == ["x", "y", "z.*"]
    assert merged["eager"].origins["y"] == "the environment variable LAZI_EAGER"


@pytest.mark.parametrize(
    ("variable", "text"),
    [("LAZI_STDLIB", "yes"), ("LAZI_TRACE", "5"), ("LAZI_TRACE", "x"), ("LAZI_EAGER", "a b")],
)
def test_wrong_variable_is_a_problem(variable: str, text: str) -> None:
    (problem,) = overlay_environment(merge_sources([]), {variable: text})
    assert problem.path == variable
    assert str(problem.value) == text
    assert problem.expected


def test_command_line_is_the_strongest_source() -> None:
    merged = merge_sources([source("/a", eager=["x"], trace=1)])
    overlay_environment(merged, {"LAZI_TRACE": "2", "LAZI_EAGER": "y"})
    overlay_command_line(merged, ["trace=3", "eager = z, w.*", "enabled=False", "mode=declared"])
    assert (merged["trace"].value, merged["trace"].origin) == (3, "the command line")
    assert merged["eager"].value == ["x", "y", "z", "w.*"]
    assert (merged["enabled"].value, merged["mode"].value) == (False, "declared")


@pytest.mark.parametrize("text", ["trce=1", "trace=9", "trace", "mode=", "eager=a b", "enabled=1"])
def test_wrong_assignment_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        overlay_command_line(merge_sources([]), [text])

"""The table of options and the form of patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazi_site.config.options import BY_NAME, OPTIONS, closest, is_pattern
from lazi_site.startup.policy import Patterns


@pytest.mark.parametrize("text", ["a", "a.b", "_a1.b", "a.*", "a.b.*", "*", "é.ü"])
def test_pattern_is_a_module_name_or_a_package_with_all_below(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a*", "*.a", "a.*.b", "a.*.*", ".*", "a b", "a-b", "1a"]
)
def test_anything_else_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


@given(st.text())
def test_every_pattern_is_one_that_the_policy_understands(text: str) -> None:
    if is_pattern(text):
        module = "some.module" if text == "*" else text.removesuffix(".*")
        assert Patterns({text: "here"}).find(module)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enabled", True),
        ("mode", "declared"),
        ("stdlib", "include"),
        ("trace", 4),
        ("snapshot", False),
        ("settle-after", 3600),
        ("eager", []),
        ("eager-in", ["a", "a.*"]),
        ("lazy", ["*"]),
    ],
)
def test_right_value_has_no_mistake(name: str, value: object) -> None:
    assert BY_NAME[name].mistake(value) is None


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("enabled", 1, 1),
        ("enabled", "true", "true"),
        ("mode", "some", "some"),
        ("mode", ["all"], ["all"]),
        ("stdlib", True, True),
        ("trace", 5, 5),
        ("trace", -1, -1),
        ("trace", True, True),
        ("trace", 1.0, 1.0),
        ("settle-after", -1, -1),
        ("settle-after", True, True),
        ("settle-after", 0.5, 0.5),
        ("eager", "a", "a"),
        ("eager", {"a": 1}, {"a": 1}),
        ("eager", ["a", 5], 5),
        ("lazy", ["a", "b c", "d"], "b c"),
    ],
)
def test_mistake_names_the_wrong_part(name: str, value: object, wrong: object) -> None:
    mistake = BY_NAME[name].mistake(value)
    assert mistake is not None
    assert mistake[0] == wrong
    assert mistake[1]


def test_default_of_every_option_is_right() -> None:
    for option in OPTIONS:
        default = list(option.default) if isinstance(option.default, tuple) else option.default
        assert option.mistake(default) is None


def test_closest_name_is_suggested() -> None:
    assert closest("eager_in", BY_NAME) == "eager-in"
    assert closest("Stdlib", BY_NAME) == "stdlib"
    assert closest("colour", BY_NAME) == ""

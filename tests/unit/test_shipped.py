"""The shipped rules: their file is in order, and their Python ranges are understood."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

import lazi_site.safety
from lazi_site.config.options import is_pattern
from lazi_site.config.shipped import KINDS, fits_version, patterns_of, read_shipped_rules

RULES = Path(lazi_site.safety.__file__).with_name("rules.toml")


RECIPES = Path(__file__).resolve().parents[1] / "downstream" / "recipes"


def test_every_rule_says_what_why_and_where_it_was_seen() -> None:
    for rule in tomllib.loads(RULES.read_text(encoding="utf-8")).get("rule", []):
        assert rule["kind"] in KINDS, rule
        assert patterns_of(rule), rule
        for pattern in patterns_of(rule):
            assert is_pattern(pattern), rule
            assert rule["kind"] not in ("settle", "inert") or "*" not in pattern, rule  # looked up
        assert rule["reason"], rule
        assert rule["seen"], rule
        assert (RECIPES / f"{rule['recipe']}.toml").is_file(), rule
        assert set(rule) <= {"kind", "pattern", "reason", "gain", "seen", "recipe", "python"}, rule
        assert rule.get("gain") in (None, "instructions"), rule
        fits_version(rule.get("python", ""), (3, 11))


def test_shipped_rules_are_read_with_their_reason() -> None:
    rules, source = read_shipped_rules()
    assert source.problems == []
    assert set(rules) == set(KINDS)
    for reasons in rules.values():
        assert all(reason.startswith("the shipped rules: ") for reason in reasons.values())
    for rule in tomllib.loads(RULES.read_text(encoding="utf-8"))["rule"]:
        is_meant = fits_version(rule.get("python", ""), sys.version_info[:2])
        assert all((pattern in rules[rule["kind"]]) is is_meant for pattern in patterns_of(rule)), rule


@pytest.mark.parametrize(
    ("specifier", "holds"),
    [
        ("", True),
        ("<3.15", True),
        (">=3.13", True),
        (">3.13", False),
        ("<=3.13", True),
        ("==3.13", True),
        ("!=3.13", False),
        (">=3.11,<3.13", False),
        (" >= 3.11 , < 3.14 ", True),
        (">=3.9", True),
    ],
)
def test_version_specifier(specifier: str, holds: bool) -> None:
    assert fits_version(specifier, (3, 13)) is holds


@pytest.mark.parametrize("specifier", ["3.13", "~=3.13", "<3", "<x.y", "< 3.13.1", "="])
def test_other_specifiers_are_refused(specifier: str) -> None:
    with pytest.raises(ValueError, match="is not a version specifier"):
        fits_version(specifier, (3, 13))

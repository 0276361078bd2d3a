"""The shipped rules: each has a reason, a version on which it was seen, and a program that needs it."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = tomllib.loads((ROOT / "lazi_site/safety/rules.toml").read_text("utf-8"))["rule"]


def test_every_rule_says_why_and_names_a_recipe_that_exists() -> None:
    assert ROWS
    for row in ROWS:
        assert row["kind"] in ("eager", "eager-in", "settle")
        assert row["reason"]
        assert row["seen"]
        assert (ROOT / f"tests/downstream/recipes/{row['recipe']}.toml").is_file()


def test_no_rule_stands_twice() -> None:
    patterns = [(row["kind"], row["pattern"]) for row in ROWS]
    assert len(set(patterns)) == len(patterns)

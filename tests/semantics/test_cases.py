"""Every case of the case files, on the engine of the interpreter under test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.interpreter import ENGINE, VERSION
from tests.semantics.cases import FOLDER, Case, read_cases, run_case
from tests.support.environment import Environment

CASES = [(path.stem, case) for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)]
NAME = "{}.{}".format(*VERSION)


def cases(option: str = "") -> list[object]:
    """Return the cases for this interpreter (those with *option*) as parameters named after their rule."""
    return [
        pytest.param(case, id=f"{group}: {case.rule}")
        for group, case in CASES
        if case.is_for(NAME, ENGINE) and (not option or option in case.options)
    ]


@pytest.mark.parametrize("case", cases())
def test_lazy(case: Case, enabled_template: Environment, tmp_path: Path) -> None:
    expected = case.expected.get(ENGINE, case.expected.get(""))
    assert run_case(case, enabled_template, tmp_path) == expected
    # Once more by what was decided and kept.
    assert run_case(case, enabled_template, tmp_path) == expected


@pytest.mark.parametrize("case", cases(option="same as eager"))
def test_eager(case: Case, enabled_template: Environment, tmp_path: Path) -> None:
    assert run_case(case, enabled_template, tmp_path, eager=True) == case.expected[""]


def test_rules_are_named_once() -> None:
    rules = [case.rule for _, case in CASES]
    assert [rule for rule in rules if rules.count(rule) > 1] == []

"""Whether a module is there is told from what the finders know, in a module loaded to find that out."""

from __future__ import annotations

import pytest

from tests.engine.checks import checks, run_checks
from tests.support.environment import Environment


@pytest.fixture(scope="module")
def results(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_checks("guards", template, tmp_path_factory.mktemp("guards"))


@pytest.mark.parametrize("check", checks("guards"))
def test_guards(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""

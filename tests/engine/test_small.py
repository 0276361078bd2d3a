"""Which modules are so small that those who use their neighbours load them, is told from their code."""

from __future__ import annotations

import pytest

from tests.engine.checks import checks, run_checks
from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

pytestmark = pytest.mark.skipif(IS_NATIVE, reason="the backport's")


@pytest.fixture(scope="module")
def results(enabled_template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_checks("small", enabled_template, tmp_path_factory.mktemp("small"))


@pytest.mark.parametrize("check", checks("small"))
def test_small(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""

"""Whether importing a module might change something elsewhere is told from its code, not by running it."""

from __future__ import annotations

import pytest

from tests.engine.checks import checks, run_checks
from tests.support.environment import Environment


@pytest.fixture(scope="module")
def results(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_checks("effects", template, tmp_path_factory.mktemp("effects"))


@pytest.mark.parametrize("check", checks("effects"))
def test_effects(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""

"""Reading and overwriting the interpreter's compiled code."""

from __future__ import annotations

import pytest

from tests.engine.checks import checks, run_checks
from tests.support.environment import Environment


@pytest.fixture(scope="module")
def results(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("bytecode")
    return run_checks("bytecode", template, folder) | run_checks("stdlib", template, folder)


@pytest.mark.parametrize("check", checks("bytecode") + checks("stdlib"))
def test_bytecode(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""

"""The backport's namespaces and loaders: everything that looks at them finds what it finds when eager."""

from __future__ import annotations

import pytest

from tests.engine.checks import checks, run_checks
from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

pytestmark = pytest.mark.skipif(IS_NATIVE, reason="the backport's")


@pytest.fixture(scope="module")
def results(enabled_template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    env: dict[str, str | None] = {"LAZI_STDLIB": "include"}
    found = {}
    for script in ("keys", "loading"):
        found |= run_checks(script, enabled_template, tmp_path_factory.mktemp(script), env)
    return found


@pytest.mark.parametrize("check", checks("keys") + checks("loading"))
def test_namespace(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""

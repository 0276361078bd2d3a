"""The fixtures of all tests: a virtualenv built once per session and copied per test."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from tests.support.environment import Environment
from tests.support.template import build_template, copy_template

# How long one example takes says nothing on a machine that does other work.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A virtualenv with lazi-site installed and not enabled; copy it, never change it."""
    return build_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def enabled_template(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The template after ``lazi-site enable``; for tests that only read."""
    environment = copy_template(template, tmp_path_factory.mktemp("enabled"))
    environment.enable()
    return environment


@pytest.fixture
def environment(template: Environment, tmp_path: Path) -> Environment:
    """A virtualenv of this test's own, lazi-site installed and not enabled."""
    return copy_template(template, tmp_path)


@pytest.fixture
def enabled(environment: Environment) -> Environment:
    """A virtualenv of this test's own, lazi-site enabled."""
    environment.enable()
    return environment

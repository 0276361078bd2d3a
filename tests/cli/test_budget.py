"""The budget of imports, as a pytest fixture: what it counts, how it fails; it disturbs no other test."""

from __future__ import annotations

import importlib.metadata
import re
import shutil

import pytest

from tests.support.environment import Environment
from tests.support.template import copy_template

# pytest and what it needs: they are plain Python, so that the ones which run this test do for any version.
PYTEST = ("pytest", "pluggy", "iniconfig", "packaging")
APP = """\
import shop.core
import sys
def main():
    shop.core.read()
    sys.exit(len(sys.argv) - 1)
"""
CORE = """\
import shop.table
import shop.unused
def read():
    return fetch()
def fetch():
    return shop.table.V
def other():
    return shop.unused
"""
MODULES = {
    "app": APP,
    "app_main": "import app\napp.main()\n",
    "shop.core": CORE,
    "shop.table": "import shop.rows\nV = shop.rows.V\n",
    "shop.rows": "V = 1\n",
    "shop.unused": "",
}
TESTS = """\
import pytest
APP = ["python", "-m", "app_main"]
NAMES = ["shop", "shop.core", "shop.table", "shop.rows"]
def own(modules):
    return [name for name in modules if name.partition(".")[0] == "shop"]
def test_within(import_budget):
    modules = import_budget(APP, at_most=500, never=["shop.unused", "nothing.*"])
    assert own(modules) == NAMES
    assert import_budget("python -m app_main", at_most=len(modules)) == modules
    import_budget([*APP, "fail"], status=1)
def test_too_many(import_budget):
    import_budget(APP, at_most=3)
def test_forbidden(import_budget):
    import_budget(APP, at_most=500, never="shop.rows")
def test_many_forbidden(import_budget):
    import_budget(APP, never=["shop.*"])
def test_fails(import_budget):
    import_budget([*APP, "fail"])
def test_not_python(import_budget):
    import_budget(["true"])
def test_late(import_budget):
    import_budget(["python", "-c", "import time; time.sleep(60)"], timeout=1.5)
def test_no_pattern(import_budget):
    import_budget(APP, never=["shop-rows"])
"""


@pytest.fixture(scope="module")
def tested(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An enabled environment with pytest, a program, and tests of it in its root."""
    environment = copy_template(template, tmp_path_factory.mktemp("budget"))
    for name in PYTEST:
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                copy = environment.purelib / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), copy)
    environment.enable()
    for name, source in MODULES.items():
        environment.add_module(name, source)
    (environment.root / "test_app.py").write_text(TESTS)
    return environment


@pytest.fixture(scope="module")
def said(tested: Environment) -> str:
    """What pytest prints of the tests."""
    done = tested.run("-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "test_app.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "7 failed, 1 passed" in done.stdout, done.stdout
    return done.stdout


def test_excess_names_number_limit_and_largest(said: str) -> None:
    assert "more than the 3 that it may." in said
    rows = [line.split()[1:] for line in said.splitlines() if re.match(r"E +\d+ +\d+\.\d  ", line)]
    assert [int(size) for size, *_ in rows] == sorted((int(size) for size, *_ in rows), reverse=True)
    found = {row[2]: (row[0], row[3:]) for row in rows}
    assert found["app"] == ("1", ["app_main.py:2"])
    assert found["shop.table"] == ("2", ["shop/core.py:6", "in", "fetch"])


def test_forbidden_module_is_told_with_the_line_that_used_it(said: str) -> None:
    assert "python -m app_main loads shop.rows, which it must not:" in said
    first = said.partition("loads shop.rows, which it must not:\n")[2].splitlines()
    assert [line.removeprefix("E").strip() for line in first[:3]] == [
        "shop.rows is used at shop/table.py:2",
        "shop.table is used at shop/core.py:6 in fetch",
        "called at shop/core.py:4 in read",
    ]
    assert "loads shop, which it must not:" in said
    assert "3 more that it must not: shop.core, shop.table, shop.rows" in said


def test_command_that_tells_nothing_fails_the_test(said: str) -> None:
    assert "python -m app_main fail ended with exit status 1, not 0" in said
    assert "AssertionError: 'true' recorded no imports" in said
    assert "took longer than 1.5 seconds" in said
    assert "ValueError: 'shop-rows' is no pattern of modules" in said


def test_failure_is_shown_at_the_line_of_the_test(said: str) -> None:
    assert "lazi_site/budget.py" not in said.replace("ValueError", "", 1).partition("test_no_pattern")[0]


def test_plug_in_is_quiet_and_imports_nothing_else(tested: Environment) -> None:
    (tested.root / "test_other.py").write_text(
        "import sys\n"
        "def test_other():\n"
        "    assert 'lazi_site.pytest_plugin' in sys.modules\n"
        "    assert not {'lazi_site.budget', 'lazi_site.measure', 'lazi_site.errors'} & set(sys.modules)\n"
    )
    for env in ({}, {"LAZI_DISABLE": "1"}):
        done = tested.run("-m", "pytest", "-p", "no:cacheprovider", "-q", "test_other.py", env={**env})
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning" not in done.stdout
        assert done.stderr == ""

"""The JSON of every command that has some keeps the form that contracts.py describes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli import contracts
from tests.cli.programs import CHECKING, add_shop
from tests.support.environment import Environment
from tests.support.template import copy_template

BROKEN = "broken.toml"
PROGRAM = ("--", "python", "-c", CHECKING)  # it goes wrong when imports wait
# By what is asked: the form of the answer.
ASKED: dict[tuple[str, ...], Any] = {
    ("status",): contracts.STATUS,
    ("config", "show"): contracts.CONFIG_SHOW,
    ("config", "check", BROKEN): contracts.CONFIG_CHECK,
    ("config", "path"): contracts.CONFIG_PATH,
    ("scan",): contracts.SCAN,
    ("explain",): contracts.EXPLAIN,
    ("doctor",): contracts.DOCTOR,
    ("doctor", "--fix"): contracts.DOCTOR,
    ("top", "--runs=2"): contracts.TOP,
    ("verify", *PROGRAM): contracts.VERIFY,
    ("bisect", *PROGRAM): contracts.BISECT,
    ("why", "shop.apples"): contracts.WHY,
    ("why", "shop.registry", *PROGRAM): contracts.WHY_IN_RUN,
    ("report", *PROGRAM): contracts.REPORT,
    ("bench", "--runs=2", "--fail-over=9", "--save=saved", *PROGRAM): contracts.BENCH,
    ("clean",): contracts.CLEAN,
    ("bench", "--runs=2", "--compare=saved", "--", "python", "-c", "pass"): contracts.BENCH,
}


@pytest.fixture(scope="module")
def shop(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An enabled environment with the packages of programs.py, an editable install and a broken file."""
    environment = copy_template(template, tmp_path_factory.mktemp("contracts"))
    environment.enable()
    add_shop(environment)
    (environment.purelib / "shop_dev.pth").write_text(f"{environment.root}\n")
    (environment.root / BROKEN).write_text("eager = 1\nnothing = []\n")
    return environment


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_json_has_the_form_that_scripts_rely_on(shop: Environment, asked: tuple[str, ...]) -> None:
    command, *rest = asked
    done = shop.lazi(command, "--json", *rest)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["version"] == 1
    assert contracts.breaches(found, ASKED[asked]) == []


def test_saved_benchmark_has_its_form(shop: Environment) -> None:
    shop.lazi("bench", "--runs=2", "--save=kept.json", "--", "python", "-c", "pass", check=True)
    assert contracts.breaches(json.loads((shop.root / "kept.json").read_text()), contracts.SAVED) == []


@pytest.mark.parametrize(
    ("found", "form", "breach"),
    [
        ({"a": 1, "b": 2}, {"a": int}, ".b: not expected"),
        ({}, {"a": int}, ".a: missing"),
        ({"a": True}, {"a": int}, ".a: True, expected int"),
        ({"a": [1, None]}, {"a": [int]}, ".a[1]: None, expected int"),
        ({"a": {"x": 1}}, {"a": {"*": str}}, ".a.x: 1, expected str"),
        ({"a": "c"}, {"a": {"b"}}, ".a: 'c', expected {'b'}"),
        ({"a": {"b": 1}}, {"a": ({"b": str}, None)}, ".a.b: 1, expected str"),
    ],
)
def test_what_breaks_a_contract_is_found(found: Any, form: Any, breach: str) -> None:
    assert contracts.breaches(found, form) == [breach]

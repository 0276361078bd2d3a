"""``lazi-site why``: what the rules say of a module and what happened to it in a run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.environment import Environment

FILES = {
    "app": "import heavy\nimport early\nimport idle\ndef work():\n    return heavy.V or idle.V\nwork()\n",
    "heavy": "V = 1\n",
    "early": "",
    "idle": "",
}


@pytest.fixture
def program(enabled: Environment) -> Environment:
    """An enabled environment with the program ``python -m app`` in its site-packages."""
    for name, text in FILES.items():
        enabled.add_module(name, text)
    (enabled.project / "lazi-site.toml").write_text("eager = ['early']\n")
    return enabled


def why(environment: Environment, *arguments: str) -> dict[str, Any]:
    done = environment.lazi("why", "--json", *arguments, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("version") == 1
    return found


def test_without_a_command_the_rules_answer(program: Environment) -> None:
    assert why(program, "heavy") == {
        "module": "heavy",
        "file": str(program.purelib / "heavy.py"),
        "policy": {"imports_of_it": None, "imports_in_it": None},
    }
    rule = why(program, "early")["policy"]["imports_of_it"]
    assert rule["code"] == "eager-rule"
    assert str(program.project / "lazi-site.toml") in rule["detail"]


def test_run_tells_statement_and_line_that_needed_it(program: Environment) -> None:
    found = why(program, "heavy", "--", "python", "-m", "app")
    (process,) = found["processes"]
    (statement,) = process["statements"]
    app = str(program.purelib / "app.py")
    assert (statement["event"], statement["file"], statement["line"]) == ("deferred", app, 1)
    assert process["load"]["lazy"] is True
    assert process["load"]["stack"][0][1:] == [app, 5, "work"]


def test_text_says_waited_eager_and_never_loaded(program: Environment) -> None:
    done = program.lazi("why", "idle", "--", "python", "-m", "app", check=True)
    assert "waited    app.py:3 in __main__" in done.stdout
    assert "never loaded" in done.stdout
    done = program.lazi("why", "early", "--", "python", "-m", "app", check=True)
    (eager,) = [line for line in done.stdout.splitlines() if line.startswith("  eager ")]
    assert "app.py:2 in " in eager  # 3.15: __main__, below: app
    assert "'early' in the project file" in eager
    assert "because it was imported at\n    app.py:2" in done.stdout


def test_module_that_a_run_never_mentions_is_a_no(program: Environment) -> None:
    done = program.lazi("why", "decimal", "--", "python", "-m", "app")
    assert (done.returncode, done.stderr) == (1, "")
    assert "nothing imported decimal" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("no-name",), "'no-name' is no module name"),
        (("heavy", "--", "surely-no-such-command"), "There is no program 'surely-no-such-command'"),
        (("heavy", "--", "true"), "recorded no imports"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(
    enabled_template: Environment, arguments: tuple[str, ...], complaint: str
) -> None:
    done = enabled_template.lazi("why", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr

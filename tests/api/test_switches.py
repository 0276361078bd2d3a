"""Each switch that a person who comes from an import hook of his own looks for, and what it does here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.program import load, run
from tests.support.environment import Environment

BODY = load("user") + "import sys\nprint(*(name in sys.modules for name in ('heavy', 'other', 'colorsys')))"


@pytest.fixture
def configured(environment: Environment, folder: Path) -> Environment:
    """An enabled environment of the test's own; ``user`` also imports a module of the standard library."""
    (folder / "user.py").write_text(
        "import colorsys, heavy\nfrom other import B\ndef use(): return colorsys, heavy, B\n"
    )
    environment.enable()
    return environment


@pytest.mark.parametrize(
    ("setting", "env", "loaded"),
    [
        ("", {}, "False False True"),
        ("stdlib = 'include'", {}, "False False False"),
        ("stdlib = 'include'", {"LAZI_STDLIB": "exclude"}, "False False True"),
        ("eager = ['*']", {}, "True True True"),
        ("", {"LAZI_EAGER": "*"}, "True True True"),
        ("", {"LAZI_DISABLE": "1"}, "True True True"),
        ("enabled = false", {}, "True True True"),
        ("snapshot = false", {}, "False False True"),
        ("", {"LAZI_NO_SNAPSHOT": "1"}, "False False True"),
    ],
)
def test_switches_of_configuration_and_environment(
    configured: Environment, folder: Path, setting: str, env: dict[str, str], loaded: str
) -> None:
    (configured.project / "lazi-site.toml").write_text(setting + "\n")
    assert run(configured, folder, BODY, **env)[-1] == loaded


@pytest.mark.parametrize("switch", ["lazi.deactivate()", "lazi.set_eager_imports(lambda name: True)"])
def test_switches_of_the_program(enabled_template: Environment, folder: Path, switch: str) -> None:
    assert run(enabled_template, folder, f"{switch}\n{BODY}")[-1].startswith("True True")


@pytest.mark.parametrize(("level", "states"), [("1", {"loaded"}), ("2", {"loaded", "pending"})])
def test_trace_levels(enabled_template: Environment, folder: Path, level: str, states: set[str]) -> None:
    (folder / "body.py").write_text("import user\nuser.use()\n")
    done = enabled_template.run("-c", "__import__('body')", cwd=folder, env={"LAZI_TRACE": level})
    assert states <= {line.split()[1] for line in done.stderr.splitlines()}
    assert ("pending" in done.stderr) == ("pending" in states)

"""config: the merged values with their sources, one file checked, all files listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.environment import Environment


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def layered(enabled: Environment) -> Environment:
    """An environment in which every source says something."""
    write(enabled.site_config, "mode = 'declared'\ntrace = 1\neager = ['of.site']\n")
    write(enabled.user_config, "trace = 2\neager = ['of.user']\n")
    write(enabled.project / "pyproject.toml", "[tool.lazi-site]\ntrace = 3\neager = ['of.project']\n")
    write(enabled.root / "extra.toml", "lazy = ['of.extra']\n")
    return enabled


def test_every_value_is_shown_with_its_source(layered: Environment) -> None:
    env: dict[str, str | None] = {
        "LAZI_CONFIG": str(layered.root / "extra.toml"),
        "LAZI_STDLIB": "include",
        "LAZI_EAGER": "of.variable",
    }
    done = layered.lazi("config", "show", "--json", env=env, check=True)
    found = json.loads(done.stdout)
    options = found["options"]
    assert found["version"] == 1
    assert options["enabled"] == {"value": True, "source": "the built-in default"}
    assert options["mode"] == {
        "value": "declared",
        "source": f"the site file {layered.site_config}",
    }
    pyproject = f"the project file {layered.project / 'pyproject.toml'} [tool.lazi-site]"
    assert options["trace"] == {"value": 3, "source": pyproject}
    assert options["stdlib"] == {
        "value": "include",
        "source": "the environment variable LAZI_STDLIB",
    }
    assert options["eager"]["sources"] == {
        "of.site": f"the site file {layered.site_config}",
        "of.user": f"the user file {layered.user_config}",
        "of.project": pyproject,
        "of.variable": "the environment variable LAZI_EAGER",
    }
    assert options["lazy"]["value"] == ["of.extra"]


def test_show_is_the_default_and_prints_a_line_per_value(layered: Environment) -> None:
    short = layered.lazi("config", check=True)
    assert short.stdout == layered.lazi("config", "show", check=True).stdout
    assert f"the user file {layered.user_config}" in short.stdout
    assert "\x1b" not in short.stdout


def test_json_may_stand_before_or_after_the_action(layered: Environment) -> None:
    first = layered.lazi("config", "--json", check=True).stdout
    assert first == layered.lazi("config", "show", "--json", check=True).stdout
    assert first == layered.lazi("config", "--json", "show", check=True).stdout


def test_what_start_uses_is_what_is_shown(layered: Environment) -> None:
    shown = json.loads(layered.lazi("config", "--json", check=True).stdout)["options"]
    used = layered.evaluate("startup.state.snapshot['settings']")
    for name, option in shown.items():
        expected = option["sources"] if "sources" in option else option["value"]
        assert used[name] == expected, name


def test_set_shows_what_would_hold(enabled_template: Environment) -> None:
    done = enabled_template.lazi("config", "show", "--set", "stdlib=include", check=True)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("stdlib")]
    assert line.split(maxsplit=2)[1:] == ["include", "the command line"]
    wrong = enabled_template.lazi("config", "show", "--set", "stdlb=include")
    assert wrong.returncode == 2
    assert "Did you mean 'stdlib'?" in wrong.stderr


def test_problem_is_a_finding(layered: Environment) -> None:
    write(layered.user_config, "trace = 9\n")
    done = layered.lazi("config")
    assert done.returncode == 1
    assert f"problem: {layered.user_config}, line 1, key 'trace'" in done.stdout
    assert layered.lazi("config", env={"LAZI_TRACE": "x"}).returncode == 1


@pytest.mark.parametrize(
    ("name", "text", "status", "said"),
    [
        ("lazi-site.toml", "mode = 'all'\n", 0, "in order"),
        ("any.toml", "", 0, "in order"),
        ("any.toml", "mode = 'some'\n", 1, "line 1, key 'mode'"),
        ("any.toml", "mode = \n", 1, "it is not TOML"),
        ("pyproject.toml", "[tool.lazi-site]\nmode = 5\n", 1, "line 2, key 'tool.lazi-site.mode'"),
        ("pyproject.toml", "[project]\nmode = 5\n", 0, "no settings"),
    ],
)
def test_check_answers_for_one_file(
    enabled_template: Environment, tmp_path: Path, name: str, text: str, status: int, said: str
) -> None:
    path = write(tmp_path / name, text)
    done = enabled_template.lazi("config", "check", path)
    assert done.returncode == status
    assert said in done.stdout
    as_json = enabled_template.lazi("config", "check", path, "--json")
    assert as_json.returncode == status
    assert len(json.loads(as_json.stdout)["problems"]) == status


def test_check_of_a_missing_file_is_wrong_usage(enabled_template: Environment) -> None:
    done = enabled_template.lazi("config", "check", "/nowhere.toml")
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_path_lists_every_file(layered: Environment) -> None:
    done = layered.lazi("config", "path", check=True)
    for path in (layered.site_config, layered.user_config, layered.project / "pyproject.toml"):
        (line,) = [line for line in done.stdout.splitlines() if str(path) in line]
        assert line.endswith("present")
    found = json.loads(layered.lazi("config", "path", "--json", check=True).stdout)
    assert [source["present"] for source in found["sources"]] == [True, True, True, False]

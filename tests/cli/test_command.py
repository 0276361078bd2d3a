"""The command itself: help that teaches, exit statuses, errors, and a light start."""

from __future__ import annotations

import re

import pytest

from lazi_site import __version__
from lazi_site.cli import COMMANDS, status_codes
from lazi_site.config.options import OPTIONS
from tests.support.environment import Environment


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command_with_examples(template: Environment, arguments: list[str]) -> None:
    done = template.lazi(*arguments, check=True)
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert "examples:" in done.stdout
    assert "LAZI_DISABLE=1" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_is_a_page_of_a_manual(template: Environment, name: str) -> None:
    done = template.lazi(name, "--help", check=True, env={"COLUMNS": "200"})
    assert done.stdout.startswith(f"usage: lazi-site {name}")
    for title in ("options", "examples", "exit status", "see also"):
        assert f"\n{title}:\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "\x1b" not in done.stdout


def test_help_command_is_the_option(template: Environment) -> None:
    done = template.lazi("help", "enable", check=True)
    assert done.stdout == template.lazi("enable", "--help", check=True).stdout


@pytest.mark.parametrize(("columns", "widest"), [(None, 80), ("60", 60), ("90", 90), ("300", 100)])
def test_help_is_as_wide_as_the_terminal(template: Environment, columns: str | None, widest: int) -> None:
    done = template.lazi("bisect", "--help", check=True, env={"COLUMNS": columns})
    options = done.stdout.partition("\noptions:\n")[2].partition("\nexamples:\n")[0]
    assert widest - 12 < max(map(len, options.splitlines())) <= widest


def test_help_names_every_variable_and_file(template: Environment) -> None:
    told = template.lazi("--help", check=True).stdout
    variables = {name for option in OPTIONS for name in option.variables}
    assert variables <= set(re.findall("LAZI_[A-Z_]+", told))
    assert {"LAZI_CONFIG", "LAZI_REPORT", "NO_COLOR", "lazi_site.pth", "pyproject.toml"} <= set(
        re.findall(r"[\w.]+", told)
    )


@pytest.mark.parametrize("argument", ["--version", "-V"])
def test_version(template: Environment, argument: str) -> None:
    assert template.lazi(argument, check=True).stdout == f"lazi-site {__version__}\n"


def test_unknown_command_asks_whether_another_was_meant(template: Environment) -> None:
    done = template.lazi("enabel")
    assert done.returncode == status_codes.REFUSED
    assert done.stdout == ""
    assert "Did you mean 'lazi-site enable'?" in done.stderr


def test_wrong_option_is_wrong_usage(template: Environment) -> None:
    done = template.lazi("status", "--colour")
    assert done.returncode == status_codes.REFUSED
    assert "usage: lazi-site status" in done.stderr


def test_console_script_is_the_same_command(template: Environment) -> None:
    script = template.python.with_name("lazi-site")
    done = template.run(script, "--version", check=True)
    assert done.stdout == f"lazi-site {__version__}\n"


def test_interrupt_ends_quietly(template: Environment) -> None:
    code = (
        "import sys, lazi_site.cli as cli\n"
        "def interrupt(arguments): raise KeyboardInterrupt\n"
        "cli.run_command = interrupt\n"
        "sys.exit(cli.main(['status']))"
    )
    done = template.run("-c", code)
    assert (done.returncode, done.stderr) == (status_codes.INTERRUPTED, "")


# Modules in the whole process, a bare interpreter's 33 and those of the engine among them. Versions of
# Python differ by 25, of platformdirs by a few; these are the most that were counted, and a tenth.
@pytest.mark.parametrize(
    ("arguments", "most", "absent"),
    [
        (["--help"], 76, ["argparse", "json", "rich", "platformdirs", "tomllib", "subprocess"]),
        (["--version"], 76, ["argparse", "json", "rich", "platformdirs", "tomllib", "subprocess"]),
        (["disable"], 158, ["rich", "platformdirs.unix", "platform", "shutil", "tomlkit", "typing"]),
        (["status"], 180, ["rich", "tomlkit", "tomllib", "platform", "subprocess"]),
        (["enable"], 194, ["rich", "tomlkit", "tomllib", "platform"]),
        (["config"], 180, ["rich", "tomlkit"]),
    ],
)
def test_command_imports_only_what_it_needs(
    enabled: Environment, arguments: list[str], most: int, absent: list[str]
) -> None:
    code = "import sys; from lazi_site.cli import main; main(sys.argv[1:]);print('\\n', *sys.modules)"
    done = enabled.run("-c", code, *arguments, check=True)
    loaded = done.stdout.rpartition("\n ")[2].split()
    assert not set(absent) & set(loaded)
    assert len(loaded) <= most

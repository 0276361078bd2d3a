"""The command itself: help that teaches, exit statuses, errors, and a light start."""

from __future__ import annotations

import pytest

from lazi_site import __version__
from lazi_site.cli import COMMANDS, status_codes
from tests.support.environment import Environment


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command_with_examples(template: Environment, arguments: list[str]) -> None:
    done = template.lazi(*arguments, check=True)
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert "examples:" in done.stdout
    assert "LAZI_DISABLE=1" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_teaches(template: Environment, name: str) -> None:
    done = template.lazi(name, "--help", check=True)
    assert f"lazi-site {name}" in done.stdout
    assert "examples:" in done.stdout
    assert template.lazi("help", name, check=True).stdout == done.stdout


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


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["argparse", "json", "rich", "platformdirs", "tomllib", "subprocess"]),
        (["--version"], ["argparse", "json", "rich", "platformdirs", "tomllib", "subprocess"]),
        (["disable"], ["rich", "platformdirs.unix", "tomlkit", "typing"]),
        (["status"], ["rich", "tomlkit"]),
        (["enable"], ["rich", "tomlkit"]),
        (["config"], ["rich", "tomlkit"]),
    ],
)
def test_command_imports_only_what_it_needs(
    environment: Environment, arguments: list[str], absent: list[str]
) -> None:
    code = "import sys; from lazi_site.cli import main; main(sys.argv[1:]);print('\\n', *sys.modules)"
    done = environment.run("-c", code, *arguments, check=True)
    loaded = done.stdout.rpartition("\n ")[2].split()
    assert not set(absent) & set(loaded)

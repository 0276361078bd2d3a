"""The scripts of ``lazi-site completion``, as the shells read them; zsh and fish where they are installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lazi_site.cli import COMMANDS, status_codes
from lazi_site.cli.completion import SHELLS
from tests.support.environment import Environment

CHECKOUT = Path(__file__).parents[2]
# Calls what `complete` was told to, as pressing the key does. One answer on a line.
ASK_BASH = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
"$(complete -p lazi-site | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script of every shell, printed where shtab is: in the environment of the tests."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in SHELLS:
        done = subprocess.run(
            [sys.executable, "-m", "lazi_site", "completion", shell],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        )
        (folder / shell).write_text(done.stdout)
    (folder / "lazi.toml").touch()
    (folder / "subfolder").mkdir()
    return folder


def in_bash(scripts: Path, *words: str) -> list[str]:
    """Return what bash offers for the last of *words*."""
    command = ["bash", "--norc", "-c", ASK_BASH, "bash", str(scripts / "bash"), "lazi-site", *words]
    done = subprocess.run(command, cwd=scripts, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def in_fish(scripts: Path, *words: str) -> list[str]:
    """Return what fish offers for the last of *words*, without what it says beside it."""
    code = f"source {scripts / 'fish'}; complete -C '{' '.join(['lazi-site', *words])}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", code], cwd=scripts, capture_output=True, text=True, check=True
    )
    return [line.partition("\t")[0] for line in done.stdout.splitlines()]


Asker = Callable[..., list[str]]
ASKERS = [
    pytest.param(in_bash, id="bash"),
    pytest.param(in_fish, id="fish", marks=pytest.mark.skipif(not shutil.which("fish"), reason="no fish")),
]


@pytest.mark.parametrize("ask", ASKERS)
class TestShell:
    """What a shell offers."""

    def test_commands(self, scripts: Path, ask: Asker) -> None:
        assert set(ask(scripts, "")) >= set(COMMANDS)
        assert ask(scripts, "comp") == ["completion"]

    def test_options_of_the_command_alone(self, scripts: Path, ask: Asker) -> None:
        assert {"--venv", "--project", "--force", "--try"} <= set(ask(scripts, "enable", "--"))
        assert ask(scripts, "enable", "--p") == ["--project"]
        assert ask(scripts, "disable", "--p") == ["--purge"]

    def test_values(self, scripts: Path, ask: Asker) -> None:
        assert ask(scripts, "bisect", "--write", "p") == ["project"]
        assert ask(scripts, "config", "ch") == ["check"]
        assert ask(scripts, "explain", "in-t") == ["in-try"]

    def test_files_and_directories(self, scripts: Path, ask: Asker) -> None:
        assert ask(scripts, "config", "check", "laz") == ["lazi.toml"]
        assert ask(scripts, "report", "--from", "laz") == ["lazi.toml"]
        assert [name.rstrip("/") for name in ask(scripts, "enable", "--venv", "sub")] == ["subfolder"]

    def test_program_behind_the_dashes_and_its_files(self, scripts: Path, ask: Asker) -> None:
        assert "mkdir" in ask(scripts, "verify", "--", "mkd")
        assert ask(scripts, "bench", "--", "cat", "laz") == ["lazi.toml"]


def test_zsh_reads_its_script(scripts: Path) -> None:
    if not shutil.which("zsh"):
        pytest.skip("no zsh")
    subprocess.run(["zsh", "-n", scripts / "zsh"], check=True)


def test_script_is_of_no_machine(scripts: Path) -> None:
    for shell in SHELLS:
        assert str(CHECKOUT) not in (scripts / shell).read_text()
        assert sys.prefix not in (scripts / shell).read_text()


def test_without_shtab_it_says_what_to_install(template: Environment) -> None:
    done = template.lazi("completion", "bash")
    assert (done.returncode, done.stdout) == (status_codes.REFUSED, "")
    assert "pip install 'lazi-site[completion]'" in done.stderr

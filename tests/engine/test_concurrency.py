"""The programs of scripts/stress.py in short: threads, forks, signals, subinterpreters, the end of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environment import Environment
from tests.support.template import CHECKOUT

PROGRAMS = CHECKOUT / "scripts" / "stressing"


@pytest.mark.parametrize(
    ("program", "rounds"),
    [("circles", 3), ("meddling", 3), ("forks", 10), ("signals", 10), ("tasks", 3), ("interpreters", 5)],
)
def test_strained(program: str, rounds: int, enabled_template: Environment, tmp_path: Path) -> None:
    done = enabled_template.run(
        PROGRAMS / f"{program}.py", str(rounds), env={"LAZI_STDLIB": "include"}, cwd=tmp_path
    )
    fault = enabled_template.state / "last-fault.txt"
    assert (done.returncode, done.stderr, fault.exists()) == (0, "", False)
    assert f'"rounds": {rounds}' in done.stdout


def test_process_ends_while_daemon_threads_resolve(enabled_template: Environment, tmp_path: Path) -> None:
    done = enabled_template.run(PROGRAMS / "ending.py", "1", env={"LAZI_STDLIB": "include"}, cwd=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "end True\natexit 35\n")

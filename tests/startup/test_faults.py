"""The short runs of scripts/faults.py and scripts/fuzz.py."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.environment import Environment
from tests.support.template import CHECKOUT


def run_script(name: str, *arguments: str) -> str:
    """Run a script of the checkout, which must end well, and return what it prints."""
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / name), *arguments],
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "LAZI_"))},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs the files of POSIX")
def test_damaged_files_and_kills_are_survived(environment: Environment) -> None:
    states = "missing,huge,from 1970,from the future,a directory,link to itself,world-writable,wrong owner"
    leave_out = f"{states},empty,no permission,dangling link,nothing can be written"
    chosen = ("snapshot", "record")
    for file in chosen:
        more = ("--kills", "40" if file == "record" else "0", "--leave-out", leave_out)
        output = run_script(
            "faults.py", "--environment", str(environment.path), "--quick", "--only", file, *more
        )
        assert file in output


def test_generated_input_breaks_nothing() -> None:
    output = run_script("fuzz.py", "--inputs", "100")
    assert "config: 100 inputs" in output
    assert sys.version_info >= (3, 15) or "patcher: 100 inputs" in output

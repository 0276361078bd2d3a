"""Runs a command in another environment, by the lazi-site that is installed there."""

from __future__ import annotations

import os
import subprocess
import sys

from ..errors import RefusedError, UsageError

INTERPRETERS = ("bin/python", "bin/python3", "Scripts/python.exe")


def run_in_environment(directory: str, arguments: list[str], *, eager: bool = True) -> int:
    """Run ``lazi-site`` with *arguments* in the virtualenv *directory*; return its exit status.

    eager: switch lazy imports off for the run itself, so that it works
    whatever state the environment is in.

    Errors: UsageError if *directory* is no virtualenv, RefusedError if
    lazi-site cannot be imported there.
    """
    python = find_interpreter(directory)
    environ = dict(os.environ)
    check = subprocess.run(
        [python, "-I", "-c", "import lazi_site"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**environ, "LAZI_DISABLE": "1"},
    )
    if check.returncode:
        raise RefusedError(
            "not-installed-there",
            f"lazi-site is not installed in {directory}.",
            f"Install it first: {python} -m pip install lazi-site",
        )
    if eager:
        environ["LAZI_DISABLE"] = "1"
    sys.stdout.flush()
    return subprocess.run([python, "-I", "-m", "lazi_site", *arguments], env=environ).returncode


def find_interpreter(directory: str) -> str:
    """Return the path of the interpreter of the virtualenv *directory*.

    Errors: UsageError if it is none.
    """
    if os.path.isfile(os.path.join(directory, "pyvenv.cfg")):
        for name in INTERPRETERS:
            path = os.path.join(os.path.abspath(directory), name)
            if os.path.isfile(path):
                return path
    raise UsageError(
        "no-virtualenv-there",
        f"{directory} is not a virtualenv.",
        "Name the directory that holds pyvenv.cfg, often .venv, with --venv.",
    )

"""Runs a command in another environment, by the lazi-site that is installed there."""

from __future__ import annotations

import os
import sys

from ..errors import RefusedError, UsageError

INTERPRETERS = ("bin/python", "bin/python3", "Scripts/python.exe")


def run_in_environment(directory: str, arguments: list[str], *, as_started: bool = False) -> int:
    """Run ``lazi-site`` with *arguments* in the virtualenv *directory*; return its exit status.

    as_started: start the interpreter as programs are started there; otherwise
    isolated and with eager imports, so that the run works whatever state the
    environment is in.

    Errors: UsageError if *directory* is no virtualenv, RefusedError if
    lazi-site cannot be imported there.
    """
    import subprocess

    python = find_interpreter(directory)
    eager = {**os.environ, "LAZI_DISABLE": "1"}
    check = subprocess.run(
        [python, "-I", "-c", "import lazi_site"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=eager,
    )
    if check.returncode:
        raise RefusedError(
            "not-installed-there",
            f"lazi-site is not installed in {directory}.",
            f"Install it first: {python} -m pip install lazi-site",
        )
    sys.stdout.flush()
    # -P: a file in the current directory must not stand in for a module.
    return subprocess.run(
        [python, "-P" if as_started else "-I", "-m", "lazi_site", *arguments],
        env=None if as_started else eager,
    ).returncode


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

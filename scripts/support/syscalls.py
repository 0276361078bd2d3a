"""Counts which files a start of an interpreter opens, and of which it asks whether and what they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .environments import CommandFailed, Environment

CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")
OPENING = {"open", "openat", "openat2"}
ASKING = {"stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink"}
# Without strace: a start file that is read before any other counts what the interpreter tells audit hooks.
HOOK_FILE = "a_lazi_counted_files.pth"
HOOK_VARIABLE = "LAZI_COUNTED_FILES"
HOOK_LINE = (
    f"import os, sys; f = os.environ.get('{HOOK_VARIABLE}'); n = []; "
    "f and (sys.addaudithook(lambda event, arguments, n=n: event == 'open' and n.append(1)), "
    "__import__('atexit').register(lambda f=f, n=n: open(f, 'w').write(str(len(n)))))\n"
)


def files_counted(
    environment: Environment, arguments: list[str], variables: dict[str, str]
) -> dict[str, int]:
    """Return {"opened": ..., "asked": ...} of the environment's interpreter; without strace only "opened".

    variables: all its environment variables. Raises CommandFailed.
    """
    command = [str(environment.python), *arguments]
    tool = shutil.which("strace")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        if tool is None:
            return {"opened": count_by_hook(environment, command, variables, output)}
        call([tool, "-f", "-o", str(output), *command], variables)
        lines = output.read_text("utf-8", "replace").splitlines()
        names = [match[1] for match in map(CALL.match, lines) if match]
    return {
        "opened": sum(name in OPENING for name in names),
        "asked": sum(name in ASKING for name in names),
    }


def count_by_hook(
    environment: Environment, command: list[str], variables: dict[str, str], output: Path
) -> int:
    """Return how many files *command* opens after it has begun to read start files."""
    files = [folder / HOOK_FILE for folder in environment.folder.glob("[Ll]ib*/**/site-packages")]
    try:
        for file in files:
            file.write_text(HOOK_LINE)
        call(command, {**variables, HOOK_VARIABLE: str(output)})
    finally:
        for file in files:
            file.unlink(missing_ok=True)
    return int(output.read_text())


def call(command: list[str], variables: dict[str, str]) -> None:
    """Run *command*; CommandFailed if it does not exit with 0."""
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")

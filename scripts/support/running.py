"""Run one program and measure it: exit status, output, CPU time, modules loaded.

The program sees a clean environment: no PYTHON* and no LAZI_* variables but
those of its mode, an empty home, and its virtual environment first on PATH.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .environments import Environment

# Counts modules at exit. The line stands in a start file of its own that is
# read before lazi_site.pth, so that its exit function runs last; it does
# nothing unless the variable is set and imports only what every start has.
COUNTER = "lazi_corpus_modules"
COUNTER_FILE = "a_lazi_corpus_modules.pth"
COUNTER_LINE = (
    "import os, sys; f = os.environ.get('" + COUNTER.upper() + "'); "
    "f and __import__('atexit').register("
    "lambda f=f, os=os, sys=sys: "
    "open(f + '.' + str(os.getpid()), 'w').write(str(sum("
    # A module that a loader of these put there, but did not execute, is none.
    "type(one).__module__ not in ('importlib.util', 'lazi.core.module')"
    " for one in [*sys.modules.values()]))))\n"
)
TIME_LIMIT = 300.0  # seconds that a program may take

EAGER = {"LAZI_DISABLE": "1"}
NATIVE_ALL = {"LAZI_DISABLE": "1", "PYTHON_LAZY_IMPORTS": "all"}


@dataclass(frozen=True)
class Run:
    """What one run of a program gave. cpu: milliseconds, user and system, with its children's."""

    status: int
    stdout: str
    stderr: str
    cpu: float
    modules: int


class Runner:
    """Runs commands of one virtual environment, each in a fresh folder with a fixed name."""

    def __init__(self, environment: Environment, folder: Path, time_limit: float = TIME_LIMIT) -> None:
        self.environment = environment
        self.time_limit = time_limit
        self.home = folder / "home"
        self.work = folder / "work"

    def variables(self, mode: dict[str, str], extra: dict[str, str]) -> dict[str, str]:
        """Return the environment of a child for *mode* with a recipe's own variables."""
        home = str(self.home)
        base = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            base[name] = os.path.join(home, name.lower())
        path = os.pathsep.join([str(self.environment.bin), os.defpath])
        base.update(HOME=home, PATH=path, LANG="C.UTF-8", COLUMNS="100", TERM="dumb")
        return {**base, **extra, **mode}

    def command(self, command: list[str]) -> list[str]:
        """Return *command* with its first word, a script of the environment, as a full path."""
        return [str(self.environment.bin / command[0]), *command[1:]]

    def fresh(self) -> None:
        """Empty the working folder and the home of the program."""
        for folder in (self.work, self.home):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def run(
        self, command: list[str], mode: dict[str, str], extra: dict[str, str], count: bool = False
    ) -> Run:
        """Run *command* in the working folder. *count*: count its modules."""
        variables = self.variables(mode, extra)
        with temporary_folder(variables) as (name, temporary):
            counted = os.path.join(name, "modules")
            if count:
                variables[COUNTER.upper()] = counted
            with (
                open(os.path.join(name, "out"), "w+b") as out,
                open(os.path.join(name, "err"), "w+b") as err,
            ):
                process = subprocess.Popen(
                    self.command(command),
                    cwd=self.work,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                )
                timer = threading.Timer(self.time_limit, process.kill)
                timer.start()
                _, status, usage = os.wait4(process.pid, 0)
                timer.cancel()
                process.returncode = os.waitstatus_to_exitcode(status)
                out.seek(0)
                err.seek(0)
                return Run(
                    process.returncode,
                    decode(out.read(), temporary),
                    decode(err.read(), temporary),
                    (usage.ru_utime + usage.ru_stime) * 1000,
                    read_count(f"{counted}.{process.pid}") if count else 0,
                )


@contextlib.contextmanager
def temporary_folder(variables: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Make a folder for one run, and one in it for temporary files, which *variables* then name.

    Programs clean up among temporary files, pytest for example, and must not
    meet those of others. A short path: sockets are made in there.
    """
    # A child of the program may still be writing its number of modules there.
    with tempfile.TemporaryDirectory(prefix="lazi-run-", ignore_cleanup_errors=True) as name:
        temporary = os.path.join(name, "t")
        os.mkdir(temporary)
        variables.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary))
        yield name, temporary


def decode(output: bytes, temporary: str) -> str:
    """Return *output* as text, the folder for temporary files, different in each run, replaced."""
    return output.decode("utf-8", "backslashreplace").replace(temporary, "<temporary>")


def read_count(path: str) -> int:
    """Return the number in the file *path*, 0 if the program left none (``os._exit``)."""
    try:
        with open(path) as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def write_counter(environment: Environment) -> None:
    """Put the start file that counts modules into *environment*."""
    for folder in environment.folder.glob("lib*/**/site-packages"):
        (folder / COUNTER_FILE).write_text(COUNTER_LINE)

"""What the checks share: the environments of one interpreter, running in them, comparing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from support.environments import CommandFailed, Environment, installing_environment

TIME_LIMIT = 120  # seconds that a program may take
HEAVY = "print('load heavy', flush=True)\nA = 1\n\n\ndef double(x):\n    return 2 * x\n"


class Wrong(Exception):  # noqa: N818
    """Something is not as it has to be; the message says what."""


class NotHere(Exception):  # noqa: N818
    """A check cannot be made here; the message says why."""


@dataclass(frozen=True)
class Check:
    """One check: its name on the command line, the tool, what is tried, and the function."""

    name: str
    tool: str
    what: str
    function: Callable[[House], str]


CHECKS: list[Check] = []


def check(tool: str, what: str) -> Callable[[Callable[[House], str]], Callable[[House], str]]:
    """Make a function a check of *tool*; its name is the function's."""

    def register(function: Callable[[House], str]) -> Callable[[House], str]:
        CHECKS.append(Check(function.__name__, tool, what, function))
        return function

    return register


@dataclass(frozen=True)
class Done:
    """How a program ended, what it printed, and what it noted in the file $HOUSE_NOTES."""

    status: int
    stdout: str
    stderr: str
    notes: str = ""

    def __str__(self) -> str:
        return f"status {self.status}\n{self.stdout[-3000:]}{self.stderr[-3000:]}"


class House:
    """The environments of one interpreter, and a folder in which a check works.

    version: "3.X". python: the interpreter. folder: empty at the begin of each
    check, removed after it. wheel: lazi-site's.
    """

    def __init__(self, version: str, python: str, keep: Path, wheel: Path, folder: Path) -> None:
        self.version = version
        self.python = python
        self.wheel = wheel
        self.folder = folder
        self.number = tuple(map(int, version.split(".")))
        self.is_native = self.number >= (3, 15)
        self._keep = keep

    def tools(self, *requirements: str) -> Environment:
        """Return the environment of all tools, enabled, with *requirements* in it; raises NotHere."""
        environment = Environment(self._keep / f"{self.version}-house")
        environment.ensure(self.python)
        environment.install_lazi_site(self.wheel)
        failed = environment.install(list(requirements))
        if failed:
            raise NotHere("; ".join(f"{name} cannot be installed: {why}" for name, why in failed.items()))
        return environment

    def bare(self, name: str = "environment") -> Environment:
        """Return an environment of this check's own, with lazi-site and pip alone, enabled."""
        template = Environment(self._keep / f"{self.version}-house-bare")
        template.ensure(self.python)
        template.install_lazi_site(self.wheel)
        environment = Environment(self.folder / name)
        shutil.copytree(template.folder, environment.folder, symlinks=True)
        self.lazi(environment, "disable")
        self.lazi(environment, "enable")
        return environment

    def lazi(self, environment: Environment, *arguments: str) -> Done:
        """Run lazi-site of *environment*, which must end with 0."""
        return self.run([str(environment.python), "-m", "lazi_site", *arguments], expect=0)

    def write(self, files: dict[str, str]) -> None:
        """Write *files* (name to text) below the folder."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def run(
        self,
        command: list[str],
        *,
        input: str = "",
        expect: int | None = None,
        cwd: str = ".",
        **variables: str,
    ) -> Done:
        """Run *command* in the folder, its imports lazy if its environment is enabled.

        expect: the exit status that it must have; raises Wrong. *variables* are added to its own.
        """
        notes = self.folder / "notes"
        notes.unlink(missing_ok=True)
        kept = {key: value for key, value in installing_environment().items() if key != "LAZI_DISABLE"}
        home = {"HOME": str(self.folder / "home"), "HOUSE_NOTES": str(notes), "TERM": "dumb", "NO_COLOR": "1"}
        # Files, not pipes: a process that outlives the program would keep those open.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = subprocess.run(
                command,
                cwd=self.folder / cwd,
                env={**kept, **home, "PATH": self._path(command), **variables},
                input=input.encode(),
                stdout=out,
                stderr=err,
                timeout=TIME_LIMIT,
                check=False,
            ).returncode
            noted = notes.read_text("utf-8") if notes.exists() else ""
            found = Done(status, read(out), read(err), noted)
        if expect is not None and status != expect:
            raise Wrong(f"{' '.join(command)}: {found}")
        return found

    def same(
        self,
        command: list[str],
        *,
        status: int = 0,
        mask: str = "",
        is_sorted: bool = True,
        input: str = "",
        before: Callable[[], None] = lambda: None,
        **variables: str,
    ) -> tuple[Done, Done]:
        """Run *command* eagerly and lazily, *before* before each; return both ends.

        mask: a regular expression of what any two runs differ in. is_sorted: the
        order of lines is always the same. Raises Wrong if output or exit status
        differ, NotHere if the eager run does not end with *status*.
        """
        before()
        eager = self.run(command, input=input, expect=None, cwd=".", LAZI_DISABLE="1", **variables)
        if eager.status != status:
            last = str(eager).strip().rpartition("\n")[2]
            raise NotHere(f"it does not work eagerly either: status {eager.status}, {last}")
        before()
        lazy = self.run(command, input=input, expect=None, cwd=".", **variables)
        must_be_equal(eager, lazy, mask, is_sorted)
        return eager, lazy

    @staticmethod
    def _path(command: list[str]) -> str:
        return os.pathsep.join([os.path.dirname(command[0]), os.defpath])


def read(file: IO[bytes]) -> str:
    """Return what was written into *file*."""
    file.seek(0)
    return file.read().decode("utf-8", "backslashreplace")


def must_be_equal(eager: Done, lazy: Done, mask: str = "", is_sorted: bool = True) -> None:
    """Raise Wrong if two ends differ in more than what *mask* matches and, unless *is_sorted*, the order."""
    for kind in ("status", "stdout", "stderr"):
        one, other = (masked(str(getattr(done, kind)), mask) for done in (eager, lazy))
        if one != other and (is_sorted or sorted(one.splitlines()) != sorted(other.splitlines())):
            raise Wrong(f"{kind} differs\neager: {one[-3000:]}\nlazy: {other[-3000:]}\n{lazy.stderr[-2000:]}")


def masked(text: str, mask: str) -> str:
    """Return *text* with what the regular expression *mask* matches taken out."""
    return re.sub(mask, "", text) if mask else text


def expect(holds: object, message: object) -> None:
    """Raise Wrong with *message* unless *holds*."""
    if not holds:
        raise Wrong(str(message))


def pip(environment: Environment, *arguments: str) -> str:
    """Run pip of *environment* eagerly; a failure means that the check cannot be made."""
    try:
        return environment.pip(*arguments)
    except CommandFailed as error:
        raise NotHere(str(error).splitlines()[-1]) from None

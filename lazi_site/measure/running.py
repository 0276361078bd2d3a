"""Runs a program of the environment in a fresh process and keeps what it did: status, output, files, CPU."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass

from ..errors import UsageError
from .masking import Masks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .folders import Folder

STATUS = "exit status"
REPORT = "LAZI_REPORT"
# One run's variables; a variable that is None is taken out.
EAGER: Mapping[str, str | None] = {"LAZI_DISABLE": "1"}
LAZY: Mapping[str, str | None] = {"LAZI_DISABLE": None, "LAZI_TRACE": "0"}
# For timings: compiling anew in every run what a run imports would make the lazy ones look too good.
CACHING: Mapping[str, str | None] = {"PYTHONDONTWRITEBYTECODE": None}


@dataclass(frozen=True)
class Run:
    """What one run of a program did.

    status: its exit status, below 0 the signal that ended it, None when it took too long.
    streams: what is compared, masked: "exit status", "stdout", "stderr", "file NAME".
    stdout, stderr: as written.
    reports: the lines that its processes wrote into their report files.
    cpu: milliseconds, user and system, with its children's. seconds: how long it took.
    """

    status: int | None
    streams: Mapping[str, str]
    stdout: str
    stderr: str
    reports: str
    cpu: float
    seconds: float

    @property
    def status_text(self) -> str:
        """The exit status in words."""
        return self.streams[STATUS]


class Program:
    """A command of the environment that can be run several times.

    command: its words; the first is looked for among the environment's scripts, then on PATH.
    timeout: seconds after which a run is ended.
    masks: what is not compared.
    folder: the folder that each run finds in the same state and whose files are compared.
    status_only: compare nothing but the exit status.

    Errors: UsageError if there is no such program.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        timeout: float,
        masks: Masks,
        folder: Folder | None = None,
        status_only: bool = False,
    ) -> None:
        self.command = [find_program(command[0]), *command[1:]]
        self.timeout = timeout
        self.masks = masks
        self.folder = folder
        self.status_only = status_only
        self.directory = os.getcwd()  # by name: the folder may be moved aside and come again

    def run(self, variables: Mapping[str, str | None], *, traced: bool = False) -> Run:
        """Run the program once with *variables* laid over this process's environment.

        traced: have it record what becomes of its imports.
        """
        if self.folder is not None:
            self.folder.renew()
        # Something of the program may still be writing there when it has ended.
        with tempfile.TemporaryDirectory(prefix="lazi-run-", ignore_cleanup_errors=True) as place:
            # A folder of its own for temporary files, so that its name can be masked.
            temporary = os.path.join(place, "t")
            os.mkdir(temporary)
            if traced:
                variables = {**variables, REPORT: os.path.join(place, "report.%p")}
            process, begin = self._start(place, environment_for(variables, temporary))
            status, cpu, seconds = self._wait(process, begin)
            stdout, stderr = (read_text(os.path.join(place, name)) for name in ("stdout", "stderr"))
            reports = "".join(
                read_text(os.path.join(place, name))
                for name in sorted(os.listdir(place))
                if name.startswith("report.")
            )
            texts = {} if self.status_only else {"stdout": stdout, "stderr": stderr}
            if self.folder is not None and not self.status_only:
                texts.update((f"file {name}", text) for name, text in self.folder.contents().items())
            streams = {
                STATUS: describe_status(status, self.timeout),
                **{name: self.masks.apply(text, temporary, process.pid) for name, text in texts.items()},
            }
            return Run(status, streams, stdout, stderr, reports, cpu, seconds)

    def _start(self, place: str, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], float]:
        """Start the program with its output in *place*; return it and the time."""
        with (
            open(os.path.join(place, "stdout"), "wb") as out,
            open(os.path.join(place, "stderr"), "wb") as err,
        ):
            begin = time.monotonic()
            try:
                process = subprocess.Popen(
                    self.command,
                    cwd=self.directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,  # so that it can be ended with all its children
                )
            except OSError as error:
                raise UsageError(
                    "not-runnable",
                    f"{self.command[0]} cannot be run: {error.strerror}.",
                    "For a Python file write: python FILE",
                ) from None
        return process, begin

    def _wait(self, process: subprocess.Popen[bytes], begin: float) -> tuple[int | None, float, float]:
        """Wait for *process*, which began at *begin*; return status, CPU in ms and seconds."""
        before = cpu_of_children()
        status: int | None = None
        try:
            status = process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            end_all(process)
        except BaseException:
            end_all(process)
            raise
        return status, cpu_of_children() - before, time.monotonic() - begin


def find_program(word: str) -> str:
    """Return the path of the program that *word* names.

    Errors: UsageError if there is none.
    """
    if os.path.dirname(word):
        return os.path.abspath(word)
    found = shutil.which(word, path=scripts_folder()) or shutil.which(word)
    if found is None:
        raise UsageError(
            "no-such-program",
            f"There is no program '{word}' in the virtualenv or on PATH.",
            f"For a Python file write: python {word}",
        )
    return os.path.abspath(found)


def scripts_folder() -> str:
    """Return the folder of the environment's programs."""
    return os.path.dirname(sys.executable) or sysconfig.get_path("scripts")


def environment_for(variables: Mapping[str, str | None], temporary: str) -> dict[str, str]:
    """Return the environment of a run: this process's own with *variables*, but like any other run's.

    The environment's programs stand first on PATH, as in an activated one, and
    hashes of text are the same in every run unless PYTHONHASHSEED says otherwise.
    """
    inherited: dict[str, str | None] = {**os.environ, "LAZI_TRACE": None, REPORT: None}
    inherited["PATH"] = os.pathsep.join([scripts_folder(), os.environ.get("PATH", os.defpath)])
    inherited.setdefault("PYTHONHASHSEED", "0")
    inherited.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary))
    inherited.update(variables)
    return {name: value for name, value in inherited.items() if value is not None}


def describe_status(status: int | None, timeout: float) -> str:
    """Return the exit status of a run in words."""
    if status is None:
        return f"none after {timeout:g} seconds"
    if status < 0:
        try:
            return f"ended by {signal.Signals(-status).name}"
        except ValueError:
            pass
    return str(status)


def end_all(process: subprocess.Popen[bytes]) -> None:
    """End *process* and its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        process.kill()
    process.wait()


def cpu_of_children() -> float:
    """Return the CPU time in ms of all children that have ended, 0 where that is not known."""
    try:
        import resource
    except ImportError:
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def read_text(path: str) -> str:
    """Return the content of the file *path*; what is no UTF-8 in it becomes an escape."""
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()

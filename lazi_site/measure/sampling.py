"""What one run of a command takes, CPU time, wall time and memory, as the operating system tells it."""

from __future__ import annotations

import marshal
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass

from ..errors import RefusedError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launcher.py")
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; getrusage(2) of each system


@dataclass(frozen=True)
class Sample:
    """What one run took.

    status: its exit status, below 0 the signal that ended it.
    cpu: ms, user and system, with its children's that it waited for. wall: ms.
    peak: the greatest memory in MiB of the process, or of a child if that had more.
    """

    status: int
    cpu: float
    wall: float
    peak: float


class Sampler:
    """Runs a command, whose output is dropped, as often as it is asked to; use it in a ``with`` statement.

    command: its words, the first a path. timeout: seconds after which a run is ended.

    Errors: RefusedError where the operating system does not tell.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        if not hasattr(os, "wait4") or not hasattr(os, "posix_spawn"):
            raise RefusedError("cannot-measure", "This system does not say what a single process took.")
        self.command = list(command)
        self.timeout = timeout

    def __enter__(self) -> Self:
        self.launcher = subprocess.Popen(
            # Without start files and PYTHON* variables: as small as it can be.
            [sys.executable, "-I", "-S", LAUNCHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # an answer is one small message
            start_new_session=True,  # so that it can be ended with all that it started
        )
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        if kind is not None:
            try:
                os.killpg(self.launcher.pid, signal.SIGKILL)
            except OSError:
                pass
        with self.launcher:  # closes its input, at which it ends
            pass

    def run(self, environment: Mapping[str, str]) -> Sample:
        """Run the command once with the variables *environment* and return what it took.

        Errors: UsageError if it cannot be started, RefusedError if it takes too long.
        """
        assert self.launcher.stdin is not None
        assert self.launcher.stdout is not None
        request = memoryview(marshal.dumps((self.command, dict(environment))))
        while request:
            request = request[self.launcher.stdin.write(request) :]
        ready, _, _ = select.select([self.launcher.stdout], [], [], self.timeout)
        if not ready:
            raise too_long(self.timeout)
        try:
            error, status, cpu, wall, memory = marshal.load(self.launcher.stdout)
        except EOFError:
            raise RefusedError(
                "launcher-ended", "The process that measures was ended from outside."
            ) from None
        if error:
            raise UsageError(
                "not-runnable",
                f"{self.command[0]} cannot be run: {os.strerror(error)}.",
                "For a Python file write: python FILE",
            )
        status = os.waitstatus_to_exitcode(status)
        return Sample(status, cpu * 1000, wall * 1000, memory * RSS_UNIT / (1 << 20))


def too_long(timeout: float) -> RefusedError:
    """Return the error that says that a run took longer than *timeout* seconds."""
    return RefusedError(
        "took-too-long",
        f"A run took longer than {timeout:g} seconds and was ended.",
        "Allow more: --timeout SECONDS",
    )

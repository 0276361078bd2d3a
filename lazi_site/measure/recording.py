"""Runs a command and collects the records of its imports, from it and from its children."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from ..errors import UsageError
from .events import parse_records
from .running import environment_for, find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Process:
    """The records of one process: "process" is its first, events are all others in their order.

    What a record holds is described in startup/watch.py.
    """

    __slots__ = ("events", "header")

    def __init__(self, header: dict[str, Any]) -> None:
        self.header = header
        self.events: list[dict[str, Any]] = []

    def having(self, event: str) -> list[dict[str, Any]]:
        """Return the records of the kind *event*."""
        return [one for one in self.events if one["event"] == event]


class Recording:
    """What a run gave. status: its exit status; processes: the first one is the command's own."""

    __slots__ = ("processes", "status", "stderr")

    def __init__(self, status: int, stderr: bytes, processes: list[Process]) -> None:
        self.status = status
        self.stderr = stderr
        self.processes = processes

    @property
    def last_line(self) -> str:
        """The last line of standard error that is not empty, or ""."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def record(
    command: Sequence[str], variables: Mapping[str, str | None] | None = None, timeout: float | None = None
) -> Recording:
    """Run *command* lazily, its standard output dropped, and return what was recorded.

    variables: laid over this process's own, None takes one out; LAZI_DISABLE is taken out.
    timeout: seconds.

    Errors: UsageError if there is no such command; subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryDirectory(prefix="lazi-run-", ignore_cleanup_errors=True) as place:
        temporary, folder = os.path.join(place, "t"), Path(place, "r")
        os.mkdir(temporary)
        folder.mkdir()
        own = {"LAZI_DISABLE": None, "LAZI_REPORT": str(folder / "%p")}
        done = subprocess.run(
            [find_program(command[0]), *command[1:]],
            env=environment_for({**own, **(variables or {})}, temporary),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
        files = sorted(folder.iterdir(), key=lambda path: path.stat().st_ctime_ns)
        processes = [process for file in files for process in read_records(file)]
    return Recording(done.returncode, done.stderr, processes)


def record_something(command: Sequence[str], timeout: float | None = None) -> Recording:
    """Return what record() does. Errors: also UsageError if no process recorded anything."""
    found = record(command, timeout=timeout)
    if not found.processes:
        raise UsageError(
            "nothing-recorded",
            f"'{' '.join(command)}' recorded no imports (exit status {found.status}): it runs no Python of"
            " this environment, or imports are not lazy there.",
            "See lazi-site status.",
        )
    return found


def read_records(file: Path) -> list[Process]:
    """Return the processes that wrote into *file*.

    A program that became another by exec() is two processes, though it has one number.
    """
    found: list[Process] = []
    latest: dict[int, Process] = {}
    for fields in parse_records(file.read_bytes().decode("utf-8", "replace"), "pid", "event"):
        pid = fields["pid"]
        is_header = fields["event"] == "process"
        if is_header or pid not in latest:
            # A child that was forked goes on in its parent's file, without a header.
            latest[pid] = Process(fields if is_header else {"event": "process", "pid": pid, "argv": []})
            found.append(latest[pid])
        if not is_header:
            latest[pid].events.append(fields)
    return found

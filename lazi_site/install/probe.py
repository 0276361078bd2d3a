"""Asks a fresh interpreter of this environment whether its imports are lazy."""

from __future__ import annotations

import os
import subprocess
import sys

# Whatever other start files print stands before the mark; fields are text that
# may hold anything, so they are parted by a control character.
MARK = b"\x1elazi-site\x1f"
# It reads the policy when it is asked: without "import" and a space its text is no reason to do so before.
PROGRAM = """\
os = __import__("os")
os.read(0, 1)
state = __import__("lazi_site.startup.bootstrap", fromlist=["state"]).state
__import__("lazi_site.startup.settle", fromlist=["settle"]).settle()
fields = "1" if state.started else "", state.engine, state.reason, state.fault
text = "\\x1elazi-site\\x1f" + "\\x1f".join(fields)
os.write(1, text.encode("utf-8", "backslashreplace"))
"""
PATIENCE = 60  # seconds


class Answer:
    """What a fresh interpreter says of itself.

    started: the start file was read and ran.
    engine: "native", "backport" or "" while imports are eager.
    reason: why they are eager, or "".
    fault: what went wrong at the start, or "".
    """

    __slots__ = ("engine", "fault", "reason", "started")

    def __init__(self, started: bool, engine: str, reason: str, fault: str) -> None:
        self.started = started
        self.engine = engine
        self.reason = reason
        self.fault = fault


class FreshInterpreter:
    """This environment's Python, started without the kill switch, that waits to be asked what it says."""

    def __init__(self) -> None:
        environ = dict(os.environ)
        environ.pop("LAZI_DISABLE", None)
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: object = ""
        try:
            self._process = subprocess.Popen(
                # -P: a file in the current directory must not stand in for a module.
                [sys.executable, "-P", "-c", PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
            )
        except OSError as error:
            self._failure = error

    def ask(self) -> Answer:
        """Return its answer. It ends with that."""
        if self._process is None:
            return _no_answer(f"{sys.executable or 'the interpreter'} could not be started: {self._failure}")
        try:
            output, errors = self._process.communicate(b"\n", PATIENCE)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            self._process.communicate()
            return _no_answer(f"{sys.executable} does not come up: {error}")
        return _read_answer(output, errors, self._process.returncode)


def ask_fresh_interpreter() -> Answer:
    """Start this environment's Python once, without the kill switch, and return what it says."""
    return FreshInterpreter().ask()


def _read_answer(output: bytes, errors: bytes, status: int) -> Answer:
    _, mark, said = output.rpartition(MARK)
    fields = said.decode("utf-8", "replace").split("\x1f")
    if not mark or len(fields) != 4:
        last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return _no_answer(f"a fresh interpreter did not come up: {last or status}")
    started, engine, reason, fault = fields
    return Answer(bool(started), engine, reason, fault)


def _no_answer(fault: str) -> Answer:
    return Answer(False, "", fault, fault)

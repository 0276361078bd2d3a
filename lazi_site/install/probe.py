"""Asks a fresh interpreter of this environment whether its imports are lazy."""

from __future__ import annotations

import os
import sys

# Whatever other start files print stands before the mark; fields are text that
# may hold anything, so they are parted by a control character.
MARK = b"\x1elazi-site\x1f"
PROGRAM = """\
import os
from lazi_site.startup.bootstrap import state
from lazi_site.startup.settle import settle
settle()
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


def ask_fresh_interpreter() -> Answer:
    """Start this environment's Python once, without the kill switch, and return what it says."""
    import subprocess

    environ = dict(os.environ)
    environ.pop("LAZI_DISABLE", None)
    try:
        done = subprocess.run(
            # -P: a file in the current directory must not stand in for a module.
            [sys.executable, "-P", "-c", PROGRAM],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environ,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _no_answer(f"{sys.executable or 'the interpreter'} could not be started: {error}")
    _, mark, said = done.stdout.rpartition(MARK)
    fields = said.decode("utf-8", "replace").split("\x1f")
    if not mark or len(fields) != 4:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return _no_answer(f"a fresh interpreter did not come up: {last or done.returncode}")
    started, engine, reason, fault = fields
    return Answer(bool(started), engine, reason, fault)


def _no_answer(fault: str) -> Answer:
    return Answer(False, "", fault, fault)

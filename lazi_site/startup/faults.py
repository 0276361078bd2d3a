"""Tells faults of ours from exceptions of signal handlers, and writes them where `lazi-site status` looks."""

import os
import sys

from .bootstrap import state
from .snapshot import snapshot_directories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

FAULT_NAME = "last-fault.txt"


def is_from_signal(error: BaseException) -> bool:
    """Return whether *error* came out of a signal handler, which may run between any two instructions.

    A time limit is often such an exception: it belongs to the program. Python's
    handlers can be set only after ``_signal`` was imported.
    """
    signals = sys.modules.get("_signal")
    if signals is None:
        return False
    handlers = [signals.getsignal(number) for number in signals.valid_signals()]
    functions = [getattr(handler, "__func__", handler) for handler in handlers]
    codes = [getattr(function, "__code__", None) for function in functions]
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        if any(traceback.tb_frame.f_code is code for code in codes):
            return True
        traceback = traceback.tb_next
    return False


def write_fault() -> None:
    """Put the fault of this process into a small file in the first directory where that can be done."""
    for directory in snapshot_directories():
        try:
            with open(os.path.join(directory, FAULT_NAME), "w", encoding="utf-8") as file:
                file.write(state.fault + "\n")
            return
        except OSError:
            continue

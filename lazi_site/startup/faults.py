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
    """Put the fault of this process into a small file in the first directory where that can be done.

    A new file in place of what is there: that may be a FIFO, for which writing
    would wait, or somebody's link to a file that is not meant.
    """
    data = (state.fault + "\n").encode("utf-8", "backslashreplace")
    for directory in snapshot_directories():
        path = os.path.join(directory, FAULT_NAME)
        try:
            if os.path.lexists(path):
                os.unlink(path)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError:
            continue
        try:
            os.write(descriptor, data)
        except OSError:
            continue
        finally:
            os.close(descriptor)
        return

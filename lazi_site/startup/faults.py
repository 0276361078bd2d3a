"""Writes down what went wrong on our side, where ``lazi-site status`` finds it."""

import os

from .bootstrap import state
from .snapshot import snapshot_directories

FAULT_NAME = "last-fault.txt"


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

"""Writes down what went wrong on our side, where ``lazi-site status`` finds it."""

import os

from .bootstrap import state
from .snapshot import snapshot_directories

FAULT_NAME = "last-fault.txt"


def write_fault() -> None:
    """Put the fault of this process into a small file in the first directory where that can be done."""
    for directory in snapshot_directories():
        try:
            with open(os.path.join(directory, FAULT_NAME), "w", encoding="utf-8") as file:
                file.write(state.fault + "\n")
            return
        except OSError:
            continue

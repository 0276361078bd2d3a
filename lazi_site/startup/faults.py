"""What a fault of our own comes to: imports are eager from then on, and ``lazi-site status`` tells why."""

import os

from .bootstrap import state
from .snapshot import snapshot_directories


def record_fault(where: str, error: BaseException) -> None:
    """Keep what went wrong for ``lazi-site status``: in this process and in a small file."""
    state.engine = ""
    state.fault = f"{where}: {type(error).__name__}: {error}"
    state.reason = "lazi-site met a fault of its own (" + state.fault + ")"
    for directory in snapshot_directories():
        try:
            with open(os.path.join(directory, "last-fault.txt"), "w", encoding="utf-8") as file:
                file.write(state.fault + "\n")
            return
        except OSError:
            continue

"""What the programs share: writing modules, forgetting them again, the watchdog, and the result."""

import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Callable

SECONDS = int(os.environ.get("STRESS_SECONDS", "60"))  # that a round may take before it counts as hanging
errors: list[str] = []


def begin() -> int:
    """Make the current directory importable; return the number of rounds that was asked for."""
    sys.path.insert(0, os.getcwd())
    return int(sys.argv[1])


def write(files: dict[str, str]) -> None:
    """Write *files* (name to text) below the current directory."""
    for name, text in files.items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)


def forget(*packages: str) -> None:
    """Take the modules of *packages* out of the interpreter, so that they are loaded anew."""
    for name in list(sys.modules):
        if name.partition(".")[0] in packages:
            del sys.modules[name]


def watch() -> None:
    """Begin a round: end the process with the stacks of all threads if it takes too long."""
    faulthandler.dump_traceback_later(SECONDS, exit=True)


def attempt(function: Callable[[], object]) -> None:
    """Call *function*; keep the traceback of what it raises."""
    try:
        function()
    except BaseException as error:
        if not is_of_importlib(error):
            errors.append(traceback.format_exc())


def is_of_importlib(error: BaseException) -> bool:
    """Return whether *error* is that of 3.11's importlib if a signal handler imports while it takes a lock.

    The handler's import strikes the thread out of _blocking_on, in which _ModuleLock.acquire() then does not
    find it, with eager imports too. From 3.12 on a thread may stand there twice.
    """
    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    code = entry and entry.tb_frame.f_code
    return (
        isinstance(error, KeyError)
        and sys.version_info < (3, 12)
        and code is not None
        and (code.co_name, code.co_filename) == ("acquire", "<frozen importlib._bootstrap>")
    )


def end(**counts: int) -> None:
    """Print *counts* and end the process; what went wrong goes to standard error."""
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps(counts))
    if errors:
        sys.exit(f"{len(errors)} errors, the first:\n{errors[0]}")

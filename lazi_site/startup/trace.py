"""One line on standard error per decision about an import, for LAZI_TRACE=1 to 4. Not even read when off.

Levels: 1 failed, loaded and unloaded, 2 also pending, 3 also bound and eager with the
reason, 4 also the stack that led to a load.
"""

import sys

from .switches import switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


def tell(level: int, state: str, importer: object, target: str, detail: str = "") -> None:
    """Write that *importer*'s import of *target* is now in *state*, if the trace level is *level* or more."""
    if switches.trace >= level and sys.stderr is not None:
        text = f"lazi-site: {state:<8} {target}  in {importer}{'  ' if detail else ''}{detail}\n"
        try:
            sys.stderr.write(text)
        except (OSError, ValueError):
            switches.trace = 0  # nobody listens; the program must not suffer


def stack(frame: "FrameType | None") -> str:
    """Return where *frame* and its callers stand, innermost first, importlib's frames left out."""
    places = []
    while frame is not None:
        if not frame.f_code.co_filename.startswith("<frozen importlib"):
            places.append(f"\n    {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}")
        frame = frame.f_back
    return "".join(places)

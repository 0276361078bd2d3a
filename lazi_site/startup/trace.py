"""One line on standard error per decision about an import, for LAZI_TRACE=1 to 4. Not even read when off.

The states, and the levels from which on they are told; 4 adds the stack of the use:

loaded     1  a waiting name was used, and its import was performed
failed     1  likewise, but the import raised an error
pending    2  an import statement waits
declared   2  likewise, and the code says so itself: by ``lazy import`` (3.15) or ``__lazy_modules__``
resolving  3  a waiting name is used and its import begins; what is told until it is loaded belongs to it
bound      3  nothing had to be loaded, because the target was there
eager      3  the statement must not wait, and why
unloaded   1  a module was taken out of sys.modules by lazi_site.unload() or a block that unloads
"""

import sys

from . import switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def tell(
    level: int,
    state: str,
    importer: object,
    target: str,
    detail: str = "",
    stack: "Iterable[tuple[str, str, int, str]]" = (),
) -> None:
    """Write that *importer*'s import of *target* is now in *state*, if the trace level is *level* or more.

    detail: more about it. stack: what stack() of watch.py returned, for lines of its own.

    The stream is the interpreter's own: one that the program put in its place
    may be written in Python, and need the very name that is about to be told.
    """
    if switches.trace < level or sys.__stderr__ is None:
        return
    try:
        line = " ".join(f"lazi-site: {state:<9} {target}  in {importer}  {detail}".rstrip().splitlines())
        places = [f"    {file}:{number} in {function}" for _, file, number, function in stack]
        sys.__stderr__.write("\n".join([line, *places, ""]))
    except RuntimeError:
        pass  # a signal's handler imports while a line is being written: its own is lost
    except Exception:
        switches.trace = 0  # nobody listens; the program must not suffer

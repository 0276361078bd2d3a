"""What a running program may change about laziness; both engines look here at every statement.

A module and no object: making a class takes as long as fifty functions, and every start would make it.
"""

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

active = True  # imports may wait
declared_only = False  # the mode "declared"
trace = 0  # the level of LAZI_TRACE
watched = False  # what becomes of imports is to be told; see watch.py
eager_depth: "dict[int, int]" = {}  # open eager_imports() blocks by thread
eager_importer: "Callable[[str], bool] | None" = None  # whose imports are: set_eager_imports() (PEP 690)
open_places: "dict[int, list[int]]" = {}  # by id of a frame, which of its statements wait all the same
# Imports may wait, and nothing else here decides which. An engine looks at this first; whoever changes
# another one does so by change(), or calls it.
is_plain = True
is_quiet = True  # is_plain, the mode is "all", and nothing is to be told


def change(**values: "Any") -> None:
    """Give those of *values* to the switches of these names, and work out those that sum them up."""
    global is_plain, is_quiet
    globals().update(values)
    is_plain = active and not (eager_depth or open_places) and eager_importer is None
    is_quiet = is_plain and not (watched or declared_only)


def force_eager(namespace: "dict[str, Any]") -> bool:
    """Return whether the program wants imports eager that are made now, in the module of *namespace*."""
    if not active:
        return True
    if eager_depth and get_ident() in eager_depth:
        return True
    return eager_importer is not None and eager_importer(str(namespace.get("__name__")))

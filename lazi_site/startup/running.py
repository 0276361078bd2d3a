"""Import statements of code that runs already when laziness is switched on; read only by programs that do so.

``with lazy_imports():`` is about the statements in the block, and ``import
lazi_site.auto`` about those that follow it. The interpreter asks about them
itself on 3.15. Below, such code cannot be changed any more: as long as
there are such statements, ``__import__`` in the builtins of the frame is ours.
"""

import os
import sys
from _thread import RLock

from . import bytecode, switches
from .bootstrap import is_ours, record_fault, state
from .guards import is_internal
from .loaders import leave_traceback
from .settle import settle, skips
from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

IS_NATIVE = sys.version_info >= (3, 15)
UNCOVERED = -1  # in place of a handler: statements that stand in no try or with

_getframe = sys._getframe


class Place:
    """Statements of one frame that may wait: those whose exceptions go to one *handler*, or to none.

    frame: its module-level frame. last: the offset of the last of them, if it matters.
    """

    __slots__ = ("frame", "handler", "last")

    def __init__(self, frame: "FrameType", handler: int, last: int = 0) -> None:
        self.frame = frame
        self.handler = handler
        self.last = last


places: "list[Place]" = []
lock = RLock()
hooks: "list[tuple[dict[str, Any], Any, Any]]" = []  # builtins, the __import__ that was there, ours


def is_module_level(frame: "FrameType") -> bool:
    """Return whether *frame* runs the body of a module.

    With comprehensions in it, its locals may be a copy of the namespace (3.12).
    """
    code = frame.f_code
    return code.co_name == "<module>" and (code.co_nlocals > 0 or frame.f_locals is frame.f_globals)


def open_block(frame: "FrameType") -> "Place | None":
    """Let the statements wait that stand in the ``with`` block which *frame* is entering.

    None if it is no block at module level, or if a try is around it, whose
    handlers would come too late.
    """
    if not is_module_level(frame):
        return None
    ranges = bytecode.covered_ranges(frame.f_code.co_exceptiontable)
    around = bytecode.handler_of(ranges, frame.f_lasti)
    if around is not None and around not in switches.open_places.get(id(frame), ()):
        return None
    following = [one for one in ranges if one[0] > frame.f_lasti]
    if not following:
        return None
    return _open(Place(frame, min(following)[2]))


def follow(frame: "FrameType | None") -> None:
    """Let the module-level statements wait that *frame* and its callers have still to run. (3.11 to 3.14)"""
    while frame is not None and not IS_NATIVE:
        if is_module_level(frame) and not is_internal(frame):
            code = frame.f_code
            ranges = bytecode.covered_ranges(code.co_exceptiontable)
            heads = [at for _, at, *_ in bytecode.heads(code) if bytecode.handler_of(ranges, at) is None]
            last = max(heads, default=0)
            if last > frame.f_lasti and is_ours(os.path.dirname(code.co_filename)):
                _open(Place(frame, UNCOVERED, last))
        frame = frame.f_back


def _open(place: Place) -> Place:
    builtins = place.frame.f_builtins
    with lock:
        places.append(place)
        switches.open_places.setdefault(id(place.frame), []).append(place.handler)
        switches.change()
        if not IS_NATIVE and not any(one is builtins for one, _, _ in hooks):
            former = builtins["__import__"]
            ours = make_import(former)
            hooks.append((builtins, former, ours))
            builtins["__import__"] = ours
    return place


def close(place: Place) -> None:
    """Let the statements of *place* wait no more."""
    with lock:
        if place not in places:
            return
        places.remove(place)
        handlers = switches.open_places[id(place.frame)]
        handlers.remove(place.handler)
        if not handlers:
            del switches.open_places[id(place.frame)]
            switches.change()
        in_use = [one.frame.f_builtins for one in places]
        for hook in hooks[:]:
            builtins, former, ours = hook
            if not any(builtins is one for one in in_use):
                hooks.remove(hook)
                # Somebody may have put his own function over ours, which then only passes on.
                if builtins.get("__import__") is ours:
                    builtins["__import__"] = former


def make_import(former: "Callable[..., Any]") -> "Callable[..., Any]":
    """Return what stands in for *former*, an ``__import__``."""

    def import_in_block(
        name: str, namespace: "Any" = None, local: "Any" = None, fromlist: "Any" = (), level: int = 0
    ) -> "Any":
        frame = _getframe(1)
        if id(frame) in switches.open_places:
            carrier = carried(frame, name, level)
            if carrier is not None:
                return carrier
        try:
            return former(name, namespace, local, fromlist, level)
        except BaseException as error:
            leave_traceback(error)
            raise

    # Nor must it be taken for the importing frame by warnings.
    import_in_block.__code__ = import_in_block.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    return import_in_block


def carried(frame: "FrameType", name: str, level: int) -> "Any":
    """Defer the statement at which *frame* stands, if it may wait.

    Returns what it takes its names from, or None.
    """
    offset = frame.f_lasti
    handler = bytecode.handler_of(bytecode.covered_ranges(frame.f_code.co_exceptiontable), offset)
    wanted = UNCOVERED if handler is None else handler
    found = None
    try:
        if wanted in switches.open_places.get(id(frame), ()):
            settle()
            if state.engine and state.snapshot and not skips(name, level):
                load("lazi_site.startup.loaders")
                load("lazi_site.backport.blocks")
                from ..backport import blocks

                found = blocks.deferred_in_block(frame)
    except RecursionError:
        pass
    except Exception as error:
        record_fault(f"the import of {name}", error)
    for place in places[:]:
        if place.frame is frame and place.handler == UNCOVERED and offset >= place.last:
            close(place)
    return found

"""Which modules are loaded because a waiting name was used; costs nothing while nobody asks.

A load is lazy if the use of a name led to it, and so are those of all modules
that it loads itself. The import system's own function is wrapped for it, which
is called only for modules that are not loaded.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from types import ModuleType
from typing import Any

from .notes import failures, note_failure

_bootstrap: Any = sys.modules["_frozen_importlib"]

# The loads seen so far, {name: module}, for each of those who ask, the oldest first in each.
Loads = dict[str, ModuleType]
askers: list[Loads] = []
_inside: dict[int, int] = {}  # lazy loads under way, by thread
_former: Any = None


class lazily:  # noqa: N801 - it reads as the adverb that it is
    """Context manager: what this thread loads in the block counts as loaded lazily."""

    __slots__ = ("thread",)

    def __enter__(self) -> None:
        self.thread: int = get_ident()
        _inside[self.thread] = _inside.get(self.thread, 0) + 1

    def __exit__(self, *error: object) -> None:
        _inside[self.thread] -= 1
        if not _inside[self.thread]:
            del _inside[self.thread]


def ask() -> Loads:
    """Return a book into which every module is written that is loaded lazily from now on."""
    if not askers:
        from .engines import load_engine

        # First, because with LAZI_TRACE it wraps the function too, and keeps what it finds.
        load_engine()
        wrap()
    loads: Loads = {}
    askers.append(loads)
    return loads


def wrap() -> None:
    """Put our function in the place of importlib's."""
    global _former
    from ..startup import watch  # noqa: F401 - it keeps importlib's own

    if _bootstrap._find_and_load is not find_and_load:
        _former = _bootstrap._find_and_load
        _bootstrap._find_and_load = find_and_load


def stop_asking(loads: Loads) -> None:
    """Write no more into *loads*."""
    askers[:] = [one for one in askers if one is not loads]
    if not askers and _bootstrap._find_and_load is find_and_load:
        _bootstrap._find_and_load = _former


def find_and_load(name: str, import_: Any, **more: Any) -> Any:
    """Stand in for importlib's function, and note the modules that are loaded lazily.

    more: what importlib itself passes on (3.15).
    """
    if not askers or name in sys.modules or name.startswith("lazi_site"):
        return _former(name, import_, **more)
    if get_ident() not in _inside and not _was_looked_up(name):
        return _former(name, import_, **more)
    try:
        with lazily():
            module = _former(name, import_, **more)
    except Exception as error:
        note_failure(name, error)
        raise
    failures.pop(name, None)
    if isinstance(module, ModuleType):
        for loads in askers:
            loads[name] = module
    return module


# Tracebacks of failed imports leave out frames of importlib; this one must not show either.
find_and_load.__code__ = find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def _was_looked_up(name: str) -> bool:
    from ..startup.watch import was_looked_up

    try:
        return was_looked_up(name, sys._getframe(2))
    except ValueError:
        return False  # the interpreter itself imports

"""Finders that others put on ``sys.meta_path``: to answer an import they must not need one.

A finder would be asked about that one too, before it can answer. So what waits
in the module of a new finder is resolved before the next import is performed.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Finders:
    """known: the finders on sys.meta_path when it was last looked at."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: list[Any] = list(sys.meta_path)

    def modules_of_new(self) -> "list[Any]":
        """Return the modules that define the finders which came since the last call."""
        if sys.meta_path == self.known:
            return []
        new = [finder for finder in sys.meta_path if finder not in self.known]
        self.known = list(sys.meta_path)
        owners = [finder if isinstance(finder, type) else type(finder) for finder in new]
        return [sys.modules[owner.__module__] for owner in owners if owner.__module__ in sys.modules]


finders = Finders()

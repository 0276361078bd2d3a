"""Finders and path hooks of others: to answer an import they must not need one.

They would be asked about that one too, before they can answer. So what waits in
the module of a new finder or hook is resolved before the next import is
performed, while it is not in its list.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Watched:
    """One of the lists that the import system asks, and what it held when it was last looked at."""

    __slots__ = ("known", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: list[Any] = list(getattr(sys, name))

    def settle_new(self, resolve: "Callable[[Any], None]") -> None:
        """Call *resolve* with the module of every member that came since the last call."""
        current: list[Any] = getattr(sys, self.name)
        if current == self.known:
            return
        new = [member for member in current if not any(member is old for old in self.known)]
        self.known = list(current)
        places = [(current.index(member), member) for member in new]
        for member in new:
            current.remove(member)
        try:
            for member in new:
                owner = getattr(member, "__module__", None) or type(member).__module__
                if owner in sys.modules:
                    resolve(sys.modules[owner])
        finally:
            for place, member in places:
                current.insert(place, member)


watched = (Watched("meta_path"), Watched("path_hooks"))


def settle_new_finders(resolve: "Callable[[Any], None]") -> None:
    """Call *resolve* with the modules that define finders or path hooks which are new since the last call."""
    for members in watched:
        members.settle_new(resolve)

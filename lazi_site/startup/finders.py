"""Finders and path hooks of others: to answer an import they must not need one.

They would be asked about that one too, before they can answer. So those names
that a new finder or hook uses are resolved before the next import is performed,
while it is not in its list; see finding.py.
"""

import sys

from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LISTS = ("meta_path", "path_hooks")
asked: "list[list[Any]]" = [sys.meta_path, sys.path_hooks]  # what the import system asks
known: "list[list[Any]]" = [list(one) for one in asked]  # what it held when it was last looked at


def settle_new_finders(resolve: "Callable[[Any, set[str]], None]") -> None:
    """Call *resolve* with the module and the names used of finders and hooks that are new."""
    # Asked at every import, so that nothing is called where nothing is new.
    if sys.meta_path is not asked[0] or sys.path_hooks is not asked[1]:
        asked[:] = sys.meta_path, sys.path_hooks
    if asked != known:
        load("lazi_site.startup.finding")
        from .finding import settle_new

        for which, one in enumerate(known):
            if asked[which] != one:
                settle_new(which, resolve)

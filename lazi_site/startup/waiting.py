"""Which modules imports wait for, in either engine."""

import sys


def waiting_targets() -> "list[str]":
    """Return the absolute names of the modules that imports wait for, each once or more."""
    if sys.version_info >= (3, 15):
        return list(sys.lazy_modules)  # type: ignore[attr-defined]
    if "lazi_site.backport.namespaces" not in sys.modules:
        return []
    from ..backport.namespaces import records

    keys = (key for record in list(records.values()) for key in list(record.pending.values()))
    return [key.origin.full_target for key in keys]


def load_waiting(package: str, target: str) -> None:
    """Load the modules below *package* that imports wait for, until *target* is among them."""
    tried: set[str] = set()
    while target not in sys.modules:
        waiting = {one for one in waiting_targets() if one.startswith(package + ".")}
        waiting.difference_update(tried, sys.modules)
        if not waiting:
            return
        one = waiting.pop()
        tried.add(one)
        try:
            __import__(one)
        except Exception:
            continue  # it is told where its name is used

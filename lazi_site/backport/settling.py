"""Performing all imports that wait in a program that has run for long: the option "settle-after".

A namespace with waiting names slows its module's code down (see
namespaces.rebuild()). It is done where an import takes place anyway, in the use
of a waiting name, and in no thread of ours: modules may be made for one thread
alone, and a program that forks must not have another.
"""

from time import monotonic

from . import keys
from .namespaces import records

_begin = 0.0  # on the monotonic clock; from then on
_is_busy = False
_tried: "set[tuple[str, str]]" = set()  # (module, name) of imports that were performed, or that failed


def settle_after(seconds: int) -> None:
    """From *seconds* after now on have each use of a waiting name resolve all others too."""
    global _begin
    _begin = monotonic() + seconds
    keys.after_use = _settle


def _settle() -> None:
    """Resolve what waits, and what comes up meanwhile; an import that fails goes on waiting."""
    global _is_busy
    if _is_busy or monotonic() < _begin:
        return
    _is_busy = True
    try:
        while todo := [place for place in _waiting() if place[:2] not in _tried]:
            for module, name, namespace in todo:
                _tried.add((module, name))
                try:
                    namespace[name]
                except (Exception, SystemExit):
                    continue
    finally:
        _is_busy = False


def _waiting() -> "list[tuple[str, str, dict[str, object]]]":
    """Return module, name and namespace of each name that waits."""
    return [
        (str(record.namespace.get("__name__")), name, record.namespace)
        for record in list(records.values())
        for name in list(record.pending)
    ]

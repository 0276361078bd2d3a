"""What the callers that load a module, as plug-ins are loaded, do before or after that.

They put a folder on ``sys.path``, call ``import_module(name)``, and take the folder off again: what
the plug-in imports from beside itself can be found in between only. And they go through
``vars(module).values()`` for classes or settings, among which are those that the plug-in took from
other modules: the real objects have to be there.
"""

import sys

from .guards import is_internal
from .shortcut import EXECUTES
from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

MAXIMUM_CALLERS = 4  # functions looked at
_LOOKS_INTO = frozenset({"vars", "__dict__"})
_TAKES_ALL = frozenset({"items", "values"})
_IMPORTLIB = frozenset({"<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"})
_known: "list[str]" = []  # sys.path, when nobody on the stack was going to change it back


def is_lent(frame: "FrameType | None", body: "FrameType | None" = None) -> bool:
    """Return whether who stands on the stack, from *frame* on, takes folders off ``sys.path`` later.

    body: of the module itself, if that runs already, whose own statements know what it does.
    """
    if sys.path == _known:
        return False
    if any(map(takes_back, stack(frame))):
        return True
    if body is None or not takes_back(body):
        _known[:] = sys.path
    return False


def stack(frame: "FrameType | None") -> "Iterator[FrameType]":
    """Yield *frame* and those that called it, without importlib's and ours."""
    while frame is not None:
        if not is_internal(frame):
            yield frame
        frame = frame.f_back


def takes_back(frame: "FrameType") -> bool:
    """Return whether the code of *frame* takes folders off ``sys.path`` after where it stands.

    If it puts them there itself, then before: runpy.run_path() does both, but for a folder only.
    """
    names = frame.f_code.co_names
    if not ("path" in names and "sys" in names):
        return False
    load("lazi_site.startup.usage")
    from .usage import path_extended_at, path_restored_at

    return path_extended_at(frame.f_code) <= frame.f_lasti < path_restored_at(frame.f_code)


def is_collected(frame: "FrameType | None") -> bool:
    """Return whether who has import_module() load a module goes through what is in namespaces.

    frame: the innermost of the import system.
    """
    # Every module comes here, so that nothing is called, and the frames of the usual case, shortcut's three,
    # are passed without a look.
    last: Any = frame
    try:
        if last.f_code is not EXECUTES:
            last = last.f_back
        if last.f_code is EXECUTES:
            frame = last.f_back.f_back.f_back
    except AttributeError:
        pass  # there are fewer
    while frame is not None and frame.f_code.co_filename in _IMPORTLIB:
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "import_module":
        return False
    for _ in range(MAXIMUM_CALLERS):
        frame = frame.f_back
        if frame is None or frame.f_code.co_name == "<module>":
            break
        names = frame.f_code.co_names
        if not (_LOOKS_INTO.isdisjoint(names) or _TAKES_ALL.isdisjoint(names)):
            return True
    return False

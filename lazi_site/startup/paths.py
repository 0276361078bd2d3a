"""Is a module loaded while a caller has put folders on ``sys.path`` that he takes off again?

Who loads plug-ins does so: ``sys.path.insert(0, folder)``, ``import_module(name)``, and in the end
``sys.path.remove(folder)``. What the plug-in imports from beside itself can be found in between only.
"""

import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]

from .guards import is_internal
from .settle import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_known: "list[str]" = []  # sys.path, when nobody on the stack was going to change it back
_installed = tuple({sys.prefix, sys.base_prefix, sys.exec_prefix})


def is_lent(frame: "FrameType | None") -> bool:
    """Return whether who stands on the stack, from *frame* on, takes folders off ``sys.path`` later."""
    if sys.path == _known:
        return False
    while frame is not None:
        names = frame.f_code.co_names
        if "path" in names and "sys" in names and not is_internal(frame):
            load("lazi_site.startup.usage")
            from .usage import path_restored_at

            if frame.f_lasti < path_restored_at(frame.f_code):
                return True
        frame = frame.f_back
    _known[:] = sys.path
    return False


def may_vanish(target: str) -> bool:
    """Return whether the module *target* is not loaded and lies where no installed distribution does."""
    top = target.partition(".")[0]
    if target in sys.modules or top in sys.stdlib_module_names:
        return False
    try:
        spec = _find_spec(top, None)
    except ImportError:
        return True
    if spec is None:
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or ())]
    return not any(place.startswith(_installed) for place in places)

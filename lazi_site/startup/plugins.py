"""What must not wait for the callers that load a module, where callers.py found that they are such."""

import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]

from .reasons import COLLECTED, PATH_RESTORED
from .usage import is_installed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .reasons import Eager


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
    places = [spec.origin] if spec.origin else spec.submodule_search_locations or ()
    return not all(map(is_installed, places))


def reason_of_callers(
    target: str, names: "tuple[str, ...] | None", *, lent: bool, collected: bool
) -> "Eager | None":
    """Return why an import of *target*, of which *names* are taken, must not wait for who loads its module.

    lent, collected: what is_lent() and is_collected() say of those.
    """
    if lent and target and may_vanish(target):
        return PATH_RESTORED
    return COLLECTED if collected and names else None

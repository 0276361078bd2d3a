"""What became of a module: one word for its state."""

from __future__ import annotations

import sys
from enum import StrEnum
from types import ModuleType

from ..startup.packages import is_running
from ..startup.waiting import waiting_targets
from . import notes
from .late import LateModule


class State(StrEnum):
    """The state of a module, which is also its text: ``state("json") == "loaded"``.

    ABSENT: it is not loaded, and no import waits for it.
    PENDING: an import waits for it, and the first use of a name will load it.
    LOADING: its body runs.
    LOADED: it is in ``sys.modules``.
    FAILED: its last import failed; the next use of a name that waits for it tries again.
    DEAD: it was unloaded, and was not imported again.
    """

    ABSENT = "absent"
    PENDING = "pending"
    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"
    DEAD = "dead"


def state(module: str | ModuleType) -> State:
    """Return the state of *module*, a module or the absolute name of one. Loads nothing.

    Of a module that was unloaded the state is DEAD for good, that of its name until it is loaded again.
    FAILED is known of imports made by resolve_all(), of what lazy_module() returned, and of those
    that a waiting name led to while unloading is prepared (set_unloading(), lazy_imports(unload=True));
    after other failures a module that is waited for is PENDING, as it is tried again.
    Raises TypeError for anything else than a module or a name.
    """
    if type(module) is LateModule:  # isinstance() would look at an attribute, and so load it
        found = _of_name(module.__late_name__)
        return State.PENDING if found is State.ABSENT else found
    if isinstance(module, str):
        return _of_name(module)
    if not isinstance(module, ModuleType):
        raise TypeError(f"expected a module or the name of one, not {type(module).__name__}")
    namespace = ModuleType.__getattribute__(module, "__dict__")
    name = getattr(namespace.get("__spec__"), "name", None) or namespace.get("__name__", "")
    if notes.is_dead(module):
        return State.DEAD
    if sys.modules.get(name) is not module and sys.modules.get(namespace.get("__name__", "")) is not module:
        return State.ABSENT
    return State.LOADING if is_running(namespace) else State.LOADED


def _of_name(name: str) -> State:
    """Return the state of the module *name*."""
    module = sys.modules.get(name)
    if module is not None:
        return State.LOADING if is_running(getattr(module, "__dict__", {})) else State.LOADED
    if name in notes.unloaded:
        return State.DEAD
    if name in notes.failures:
        return State.FAILED
    below = name + "."
    if any(target == name or target.startswith(below) for target in waiting_targets()):
        return State.PENDING
    return State.ABSENT

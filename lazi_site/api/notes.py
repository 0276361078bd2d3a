"""What the API remembers of modules that are not loaded: a failed import, or that they were unloaded."""

from __future__ import annotations

import weakref
from types import ModuleType

failures: dict[str, str] = {}  # by name, of modules whose last import that the API saw failed
unloaded: set[str] = set()  # names of modules that were unloaded
_dead: dict[int, weakref.ref[ModuleType]] = {}  # by id of the module


def note_failure(name: str, error: BaseException) -> None:
    """Note that the import of the module *name* raised *error*."""
    failures[name] = f"{type(error).__name__}: {error}"


def note_unloaded(name: str, module: ModuleType) -> None:
    """Note that *module* is no longer the module *name*, nor will be."""
    unloaded.add(name)
    failures.pop(name, None)
    place = id(module)
    _dead[place] = weakref.ref(module, lambda _: _dead.pop(place, None))


def is_dead(module: ModuleType) -> bool:
    """Return whether *module* was unloaded."""
    found = _dead.get(id(module))
    return found is not None and found() is module

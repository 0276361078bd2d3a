"""One module by its name, loaded when it is used."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from .notes import note_failure
from .tracking import lazily

_NAME = "__late_name__"


def lazy_module(name: str) -> ModuleType:
    """Return the module *name*, which is found and run when an attribute of it is first used.

    Works for every kind of module, with any number of threads, and whether or
    not lazy imports are on. ``sys.modules`` is left alone until then. A module
    that is loaded already is returned as it is. What importing it raises comes
    out of that first use, and the next use tries again.

    name: an absolute name, ``package.module``.
    Raises TypeError if it is no text, ValueError if it cannot be the name of a module.
    """
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a module, not {type(name).__name__}")
    if not all(name.split(".")):
        raise ValueError(f"{name!r} is not the absolute name of a module")
    loaded = sys.modules.get(name)
    return loaded if loaded is not None else LateModule(name)


class LateModule(ModuleType):
    """A module that imports the one of its name when an attribute is used, and passes everything on to it.

    Its own attribute ``__late_name__`` tells the name without loading anything.
    """

    __late_name__: str

    def __init__(self, name: str) -> None:
        ModuleType.__init__(self, name)
        ModuleType.__setattr__(self, _NAME, name)

    def __getattribute__(self, attribute: str) -> Any:
        if attribute == _NAME:
            return ModuleType.__getattribute__(self, _NAME)
        return getattr(_load(self), attribute)

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(_load(self), attribute, value)

    def __delattr__(self, attribute: str) -> None:
        delattr(_load(self), attribute)

    def __dir__(self) -> list[str]:
        return dir(_load(self))

    def __repr__(self) -> str:
        return f"<lazy module {self.__late_name__!r}>"


def _load(module: LateModule) -> ModuleType:
    """Return the module for which *module* stands; importlib waits for other threads that are loading it."""
    name = module.__late_name__
    try:
        with lazily():
            return importlib.import_module(name)
    except Exception as error:
        note_failure(name, error)
        raise

"""Taking modules out of the interpreter again: one by name, or those that were loaded lazily."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from importlib.machinery import BuiltinImporter, ExtensionFileLoader, FrozenImporter
from types import ModuleType
from typing import Any

from ..errors import LaziSiteError
from ..startup import switches
from ..startup.guards import is_internal, module_name
from ..startup.packages import is_running
from . import notes, tracking

_LOADED_ONCE = (BuiltinImporter, ExtensionFileLoader, FrozenImporter)


def unload(name: str, *, collect: bool = False) -> list[str]:
    """Take the module *name*, and those below it, out of the interpreter.

    They leave ``sys.modules`` and their packages, and their state is "dead";
    the next import loads them anew. Whoever holds one of the modules, or
    something out of it, keeps that, so that two versions can then be about.

    name: an absolute name.
    collect: run the garbage collector afterwards.
    Returns the names of the modules unloaded, those below first; empty if none was loaded.
    Raises LaziSiteError, and unloads nothing, if one of them cannot be loaded
    twice (of the standard library or of lazi-site, not written in Python) or is being loaded now.
    """
    chosen = [one for one in sys.modules if one == name or one.startswith(name + ".")]
    for one in chosen:
        reason = _why_not(one)
        if reason:
            raise LaziSiteError("cannot-unload", f"The module {one} cannot be unloaded: {reason}.")
    return _take_out(chosen, collect)


def unload_all(loads: tracking.Loads, collect: bool) -> list[str]:
    """Unload the modules of *loads* that are still in use under their names, and empty it.

    A package of which a loaded module cannot be loaded twice stays as it is.
    """
    chosen = [name for name, module in list(loads.items()) if sys.modules.get(name) is module]
    loads.clear()
    tops = {name.partition(".")[0] for name in chosen}
    kept = {
        name.partition(".")[0]
        for name in list(sys.modules)
        if name.partition(".")[0] in tops and _why_not(name)
    }
    return _take_out([name for name in chosen if name.partition(".")[0] not in kept], collect)


def _why_not(name: str) -> str:
    """Return why the loaded module *name* cannot be unloaded, or ""."""
    top = name.partition(".")[0]
    if top == "lazi_site":
        return "it is lazi-site's own"
    if top in sys.stdlib_module_names or top in sys.builtin_module_names or top == "__main__":
        return "it belongs to the standard library" if top != "__main__" else "it is the program"
    namespace = getattr(sys.modules.get(name), "__dict__", {})
    if is_running(namespace):
        return "it is being loaded"
    loader = getattr(namespace.get("__spec__"), "loader", None)
    if isinstance(loader, _LOADED_ONCE) or loader in _LOADED_ONCE:
        return "it is not written in Python and can be loaded only once"
    return ""


def _take_out(names: Iterable[str], collect: bool) -> list[str]:
    """Unload the modules *names* and return those that were loaded, those below others first."""
    found = []
    namespaces: list[dict[str, Any]] = []
    for name in sorted(names, key=lambda one: (-one.count("."), one)):
        module: Any = sys.modules.pop(name, None)
        if module is None:
            continue
        package, _, child = name.rpartition(".")
        holder = getattr(sys.modules.get(package), "__dict__", None)
        if type(holder) is dict and _bound(holder, child) is module:
            holder.pop(child, None)
        if isinstance(module, ModuleType):
            notes.note_unloaded(name, module)
            namespaces.append(module.__dict__)
        found.append(name)
    if "lazi_site.backport.modules" in sys.modules:
        from ..backport.releasing import release

        release(namespaces)
    if switches.watched:
        _tell(found)
    namespaces.clear()
    if collect and found:
        module = None
        gc.collect()
    return found


def _bound(namespace: dict[str, Any], name: str) -> object:
    """Return what *name* is bound to in *namespace*, or None; performs no import."""
    if "lazi_site.backport.namespaces" in sys.modules:
        from ..backport.namespaces import plain_value

        return plain_value(namespace, name)
    return namespace.get(name)


def _tell(names: Iterable[str]) -> None:
    from ..startup import trace

    frame = sys._getframe(1)
    while frame.f_back is not None and is_internal(frame):
        frame = frame.f_back
    for name in names:
        trace.tell(1, "unloaded", module_name(frame), name)


class Invalidation:
    """A finder that finds nothing: importlib.invalidate_caches() asks it like all others.

    loads: the modules loaded lazily since the last time.
    """

    def __init__(self) -> None:
        self.collect: bool = True
        self.loads: tracking.Loads = tracking.ask()

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Leave every module to others."""

    def invalidate_caches(self) -> None:
        """Unload what was loaded lazily."""
        unload_all(self.loads, self.collect)


_invalidation: Invalidation | None = None


def set_unloading(on: bool, *, collect: bool = True) -> None:
    """Say whether ``importlib.invalidate_caches()`` and deactivate() unload what was loaded lazily.

    It is off at first.

    on: modules count from the first call with True on; a call with False
    forgets them, and they stay. Modules loaded before, those loaded by an
    import that did not wait, the standard library, and packages with a module
    that is not written in Python stay loaded as well.
    collect: run the garbage collector after unloading.
    """
    global _invalidation
    if on:
        if _invalidation is None:
            _invalidation = Invalidation()
            sys.meta_path.append(_invalidation)
        _invalidation.collect = collect
    elif _invalidation is not None:
        if _invalidation in sys.meta_path:
            sys.meta_path.remove(_invalidation)
        tracking.stop_asking(_invalidation.loads)
        _invalidation = None


def switched_off() -> None:
    """Unload what was loaded lazily if set_unloading() said so: lazy imports were switched off."""
    if _invalidation is not None:
        _invalidation.invalidate_caches()

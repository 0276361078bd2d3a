"""Which imports wait in this interpreter, and performing them all."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any

from ..startup.packages import stop_finding_in
from ..startup.waiting import waiting_targets
from .notes import note_failure

_NATIVE = sys.version_info >= (3, 15)


def lazy_modules() -> set[str]:
    """Return the absolute names of the modules that some import waits for and that are not loaded."""
    return {name for name in waiting_targets() if name not in sys.modules}


def resolve_all(prefix: str | None = None) -> list[Exception]:
    """Perform every import that waits, and those that come up meanwhile, until none is left.

    For use before a fork, in a long-lived server, before freezing, in tests.

    prefix: only imports of this module and of modules below it.
    Returns the exceptions of the imports that failed; those go on waiting.
    """
    failures: dict[tuple[str, str], Exception] = {}
    found = True
    while found:
        found = False
        for namespace, name, target in list(_waiting()):
            # By name: a module whose own import fails has another namespace each time it is tried.
            place = (str(namespace.get("__name__")), name)
            if place in failures or not _is_within(target, prefix):
                continue
            found = True
            try:
                _resolve(namespace, name)
            except Exception as error:
                failures[place] = error
                note_failure(target, error)
        if _NATIVE and not found:
            found = _import_promised(prefix, failures)
    _stop_finding()
    # A name that is being resolved further up the stack is not a failure.
    return [error for error in failures.values() if type(error).__name__ != "ImportCycleError"]


def _import_promised(prefix: str | None, failures: dict[tuple[str, str], Exception]) -> bool:
    """Import the submodules that wait for nobody's name (``import a.b`` binds a); False if there was none."""
    found = False
    for name in list(waiting_targets()):
        package = name.rpartition(".")[0]
        place = ("", name)
        if name in sys.modules or place in failures or not _is_within(name, prefix):
            continue
        path = getattr(sys.modules.get(package), "__path__", None)
        if path is not None and PathFinder.find_spec(name, path) is not None:
            found = True
            try:
                importlib.import_module(name)
            except Exception as error:
                failures[place] = error
                note_failure(name, error)
    return found


def _stop_finding() -> None:
    """Take our ``__getattr__``, which finds submodules, from packages below which no import waits."""
    needed = set()
    for target in lazy_modules():
        while target not in needed:
            needed.add(target)
            target = target.rpartition(".")[0]
    for name, module in list(sys.modules.items()):
        if name not in needed and type(getattr(module, "__dict__", None)) is dict:
            stop_finding_in(module)


def _resolve(namespace: dict[str, Any], name: str) -> None:
    """Perform the import that *name* waits for, unless that was done meanwhile."""
    value: Any = namespace.get(name)
    if _NATIVE and type(value).__name__ == "lazy_import":
        found = value.resolve()
        if namespace.get(name) is value:
            namespace[name] = found


def _waiting() -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield (namespace, name, absolute name of the target) for every name that waits."""
    if _NATIVE:
        from types import LazyImportType  # type: ignore[attr-defined]

        for module in list(sys.modules.values()):
            namespace = getattr(module, "__dict__", None)
            if type(namespace) is dict:
                for name, value in list(namespace.items()):
                    if type(value) is LazyImportType:
                        yield namespace, name, repr(value)[len("<lazy_import '") : -2]
    elif "lazi_site.backport.namespaces" in sys.modules:
        from ..backport.namespaces import records

        for record in list(records.values()):
            for name, key in list(record.pending.items()):
                yield record.namespace, name, key.origin.full_target


def _is_within(target: str, prefix: str | None) -> bool:
    return prefix is None or target == prefix or target.startswith(prefix + ".")

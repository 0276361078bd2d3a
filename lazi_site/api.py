"""The Python API: ``import lazi_site`` in a running program. The names are re-exported by the package.

Nothing here is read at start-up. Semantics: PEP 690 for eager_imports() and
set_eager_imports(), PEP 810 for what it means that an import waits.
"""

from __future__ import annotations

import importlib
import sys
from _thread import get_ident
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

from .errors import LaziSiteError
from .startup import bootstrap
from .startup.settle import obey_mode, settle
from .startup.snapshot import read_policy, variables_at_start
from .startup.switches import switches

_NATIVE = sys.version_info >= (3, 15)


@contextmanager
def eager_imports() -> Iterator[None]:
    """Make every import statement that this thread reaches within the block import at once.

    That holds for the block's own statements and for those of modules that are
    loaded within it. Imports that wait already go on waiting; see resolve_all().
    """
    thread = get_ident()
    switches.eager_depth[thread] = switches.eager_depth.get(thread, 0) + 1
    try:
        yield
    finally:
        switches.eager_depth[thread] -= 1
        if not switches.eager_depth[thread]:
            del switches.eager_depth[thread]


def set_eager_imports(importers: Container[str] | Callable[[str], bool] | None) -> None:
    """Say whose imports must not wait, for modules that are loaded from now on.

    importers: names of the importing modules, or a function that is given such
    a name and returns whether its imports are eager, or None for nobody. It
    replaces what an earlier call said. The effect is shallow, as in PEP 690:
    what those modules import may import lazily itself.
    Raises TypeError for anything else.
    """
    if importers is None or callable(importers):
        switches.eager_importer = importers
    elif hasattr(importers, "__contains__"):
        switches.eager_importer = importers.__contains__
    else:
        raise TypeError("expected a container of module names, a function or None")


def lazy_modules() -> set[str]:
    """Return the absolute names of the modules that some import waits for and that are not loaded."""
    return {name for name in _waiting_targets() if name not in sys.modules}


def _waiting_targets() -> Iterator[str]:
    if _NATIVE:
        yield from sys.lazy_modules  # type: ignore[attr-defined]
    elif "lazi_site.backport.namespaces" in sys.modules:
        from .backport.namespaces import records

        for record in list(records.values()):
            for key in list(record.pending.values()):
                yield key.origin.full_target


def resolve_all(prefix: str | None = None) -> list[Exception]:
    """Perform every import that waits, and those that come up meanwhile, until none is left.

    For use before a fork, in a long-lived server, before freezing, in tests.

    prefix: only imports of this module and of modules below it.
    Returns the exceptions of the imports that failed; those go on waiting.
    """
    failures: dict[tuple[int, str], Exception] = {}
    found = True
    while found:
        found = False
        for namespace, name, target in list(_waiting()):
            place = (id(namespace), name)
            if place in failures or not _is_within(target, prefix):
                continue
            found = True
            try:
                _resolve(namespace, name)
            except Exception as error:
                failures[place] = error
        if _NATIVE and not found:
            found = _import_promised(prefix, failures)
    # A name that is being resolved further up the stack is not a failure.
    return [error for error in failures.values() if type(error).__name__ != "ImportCycleError"]


def _import_promised(prefix: str | None, failures: dict[tuple[int, str], Exception]) -> bool:
    """Import the submodules that wait for nobody's name (``import a.b`` binds a); False if there was none."""
    found = False
    for name in list(_waiting_targets()):
        package = name.rpartition(".")[0]
        place = (0, name)
        if name in sys.modules or place in failures or not _is_within(name, prefix):
            continue
        path = getattr(sys.modules.get(package), "__path__", None)
        if path is not None and PathFinder.find_spec(name, path) is not None:
            found = True
            try:
                importlib.import_module(name)
            except Exception as error:
                failures[place] = error
    return found


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
        from .backport.namespaces import records

        for record in list(records.values()):
            for name, key in list(record.pending.items()):
                yield record.namespace, name, key.origin.full_target


def _is_within(target: str, prefix: str | None) -> bool:
    return prefix is None or target == prefix or target.startswith(prefix + ".")


def lazy_module(name: str) -> ModuleType:
    """Return the module *name*, which is found and run when an attribute of it is first used.

    Works for every kind of module, and whether or not lazy imports are on. A
    module that is loaded already is returned as it is. What importing it
    raises comes out of that first use, and the next use tries again.
    """
    loaded = sys.modules.get(name)
    return loaded if loaded is not None else _LazyModule(name)


class _LazyModule(ModuleType):
    """A module that imports the one of its name when an attribute is used, and passes everything on to it."""

    def __getattribute__(self, attribute: str) -> Any:
        return getattr(_load(self), attribute)

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(_load(self), attribute, value)

    def __delattr__(self, attribute: str) -> None:
        delattr(_load(self), attribute)

    def __dir__(self) -> list[str]:
        return dir(_load(self))

    def __repr__(self) -> str:
        return f"<lazy module {ModuleType.__getattribute__(self, '__name__')!r}>"


def _load(module: ModuleType) -> ModuleType:
    return importlib.import_module(ModuleType.__getattribute__(module, "__name__"))


def is_active() -> bool:
    """Return whether imports made from now on in this interpreter may wait."""
    settle()
    return bool(bootstrap.state.engine) and switches.active


def activate() -> None:
    """Let imports wait from now on, in this interpreter, also where the environment is not enabled.

    Modules that are loaded already stay as they are. LAZI_DISABLE and
    ``enabled = false`` do not count: the program asks for it itself.
    Raises LaziSiteError if the interpreter has no engine or the configuration has an error.
    """
    settle()
    state = bootstrap.state
    if not state.engine:
        reason = bootstrap.unsupported()
        if not reason:
            if not state.snapshot:
                state.snapshot = read_policy(variables_at_start())
            if state.snapshot["problems"]:
                reason = "the configuration has an error: " + state.snapshot["problems"][0]
        if reason:
            raise LaziSiteError(
                "cannot-activate",
                f"Lazy imports cannot be switched on: {reason}.",
                hint="See lazi-site status.",
            )
        state.settled = True
        bootstrap.install_hooks()
        obey_mode()
        state.reason = ""
    switches.active = True


def deactivate() -> None:
    """Make imports eager from now on in this interpreter; those that wait already go on waiting."""
    switches.active = False


@contextmanager
def active() -> Iterator[None]:
    """Let imports wait within the block, and put things back as they were after it."""
    was_active = is_active()
    activate()
    try:
        yield
    finally:
        switches.active = was_active

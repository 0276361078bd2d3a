"""Runs the checks of a script and prints their errors as JSON."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def run(namespace: dict[str, object]) -> None:
    """Call every function of *namespace* that is named ``check_``... and print what came of it."""
    results = {}
    for name, check in list(namespace.items()):
        if name.startswith("check_") and callable(check):
            results[name] = outcome(check)
    print(json.dumps(results))


def outcome(check: Callable[[], None]) -> str:
    """Return the traceback with which *check* ended, or ""."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            check()
    except BaseException:
        return traceback.format_exc()
    return ""


def load(name: str, **sources: str) -> ModuleType:
    """Write *sources* as modules into the current directory and import the one called *name*.

    ``a__b`` stands for the module ``a.b``, ``a____init__`` for the package ``a``.
    """
    if "" not in sys.path:
        sys.path.insert(0, "")
    for module, source in sources.items():
        package, _, rest = module.partition("__")
        path = Path(package, f"{rest}.py") if rest else Path(f"{module}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    importlib.invalidate_caches()
    return importlib.import_module(name.replace("__", "."))


def equal(found: object, expected: object) -> None:
    """Raise AssertionError unless *found* equals *expected*; works under -O too."""
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")

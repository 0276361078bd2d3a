"""The modules of a distribution or of the standard library, by the files that are there."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path, PurePath

# Tests are no modules of a program; programs run when they are imported; the rest opens a browser or windows.
LEFT_OUT = {"tests", "test", "idle_test", "lib2to3", "conftest", "__main__", "site-packages", "dist-packages"}
LEFT_OUT |= {"antigravity", "this", "turtledemo", "__phello__", "idlelib"}


def module_name(path: PurePath) -> str:
    """Return the name of the module whose source is the relative *path*, or "" if it is none of interest."""
    parts = path.with_suffix("").parts
    if path.suffix != ".py" or LEFT_OUT & set(parts) or not all(map(str.isidentifier, parts)):
        return ""
    return ".".join(parts).removesuffix(".__init__")


def named(folder: Path, files: Iterable[PurePath]) -> dict[str, str]:
    """Return {module: path} of *files*, relative to *folder*, in the order of their names."""
    found = {module_name(file): str(folder / file) for file in sorted(files)}
    found.pop("", None)
    return found


def of_distributions(libraries: Path, wanted: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return {distribution: {module: path}} of those in the directory *libraries* that are *wanted*."""
    names = {normal(name) for name in wanted}
    found = {}
    for one in importlib.metadata.distributions(path=[str(libraries)]):
        name = normal(one.metadata["Name"])
        if name in names:
            found[name] = named(libraries, [PurePath(str(file)) for file in one.files or ()])
    return {name: found[name] for name in sorted(found) if found[name]}


def of_library(folder: Path) -> dict[str, str]:
    """Return {module: path} of the standard library in *folder*."""
    return named(folder, (path.relative_to(folder) for path in folder.rglob("*.py") if path.is_file()))


def normal(name: str) -> str:
    """Return the normal form of the name of a distribution."""
    return re.sub(r"[-_.]+", "-", name).lower()

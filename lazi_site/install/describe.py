"""What is in an environment: start files, snapshot, faults, editable installs.

Only looks; changes nothing, starts nothing and prints nothing.
"""

from __future__ import annotations

import os
import site
import stat
import sys

from ..startup.faults import FAULT_NAME
from ..startup.snapshot import (
    MAXIMUM_SNAPSHOT,
    READ,
    is_fresh,
    snapshot_directories,
    stored_snapshots,
)
from .layout import site_packages, start_file
from .start_line import NAMES, start_file_content

AS_EXPECTED = "as expected"
DIFFERENT = "different from what enable writes"
NOT_FOR_THIS_VERSION = "not for this version of Python"
ABSENT = "absent"

ENDINGS = (".pth", ".start")
LAZY = "lazy"
OWN_LOADER = "eager: the finder brings its own loader"

NAMES_OF_PYTHONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def describe_interpreter() -> dict[str, str]:
    """Return implementation, version and path of this interpreter; platform takes 2 ms to say it."""
    name = sys.implementation.name
    return {
        "implementation": NAMES_OF_PYTHONS.get(name, name),
        "version": sys.version.partition(" ")[0],
        "executable": sys.executable,
    }


def describe_start_files() -> list[dict[str, str]]:
    """Return the start files found in this interpreter's site directories: path and state.

    The one that belongs to this interpreter is always listed, the others only
    where they exist.
    """
    belongs = start_file()
    found = []
    for directory in site_directories():
        for name in NAMES:
            path = os.path.join(directory, name)
            state = ABSENT
            if os.path.lexists(path):
                state = AS_EXPECTED if read_bytes(path) == start_file_content(name) else DIFFERENT
                if name != os.path.basename(belongs):
                    state = NOT_FOR_THIS_VERSION
            if path == belongs or state != ABSENT:
                found.append({"path": path, "state": state})
    return found


def site_directories() -> list[str]:
    """Return the directories in which this interpreter looks for start files."""
    found = [site_packages(), *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    return list(dict.fromkeys(found))


def describe_snapshot() -> dict[str, object] | None:
    """Return path and freshness of the snapshot that a start of this user would read, or None."""
    found: dict[str, object] | None = None
    for path, snapshot in stored_snapshots():
        fresh = is_fresh(snapshot)
        if fresh or found is None:
            found = {"path": path, "fresh": fresh}
        if fresh:
            break
    return found


def last_fault() -> str:
    """Return what was noted of the last fault at a start, or ""."""
    for directory in snapshot_directories():
        note = read_bytes(os.path.join(directory, FAULT_NAME))
        if note:
            return note.decode("utf-8", "replace").strip()
    return ""


def describe_editable_installs() -> list[dict[str, str]]:
    """Return the editable installs of this environment: start file, kind, target, imports.

    "kind" is "path" for a directory put on the path, "setuptools" for the
    finder that setuptools writes, "finder" for that of another tool; "imports"
    says whether its modules' imports are lazy.
    """
    found: list[dict[str, str]] = []
    for directory in site_directories():
        try:
            names = sorted(name for name in os.listdir(directory) if name.endswith(ENDINGS))
        except OSError:
            continue
        for name in names:
            if name in NAMES:
                continue
            content = read_bytes(os.path.join(directory, name)) or b""
            for line in content.decode("utf-8-sig", "replace").splitlines():
                classify = classify_line if name.endswith(".pth") else classify_entry
                kind, target = classify(line.strip(), directory)
                imports = OWN_LOADER if keeps_its_loader(target) else LAZY
                install = {"file": name, "kind": kind, "target": target, "imports": imports}
                if kind and install not in found:
                    found.append(install)
    return found


def classify_line(line: str, directory: str) -> tuple[str, str]:
    """Return kind and target of the editable install that a line of a .pth file makes, or ""."""
    if line.startswith(("import ", "import\t")):
        module = line[7:].partition(";")[0].strip()
        if module.startswith("__editable___") and module.endswith("_finder"):
            return "setuptools", module
        # Older scikit-build-core, meson-python; the editables package, newer scikit-build-core.
        if module.endswith(("_editable", "_editable_loader")):
            return "finder", module
        if module.startswith(("_editable_impl_", "_editable_skbc_")):
            return "finder", module
    elif line and not line.startswith("#"):
        target = os.path.join(directory, line)
        if os.path.isdir(target):
            return "path", os.path.normpath(target)
    return "", ""


def classify_entry(line: str, directory: str) -> tuple[str, str]:
    """Return what classify_line does for the entry point, "module:function", of a .start file (3.15)."""
    return classify_line(f"import {line.partition(':')[0]}", directory)


def keeps_its_loader(target: str) -> bool:
    """Return whether the engine of this interpreter cannot reach modules of the install *target*.

    meson-python's finder brings its own loaders. From 3.15 on the interpreter
    itself defers, whoever loads the module.
    """
    return target.endswith("_editable_loader") and sys.version_info < (3, 15)


def read_bytes(path: str) -> bytes | None:
    """Return the content of the regular file *path*, or None if it cannot be read or is huge."""
    try:
        descriptor = os.open(path, READ)
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAXIMUM_SNAPSHOT:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(descriptor)

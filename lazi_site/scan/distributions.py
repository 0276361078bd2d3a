"""The distributions installed in this environment: their modules, and what tells whether they changed."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES

TESTS = frozenset({"test", "tests"})  # packages that no program imports


@dataclass
class Distribution:
    """One installed distribution.

    fingerprint: changes when a file of it does; "" if nothing is recorded.
    files: {module name: path}; packages: its top-level names.
    """

    name: str
    version: str
    fingerprint: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def packages(self) -> list[str]:
        """The top-level names that it provides."""
        return sorted({name.partition(".")[0] for name in self.files})


def find_distributions() -> Iterator[Distribution]:
    """Yield the distributions that this interpreter finds and that have modules, by name, each once."""
    seen = set()
    for one in sorted(metadata.distributions(), key=lambda one: (one.metadata["Name"] or "").lower()):
        name = one.metadata["Name"]
        if not name or name.lower() in seen or name.lower() == "lazi-site":
            continue
        seen.add(name.lower())
        record = one.read_text("RECORD")
        fingerprint = hashlib.sha256(record.encode()).hexdigest() if record else ""
        found = Distribution(name, one.version, fingerprint)
        base = str(one.locate_file(""))
        for file in recorded_files(record) if record else map(str, one.files or ()):
            module = module_name(tuple(file.replace(os.sep, "/").split("/")))
            if module:
                found.files.setdefault(module, os.path.join(base, file))
        if found.files:
            yield found


def recorded_files(record: str) -> Iterator[str]:
    """Yield the files named in *record*, the text of a RECORD; importlib.metadata looks at each on disk."""
    for row in csv.reader(record.splitlines()):
        if row:
            yield row[0]


def module_name(parts: tuple[str, ...]) -> str:
    """Return the name of the module in the file with these path *parts*, or "" if it is none."""
    *folders, file = parts
    ending = next((end for end in (*EXTENSION_SUFFIXES, ".py") if file.endswith(end)), "")
    stem = file.removesuffix(ending) if ending else ""
    names = folders if stem == "__init__" else [*folders, stem]
    if not names or not all(map(str.isidentifier, names)) or TESTS.intersection(names[1:]):
        return ""
    return ".".join(names)

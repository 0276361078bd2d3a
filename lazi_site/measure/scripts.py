"""Finds the console scripts of the environment: the programs that its distributions install."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import entry_points

from .running import scripts_folder

GROUP = "console_scripts"
OWN = "lazi_site."


@dataclass(frozen=True)
class Script:
    """A program of the environment.

    name: what is typed. distribution: the name of what installed it, "" if that is not known.
    also: other names under which the same function is installed, as pip3 beside pip.
    """

    name: str
    distribution: str = ""
    also: tuple[str, ...] = ()


def console_scripts() -> list[Script]:
    """Return the scripts whose file is there, by name, each function once and our own left out."""
    names: dict[tuple[str, str], set[str]] = {}
    for entry in entry_points(group=GROUP):
        there = shutil.which(entry.name, path=scripts_folder())
        if there is not None and not entry.value.startswith(OWN):
            distribution = entry.dist.name if entry.dist is not None else ""
            names.setdefault((distribution, entry.value), set()).add(entry.name)
    found = []
    for (distribution, _), same in names.items():
        first, *others = sorted(same, key=lambda name: (len(name), name))
        found.append(Script(first, distribution, tuple(others)))
    return sorted(found, key=lambda script: script.name)

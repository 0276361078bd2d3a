"""Recipes: the real programs of tests/downstream/recipes, read from their TOML files.

The keys of a recipe: ``install`` (requirements) and optionally ``command``
(``python main.py`` if it is left out), ``group`` (recipes of a group share an
environment), ``files`` (name to text), ``setup`` (commands run eagerly before
every run), ``environment``, ``python`` (a list of versions it is for),
``masks`` (regular expressions whose matches are not compared), ``status`` (of
an eager run that works, default 0) and ``quick`` (part of the quick subset).
Programs that only print their help are lines of tests/downstream/asked_for_help.toml.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environments import CHECKOUT

FOLDER = CHECKOUT / "tests" / "downstream" / "recipes"
HELP = FOLDER.parent / "asked_for_help.toml"
ALWAYS_MASKED = (r"\b0x[0-9a-fA-F]{6,}\b",)  # addresses of objects


@dataclass(frozen=True)
class Recipe:
    """One program: what it needs, how it is run, what of its output is compared."""

    name: str
    install: list[str]
    command: list[str] = field(default_factory=lambda: ["python", "main.py"])
    group: str = "main"
    files: dict[str, str] = field(default_factory=dict)
    setup: list[list[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    python: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    status: int = 0
    quick: bool = False

    def mask(self, text: str) -> str:
        """Return *text* with everything that may differ between two eager runs taken out."""
        for pattern in (*ALWAYS_MASKED, *self.masks):
            text = re.sub(pattern, "<masked>", text, flags=re.M)
        return text

    def write_files(self, folder: Path) -> None:
        """Write the files of the recipe into *folder*."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in the TOML file *path*; TypeError if it has an unknown key."""
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Recipe(name=path.stem, **data)


def read_questions(path: Path = HELP) -> list[Recipe]:
    """Return the recipes that ask each program of *path*, {group: {program: distribution}}, for its help."""
    groups: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    seed = {"PYTHONHASHSEED": "0"}  # some go through sets
    return [
        Recipe(
            f"{program.replace('-', '_')}_help", [distribution], [program, "--help"], group, environment=seed
        )
        for group, programs in groups.items()
        for program, distribution in programs.items()
    ]


def read_recipes(patterns: list[str], quick: bool = False) -> list[Recipe]:
    """Return the recipes whose names match one of *patterns* (all if there is none).

    Raises ValueError for a pattern that matches nothing.
    """
    recipes = [*(read_recipe(path) for path in sorted(FOLDER.glob("*.toml"))), *read_questions()]
    names = [recipe.name for recipe in recipes]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise ValueError(f"no recipe matches {pattern!r}; there are: {', '.join(names)}")
    return [
        recipe
        for recipe in recipes
        if (recipe.quick or not quick)
        and (not patterns or any(fnmatch.fnmatch(recipe.name, one) for one in patterns))
    ]

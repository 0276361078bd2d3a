"""Checks of what is found without asking a finder, and of who asks whether a module is there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import ClassVar

from runner import equal, run

from lazi_site.startup import guards


class Finder:
    """A finder of somebody's own that forbids one module."""

    asked: ClassVar[list[str]] = []

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> None:
        cls.asked.append(name)
        if name == "listed":
            raise ImportError("forbidden")


def check_what_stands_in_a_folder_is_found_without_a_search() -> None:
    Path("listed.py").write_text("", encoding="utf-8")
    Path("listed_package").mkdir(exist_ok=True)
    sys.path.insert(0, str(Path.cwd()))
    names = ("listed", "listed_package", "surely_missing_mod")
    # Nobody has looked into the folder yet; a folder that is no package may be no module.
    equal([guards.is_listed(name) for name in names], [True, False, False])
    spec = importlib.util.find_spec("listed")
    equal(spec and spec.name, "listed")
    equal([guards.is_listed(name) for name in names], [True, True, False])
    sys.meta_path.insert(0, Finder)
    try:
        equal([guards.is_listed(name) for name in names], [False, False, False])
    finally:
        sys.meta_path.remove(Finder)
    sys.meta_path.append(Finder)
    try:
        equal([guards.is_listed(name) for name in names], [True, True, False])
    finally:
        sys.meta_path.remove(Finder)
    equal(Finder.asked, [])


def check_what_is_there_is_not_missed() -> None:
    """What runs these checks catches every error, so that all here is loaded to find out."""
    missed = {
        name: guards.is_missed(name, sys._getframe()) for name in ("surely_missing_mod", "listed", "sys")
    }
    equal(missed, {"surely_missing_mod": True, "listed": False, "sys": False})


def check_what_is_forbidden_is_missed() -> None:
    frame = sys._getframe()
    equal(guards.is_missed("listed", frame), False)
    sys.meta_path.insert(0, Finder)
    try:
        equal(guards.is_missed("listed", frame), True)
    finally:
        sys.meta_path.remove(Finder)
    equal(guards.is_missed("listed", frame), False)
    sys.modules["listed_package"] = None  # type: ignore[assignment]
    try:
        equal(guards.is_missed("listed_package", frame), True)
    finally:
        del sys.modules["listed_package"]


if __name__ == "__main__":
    run(globals())

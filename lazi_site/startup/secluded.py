"""Imports of the slow path: only from the standard library and from beside us.

The slow path runs when the program makes its first import, so that the program's
own directories come first on sys.path by then: its folder, the current directory,
PYTHONPATH. A module in them that has the name of one that we need must neither
run because of us nor be hidden by the one that we loaded.
"""

import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import PathFinder, _path_split  # type: ignore[attr-defined]
from _thread import get_ident

from .bootstrap import FOLDER, is_standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import Any


class Secluded:
    """A context manager in which this thread's top-level imports find nothing else; others' are as before.

    path: the directories that are searched.
    thread: whose imports are meant.
    before: the names of the modules that were there.
    """

    __slots__ = ("before", "path", "thread")

    def __init__(self) -> None:
        package = _path_split(_path_split(FOLDER.rstrip("/\\"))[0])[0]
        self.path = [*(path for path in sys.path if type(path) is str and is_standard(path)), package]
        self.thread = get_ident()
        self.before: set[str] = set()

    def find_spec(self, fullname: str, path: "Any" = None, target: "Any" = None) -> "ModuleSpec | None":
        """Find *fullname*; of packages' submodules and for other threads leave it to the other finders.

        Errors: ModuleNotFoundError, so that nobody looks elsewhere.
        """
        if path is not None or get_ident() != self.thread:
            return None
        spec: ModuleSpec | None = BuiltinImporter.find_spec(fullname) or FrozenImporter.find_spec(fullname)
        spec = spec or PathFinder.find_spec(fullname, self.path)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return spec

    def __enter__(self) -> None:
        self.before = set(sys.modules)
        # Lists of their own: another thread that goes through one must not see it change.
        sys.meta_path = [self, *sys.meta_path]

    def __exit__(self, *error: object) -> None:
        sys.meta_path = [finder for finder in sys.meta_path if finder is not self]
        for name in set(sys.modules) - self.before:
            if "." not in name and name != "lazi_site" and self.hides_another(name):
                for one in [one for one in sys.modules if one == name or one.startswith(name + ".")]:
                    sys.modules.pop(one, None)

    def hides_another(self, name: str) -> bool:
        """Return whether the program would find another module *name* than the one that was loaded."""
        spec = getattr(sys.modules.get(name), "__spec__", None)
        if spec is None or not spec.has_location:
            return False
        found = PathFinder.find_spec(name, [*program_directories(), *sys.path])
        return found is None or found.origin != spec.origin


def program_directories() -> "list[str]":
    """Return the directories that the interpreter puts, or will put, before all others for the program.

    While start files are read it has not done so yet.
    """
    if sys.flags.safe_path:
        return []
    program = sys.argv[0] if sys.argv else ""
    if program in ("", "-", "-c", "-m"):
        return [""]
    from os.path import dirname, realpath

    return [program, dirname(realpath(program))]  # a folder or an archive can be the program

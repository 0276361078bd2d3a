"""Is a module loaded to find out whether it can be? Then what it imports must exist.

``try: from ._h2 import Connection`` with ``except ImportError`` asks whether
_h2 and what it needs are installed; so does a test runner that reports which
test modules cannot be imported, and what loads plug-ins. The module is loaded
at once; were its own ``import h2`` to wait, the answer would come too late for
the handler. In such a module an import waits only if its target can be found.
The handler may stand anywhere below on the stack: in the module that imports,
in the function that called ``import_module()``, or in who called that.
"""

import os
import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import PathFinder

from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


_found: "set[str]" = set()  # other modules whose top-level packages the finders in force can find
_finders: "list[object]" = []  # those
STANDARD = (BuiltinImporter, FrozenImporter, PathFinder)


def module_name(frame: "FrameType") -> str:
    """Return the name of the module whose code *frame* runs, or ""."""
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else ""


def is_internal(frame: "FrameType") -> bool:
    """Return whether *frame* is importlib's or ours."""
    if frame.f_code.co_filename.startswith("<frozen importlib"):
        return True  # most are; the file tells fastest
    name = module_name(frame)
    return name == "importlib" or name.startswith("lazi_site.")


def is_listed(top: str) -> bool:
    """Return whether the module *top* stands in a folder that the import system would look into.

    Asked are the lists of names that importlib keeps of folders it has looked into
    (FileFinder._path_cache, 3.11 to 3.15), so that no finder runs before the
    import is performed. A program's own folder is one that it looks into with the
    first import that is performed. False means nothing.
    """
    for one in sys.meta_path:
        # The finder that setuptools puts in front of the others only knows about distutils and pip.
        if one not in STANDARD and type(one).__module__ != "_distutils_hack":
            return False
        if one is PathFinder:
            break
    file = top + ".py"
    for folder in sys.path:
        finder = sys.path_importer_cache.get(folder)
        if finder is None and folder not in sys.path_importer_cache and type(folder) is str:
            files = (os.path.join(folder, file), os.path.join(folder, top, "__init__.py"))
            if any(map(os.path.exists, files)):
                return True
        names = getattr(finder, "_path_cache", ())
        if top in names or file in names:
            return True
    return False


def is_missed(target: str, frame: "FrameType") -> bool:
    """Return whether *target* cannot be found, and the module in which *frame* runs is to find that out."""
    if target in _found and sys.meta_path == _finders:
        return False
    top = target.partition(".")[0]
    if sys.modules.get(top) is not None:
        return False
    if sys.meta_path != _finders:
        _finders[:] = sys.meta_path
        _found.clear()
    if top in _found or (top not in sys.modules and is_listed(top)):
        _found.update((top, target))
        return False
    load("lazi_site.startup.catching")
    from .catching import can_be_found, is_guarded

    if not is_guarded(frame):
        return False
    if can_be_found(top):
        _found.add(top)
        return False
    return True

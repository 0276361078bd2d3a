"""Where the backport hooks (3.11 to 3.14): a path hook whose loaders let the engine change code.

``sys.path_hooks`` is asked once per directory, so an import costs no Python
frame more than before. The standard library's directories are left to the
stock hook. Extension modules keep the stock loader. The engine itself
(``lazi_site.backport``) is imported when the first module's code is loaded.
"""

import os
import sys
from _frozen_importlib_external import (
    BYTECODE_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
    _LoaderBasics,
)
from _imp import extension_suffixes

from . import record_fault, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

STANDARD_LIBRARY = os.path.dirname(os.__file__)
EXECUTE = _LoaderBasics.exec_module.__code__


def code_to_run(code: "CodeType | None", fullname: str) -> "CodeType | None":
    """Return what is to be executed for the module *fullname* in place of *code*.

    Only who runs the code gets the changed one: the import system and runpy.
    Everybody else (freezers, coverage, inspect) gets the code as it is.
    """
    if code is None or not state.engine or fullname.startswith("lazi_site"):
        return code
    caller = sys._getframe(2)
    if caller.f_code is not EXECUTE and caller.f_globals.get("__name__") != "runpy":
        return code
    try:
        from ..backport import engine

        return engine.prepare(code, fullname)
    except RecursionError:
        return code  # the program's own depth; not a fault
    except Exception as error:
        record_fault(f"preparing {fullname}", error)
        return code


class DeferringSourceLoader(SourceFileLoader):
    """The stock loader of source modules, whose executed code defers imports."""

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the code of the module, changed if the import system is going to run it."""
        try:
            code = SourceFileLoader.get_code(self, fullname)
        except BaseException as error:
            # A frame of ours among those of importlib would keep CPython from
            # taking them out of the traceback; a bare raise adds none.
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            raise
        return code_to_run(code, fullname)


class DeferringBytecodeLoader(SourcelessFileLoader):
    """The stock loader of modules without source, whose executed code defers imports."""

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the code of the module, changed if the import system is going to run it."""
        return code_to_run(SourcelessFileLoader.get_code(self, fullname), fullname)


DETAILS = (
    (ExtensionFileLoader, extension_suffixes()),
    (DeferringSourceLoader, SOURCE_SUFFIXES),
    (DeferringBytecodeLoader, BYTECODE_SUFFIXES),
)


def is_ours(path: object) -> bool:
    """Return whether modules in the directory *path* are not the standard library's."""
    if type(path) is not str:
        return False
    return not path.startswith(STANDARD_LIBRARY) or "-packages" in path[len(STANDARD_LIBRARY) :]


def path_hook(path: str) -> "Any":
    """Return a finder for the directory *path*; ImportError leaves it to the next hook."""
    if not state.engine or not is_ours(path) or not os.path.isdir(path or "."):
        raise ImportError("left to the next path hook", path=path)
    return FileFinder(path, *DETAILS)


def install() -> None:
    """Put the hook first, and give the directories that already have a finder our loaders.

    Changing the ``_loaders`` of a stock finder keeps its directory listing,
    which is the dear part of making a new one. (3.11 to 3.14)
    """
    sys.path_hooks.insert(0, path_hook)
    loaders = FileFinder("", *DETAILS)._loaders  # type: ignore[attr-defined]
    for path, finder in sys.path_importer_cache.items():
        if type(finder) is FileFinder and is_ours(path):
            finder._loaders = loaders  # type: ignore[attr-defined]


def remove() -> None:
    """Take the hook out; directories get stock finders again at the next import."""
    if path_hook in sys.path_hooks:
        sys.path_hooks.remove(path_hook)
    for path, finder in list(sys.path_importer_cache.items()):
        if type(finder) is FileFinder and is_ours(path):
            sys.path_importer_cache.pop(path, None)

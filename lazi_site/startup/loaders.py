"""The backport's loaders (3.11 to 3.14): the stock ones, but the code that runs defers imports.

The finders are stock ``FileFinder`` objects that make these loaders; see
``path_hook`` in bootstrap. The engine itself (``lazi_site.backport``)
is imported when the first module's code is loaded.
"""

import sys
from _frozen_importlib_external import FileFinder, SourceFileLoader, _LoaderBasics

from . import shortcut
from .bootstrap import path_hook, record_fault, state
from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

EXECUTE = _LoaderBasics.exec_module.__code__
_engine: "Any" = None  # once it is loaded


def code_to_run(loader: "Any", code: "CodeType | None", fullname: str) -> "CodeType | None":
    """Return what is to be executed for the module *fullname* in place of *code*.

    Only who runs the code gets the changed one: the import system and runpy.
    Everybody else (freezers, coverage, inspect) gets the code as it is. With
    that *loader* has done its work and becomes one of the stock class, which
    libraries look up by the type of a module's loader (distlib, in pip).
    """
    if code is None or not state.engine:
        return code
    caller = sys._getframe(2)
    if caller.f_code is not EXECUTE and caller.f_globals.get("__name__") != "runpy":
        return code
    loader.__class__ = type(loader).__base__
    return prepare(code, fullname, caller)


def prepare(code: "CodeType", fullname: str, caller: "FrameType") -> "CodeType":
    """Return what is to be executed for the module *fullname* in place of its *code*, by *caller*."""
    global _engine
    if not state.engine or fullname.startswith("lazi_site"):
        return code
    try:
        if _engine is None:  # an import statement takes as long as all that is asked before it
            from ..backport import engine

            _engine = engine
        prepared: CodeType = _engine.prepare(code, fullname, caller)
        return prepared
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
            leave_traceback(error)
            raise
        return code_to_run(self, code, fullname)


def leave_traceback(error: BaseException) -> None:
    """Take the frame that catches *error* out of its traceback; that frame then raises it, which adds none.

    A frame of ours among those of importlib would keep CPython from taking them out, and shows where it
    takes none out, as in what ``python -m`` prints.
    """
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next


def sourceless_loader(fullname: str, path: str) -> "Any":
    """Return the loader of the module *fullname*, of which *path* is the byte code without source."""
    load("lazi_site.startup.sourceless")
    from .sourceless import DeferringBytecodeLoader

    return DeferringBytecodeLoader(fullname, path)


shortcut.prepare = prepare


def leave() -> None:
    """Take what is ours out of the finders of files, and out of the path hooks where those are kept too.

    The namespace of ``sys`` is copied, which keeps its lists and the finders in them. (3.11)
    See settle.leave_at_exit().
    """
    shortcut.remove()
    if sys.version_info < (3, 12):
        if path_hook in sys.path_hooks:  # a list that shrinks would have other threads pass over a hook
            sys.path_hooks[sys.path_hooks.index(path_hook)] = sys.path_hooks[-1]
        for finder in list(sys.path_importer_cache.values()):
            if type(finder) is FileFinder:
                finder._loaders = shortcut.stock_loaders  # type: ignore[attr-defined]

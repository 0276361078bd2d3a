"""Is a module loaded to find out whether it can be? Then what it imports must exist.

``try: from ._h2 import Connection`` with ``except ImportError`` asks whether
_h2 and what it needs are installed; so does a test runner that reports which
test modules cannot be imported, and what loads plug-ins. The module is loaded
at once; were its own ``import h2`` to wait, the answer would come too late for
the handler. In such a module an import waits only if its target can be found.
The handler may stand anywhere below on the stack: in the module that imports,
in the function that called ``import_module()``, or in who called that.
"""

import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter, _find_spec  # type: ignore[attr-defined]
from _frozen_importlib_external import PathFinder

from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


MAXIMUM_KNOWN = 64
_findable: "dict[str, bool]" = {}  # of the standard library
_found: "set[str]" = set()  # other modules whose top-level packages the finders in force can find
_finders: "list[object]" = []  # those
STANDARD = (BuiltinImporter, FrozenImporter, PathFinder)
# By the id of a module's frame its file and whether the module is guarded: each asks for many statements,
# and so do those that it imports. The frames are not kept, as that would keep their namespaces.
_guarded: "dict[int, tuple[str, bool]]" = {}


def is_guarded(frame: "FrameType") -> bool:
    """Return whether the module that *frame* executes is loaded in a try that catches ImportError."""
    known = _guarded.get(id(frame))
    if known is not None and known[0] is frame.f_code.co_filename:
        return known[1]
    answer = is_caught(frame.f_back)
    if len(_guarded) >= MAXIMUM_KNOWN:
        _guarded.clear()
    _guarded[id(frame)] = frame.f_code.co_filename, answer
    return answer


def is_caught(frame: "FrameType | None") -> bool:
    """Return whether an ImportError raised by what *frame* calls is caught there or further below.

    What importlib and we catch goes on; an import of the program itself runs
    in a stub of ours.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_exceptiontable and not is_internal(frame):
            back = frame.f_back
            if back is None or module_name(back) != "lazi_site.startup.script":
                load("lazi_site.startup.bytecode")
                from .bytecode import catches_import_error

                if catches_import_error(code, frame.f_lasti):
                    return True
        if code.co_name == "<module>":
            known = _guarded.get(id(frame))
            if known is not None and known[0] is code.co_filename:
                return known[1]
        frame = frame.f_back
    return False


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


def can_be_found(target: str) -> bool:
    """Return whether the top-level package of the module *target* is loaded or can be found."""
    top = target.partition(".")[0]
    if top in sys.modules:
        return sys.modules[top] is not None  # None forbids it
    try:
        return _find_spec(top, None) is not None
    except ImportError:  # a finder forbids it
        return False


def is_listed(top: str) -> bool:
    """Return whether the module *top* stands in a folder that the import system would look into.

    Asked are the lists of names that importlib keeps of folders it has looked into
    (FileFinder._path_cache, 3.11 to 3.15), so that no finder runs before the
    import is performed. False means nothing.
    """
    for finder in sys.meta_path:
        # The finder that setuptools puts in front of the others only knows about distutils and pip.
        if finder not in STANDARD and type(finder).__module__ != "_distutils_hack":
            return False
        if finder is PathFinder:
            break
    file = top + ".py"
    for folder in sys.path:
        names = getattr(sys.path_importer_cache.get(folder), "_path_cache", ())
        if top in names or file in names:
            return True
    return False


def is_sure(target: str, importer: str) -> bool:
    """Return whether the package of the module *target*, imported by *importer*, is there without doubt."""
    top = target.partition(".")[0]
    if top == importer.partition(".")[0]:
        return True
    if top not in sys.stdlib_module_names:
        return False
    if top not in _findable:
        _findable[top] = can_be_found(top)
    return _findable[top]


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
    if not is_guarded(frame):
        return False
    if can_be_found(top):
        _found.add(top)
        return False
    return True

"""Is a module loaded to find out whether it can be? Then what it imports must exist.

``try: from ._h2 import Connection`` with ``except ImportError`` asks whether
_h2 and what it needs are installed. The module is loaded at once, being in a
try; were its own ``import h2`` to wait, the answer would come too late for the
handler. In such a module an import waits only if its target can be found.
"""

import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]

from .settle import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


# Id and file of the frame that asked last, and the answer: a module asks once for each statement. Its
# code is not kept, as that would keep its namespace.
_asked = (0, "", False)
_findable: "dict[str, bool]" = {}  # of the standard library


def is_guarded(frame: "FrameType | None") -> bool:
    """Return whether the import under way in *frame* stands in a try that catches ImportError.

    The first frame that is neither importlib's nor ours is the importing one;
    an import of the program itself runs in a stub between that and ours.
    """
    while frame is not None:
        back = frame.f_back
        if not is_internal(frame) and (back is None or module_name(back) != "lazi_site.startup.script"):
            code = frame.f_code
            if not code.co_exceptiontable:
                return False
            load("lazi_site.startup.bytecode")  # few modules are loaded in a try or with
            from .bytecode import catches_import_error

            return catches_import_error(code, frame.f_lasti)
        frame = back
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
    return top in sys.modules or _find_spec(top, None) is not None


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
    global _asked
    if target.partition(".")[0] in sys.modules:
        return False
    frame_id, file, guarded = _asked
    if frame_id != id(frame) or file is not frame.f_code.co_filename:
        guarded = is_guarded(frame.f_back)
        _asked = id(frame), frame.f_code.co_filename, guarded
    return guarded and not can_be_found(target)

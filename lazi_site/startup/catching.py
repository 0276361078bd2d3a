"""Where targets are that guards.py does not find at a glance, and who would catch that they are missing."""

import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]

from .bytecode import catches_import_error
from .guards import is_internal, module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

MAXIMUM_KNOWN = 64
_findable: "dict[str, bool]" = {}  # of the standard library
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
            is_program = back is not None and module_name(back) == "lazi_site.startup.script"
            if not is_program and catches_import_error(code, frame.f_lasti):
                return True
        if code.co_name == "<module>":
            known = _guarded.get(id(frame))
            if known is not None and known[0] is code.co_filename:
                return known[1]
        frame = frame.f_back
    return False


def can_be_found(target: str) -> bool:
    """Return whether the top-level package of the module *target* is loaded or can be found."""
    top = target.partition(".")[0]
    if top in sys.modules:
        return sys.modules[top] is not None  # None forbids it
    try:
        return _find_spec(top, None) is not None
    except ImportError:  # a finder forbids it
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

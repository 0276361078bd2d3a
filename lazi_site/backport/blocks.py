"""Statements of code that runs already when imports become lazy; see startup/running.py."""

from ..startup import bytecode, switches
from ..startup.reasons import LOOKS_THROUGH_NAMES, NAME_OF_SUBMODULE
from ..startup.usage import Usage, scans_namespace
from . import deciding, engine, reading
from .deferred import DeferredImport
from .program import deferred, made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any


def deferred_in_block(frame: "FrameType") -> "Any":
    """Do what deferred() of program.py does for a statement of any module that running.py lets wait."""
    code = frame.f_code
    namespace = frame.f_globals
    importer = namespace.get("__name__")
    package = namespace.get("__package__") or ""
    head = bytecode.head(code, frame.f_lasti)
    tail = head and bytecode.tail(code, frame.f_lasti, head[4])
    if head is None or tail is None or not isinstance(importer, str):
        return None
    _, _, level, name, fromlist = head
    target = bytecode.absolute(name, level, package)
    if not target:
        return None
    names = fromlist or ()
    usage = Usage(code)
    why = engine.keeps_eager(importer, code) or deciding.get_policy().decide(importer, target, names)
    if why is None and scans_namespace(code):
        why = LOOKS_THROUGH_NAMES
    if why is None and package == importer and usage.has_variable_for(package, target, names):
        why = NAME_OF_SUBMODULE
    known = reading.waiting(head, tail, target, frame.f_lineno, importer, usage)
    if why is None:
        return deferred(frame, known)
    if switches.watched:
        made(DeferredImport, known, frame).tell_eager(why)
    return None

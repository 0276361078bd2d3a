"""Tells what the native engine decided about a statement; loaded only while somebody wants to know."""

from ..startup import bytecode as op
from ..startup import watch
from ..startup.policy import Eager
from ..startup.switches import switches
from .engine import says_lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


def tell(importer: object, name: str, frame: "FrameType", why: "tuple[str, str] | None" = None) -> None:
    """Tell that the import of *name* at which *frame* stands waits, or *why* not: code and detail."""
    file, line = frame.f_code.co_filename, frame.f_lineno or 0
    if why is not None:
        watch.eager(importer, name, file, line, Eager(*why))
        return
    statement = op.decode(frame.f_code, frame.f_lasti)
    names = statement.bound if statement is not None else ()
    declared = switches.trace >= 2 and (says_lazy(frame) or watch.is_declared(name, frame.f_globals))
    watch.deferred(importer, name, names, file, line, declared=declared)

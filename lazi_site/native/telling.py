"""Tells what the native engine decided about a statement; loaded only while somebody wants to know."""

from ..startup import bytecode, switches, watch
from ..startup.keeping import note
from .engine import DECIDED, EAGER, is_at_hand, says_lazy, table_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from ..startup.reasons import Eager


def tell(
    importer: object,
    name: str,
    fromlist: "tuple[str, ...] | None",
    frame: "FrameType",
    why: "Eager | None" = None,
) -> None:
    """Tell that the import of *name* at which *frame* stands waits, or *why* not."""
    if why is None:
        tell_waiting(importer, name, fromlist, frame, *read(importer, frame))
    else:
        file, line = frame.f_code.co_filename, frame.f_lineno or 0
        watch.eager(importer, name, file, line, *why)


def tell_known(
    importer: object,
    name: str,
    fromlist: "tuple[str, ...] | None",
    frame: "FrameType",
    answer: int,
    more: "Any",
) -> None:
    """Tell what follows from the *answer* that is kept for the statement.

    more: what is kept beside it, line and what else the telling takes; None if that is not known yet.
    """
    if answer == EAGER:
        line, code, detail = more
        watch.eager(importer, name, frame.f_code.co_filename, line, code, detail)
    else:
        line, names = more or read(importer, frame)
        tell_waiting(importer, name, fromlist, frame, line, names)


def tell_waiting(
    importer: object,
    name: str,
    fromlist: "tuple[str, ...] | None",
    frame: "FrameType",
    line: int,
    names: "tuple[str, ...]",
) -> None:
    """Tell that the import of *name* in *line* waits, or finds all at hand.

    names: those that the statement binds.
    """
    says_so = says_lazy(frame)
    if not says_so and is_at_hand(name, fromlist, frame):
        watch.bound(importer, name, names, frame.f_code.co_filename, line)
        return
    declared = switches.trace >= 2 and (says_so or watch.is_declared(name, frame.f_globals))
    watch.deferred(importer, name, names, frame.f_code.co_filename, line, declared=declared)


def read(importer: object, frame: "FrameType") -> "tuple[int, tuple[str, ...]]":
    """Return the line of the statement at which *frame* stands, and the names that it binds.

    Finding them takes longer than all the rest of telling, so they are kept beside the decision.
    """
    code, at = frame.f_code, frame.f_lasti
    statement = bytecode.decode(code, at)
    found = frame.f_lineno or 0, statement.bound if statement is not None else ()
    table = table_of(importer, code)
    if table is not None and table is not DECIDED and table.get(at) != EAGER:
        table[~at] = found
        if type(importer) is str:
            note(importer, code.co_filename, table)
    return found

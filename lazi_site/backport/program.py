"""The program's own import statements (script, ``-c``, stdin): the engine behind ``startup/script.py``.

The statement's code cannot be changed, as it is running. Its IMPORT_NAME calls
us; we put the keys into the namespace and return a carrier, and the
instructions that follow store what they take from it under those keys, which
know the stores of their own statement and stay pending. So it is with other code
that runs already when it becomes lazy; see ``startup/running.py``.
"""

import sys

from ..startup import switches
from . import engine, namespaces
from .deferred import AT, DOTTED_AS, FROMLIST, FULL_TARGET, DeferredImport, Imports, ProgramImport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, TypeVar

    from .deferred import Waiting

    Kind = TypeVar("Kind", bound=DeferredImport)


class Carrier:
    """What the statement takes its names from: for each a stand-in, for a step of ``a.b.c`` itself."""

    __slots__ = ("stand_ins",)

    def __init__(self, statement: DeferredImport) -> None:
        self.stand_ins = {attribute: stand_in(statement, name) for attribute, name in statement.bindings()}

    def __getattr__(self, name: str) -> "Any":
        return self.stand_ins.get(name, self)


def stand_in(statement: DeferredImport, name: str) -> "Any":
    """Return what stands for *name*, which *statement* has just deferred."""
    key = namespaces.waiting(statement.namespace, name)
    # Another thread may have used the name by now.
    return key.stand_in if key is not None else statement.namespace[name]


# The code that was last seen running as the program, and its statements by the offset of IMPORT_NAME.
program: "tuple[CodeType | None, dict[int, Waiting]]" = (None, {})


def deferred(frame: "FrameType", waiting: "Waiting | None" = None) -> "Any":
    """Defer the import statement at which *frame* stands, and return what it is to take its names from.

    None if it must not wait, or if its target is loaded anyway.

    waiting: what is known of it already; by default it is one of the program's.
    """
    global program
    namespace = frame.f_globals
    if waiting is None:
        if frame.f_locals is not namespace:
            return None
        known = program  # another thread may run another one
        if known[0] is not frame.f_code:
            known = program = frame.f_code, _deferrable(frame.f_code, namespace)
        waiting = known[1].get(frame.f_lasti)
    if waiting is None or sys.modules.get(waiting[FULL_TARGET]) is not None:
        return None
    statement = made(ProgramImport, waiting, frame)
    why = statement.reason_against(frame)
    if why is not None:
        if switches.watched:
            statement.tell_eager(why)
        return None
    statement.own_code = frame.f_code
    statement.defer()
    if waiting[FROMLIST] is None and not waiting[DOTTED_AS]:
        return stand_in(statement, statement.bound[0])
    return Carrier(statement)


def made(kind: "type[Kind]", waiting: "Waiting", frame: "FrameType") -> "Kind":
    """Return the statement *waiting* of the code that runs in *frame*, of which nothing waits yet."""
    statement = kind()
    statement.waiting = waiting
    statement.imports = Imports({}, frame.f_code.co_filename)
    statement.imports.namespace = frame.f_globals
    return statement


def _deferrable(code: "CodeType", namespace: "dict[str, Any]") -> "dict[int, Waiting]":
    package = namespace.get("__package__") or ""
    why = engine.keeps_eager("__main__", code)
    return {found[AT]: found for found in engine.statements(code, "__main__", package, why).values()}

"""Overwriting import statements in a module's compiled code; same length, so every table stays right.

The instructions of a statement become

    LOAD_CONST <DeferredImport> · UNARY_INVERT · POP_TOP · NOP…

so that the constant's ``__invert__`` runs when, and only when, control reaches
the statement. The stock ``.pyc`` is what was loaded; nothing is cached.
"""

from ..startup import instructions as op
from .deferred import DeferredImport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_MAXIMUM_CONSTANTS = 1 << 16  # with one EXTENDED_ARG
_INVERT = bytes((op.UNARY_INVERT, 0, op.POP_TOP, 0))
_FILLING = bytes((op.NOP, 0))


def overwrite(code: "CodeType", deferred: "list[DeferredImport]") -> "CodeType":
    """Return *code* with the statements of *deferred* handed over to them."""
    instructions = bytearray(code.co_code)
    first = len(code.co_consts)
    for index, statement in enumerate(deferred, first):
        start, end = statement.start, statement.end
        if index > 255:
            if index >= _MAXIMUM_CONSTANTS:
                break  # the rest stays eager
            instructions[start] = op.EXTENDED_ARG
            instructions[start + 1] = index >> 8
            start += 2
        instructions[start] = op.LOAD_CONST
        instructions[start + 1] = index & 255
        instructions[start + 2 : end] = _INVERT + _FILLING * ((end - start - 6) // 2)
    constants = (*code.co_consts, *deferred)
    return code.replace(co_code=bytes(instructions), co_consts=constants[:_MAXIMUM_CONSTANTS])

"""Overwriting import statements in a module's compiled code; same length, so every table stays right.

The instructions of a statement become

    LOAD_CONST <DeferredImport> · UNARY_INVERT · POP_TOP · NOP…

so that the constant's ``__invert__`` runs when, and only when, control reaches
the statement. The stock ``.pyc`` is what was loaded; nothing is cached.
"""

from ..startup import bytecode as op
from .deferred import DeferredImport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_MAXIMUM_CONSTANTS = 1 << 16  # with one EXTENDED_ARG
_FILLING = bytes((op.NOP, 0))


def overwrite(code: "CodeType", deferred: "list[DeferredImport]") -> "CodeType":
    """Return *code* with the statements of *deferred* handed over to them."""
    instructions = bytearray(code.co_code)
    constants = list(code.co_consts)
    for constant in deferred:
        index = len(constants)
        if index >= _MAXIMUM_CONSTANTS:
            break  # the rest stays eager
        constants.append(constant)
        start, end = constant.statement.start, constant.statement.end
        replacement = bytes((op.LOAD_CONST, index & 255, op.UNARY_INVERT, 0, op.POP_TOP, 0))
        if index > 255:
            replacement = bytes((op.EXTENDED_ARG, index >> 8)) + replacement
        instructions[start:end] = replacement + _FILLING * ((end - start - len(replacement)) // 2)
    return code.replace(co_code=bytes(instructions), co_consts=tuple(constants))

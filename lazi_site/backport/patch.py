"""Overwriting import statements in a module's compiled code; same length, so every table stays right.

The instructions of a statement become

    LOAD_CONST <Imports> · UNARY_INVERT · POP_TOP · NOP…

so that the constant's ``__invert__`` runs when, and only when, control reaches
the statement; one constant stands in for all of a module. The stock ``.pyc`` is
what was loaded; nothing is cached.
"""

from ..startup import instructions as op
from .deferred import END, Imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from .deferred import Waiting

_MAXIMUM_CONSTANTS = 1 << 16  # with one EXTENDED_ARG
_INVERT = bytes((op.UNARY_INVERT, 0, op.POP_TOP, 0))
_NOP = bytes((op.NOP,))  # whatever its argument is


def overwrite(code: "CodeType", waiting: "dict[int, Waiting]", chosen: "list[int]") -> "CodeType":
    """Return *code* with those of its *waiting* statements handed over that are *chosen*, by their starts."""
    index = len(code.co_consts)
    if index >= _MAXIMUM_CONSTANTS:
        return code  # all stays eager
    load = bytes((op.LOAD_CONST, index & 255))
    if index > 255:
        load = bytes((op.EXTENDED_ARG, index >> 8)) + load
    instead = bytearray(load + _INVERT)  # as assigning bytes to a slice would copy them once more
    instructions = bytearray(code.co_code)
    for start in chosen:
        end = waiting[start][END]
        instructions[start:end] = instead.ljust(end - start, _NOP)
    imports = Imports(waiting, code.co_filename, len(load), has_variables=code.co_nlocals > 0)
    return code.replace(co_code=bytes(instructions), co_consts=(*code.co_consts, imports))

"""Overwriting import statements in a module's compiled code; same length, so every table stays right.

The instructions of a statement become

    LOAD_CONST <DeferredImport> · UNARY_INVERT · POP_TOP · NOP…

so that the constant's ``__invert__`` runs when, and only when, control reaches
the statement. The stock ``.pyc`` is what was loaded; nothing is cached.
"""

from ..startup import bytecode as op
from ..startup.effects import absolute
from .deferred import DeferredImport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

_MAXIMUM_CONSTANTS = 1 << 16  # with one EXTENDED_ARG


def patched(
    code: "CodeType", package: str, may_wait: "Callable[[str, op.Statement], bool]"
) -> "CodeType":
    """Return *code*, a module's body, with those of its import statements overwritten that may wait.

    package: the module's ``__package__``. may_wait(target, statement) decides.
    Statements inside try, except and with stay as they are, and so does all
    the code of a module that looks through its own namespace.
    """
    ranges = op.covered_ranges(code.co_exceptiontable)
    found = []
    for statement in op.statements(code):
        if not op.is_covered(ranges, statement.at):
            target = absolute(statement.name, statement.level, package)
            if target and may_wait(target, statement):
                found.append((statement, target))
    if not found or op.scans_namespace(code):
        return code
    return _overwrite(code, found)


def _overwrite(code: "CodeType", found: "list[tuple[op.Statement, str]]") -> "CodeType":
    instructions = bytearray(code.co_code)
    constants = list(code.co_consts)
    usage = op.Usage(code)
    lines = code.co_lines()
    line = code.co_firstlineno
    line_end = 0
    for statement, target in found:
        while line_end <= statement.start:
            _, line_end, current = next(lines)
            line = current or line
        # Names after ``from a import`` are taken for use; a module imported as
        # such and never mentioned is imported for its effect.
        is_unused = (statement.fromlist is None or not statement.name) and not any(
            usage.is_loaded(name) for _, name in statement.bindings
        )
        index = len(constants)
        if index >= _MAXIMUM_CONSTANTS:
            break
        constants.append(DeferredImport(statement, target, code.co_filename, line, is_unused))
        replacement = [op.LOAD_CONST, index & 255, op.UNARY_INVERT, 0, op.POP_TOP, 0]
        if index > 255:
            replacement[:0] = [op.EXTENDED_ARG, index >> 8]
        units = (statement.end - statement.start - len(replacement)) // 2
        replacement += [op.NOP, 0] * units
        instructions[statement.start : statement.end] = bytes(replacement)
    return code.replace(co_code=bytes(instructions), co_consts=tuple(constants))

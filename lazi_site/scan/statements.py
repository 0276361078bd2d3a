"""Which import statements of a module wait, as both engines decide it from the module's compiled code.

What only a run can tell is left out: whether a module is loaded in somebody's
try, and what a program's switches say.
"""

from __future__ import annotations

from types import CodeType

from ..startup import bytecode
from ..startup.effects import may_be_for_effect, performed_in_order
from ..startup.reasons import FOR_ITS_EFFECT, IN_TRY, LOOKS_THROUGH_NAMES, PATH_RESTORED, STAR_IMPORT
from ..startup.usage import Usage, path_restored_at, scans_namespace

WAITS = ""
Statement = tuple[int, str, tuple[str, ...], str]  # see read_statements


def read_statements(code: CodeType, module: str, package: str) -> list[Statement]:
    """Return (line, target, names, code) of each module-level import of *module*, whose body is *code*.

    package: its ``__package__``. names: what is taken from the target. code:
    why the statement does not wait, WAITS if it may, or "for-effect" if its
    name is used nowhere, so that it depends on what the target does.
    """
    scans = scans_namespace(code)
    ranges = bytecode.covered_ranges(code.co_exceptiontable)
    unreached = bytecode.for_type_checkers(code)
    path_restored = path_restored_at(code)
    usage = Usage(code)
    performed = performed_in_order(module, package, code, usage)
    lines = [(start, end, line) for start, end, line in code.co_lines() if line is not None]
    found = []
    for _, at, level, name, fromlist in bytecode.heads(code):
        target = bytecode.absolute(name, level, package)
        if not target or target == "__future__" or bytecode.is_within(unreached, at):
            continue
        line = next((line for start, end, line in lines if start <= at < end), code.co_firstlineno)
        names = fromlist or ()
        tail = bytecode.tail(code, at, fromlist)
        if names == ("*",):
            reason = STAR_IMPORT[0]
        elif bytecode.handler_of(ranges, at) is not None:
            reason = IN_TRY[0]
        elif scans:
            reason = LOOKS_THROUGH_NAMES[0]
        elif at < path_restored:
            reason = PATH_RESTORED[0]
        elif at in performed:
            reason = FOR_ITS_EFFECT[0]
        elif tail is None:
            reason = "unknown-form"
        else:
            unused = usage.unused(fromlist, tail[0])
            is_for_effect = may_be_for_effect(module, code.co_filename, name, target, fromlist, unused)
            reason = FOR_ITS_EFFECT[0] if is_for_effect else WAITS
        found.append((line, target, names, reason))
    return found

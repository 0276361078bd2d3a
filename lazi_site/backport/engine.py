"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import sys

from ..startup import bytecode as op
from ..startup import guards
from ..startup.bootstrap import state
from ..startup.policy import Policy
from ..startup.snapshot import variables_at_start
from ..startup.switches import switches
from . import modules
from .deferred import DeferredImport
from .patch import overwrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

policy = Policy(state.snapshot["settings"], variables_at_start())
switches.declared_only = policy.mode == "declared"
switches.trace = policy.trace


def prepare(code: "CodeType", fullname: str) -> "CodeType":
    """Return the code to execute for the module *fullname*, whose compiled body is *code*."""
    modules.starts(fullname)
    package = policy.settles(fullname)
    if package:
        modules.resolve_in(package)
    if keeps_eager(fullname, code):
        return code
    module = sys.modules.get(fullname)
    package = fullname if hasattr(module, "__path__") else fullname.rpartition(".")[0]
    deferred = deferrable(code, fullname, package)
    if not deferred:
        return code
    if guards.is_guarded(sys._getframe(1)):
        for statement in deferred:
            statement.is_guarded = True
    return overwrite(code, deferred)


def keeps_eager(importer: str, code: "CodeType") -> bool:
    """Return whether no import statement of the module *importer* may wait, whatever it imports."""
    if not switches.active:
        return True
    if switches.declared_only and "__lazy_modules__" not in code.co_names:
        return True
    return policy.decide_importer(importer) is not None


def deferrable(code: "CodeType", importer: str, package: str) -> "list[DeferredImport]":
    """Return what stands in for each statement of *code*, the body of the module *importer*, that may wait.

    package: its ``__package__``. Left out are statements inside try, except and
    with, those that never run, and all those of a module that looks through its
    own namespace.
    """
    if op.scans_namespace(code):
        return []
    ranges = op.covered_ranges(code.co_exceptiontable)
    unreached = op.for_type_checkers(code)
    usage = op.Usage(code)
    lines = code.co_lines()
    line = code.co_firstlineno
    line_end = 0
    found = []
    for statement in op.heads(code):
        at = statement.at
        if any(start < at < end for start, end in unreached) or op.is_covered(ranges, at):
            continue
        target = op.absolute(statement.name, statement.level, package)
        if not target:
            continue
        decision = policy.decide(importer, target, statement.fromlist or ())
        if decision is not None:
            if switches.trace:
                from ..startup.trace import tell

                tell(3, "eager", importer, target, f"{decision.code} {decision.detail}")
            continue
        if not op.complete(statement, code):
            continue
        if package == importer and op.own_variable(code, package, target, statement.fromlist or ()):
            continue
        while line_end <= statement.start:
            _, line_end, current = next(lines)
            line = current or line
        is_unused = usage.is_for_effect(statement)
        found.append(DeferredImport(statement, target, code.co_filename, line, is_unused=is_unused))
    return found

"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import sys

from ..startup import bytecode as op
from ..startup import guards
from ..startup.bootstrap import state
from ..startup.policy import (
    IN_TRY,
    LOOKS_THROUGH_NAMES,
    NAME_OF_SUBMODULE,
    NOT_DECLARED,
    STAR_IMPORT,
    SWITCHED_OFF,
    Policy,
)
from ..startup.snapshot import variables_at_start
from ..startup.switches import switches
from . import modules
from .deferred import DeferredImport
from .patch import overwrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..startup.policy import Eager

policy = Policy(state.snapshot["settings"], variables_at_start())
switches.declared_only = policy.mode == "declared"
if policy.is_watched:
    from ..startup import watch

    watch.begin(policy.trace, policy.report, state.engine)


def prepare(code: "CodeType", fullname: str) -> "CodeType":
    """Return the code to execute for the module *fullname*, whose compiled body is *code*."""
    modules.starts(fullname)
    package = policy.settles(fullname)
    if package:
        modules.resolve_in(package)
    why = keeps_eager(fullname, code)
    if why is not None and not switches.watched:
        return code
    module = sys.modules.get(fullname)
    package = fullname if hasattr(module, "__path__") else fullname.rpartition(".")[0]
    deferred = deferrable(code, fullname, package, why)
    if not deferred or op.has_dead_variables(code):
        return code
    if guards.is_guarded(sys._getframe(1)):
        for statement in deferred:
            statement.is_guarded = True
    return overwrite(code, deferred)


def keeps_eager(importer: str, code: "CodeType") -> "Eager | None":
    """Return why no import statement of the module *importer* may wait, whatever it imports, or None."""
    if not switches.active:
        return SWITCHED_OFF
    if switches.declared_only and "__lazy_modules__" not in code.co_names:
        return NOT_DECLARED
    return policy.decide_importer(importer)


def deferrable(
    code: "CodeType", importer: str, package: str, why_none: "Eager | None"
) -> "list[DeferredImport]":
    """Return what stands in for each statement of *code*, the body of the module *importer*, that may wait.

    package: its ``__package__``. why_none: none may, for this reason, which is
    only to be told. Left out are statements inside try, except and with, those
    that never run, and all those of a module that looks through its own namespace.
    """
    if why_none is None and op.scans_namespace(code):
        why_none = LOOKS_THROUGH_NAMES
    if why_none is not None and not switches.watched:
        return []
    ranges = op.covered_ranges(code.co_exceptiontable)
    unreached = op.for_type_checkers(code)
    usage = op.Usage(code)
    lines = code.co_lines()
    filename = code.co_filename
    line = code.co_firstlineno
    line_end = 0
    found = []
    for statement in op.heads(code):
        at = statement.at
        if unreached and any(start < at < end for start, end in unreached):
            continue
        target = statement.name
        if statement.level:
            target = op.absolute(target, statement.level, package)
            if not target:
                continue
        why = why_none
        if why is None and op.handler_of(ranges, at) is not None:
            why = IN_TRY
        names = statement.fromlist or ()
        if why is None:
            why = policy.decide(importer, target, names)
        if why is None and not op.complete(statement, code):
            why = STAR_IMPORT
        if why is None and package == importer and usage.has_variable_for(package, target, names):
            why = NAME_OF_SUBMODULE
        if why is not None and not switches.watched:
            continue
        while line_end <= statement.start:
            _, line_end, current = next(lines)
            line = current or line
        if why is not None:
            watch.eager(importer, target, filename, line, why)
            continue
        is_unused = usage.is_for_effect(statement)
        found.append(DeferredImport(statement, target, filename, line, is_unused))
    return found

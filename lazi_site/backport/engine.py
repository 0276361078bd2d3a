"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import sys

from ..startup import bytecode as op
from ..startup import guards
from ..startup.bootstrap import state
from ..startup.packages import is_running
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
from ..startup.usage import Usage, has_dead_variables, scans_namespace
from . import modules
from .deferred import DeferredImport
from .namespaces import plain_values
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
    if op.IMPORT_NAME not in code.co_code:
        return code
    why = keeps_eager(fullname, code)
    if why is not None and not switches.watched:
        return code
    module = sys.modules.get(fullname)
    package = fullname if hasattr(module, "__path__") else fullname.rpartition(".")[0]
    deferred = deferrable(code, fullname, package, why)
    if not deferred or has_dead_variables(code):
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
    that never run, all those of a module that looks through its own namespace,
    and those whose names are at hand: the interpreter binds them in no time.
    """
    if why_none is None and scans_namespace(code):
        why_none = LOOKS_THROUGH_NAMES
    watched = switches.watched
    if why_none is not None and not watched:
        return []
    ranges = op.covered_ranges(code.co_exceptiontable)
    unreached = op.for_type_checkers(code)
    usage = Usage(code)
    lines = code.co_lines()
    filename = code.co_filename
    line = code.co_firstlineno
    line_end = 0
    bases: dict[int, str] = {}
    found = []
    for head in op.heads(code):
        _, at, level, target, names = head
        if unreached and op.is_within(unreached, at):
            continue
        if level:
            base = bases.get(level)
            if base is None:
                base = bases[level] = op.absolute("", level, package)
            if not base:
                continue
            target = f"{base}.{target}" if target else base
        if not watched and is_at_hand(target, names):
            continue
        why: Eager | None
        if why_none is not None:
            why = why_none
        elif ranges and op.handler_of(ranges, at) is not None:
            why = IN_TRY
        else:
            why = policy.decide_target(importer, target, names or ())
        tail = op.tail(code, at, names) if why is None else None
        if tail and package == importer and usage.has_variable_for(package, target, names or ()):
            why, tail = NAME_OF_SUBMODULE, None
        if tail is None and not watched:
            continue
        while line_end <= at:
            _, line_end, current = next(lines)
            line = current or line
        if tail is None:
            watch.eager(importer, target, filename, line, why or STAR_IMPORT)
            continue
        found.append(DeferredImport(head, tail, target, filename, line, usage))
    return found


def is_at_hand(target: str, names: "tuple[str, ...] | None") -> bool:
    """Return whether the module *target* is loaded and has *names*, and none of them waits."""
    module = sys.modules.get(target)
    if module is None:
        return False
    contents = getattr(module, "__dict__", None)
    if type(contents) is not dict or is_running(contents):
        return False
    return not names or plain_values(contents, names) is not None

"""Finds in a module's code the import statements that may wait, by what the code and the policy say.

The outcome is kept for later starts (startup/decisions.py), so that this is
loaded only for modules that are new or have changed.
"""

from ..startup import bytecode, catching, switches
from ..startup.policy import Policy
from ..startup.reasons import (
    FOR_ITS_EFFECT,
    IN_TRY,
    LOOKED_UP,
    LOOKS_THROUGH_NAMES,
    NAME_OF_SUBMODULE,
    PATH_RESTORED,
    STAR_IMPORT,
)
from ..startup.snapshot import load
from ..startup.usage import Usage, has_dead_variables, path_restored_at, scans_namespace
from .deferred import ASK, IF_FOUND, SURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..startup.bytecode import Head, Tail
    from ..startup.reasons import Eager
    from .deferred import Waiting

    Told = tuple[str, int, str, str]  # target and line of a statement, code and detail of the reason


def waiting_statements(
    policy: Policy, code: "CodeType", importer: str, package: str, why_none: "Eager | None"
) -> "tuple[dict[int, Waiting], list[Told]]":
    """Return by its start each statement of *code*, the body of the module *importer*, that may wait.

    And what is to be told, if somebody wants to know: which others must not wait.
    package: its ``__package__``. why_none: none may, for this reason, which is
    only to be told. Left out are statements inside try, except and with, those
    that never run, and all those of a module that looks through its own namespace.
    """
    watched = switches.watched
    if why_none is None and scans_namespace(code):
        why_none = LOOKS_THROUGH_NAMES
    if why_none is not None and not watched:
        return {}, []
    ranges = bytecode.covered_ranges(code.co_exceptiontable)
    unreached = bytecode.for_type_checkers(code)
    path_restored = path_restored_at(code)
    usage = Usage(code)
    performed = performed_in_order(importer, package, code, usage)
    lines = code.co_lines()
    line = code.co_firstlineno
    line_end = 0
    bases: dict[int, str] = {}
    found: dict[int, Waiting] = {}
    told: list[Told] = []
    for head in bytecode.heads(code):
        _, at, level, name, names = head
        if unreached and bytecode.is_within(unreached, at):
            continue
        target = name
        if level:
            base = bases.get(level)
            if base is None:
                base = bases[level] = bytecode.absolute("", level, package)
            if not base:
                continue
            target = f"{base}.{name}" if name else base
        why: Eager | None
        if why_none is not None:
            why = why_none
        elif ranges and bytecode.handler_of(ranges, at) is not None:
            why = IN_TRY
        elif at < path_restored:
            why = PATH_RESTORED
        elif at in performed:
            why = FOR_ITS_EFFECT
        else:
            why = policy.decide_target(importer, target, names or ())
            if why is None and usage.looks_up(importer, target, names or ()):
                why = LOOKED_UP
        tail = bytecode.tail(code, at, names) if why is None else None
        if tail and package == importer and usage.has_variable_for(package, target, names or ()):
            why, tail = NAME_OF_SUBMODULE, None
        if tail is None and not watched:
            continue
        while line_end <= at:
            _, line_end, current = next(lines)
            line = current or line
        if tail is None:
            reason, detail = why or STAR_IMPORT
            told.append((target, line, reason, detail))
            continue
        found[head[0]] = waiting(head, tail, target, line, importer, usage)
    return {} if has_dead_variables(code) else found, told


def waiting(head: "Head", tail: "Tail", target: str, line: int, importer: str, usage: Usage) -> "Waiting":
    """Return what is to be known of the statement that *head* and *tail* describe; see deferred.py."""
    _, at, level, name, names = head
    bound, end, dotted_as = tail
    plain = names is None and not dotted_as
    is_sure = catching.is_sure(target, importer)
    unused = usage.unused(names, bound)
    is_for_effect = bool(unused) and may_be_for_effect(importer, usage.code, name, target, names, unused)
    simple = ASK if is_for_effect else (SURE if is_sure else IF_FOUND)
    loaded = target.partition(".")[0] if plain else target
    if names is not None and bound == names:
        bound = names  # one object when it is stored, and read
    rest = at, level, name, dotted_as, line, is_sure, is_for_effect
    return target, names, end, simple, bound, loaded, *rest


def performed_in_order(importer: str, package: str, code: "CodeType", usage: Usage) -> "set[int]":
    """Return what effects.py says of *code*, the body of the module *importer*."""
    top = importer.partition(".")[0]
    heads = bytecode.heads(code)
    if not any(
        names and name and (level or name.partition(".")[0] == top) for *_, level, name, names in heads
    ):
        return set()  # without it, as for a script
    load("lazi_site.startup.effects")
    from ..startup import effects

    return effects.performed_in_order(importer, package, code, usage)


def may_be_for_effect(
    importer: str,
    code: "CodeType",
    name: str,
    target: str,
    names: "tuple[str, ...] | None",
    unused: "tuple[str | None, ...]",
) -> bool:
    """Return what effects.py says of a statement in *code* of whose names some are unused."""
    if names is None or (not name and len(unused) == len(names)):
        return True
    load("lazi_site.startup.effects")  # few modules come here
    from ..startup import effects

    return effects.may_be_for_effect(importer, code.co_filename, name, target, names, unused)

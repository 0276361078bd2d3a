"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import sys

from ..startup import decisions, switches
from ..startup import instructions as op
from ..startup.bootstrap import state
from ..startup.callers import is_collected, is_lent, reason_of_callers
from ..startup.packages import WITHOUT_IMPORT, find_missing_in, is_running
from ..startup.reasons import FOR_ITS_EFFECT, NOT_DECLARED, SWITCHED_OFF
from ..startup.snapshot import load, loading, setting, variables_at_start
from . import modules
from .deferred import FROMLIST, FULL_TARGET, IS_FOR_EFFECT, LINE, SURE
from .namespaces import plain_values
from .patch import overwrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from ..startup.decisions import Source
    from ..startup.policy import Policy
    from ..startup.reasons import Eager
    from .deferred import Waiting

# The keys of a module's table: statements that wait, what is to be told of the others, the packages
# that are to be loaded whole before the module runs, as it looks for their modules (usage.py), and what names
# need that may wait for small modules (neighbours.py).
WAITING, EAGER, LOOKED_FOR, SMALL = 0, 1, 2, 3
STAR = ("*",)  # what an ``import *`` takes

_variables = variables_at_start()
_settings: "dict[str, Any]" = state.snapshot["settings"]
decisions.open_decisions(_variables, setting("stdlib", _settings, _variables))
switches.change(declared_only=_settings["mode"] == "declared")

_policy: "Policy | None" = None
# Modules for which Policy.settles() may have an answer.
_settling: "dict[str, str]" = _settings["shipped-settle"]
EXECUTING = frozenset({"_pytest.assertion.rewrite"})  # loaders that run code by exec(code, namespace)
settled: "set[str]" = set()  # packages in which no import may wait any longer

_trace = int(setting("trace", _settings, _variables))
if _trace or _variables.get("LAZI_REPORT"):
    load("lazi_site.startup.watch")
    from ..startup import watch

    watch.begin(_trace, _variables.get("LAZI_REPORT", ""), state.engine)

if _settings["settle-after"]:
    load("lazi_site.backport.settling")
    from . import settling

    settling.settle_after(_settings["settle-after"])

for _name in WITHOUT_IMPORT if state.takes_stdlib else ():
    find_missing_in(_name)  # loaded before, as reading the configuration does


def prepare(code: "CodeType", fullname: str) -> "CodeType":
    """Return the code to execute for the module *fullname*, whose compiled body is *code*."""
    modules.starts(fullname)
    if fullname in _settling:
        package = get_policy().settles(fullname)
        if package:
            settle_package(package)
    if fullname in EXECUTING:
        load("lazi_site.backport.executing")
        from .executing import execute

        sys.modules[fullname].__dict__.setdefault("exec", execute)
    if op.IMPORT_NAME not in code.co_code:
        return code
    if STAR in code.co_consts:
        modules.with_star.add(fullname)
    why = None if switches.is_quiet and not settled else keeps_eager(fullname, code)
    if why is not None and not switches.watched:
        return code
    module = sys.modules.get(fullname)
    is_package = "__path__" in getattr(module, "__dict__", ())  # hasattr() makes an error for most (3.11)
    package = fullname if is_package else fullname.rpartition(".")[0]
    waiting = statements(code, fullname, package, why)
    # Those whose names are at hand are left out: the interpreter binds them in no time.
    loaded = () if switches.watched else sys.modules
    chosen = [
        start for start, one in waiting.items() if one[0] not in loaded or not is_at_hand(one[0], one[1])
    ]
    caller = sys._getframe(3)  # of what calls the loader
    lent, collected = is_lent(caller), is_collected(caller)
    if lent or collected:
        chosen = [
            start
            for start in chosen
            if not is_kept(fullname, code, waiting[start], lent=lent, collected=collected)
        ]
    return overwrite(code, waiting, chosen) if chosen else code


def is_kept(importer: str, code: "CodeType", waiting: "Waiting", *, lent: bool, collected: bool) -> bool:
    """Return whether a *waiting* statement must not wait for who loads the module *importer*; tell it."""
    why = reason_of_callers(waiting[FULL_TARGET], waiting[FROMLIST], lent=lent, collected=collected)
    if why is not None and switches.watched:
        watch.eager(importer, waiting[FULL_TARGET], code.co_filename, waiting[LINE], why.code, why.detail)
    return why is not None


def settle_package(package: str) -> None:
    """Perform what waits inside *package*; nothing that is loaded later waits there either."""
    settled.add(package)
    modules.resolve_in(package)


def get_policy() -> "Policy":
    """Return the policy, which is made when the first statement is met about which nothing is kept."""
    global _policy
    with loading:
        if _policy is None:
            load("lazi_site.startup.policy")
            from ..startup.policy import Policy

            _policy = Policy(_settings, _variables)
    return _policy


def keeps_eager(importer: str, code: "CodeType") -> "Eager | None":
    """Return why no import statement of the module *importer* may wait in this process, or None."""
    if not switches.active:
        return SWITCHED_OFF
    if switches.declared_only and "__lazy_modules__" not in code.co_names:
        return NOT_DECLARED
    if settled and importer.partition(".")[0] in settled:
        return get_policy().decide_importer(importer)
    return None


def statements(
    code: "CodeType", importer: str, package: str, why_none: "Eager | None"
) -> "dict[int, Waiting]":
    """Return by its start each statement of *code*, the body of the module *importer*, that may wait.

    That is, as far as the module's code and the policy decide it. Of the others it
    is told, if somebody wants to know, that they must not. The packages whose modules
    the code looks for are loaded whole, as it is about to run.
    package: its ``__package__``. why_none: none may, for this reason, which is only to be told.
    """
    table: dict[int, Any] | None = None
    if why_none is None:
        table = decisions.table_of(importer, code)
    # All statements are found at once; those that must not wait only for who wants to know.
    if not table or (switches.watched and EAGER not in table):
        load("lazi_site.backport.reading")
        from ..startup.usage import packages_looked_for
        from .reading import waiting_statements

        policy = get_policy()
        why_none = why_none or policy.decide_importer(importer)
        waiting, told = waiting_statements(policy, code, importer, package, why_none)
        found: dict[int, Any] = {WAITING: waiting, EAGER: told} if switches.watched else {WAITING: waiting}
        looked_for = packages_looked_for(code, importer)
        if looked_for:
            found[LOOKED_FOR] = looked_for
        if table is None:
            table = found
        else:
            from ..startup.keeping import note  # of the same part as reading.py

            table.update(found)
            note(importer, code.co_filename, table)
    for one in table.get(LOOKED_FOR, ()):
        if get_policy().keep_whole(one, importer):
            settle_package(one)
    if switches.watched:
        for target, line, why, detail in table[EAGER]:
            watch.eager(importer, target, code.co_filename, line, why, detail)
    known: dict[int, Waiting] = table[WAITING]
    return known


def keep(importer: object, file: str, waiting: "Waiting", files: "tuple[Source, ...] | None") -> None:
    """Have later starts know whether a *waiting* statement of the module *importer* is made for its effect.

    file: of the module.
    files: what shows that it has none, or None if it has.
    """
    if not isinstance(importer, str):
        return
    table = decisions.kept(importer, file)
    if not table:
        return
    # A dict of its own: the module's code is running and goes by the former one.
    known = table[WAITING] = dict(table[WAITING])
    for start, one in list(known.items()):
        if one is not waiting:
            continue
        if files is None:
            del known[start]
        elif files:
            known[start] = (*one[:IS_FOR_EFFECT], files)
        else:
            known[start] = (*one[:3], SURE, *one[4:])
    if EAGER in table and files is None:
        table[EAGER].append((waiting[FULL_TARGET], waiting[LINE], FOR_ITS_EFFECT.code, FOR_ITS_EFFECT.detail))
    load("lazi_site.startup.keeping")
    from ..startup.keeping import note

    note(importer, file, table)


def is_at_hand(target: str, names: "tuple[str, ...] | None") -> bool:
    """Return whether the module *target* is loaded and has *names*, and none of them waits."""
    module = sys.modules.get(target)
    if module is None:
        return False
    contents = getattr(module, "__dict__", None)
    if type(contents) is not dict or is_running(contents):
        return False
    return not names or plain_values(contents, names) is not None

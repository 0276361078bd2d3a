"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import sys

from ..startup import decisions, shortcut, switches
from ..startup import instructions as op
from ..startup.bootstrap import state
from ..startup.callers import is_collected, is_lent
from ..startup.packages import WITHOUT_IMPORT, find_missing_in, is_running
from ..startup.reasons import NOT_DECLARED, SWITCHED_OFF
from ..startup.snapshot import load, setting, variables_at_start
from . import modules
from .namespaces import plain_values
from .patch import overwrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from ..startup.decisions import Table
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

# Modules for which Policy.settles() may have an answer.
_settling: "dict[str, str]" = _settings["shipped-settle"]
EXECUTING = frozenset({"_pytest.assertion.rewrite"})  # loaders that run code by exec(code, namespace)
settled: "set[str]" = set()  # packages in which no import may wait any longer

_trace = int(setting("trace", _settings, _variables))
if _trace or _variables.get("LAZI_REPORT"):
    shortcut.install()  # who watches stands around it
    load("lazi_site.startup.watch")
    from ..startup import watch

    watch.begin(_trace, _variables.get("LAZI_REPORT", ""), state.engine)

if _settings["settle-after"]:
    load("lazi_site.backport.settling")
    from . import settling

    settling.settle_after(_settings["settle-after"])

for _name in WITHOUT_IMPORT if state.takes_stdlib else ():
    find_missing_in(_name)  # loaded before, as reading the configuration does


def prepare(code: "CodeType", fullname: str, caller: "FrameType") -> "CodeType":
    """Return the code to execute for the module *fullname*, whose compiled body is *code*.

    caller: the frame that will execute it.
    """
    modules.starts(fullname)
    if fullname in _settling:
        bring_deciding().settle_package_of(fullname)
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
    lent, collected = is_lent(caller), is_collected(caller)
    if lent or collected:
        asked = {start: waiting[start] for start in chosen}
        chosen = bring_deciding().let_wait(fullname, code, asked, lent=lent, collected=collected)
    return overwrite(code, waiting, chosen) if chosen else code


def keeps_eager(importer: str, code: "CodeType") -> "Eager | None":
    """Return why no import statement of the module *importer* may wait in this process, or None."""
    if not switches.active:
        return SWITCHED_OFF
    if switches.declared_only and "__lazy_modules__" not in code.co_names:
        return NOT_DECLARED
    if settled and importer.partition(".")[0] in settled:
        why: Eager | None = bring_deciding().get_policy().decide_importer(importer)
        return why
    return None


def bring_deciding() -> "Any":
    """Return deciding.py, which a start needs for what no earlier one has met."""
    return load("lazi_site.backport.deciding")


def statements(
    code: "CodeType", importer: str, package: str, why_none: "Eager | None"
) -> "dict[int, Waiting]":
    """Return by its start each statement of *code*, the body of the module *importer*, that may wait.

    That is, as far as the module's code and the policy decide it. Of the others it
    is told, if somebody wants to know, that they must not. The packages whose modules
    the code looks for are loaded whole, as it is about to run.
    package: its ``__package__``. why_none: none may, for this reason, which is only to be told.
    """
    table: Table | None = None
    if why_none is None:
        table = decisions.table_of(importer, code)
    # All statements are found at once; those that must not wait only for who wants to know.
    if not table or (switches.watched and EAGER not in table):
        decided: Table = bring_deciding().decide(code, importer, package, why_none, table)
        table = decided
    if LOOKED_FOR in table:
        bring_deciding().settle_packages(table[LOOKED_FOR], importer)
    if switches.watched:
        for target, line, why, detail in table[EAGER]:
            watch.eager(importer, target, code.co_filename, line, why, detail)
    known: dict[int, Waiting] = table[WAITING]
    return known


def is_at_hand(target: str, names: "tuple[str, ...] | None") -> bool:
    """Return whether the module *target* is loaded and has *names*, and none of them waits."""
    module = sys.modules.get(target)
    if module is None:
        return False
    contents = getattr(module, "__dict__", None)
    if type(contents) is not dict or is_running(contents):
        return False
    return not names or plain_values(contents, names) is not None

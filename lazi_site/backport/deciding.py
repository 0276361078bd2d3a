"""Decides about statements of which no earlier start knows, and has the answers kept."""

from ..startup import decisions, switches
from ..startup.bootstrap import state
from ..startup.keeping import note
from ..startup.plugins import reason_of_callers
from ..startup.policy import Policy
from ..startup.reasons import FOR_ITS_EFFECT
from ..startup.snapshot import loading, variables_at_start
from ..startup.usage import packages_looked_for
from . import modules
from .deferred import FROMLIST, FULL_TARGET, IS_FOR_EFFECT, LINE, SURE
from .engine import EAGER, LOOKED_FOR, WAITING, settled
from .reading import waiting_statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..startup.decisions import Source, Table
    from ..startup.reasons import Eager
    from .deferred import Waiting

_policy: "Policy | None" = None


def get_policy() -> "Policy":
    """Return the policy, which is made when it is asked for the first time."""
    global _policy
    with loading:
        if _policy is None:
            _policy = Policy(state.snapshot["settings"], variables_at_start())
    return _policy


def decide(
    code: "CodeType", importer: str, package: str, why_none: "Eager | None", table: "Table | None"
) -> "Table":
    """Return *table* with what code and policy say of the module *importer*; see statements() of engine.py.

    table: what is kept of it so far, None if nothing can be.
    """
    policy = get_policy()
    why_none = why_none or policy.decide_importer(importer)
    waiting, told = waiting_statements(policy, code, importer, package, why_none)
    found: Table = {WAITING: waiting, EAGER: told} if switches.watched else {WAITING: waiting}
    looked_for = packages_looked_for(code, importer)
    if looked_for:
        found[LOOKED_FOR] = looked_for
    if table is None:
        return found
    table.update(found)
    note(importer, code.co_filename, table)
    return table


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
        table[EAGER].append((waiting[FULL_TARGET], waiting[LINE], *FOR_ITS_EFFECT))
    note(importer, file, table)


def let_wait(
    importer: str, code: "CodeType", asked: "dict[int, Waiting]", *, lent: bool, collected: bool
) -> "list[int]":
    """Return which of the statements *asked* may wait in spite of who loads the module *importer*.

    It is told of the others. lent, collected: what callers.py says of who loads it.
    """
    chosen = []
    for start, one in asked.items():
        why = reason_of_callers(one[FULL_TARGET], one[FROMLIST], lent=lent, collected=collected)
        if why is None:
            chosen.append(start)
        elif switches.watched:
            from ..startup import watch

            watch.eager(importer, one[FULL_TARGET], code.co_filename, one[LINE], *why)
    return chosen


def settle_package_of(importer: str) -> None:
    """Perform what waits in the package of *importer* if no import may wait there once that is loaded."""
    package = get_policy().settles(importer)
    if package:
        settle_package(package)


def settle_packages(packages: "tuple[str, ...]", because_of: str) -> None:
    """Perform what waits in *packages*, for whose modules the module *because_of* looks."""
    for package in packages:
        if get_policy().keep_whole(package, because_of):
            settle_package(package)


def settle_package(package: str) -> None:
    """Perform what waits inside *package*; nothing that is loaded later waits there either."""
    settled.add(package)
    modules.resolve_in(package)

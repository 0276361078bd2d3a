"""Putting the engine in place in a program that runs, and taking it out again."""

from __future__ import annotations

from _thread import RLock

from ..startup import bootstrap
from ..startup.settle import not_wanted, obey_settings, settle, unhook, wrong_configuration
from ..startup.snapshot import load, read_policy, variables_at_start
from . import tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..startup.state import State

state: State = bootstrap.state
lock: RLock = RLock()  # two engines over each other would ask each other for ever


def install(*, obey: bool) -> str:
    """Put the engine in place unless it is, and return why that cannot be done, or "".

    obey: the switches of the user count too, LAZI_DISABLE and ``enabled = false``.
    """
    with lock:
        settle()
        if state.engine:
            return ""
        reason = bootstrap.unsupported() or (bootstrap.switched_off() if obey else "")
        if reason:
            return reason
        variables = variables_at_start()
        if not state.snapshot:
            state.snapshot = read_policy(variables)
        reason = (
            not_wanted(state.snapshot, variables) if obey else wrong_configuration(state.snapshot, variables)
        )
        if reason:
            return reason
        state.settled = True
        install_hooks()
        obey_settings(variables)
        state.reason = ""
        if tracking.askers:
            load_engine()
            tracking.wrap()
        return ""


def install_hooks() -> None:
    """Do what a start does, while other threads may be importing."""
    while True:
        try:
            return bootstrap.install_hooks()
        except RuntimeError:
            unhook()  # it goes through a dict of the import system, to which a thread added just then


def load_engine() -> None:
    """Load the engine if it is in place and wanted; otherwise that happens at the first import."""
    settle()
    if state.engine and state.snapshot:
        if state.engine == "native":
            load("lazi_site.native.engine")
        else:
            load("lazi_site.startup.loaders")


def take_out(reason: str) -> None:
    """Take the engine out, so that the interpreter finds and loads modules as without us.

    reason: why imports are eager then. Names that wait go on waiting.
    """
    with lock:
        unhook()
        state.settled = False  # whoever switches on next looks at the switches anew
        state.reason = reason

"""Reads the policy when the first import needs it, and takes the hooks out if it keeps imports eager."""

import sys
from _frozen_importlib_external import FileFinder, SourceFileLoader, SourcelessFileLoader

from .bootstrap import (
    first_filter,
    is_declared,
    is_on,
    is_ours,
    path_hook,
    record_fault,
    restore,
    state,
    take_finders,
)
from .snapshot import load, read_policy, setting, variables_at_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import Any

OFF_BY_CONFIGURATION = "'enabled' is false in the configuration"
leaves = False  # leave_at_exit() was called


def settle() -> None:
    """Read the policy unless that was done; afterwards ``state.engine`` tells whether imports may wait.

    Imports made meanwhile, by another thread or by the reading itself, are
    eager: waiting for each other could end in a deadlock with the import
    system's own locks. Never raises.
    """
    if state.settled or not state.started:
        return
    state.settled = True
    if not state.engine:
        return
    try:
        variables = variables_at_start()
        snapshot = read_policy(variables)
        state.reason = not_wanted(snapshot, variables)
        state.snapshot = snapshot
        if state.reason:
            unhook()
        else:
            obey_settings(variables)
    except Exception as error:
        unhook()
        record_fault("reading the policy", error)


def obey_settings(variables: "Mapping[str, str]") -> None:
    """Do what the settings say of the hooks; *variables* are laid over them. An engine reads the rest.

    In the mode "declared" only statements that say so are lazy: the interpreter's own way (3.15).
    Inside the standard library imports wait if it is included (3.15 asks about them in any case).
    """
    settings = state.snapshot["settings"]
    includes = setting("stdlib", settings, variables) == "include"
    is_watched = "LAZI_REPORT" in variables or int(setting("trace", settings, variables))
    state.skips_stdlib = not (includes or is_watched)
    if state.engine == "native" and settings["mode"] == "declared":
        sys.set_lazy_imports(state.former[0])  # type: ignore[attr-defined]
    if state.engine == "backport" and includes:
        state.takes_stdlib = True
        take_finders()


def choose_loaders() -> "tuple[Any, Any]":
    """Return the loaders of source and of byte code, for which the policy is read: stock if it is eager."""
    settle()
    if not (state.engine and state.snapshot):
        return SourceFileLoader, SourcelessFileLoader
    loaders = load("lazi_site.startup.loaders")
    from . import shortcut

    shortcut.install()
    leave_at_exit(loaders.leave)
    state.loaders = (loaders.DeferringSourceLoader, loaders.sourceless_loader)
    return state.loaders


def not_wanted(snapshot: "Mapping[str, Any]", variables: "Mapping[str, str]") -> str:
    """Return why the configuration keeps imports eager, or ""."""
    wrong = wrong_configuration(snapshot, variables)
    if not wrong and not snapshot["settings"]["enabled"] and not is_on(variables, "LAZI_ENABLE"):
        return OFF_BY_CONFIGURATION
    return wrong


def wrong_configuration(snapshot: "Mapping[str, Any]", variables: "Mapping[str, str]") -> str:
    """Return what is wrong in the configuration, the *variables* among it, or ""."""
    problems = snapshot["problems"]
    if problems:
        return f"the configuration has an error: {problems[0]}"
    stdlib = variables.get("LAZI_STDLIB", "")
    if stdlib not in ("", "exclude", "include"):
        return f"LAZI_STDLIB is {stdlib!r}, expected 'exclude' or 'include'"
    for pattern in variables.get("LAZI_EAGER", "").split(","):
        name = pattern.strip().removesuffix(".*")
        if name not in ("", "*") and not all(map(str.isidentifier, name.split("."))):
            return f"LAZI_EAGER names {pattern.strip()!r}, expected 'module', 'package.*' or '*'"
    trace = variables.get("LAZI_TRACE", "")
    if trace not in ("", "0", "1", "2", "3", "4"):
        return f"LAZI_TRACE is {trace!r}, expected a number from 0 to 4"
    return ""


def skips(name: str, level: int = 0) -> bool:
    """Return whether an import of *name*, *level* packages up, is of the standard library and no matter."""
    return state.skips_stdlib and not level and name.partition(".")[0] in sys.stdlib_module_names


def first_answer(
    importer: object, name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType"
) -> object:
    """Answer the first import from outside the standard library; the engine's filter does the rest (3.15)."""
    settle()
    declared = is_declared(frame, name)
    if not state.engine or not state.snapshot:
        return declared
    if skips(name):
        return declared
    waits = declared or state.snapshot["settings"]["mode"] == "all"
    if not waits and "LAZI_REPORT" not in variables_at_start():
        return False  # it was asked about before the mode was known
    engine = native_engine()
    return waits and engine.full_filter(importer, name, fromlist, frame)


def tell_first(importer: object, name: str, frame: "FrameType") -> None:
    """Have the engine tell of a ``lazy`` statement that is the first outside the standard library.

    It waits in any case, so that otherwise nobody has to ask the policy. (3.15)
    """
    settle()
    if state.engine and state.snapshot and native_engine().switches.watched:
        from ..native import telling  # loaded, because it began to watch

        telling.tell(importer, name, None, frame)


def native_engine() -> "Any":
    """Return the engine of 3.15, which answers about all further imports."""
    engine = load("lazi_site.native.engine")
    from . import shortcut

    shortcut.install()
    leave_at_exit(engine.leave)
    # Another thread may have taken our filter out meanwhile.
    if sys.get_lazy_imports_filter() is first_filter:  # type: ignore[attr-defined]
        sys.set_lazy_imports_filter(engine.choose_filter())  # type: ignore[attr-defined]
    return engine


def leave_at_exit(leave: "Callable[[], None]") -> None:
    """Have *leave* called when the interpreter ends, to take functions of ours out of what it keeps longest.

    They would keep our modules, and what those have imported, to the last garbage collection, and every
    one before would go through it all: half a millisecond of a small program. What waits goes on waiting;
    imports made after that are eager on 3.15. (3.11 to 3.15)
    """
    global leaves
    from . import decisions, switches

    if not (leaves or switches.watched):
        leaves = True
        decisions.run_at_exit(leave)


def unhook() -> None:
    """Take the hooks out: modules imported from now on are found, loaded and run as without us."""
    if state.engine == "backport":
        if "lazi_site.startup.editable" in sys.modules:
            from . import editable

            editable.remove()
        # Another thread that goes through the list would pass over a hook if it shrank.
        sys.path_hooks = [hook for hook in sys.path_hooks if hook is not path_hook]
        for path, finder in list(sys.path_importer_cache.items()):
            if type(finder) is FileFinder and is_ours(path):
                sys.path_importer_cache.pop(path, None)
        state.loaders = ()
    if "lazi_site.startup.shortcut" in sys.modules:
        from . import shortcut

        shortcut.remove()
    restore()

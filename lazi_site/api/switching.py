"""Switching laziness on and off in a program that runs: for good, or for a block."""

from __future__ import annotations

import sys
from _thread import get_ident
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from types import FrameType

from ..errors import LaziSiteError
from ..startup import bootstrap, running, switches
from ..startup.settle import settle
from . import engines, tracking, unloading


def is_active() -> bool:
    """Return whether imports made from now on in this interpreter may wait."""
    settle()
    return bool(bootstrap.state.engine) and switches.active


def activate() -> None:
    """Let imports wait from now on, in this interpreter, also where the environment is not enabled.

    Modules that are loaded already stay as they are. LAZI_DISABLE and
    ``enabled = false`` do not count: the program asks for it itself.
    Raises LaziSiteError if the interpreter has no engine or the configuration has an error.
    """
    reason = engines.install(obey=False)
    if reason:
        raise LaziSiteError(
            "cannot-activate",
            f"Lazy imports cannot be switched on: {reason}.",
            hint="See lazi-site status.",
        )
    switches.change(active=True)


def deactivate() -> None:
    """Make imports eager from now on in this interpreter; those that wait already go on waiting.

    After set_unloading(True) the modules that were loaded lazily are unloaded.
    """
    switches.change(active=False)
    unloading.switched_off()


@contextmanager
def active() -> Iterator[None]:
    """Let imports wait in modules loaded within the block, and put things back as they were after it.

    Blocks nest. As with activate(), the switches of the user do not count; see lazy_imports().
    Raises LaziSiteError as activate() does.
    """
    block = _Block(None)
    activate()
    try:
        yield
    finally:
        block.close()


def lazy_imports(*, unload: bool = False, collect: bool = True) -> LazyImports:
    """Return a context manager: imports within the block may wait, and outside they are as before.

    That holds for the statements of the block itself, if it stands at module
    level and in no ``try``, and for those of modules that are loaded meanwhile,
    also where the environment is not enabled. What must not wait by the rules
    and by the configuration happens at once. Blocks nest, also in several
    threads; an exception ends a block like its end. Names that wait when it
    ends go on waiting.

    The user has the last word: with LAZI_DISABLE or ``enabled = false``, or in
    an interpreter without an engine, the block makes no difference, and its ``reason`` says why.

    unload: at the end, unload the modules that were loaded in the block because a waiting name was
    used, and what those loaded themselves; what must stay is listed at set_unloading().
    collect: run the garbage collector after that.
    """
    return LazyImports(unload, collect)


class LazyImports:
    """What lazy_imports() returns; may be entered again, and again within itself.

    reason: why imports are eager within it all the same, or "", since it was entered.
    """

    __slots__ = ("_collect", "_open", "_unload", "reason")

    def __init__(self, unload: bool, collect: bool) -> None:
        self.reason: str = ""
        self._unload = unload
        self._collect = collect
        self._open: list[tuple[_Block, tracking.Loads | None]] = []

    def __enter__(self) -> LazyImports:
        block = _Block(sys._getframe(1))
        try:
            self.reason = engines.install(obey=True)
            loads = None
            if not self.reason:
                switches.change(active=True)
                block.include_own_statements()
                loads = tracking.ask() if self._unload else None
        except BaseException:
            block.close()
            raise
        self._open.append((block, loads))
        return self

    def __exit__(self, *error: object) -> None:
        block, loads = self._open.pop()
        block.close()
        if loads is not None:
            tracking.stop_asking(loads)
            unloading.unload_all(loads, self._collect)


class _Block:
    """An open block: what is to be put back after it.

    Blocks of several threads need not end in the order in which they began. One
    that ends early leaves what it would put back to the next one.
    """

    opened: list[_Block] = []  # noqa: RUF012 - of all blocks

    def __init__(self, frame: FrameType | None) -> None:
        settle()
        state = bootstrap.state
        self.place: running.Place | None = None
        self.frame = frame
        with engines.lock:
            self.was_active = switches.active
            self.former = (bool(state.engine), state.reason)
            self.opened.append(self)

    def include_own_statements(self) -> None:
        """Let the import statements wait that stand in the block itself."""
        if self.frame is not None:
            self.place = running.open_block(self.frame)

    def close(self) -> None:
        """Put things back as they were."""
        if self.place is not None:
            running.close(self.place)
        self.frame = None
        with engines.lock:
            position = self.opened.index(self)
            del self.opened[position]
            if position < len(self.opened):
                self.opened[position].was_active = self.was_active
                self.opened[position].former = self.former
                return
            switches.change(active=self.was_active)
            was_there, reason = self.former
            # A program that was started lazily meanwhile stays so.
            if not was_there and bootstrap.state.engine and not bootstrap.state.started:
                engines.take_out(reason)


@contextmanager
def eager_imports() -> Iterator[None]:
    """Make every import statement that this thread reaches within the block import at once.

    That holds for the block's own statements and for those of modules that are
    loaded within it. Imports that wait already go on waiting; see resolve_all().
    """
    thread = get_ident()
    switches.eager_depth[thread] = switches.eager_depth.get(thread, 0) + 1
    switches.change()
    try:
        yield
    finally:
        switches.eager_depth[thread] -= 1
        if not switches.eager_depth[thread]:
            del switches.eager_depth[thread]
            switches.change()


def set_eager_imports(importers: Container[str] | Callable[[str], bool] | None) -> None:
    """Say whose imports must not wait, for modules that are loaded from now on.

    importers: names of the importing modules, or a function that is given such
    a name and returns whether its imports are eager, or None for nobody. It
    replaces what an earlier call said. The effect is shallow, as in PEP 690:
    what those modules import may import lazily itself.
    Raises TypeError for anything else.
    """
    if importers is None or callable(importers):
        switches.change(eager_importer=importers)
    elif hasattr(importers, "__contains__"):
        switches.change(eager_importer=importers.__contains__)
    else:
        raise TypeError("expected a container of module names, a function or None")

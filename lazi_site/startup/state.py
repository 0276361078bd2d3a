"""What the start-up side knows: the type of ``bootstrap.state``, for type checkers; nothing imports it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class State:
    """The one mutable object of the start-up side.

    started: start() was called in this interpreter.
    settled: the policy was read, or somebody is reading it.
    environment: the environment variables as they were at the start, raw.
    engine: "native", "backport" or "" while imports are eager.
    reason: why imports are eager, one sentence, or "".
    fault: what went wrong during start-up or later, one sentence, or "".
    snapshot: the policy snapshot in force, or {}.
    includes_stdlib: what includes_stdlib() has found, None if it was not asked.
    skips_stdlib: imports of the standard library do not wait, and nobody is told of it.
    takes_stdlib: imports inside the standard library may wait too (3.11 to 3.14).
    loaders: our loaders of source and of byte code, once the engine is loaded (3.11 to 3.14).
    former: the interpreter's mode and filter before ours (3.15).
    other_hooks: the path hooks that were there before ours (3.11 to 3.14).
    """

    started: bool
    settled: bool
    environment: Any
    engine: str
    reason: str
    fault: str
    snapshot: dict[str, Any]
    includes_stdlib: bool | None
    skips_stdlib: bool
    takes_stdlib: bool
    loaders: tuple[Any, ...]
    former: tuple[str, Any]
    other_hooks: list[Any]

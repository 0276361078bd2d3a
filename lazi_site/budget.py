"""A budget of imports: fails if a command loads more modules than it may, or one that it must not.

As a pytest fixture it is in pytest_plugin.py; with any other test runner call
import_budget() itself.
"""

from __future__ import annotations

import shlex
import subprocess

from .errors import UsageError
from .measure.recording import record_something
from .report.loads import Load, loaded_modules, read_loads, walk
from .report.text import milliseconds, shorten
from .startup.policy import Patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

LARGEST = 10  # loads that are told of a budget that was exceeded
PATIENCE = 120.0  # seconds


def import_budget(
    command: str | Sequence[str],
    *,
    at_most: int | None = None,
    never: str | Iterable[str] = (),
    status: int = 0,
    timeout: float = PATIENCE,
) -> list[str]:
    """Run *command* lazily, in fresh interpreters, and return the modules that it loads, in their order.

    command: the words; the first is looked for among the environment's scripts, then on PATH.
    at_most: how many modules it may load, its Python children's included and the
    interpreter's own, there before any import, not.
    never: modules that it must not load, as patterns: ``name`` or ``package.*``.
    status: the exit status that is expected. timeout: seconds.

    Errors: AssertionError if the command does not keep to that, if there is none such, or if it does
    not run Python of this environment with lazy imports. ValueError for what is no pattern.
    """
    __tracebackhide__ = True  # pytest shows the line of the test then
    words = shlex.split(command) if isinstance(command, str) else list(command)
    patterns = [never] if isinstance(never, str) else list(never)
    for pattern in patterns:
        if not all(map(str.isidentifier, pattern.removesuffix(".*").split("."))):
            raise ValueError(f"{pattern!r} is no pattern of modules: 'module' or 'package.*'")
    shown = shlex.join(words)
    try:
        recording = record_something(words, timeout)
    except UsageError as error:
        raise AssertionError(f"{error.message} {error.hint}") from None
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{shown} took longer than {timeout:g} seconds") from None
    if recording.status != status:
        said = recording.last_line
        raise AssertionError(f"{shown} ended with exit status {recording.status}, not {status}: {said}")
    processes = [read_loads(process.events) for process in recording.processes]
    loads = [load for process in processes for load in process]
    modules = [name for process in processes for name in loaded_modules(process)]
    complaints = []
    if at_most is not None and len(modules) > at_most:
        complaints.append(describe_excess(shown, loads, len(modules), at_most))
    forbidden = Patterns(dict.fromkeys(patterns, "never"))
    found = [load for load in loads if load.error is None and forbidden.find(load.module)]
    if found:
        complaints.append(describe_forbidden(shown, found))
    if complaints:
        raise AssertionError("\n".join(complaints))
    return modules


def describe_excess(command: str, loads: Sequence[Load], number: int, at_most: int) -> str:
    """Return that *command* loads *number* modules, and which of the *loads* brought most of them."""
    sizes = {load: sum(one.error is None for one in walk(load)) for load in loads}
    largest = sorted(loads, key=lambda load: (-sizes[load], -load.ns))[:LARGEST]
    width = max(len(load.module) for load in largest)
    rows = [(sizes[load], milliseconds(load.ns), load.module, describe_place(load)) for load in largest]
    lines = [f"{size:>9}  {ms:>6}  {module:<{width}}  {place}".rstrip() for size, ms, module, place in rows]
    return "\n".join(
        [
            f"{command} loads {number} modules, {number - at_most} more than the {at_most} that it may.",
            "The largest, with what was loaded meanwhile:",
            f"  modules      ms  {'module':<{width}}  loaded by",
            *lines,
        ]
    )


def describe_forbidden(command: str, loads: Sequence[Load]) -> str:
    """Return that *command* loads a module that it must not, the first of *loads*, and what led to it."""
    first = loads[0]
    lines = [f"{command} loads {first.module}, which it must not:"]
    load: Load | None = first
    while load is not None:
        lines.append(
            f"  {load.module} is {'used' if load.lazy else 'imported'} at {describe_place(load) or 'no line'}"
        )
        for _, file, line, function in callers(load):
            lines.append(f"    called at {shorten(file)}:{line} in {function}")
        load = load.parent
    others = [one.module for one in loads[1:]]
    if others:
        lines.append(f"  {len(others)} more that it must not: {', '.join(others[:LARGEST])}")
    return "\n".join(lines)


def callers(load: Load) -> list[list[Any]]:
    """Return the calls that led to the line of *load*, up to the body of a module."""
    found = []
    for at, frame in enumerate(load.stack):
        if at:
            found.append(frame)
        if frame[3] == "<module>":
            break
    return found


def describe_place(load: Load) -> str:
    """Return file, line and function of what led to *load*, "" if it was no line."""
    if load.place is None:
        return ""
    _, file, line, function = load.place
    return f"{shorten(file)}:{line}" + ("" if function == "<module>" else f" in {function}")

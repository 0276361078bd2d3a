"""``lazi-site why``: one module, what is decided about it and what happened to it in a run."""

from __future__ import annotations

import os

from ..errors import UsageError
from . import status_codes
from .output import print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

DESCRIPTION = """\
Says of a module whether imports of it may wait and which rule decides, and
with a command: which statements imported it in that run, whether they waited,
whether it was loaded after all, and which line needed it. The command runs
lazily as always; what it prints is not shown."""

EXAMPLES = """\
  lazi-site why pandas                    what the rules say
  lazi-site why click -- flask --help     what happened in this run
  lazi-site why json --json -- python app.py"""

EXIT_STATUS = """\
  0  told
  1  the module cannot be found, or the run never mentions it"""

VARIABLES = """\
  LAZI_REPORT   FILE: has any program record what is told here, of every module"""

SEE_ALSO = "  lazi-site report, lazi-site explain, lazi-site config"

SHOWN_FRAMES = 6
SHOWN_STATEMENTS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``why`` to *parser*."""
    parser.usage = "%(prog)s [--json] MODULE [-- CMD ...]"
    parser.add_argument("module", metavar="MODULE", help="absolute name of a module: package.module")
    parser.add_argument("command", nargs="*", metavar="-- CMD", help="a command of this environment")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(module: str, command: Sequence[str], json: bool) -> int:
    """Explain *module*, in a run of *command* if there is one."""
    from ..config.refresh import Configuration
    from ..measure.explaining import find_module, policy_of

    if not all(map(str.isidentifier, module.split("."))):
        raise UsageError(
            "no-module-name", f"'{module}' is no module name.", "Give it as in an import: package.module"
        )
    found: dict[str, Any] = {"module": module, "file": find_module(module)}
    found["policy"] = policy_of(module, Configuration().settings())
    if command:
        from ..measure.explaining import story_of
        from ..measure.recording import record_something

        recording = record_something(command)
        stories = [story_of(module, process) for process in recording.processes]
        mentioned = [story for story in stories if story["statements"] or story["load"]]
        found.update(command=list(command), status=recording.status, processes=mentioned)
        negative = not mentioned
    else:
        negative = found["file"] is None
    if json:
        print_json(found)
    else:
        show(found)
    return status_codes.NEGATIVE if negative else status_codes.OK


def show(found: dict[str, Any]) -> None:
    """Print what was found, for a person."""
    module, policy = found["module"], found["policy"]
    where = "cannot be found here" if found["file"] is None else found["file"] or "a namespace package"
    print(f"{module}: {where}")
    for label, key in (("imports of it", "imports_of_it"), ("imports in it", "imports_in_it")):
        why = policy[key]
        print(f"  {label}: " + ("may wait" if why is None else f"never wait: {reason(why)}"))
    if "command" not in found:
        return
    print(f"\nin a run of: {' '.join(found['command'])} (exit status {found['status']})")
    if not found["processes"]:
        print(f"  nothing imported {module} and no statement for it was met")
    for story in found["processes"]:
        if len(found["processes"]) > 1:
            print(f"\n  process {story['pid']}: {' '.join(story['argv']) or 'a forked child'}")
        show_statements(module, story["statements"])
        show_load(story["load"])


def show_statements(module: str, statements: list[dict[str, Any]]) -> None:
    """Print the statements that name *module*, and how many name a module below it."""
    own = [one for one in statements if not one["target"].startswith(module + ".")]
    for statement in own[:SHOWN_STATEMENTS]:
        place = f"{shorten(statement['file'])}:{statement['line']}"
        tail = f": {reason(statement)}" if statement["event"] == "eager" else ""
        print(f"  {WORDS[statement['event']]:<9} {place} in {statement['importer']}{tail}")
    below = [one for one in statements if one not in own]
    for what, others in (("more of it", own[SHOWN_STATEMENTS:]), ("of modules below it", below)):
        if others:
            events = [one["event"] for one in others]
            counts = [f"{events.count(event)} {WORDS[event]}" for event in WORDS if event in events]
            print(f"  {len(others)} statements {what}: {', '.join(counts)} (--json shows them)")


WORDS = {"deferred": "waited", "bound": "at hand", "eager": "eager"}


def show_load(load: dict[str, Any] | None) -> None:
    """Print whether and why the module was loaded."""
    if load is None:
        print("  never loaded")
        return
    how = "a waiting name was used" if load["lazy"] else "it was imported"
    took = f"{load['ns'] / 1e6:.1f} ms, {load['own'] / 1e6:.1f} ms of them its own"
    print(f"  loaded in {took}, because {how} at")
    for _, file, line, function in load["stack"][:SHOWN_FRAMES]:
        print(f"    {shorten(file)}:{line} in {function}")
    if len(load["stack"]) > SHOWN_FRAMES:
        print("    ...")
    if load["error"]:
        print(f"  it failed: {load['error']}")


def reason(why: dict[str, str]) -> str:
    """Return the reason for an eager import in words, with its code."""
    return f"{why['detail']} ({why['code']})" if why["detail"] else why["code"]


def shorten(file: str) -> str:
    """Return *file* relative to its site-packages or to the current directory, where it lies in one."""
    _, mark, rest = file.rpartition("site-packages" + os.sep)
    if mark:
        return rest
    here = os.getcwd() + os.sep
    return file.removeprefix(here)

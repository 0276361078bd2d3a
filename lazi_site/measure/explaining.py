"""What happened to one module in a recorded run, and what the policy says of it without one."""

from __future__ import annotations

import os
from importlib.machinery import PathFinder

from ..startup.policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .recording import Process


def find_module(name: str) -> str | None:
    """Return the file of the module *name*, or None if it cannot be found; nothing is imported.

    A package without a file (a namespace) gives "".
    """
    path = None
    spec = None
    for depth in range(name.count(".") + 1):
        spec = PathFinder.find_spec(".".join(name.split(".")[: depth + 1]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return (spec.origin or "") if spec is not None else None


def policy_of(module: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what the policy decides about imports of *module* and about those made in it.

    settings: of the snapshot. In the answer None stands for "may wait", else
    there are code and detail of the rule.
    """
    policy = Policy(settings, os.environ)
    # Importers that no rule names: what is asked is what the rules say of the target.
    target = policy.decide("", module)
    importer = policy.decide_importer(module)
    return {
        name: None if why is None else {"code": why[0], "detail": why[1]}
        for name, why in (("imports_of_it", target), ("imports_in_it", importer))
    }


def story_of(module: str, process: Process) -> dict[str, Any]:
    """Return what *process* did with *module*: its statements, and its load or None."""
    statements = [
        event
        for event in process.events
        if event["event"] in ("deferred", "bound", "eager") and concerns(event, module)
    ]
    loads = [event for event in process.having("import") if event["module"] == module]
    return {
        "pid": process.header["pid"],
        "argv": process.header["argv"],
        "statements": [{key: one[key] for key in one if key not in ("pid", "names")} for one in statements],
        "load": {key: loads[-1][key] for key in ("ns", "own", "lazy", "stack", "error")} if loads else None,
    }


def concerns(event: dict[str, Any], module: str) -> bool:
    """Return whether the statement of *event* would load *module* where it is written."""
    target = event["target"]
    if target == module or target.startswith(module + "."):
        return True
    return any(f"{target}.{name}" == module for name in event.get("names", ()))

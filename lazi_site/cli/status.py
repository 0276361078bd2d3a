"""``lazi-site status``."""

from __future__ import annotations

import sys

from . import status_codes
from .delegate import run_in_environment
from .output import print_facts, print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

DESCRIPTION = """\
Says whether a Python started now in this virtualenv imports lazily, and if
not, why; with the files that decide it."""

EXAMPLES = """\
  lazi-site status
  lazi-site status --venv .venv
  lazi-site status --json"""

EXIT_STATUS = """\
  0  imports are lazy
  1  they are not"""

VARIABLES = """\
  LAZI_DISABLE, LAZI_ENABLE   are obeyed, as by any other program here"""

SEE_ALSO = "  lazi-site doctor, lazi-site config, lazi-site enable"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``status`` to *parser*."""
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(venv: str | None, json: bool) -> int:
    """Show the state of the environment."""
    if venv is not None:
        return run_in_environment(venv, ["status"] + ["--json"] * json, as_started=True)
    facts = collect()
    if json:
        print_json(facts)
    else:
        show(facts)
    return status_codes.OK if facts["on"] else status_codes.NEGATIVE


def collect() -> dict[str, Any]:
    """Return everything that status says, as JSON knows it."""
    from .. import __version__
    from ..config.refresh import Configuration
    from ..install import describe, layout
    from ..startup import bootstrap
    from ..startup.settle import settle

    # This process was started as any other here, so its own state is the answer.
    settle()
    state = bootstrap.state
    configuration = Configuration()
    start_files = describe.describe_start_files()
    reason = state.reason
    if not state.started:
        enabled = any(file["state"] == describe.AS_EXPECTED for file in start_files)
        if not enabled:
            reason = "lazi-site is not enabled here; run: lazi-site enable"
        else:
            # The .pth line looks at the switch before it starts anything.
            reason = bootstrap.switched_off() or "the start file is there but was not run"
    return {
        "lazi_site": __version__,
        "on": bool(state.engine),
        "reason": reason or None,
        "engine": state.engine or None,
        "interpreter": describe.describe_interpreter(),
        "environment": {"prefix": sys.prefix, "virtualenv": layout.in_virtualenv()},
        "project": configuration.project,
        "start_files": start_files,
        "snapshot": describe.describe_snapshot(),
        "sources": [
            {
                "name": source.name,
                "path": source.path,
                "present": source.present,
                "settings": sorted(source.values),
                "note": source.note or None,
            }
            for source in configuration.sources
        ],
        "problems": [problem.as_dict() for problem in configuration.problems],
        "last_fault": describe.last_fault() or None,
        "editable_installs": describe.describe_editable_installs(),
    }


def show(facts: dict[str, Any]) -> None:
    """Print *facts* for a person."""
    if facts["on"]:
        print(f"Lazy imports are on ({facts['engine']} engine).")
    else:
        print(f"Lazy imports are off: {facts['reason']}.")
    interpreter = facts["interpreter"]
    snapshot = facts["snapshot"]
    rows = [
        (
            "interpreter",
            f"{interpreter['implementation']} {interpreter['version']}, {interpreter['executable']}",
        ),
        ("environment", facts["environment"]["prefix"]),
        ("project", facts["project"] or "none"),
    ]
    rows += label_first("start file", [f"{file['path']}: {file['state']}" for file in facts["start_files"]])
    rows.append(
        (
            "snapshot",
            f"{snapshot['path']}: {'up to date' if snapshot['fresh'] else 'out of date'}"
            if snapshot
            else "none",
        )
    )
    rows += label_first("configuration", [describe_source(source) for source in facts["sources"]])
    rows += label_first("problem", [problem["message"] for problem in facts["problems"]])
    rows += label_first(
        "editable",
        [
            f"{install['target']} ({install['file']}): {install['imports']}"
            for install in facts["editable_installs"]
        ],
    )
    rows.append(("last fault", facts["last_fault"] or "none"))
    print_facts(rows)


def label_first(label: str, values: list[str]) -> list[tuple[str, str]]:
    """Return *values* as facts of which the first carries *label*."""
    return [("" if number else label, value) for number, value in enumerate(values)]


def describe_source(source: dict[str, Any]) -> str:
    """Return one line on a configuration file."""
    state = source["note"] or ", ".join(source["settings"]) or "no settings in it"
    return f"{source['path']}: {state if source['present'] else 'absent'}"

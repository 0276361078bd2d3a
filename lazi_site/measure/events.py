"""What became of the imports in one run: which waited, which were loaded, which failed.

The one place that knows how a run tells it: by the records of startup/watch.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .running import Run

WAITS = "deferred"
EAGER = "eager"
FAILED = "failed"

# As both engines word the error of an import that had waited.
RAISED = re.compile(
    r'^ *File "(?P<file>[^"\n]+)", line (?P<line>\d+)[^\n]*\n(?:(?! *File )[^\n]*\n){0,3}?'
    r"ImportError: (?:lazy|deferred) import of '(?P<target>[^']+)' raised",
    re.MULTILINE,
)
DECLARED = re.compile(
    r"lazy import of '(?P<target>[^']+)' declared in [^\n]* at (?P<file>[^\n]+):(?P<line>\d+)$", re.MULTILINE
)
ERROR = re.compile(r"^[\w.]*(?:Error|Exception|Exit|Interrupt)\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Event:
    """One thing that became of one import.

    kind: WAITS, EAGER, FAILED, or another that is of no interest here.
    importer: the module in which the statement stands. target: what it imports.
    file, line: where the statement stands, "" and 0 if that is not told.
    """

    kind: str
    importer: str
    target: str
    file: str = ""
    line: int = 0


def read_events(run: Run) -> list[Event]:
    """Return the events of a traced run, in order."""
    return [
        Event(
            entry["event"],
            entry["importer"],
            entry["target"],
            entry.get("file") or "",
            entry.get("line") or 0,
        )
        for entry in parse_records(run.reports, "event", "importer", "target")
    ]


def parse_records(text: str, *required: str) -> Iterator[dict[str, Any]]:
    """Yield the records in *text* that have the fields *required*; a line that was cut off is left out."""
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and all(name in record for name in required):
            yield record


def error_line(run: Run) -> str:
    """Return the line of standard error that tells the error of the run, "" if it says nothing.

    Notes on an error may stand below it.
    """
    found = ERROR.findall(run.stderr)
    return str(found[-1]) if found else run.stderr.strip().rpartition("\n")[2]


def first_failure(run: Run) -> Event | None:
    """Return the first import that had waited and whose error reached standard error, if there is one."""
    found = [match for pattern in (RAISED, DECLARED) if (match := pattern.search(run.stderr))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start())
    return Event(FAILED, "", first["target"], first["file"], int(first["line"]))

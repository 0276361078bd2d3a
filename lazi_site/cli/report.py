"""``lazi-site report``: what a run imported, what it did not need, and what that saved."""

from __future__ import annotations

import json as json_module
from pathlib import Path

from ..errors import UsageError
from . import status_codes
from .output import print_json
from .program import check_folder_of
from .progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from ..measure.recording import Process, Recording

DESCRIPTION = """\
Runs a command and shows which imports waited, which of them were never needed,
which were loaded later and by which line, which did not wait and why, how long
each module took, and which single import would save most if it waited, too.

The command runs twice, the second time with eager imports, to tell what was
saved; --once if it must not. What it prints is not shown. A process that the
command starts is told as a process of its own. LAZI_REPORT=FILE records any
program, a server for example, and --from FILE shows what was recorded.

Times are without what recording takes. The JSON is described in
lazi_site/report/document.py."""

EXAMPLES = """\
  lazi-site report -- flask --help
  lazi-site report --html report.html -- django-admin help
  lazi-site report --once -- python manage.py migrate
  lazi-site report --json -- python app.py | jq '.processes[0].totals'

  LAZI_REPORT=run.jsonl python server.py        record a program as it runs anyway
  LAZI_EAGER='*' LAZI_REPORT=eager.jsonl python server.py
  lazi-site report --from run.jsonl --eager-from eager.jsonl"""

EXIT_STATUS = """\
  0  reported, also if the command fails; its exit status is told
  2  there is nothing to report"""

VARIABLES = """\
  LAZI_REPORT   FILE: where any program records what --from reads;
                %p in the name is the number of the process"""

SEE_ALSO = "  lazi-site why, lazi-site bench, lazi-site top"

DEFAULT_TOP = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``report`` to *parser*."""
    parser.usage = "%(prog)s [options] -- CMD ...\n       %(prog)s [options] --from FILE"
    add = parser.add_argument
    add("command", nargs="*", metavar="-- CMD", help="a command of this environment")
    add("--once", action="store_true", help="run the command once, without the eager run to compare with")
    add("--from", dest="records", metavar="FILE", help="read what LAZI_REPORT=FILE recorded; nothing is run")
    add("--eager-from", metavar="FILE", help="with --from: records of a run with LAZI_EAGER='*'")
    add("--top", type=int, default=DEFAULT_TOP, metavar="N", help="rows of each table (default 10; 0: all)")
    add("--json", action="store_true", help="print JSON")
    add("--html", metavar="FILE", help="write a page with a picture of the imports and tables to search")
    add("--speedscope", metavar="FILE", help="write a profile for the viewer speedscope")
    add("--importtime", metavar="FILE", help="write what 'python -X importtime' would print")


def run(
    command: Sequence[str],
    once: bool,
    records: str | None,
    eager_from: str | None,
    top: int,
    json: bool,
    html: str | None,
    speedscope: str | None,
    importtime: str | None,
) -> int:
    """Report on a run of *command*, or on what the file *records* holds."""
    if bool(command) == (records is not None):
        raise UsageError(
            "nothing-to-report",
            "The report needs a command or a file of records, and not both.",
            "For example: lazi-site report -- flask --help",
        )
    if eager_from is not None and records is None:
        raise UsageError(
            "eager-without-lazy", "--eager-from goes with --from.", "See lazi-site report --help."
        )
    for file in (html, speedscope, importtime):
        check_folder_of(file)
    document = read(records, eager_from) if records is not None else observe(command, once)
    write_files(document, html, speedscope, importtime)
    if json:
        print_json(document)
    else:
        from ..report.text import print_document

        print_document(document, max(top, 0))
        if html is not None:
            print(f"\nThe page is in {html}.")
    return status_codes.OK


def observe(command: Sequence[str], once: bool) -> dict[str, Any]:
    """Return the report on *command*, run lazily and, unless *once*, eagerly."""
    from ..measure.recording import record, record_something
    from ..report.document import make_document
    from ..startup.settle import settle

    # A changed configuration is read anew by the first start after it. Not in the run that is told: what the
    # reading loads would seem to be spared by the run that finds it read.
    settle()
    words = " ".join(command)
    eager: Recording | None = None
    with progress() as say:
        say(f"running lazily: {words}")
        lazy = record_something(command)
        if not once:
            say(f"running eagerly: {words}")
            eager = record(command, {"LAZI_EAGER": "*"})
    return make_document(
        as_records(lazy.processes),
        as_records(eager.processes) if eager else (),
        command=command,
        status=lazy.status,
        eager_status=eager.status if eager else None,
        problem=lazy.last_line if lazy.status else "",
    )


def read(records: str, eager_from: str | None) -> dict[str, Any]:
    """Return the report on what the file *records* holds."""
    from ..report.document import make_document

    return make_document(
        as_records(read_file(records)), as_records(read_file(eager_from)) if eager_from else ()
    )


def read_file(name: str) -> list[Process]:
    """Return the processes that wrote into the file *name*.

    Errors: UsageError if it cannot be read or holds no records.
    """
    from ..measure.recording import read_records

    try:
        found = read_records(Path(name))
    except OSError as error:
        raise UsageError(
            "unreadable-records",
            f"'{name}' cannot be read: {error.strerror}.",
            "Write it by running a program with LAZI_REPORT=FILE.",
        ) from None
    if not found:
        raise UsageError(
            "no-records",
            f"There are no records of imports in '{name}'.",
            "Write it by running a program with LAZI_REPORT=FILE.",
        )
    return found


def as_records(processes: Sequence[Process]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return *processes* as the report takes them."""
    return [(process.header, process.events) for process in processes]


def write_files(
    document: dict[str, Any], html: str | None, speedscope: str | None, importtime: str | None
) -> None:
    """Write *document* into the files that are named, each in its format."""
    if html is not None:
        from ..report.page import to_html

        Path(html).write_text(to_html(document), "utf-8")
    if speedscope is not None or importtime is not None:
        from ..report.viewers import to_importtime, to_speedscope

        if speedscope is not None:
            Path(speedscope).write_text(json_module.dumps(to_speedscope(document)), "utf-8")
        if importtime is not None:
            Path(importtime).write_text(to_importtime(document["processes"][0]["modules"]), "utf-8")

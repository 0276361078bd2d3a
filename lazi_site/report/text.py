"""The report as text: tables by rich on a terminal, plain columns in a pipe."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Row = tuple[str, ...]


class Table:
    """A titled table. numbers: how many of its first columns are aligned right. more: rows left out."""

    __slots__ = ("header", "more", "numbers", "rows", "title")

    def __init__(self, title: str, header: Row, rows: Sequence[Row], numbers: int, top: int) -> None:
        self.title = title
        self.header = header
        self.numbers = numbers
        self.rows = list(rows)[: top or None]
        self.more = len(rows) - len(self.rows)


def print_document(document: dict[str, Any], top: int) -> None:
    """Print the report *document*; *top*: the number of rows of each table, 0 for all."""
    if document["command"] is not None:
        print(f"{' '.join(document['command'])}: {describe_status(document['status'])}")
        if document["problem"]:
            print(f"  {document['problem']}")
        if document["eager_status"] not in (None, document["status"]):
            print(f"  The run with eager imports: {describe_status(document['eager_status'])}")
    several = len(document["processes"]) > 1
    for number, process in enumerate(document["processes"]):
        if several:
            print(f"\nprocess {process['pid']}: {' '.join(process['argv']) or 'a forked child'}")
        print()
        print("\n".join(summary_of(process)))
        # The details of children are in --json and --html.
        if number == 0:
            for table in tables_of(process, top):
                if table.rows:
                    print_table(table)


def describe_status(status: int) -> str:
    """Return the exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"ended by signal {-status}"


def summary_of(process: dict[str, Any]) -> list[str]:
    """Return the lines that say what was saved and what became of the statements."""
    totals, eager = process["totals"], process["eager_run"]
    lines = [f"  {'':13}{'modules':>8}{'import time':>16}"] if eager else []
    if eager:
        missing, saved = len(eager["never_loaded"]), eager["import_ns"] - totals["import_ns"]
        lines += [
            figures("eager", eager["modules"], eager["import_ns"]),
            figures("lazy", totals["modules"], totals["import_ns"]),
            figures("never loaded", missing, saved) + f"  ({change(saved, eager['import_ns'])})",
            "",
        ]
    else:
        lines.append(f"  {totals['modules']} modules were loaded in {milliseconds(totals['import_ns'])} ms.")
    waited = totals["never_needed"] + totals["loaded_later"]
    lines.append(
        f"  {waited} import statements waited: {totals['never_needed']} were never needed,"
        f" {totals['loaded_later']} were later."
    )
    if totals["bound"]:  # 3.15 does not tell of these
        lines.append(f"  {totals['bound']} found their module loaded already.")
    if totals["eager"]:
        lines.append(f"  {totals['eager']} did not wait, because:")
    lines += [
        f"    {one['statements']:5}  {explain_reason(one)} ({one['code']})" for one in process["reasons"]
    ]
    return lines


def explain_reason(reason: dict[str, Any]) -> str:
    """Return the reason in words that hold for all its statements."""
    # The detail of a rule is one of several rules, that of the others always the same.
    return RULES.get(reason["code"]) or str(reason["detail"] or reason["code"])


RULES = {
    "always-eager": "the interpreter needs it at once",
    "eager-rule": "a rule of the configuration names the module",
    "eager-in-rule": "a rule of the configuration names the importing module",
    "shipped-eager-rule": "a shipped rule names the module",
    "shipped-eager-in-rule": "a shipped rule names the importing module",
}


def figures(label: str, modules: int, nanoseconds: int) -> str:
    """Return a line of the little table of totals."""
    return f"  {label:13}{modules:8}{milliseconds(nanoseconds):>13} ms"


def tables_of(process: dict[str, Any], top: int) -> list[Table]:
    """Return the tables about *process*."""
    statements, modules = process["statements"], process["modules"]
    never = [one for one in statements if one["state"] == "never-needed"]
    never.sort(key=lambda one: -(one["saved_ns"] or 0))
    # Only the outermost are told: what was loaded by the way is in the page and in JSON.
    later = [one for one in modules if one["lazy"]]
    later.sort(key=lambda one: -one["ns"])
    slowest = sorted(modules, key=lambda one: -one["own_ns"])
    if process["eager_run"]:
        saved = [
            (milliseconds(one["saved_ns"]), str(one["spared"]), one["target"], place_of(one)) for one in never
        ]
        never_table = Table("Never needed", ("saved ms", "modules", "module", "import"), saved, 2, top)
    else:
        unused = [(one["target"], place_of(one)) for one in never]
        never_table = Table("Never needed", ("module", "import"), unused, 0, top)
    return [
        never_table,
        Table(
            "Loaded later",
            ("ms", "module", "first used at"),
            [(milliseconds(one["ns"]), one["module"], place_of_load(one)) for one in later],
            1,
            top,
        ),
        Table(
            "Slowest modules still loaded",
            ("own ms", "in all ms", "module", "loaded by"),
            [
                (
                    milliseconds(one["own_ns"]),
                    milliseconds(one["ns"]),
                    one["module"] + (" (failed)" if one["error"] else ""),
                    place_of_load(one),
                )
                for one in slowest
            ],
            2,
            top,
        ),
        Table(
            "Best cuts: imports that did not wait, and what only they needed",
            ("up to ms", "modules", "import", "of", "how"),
            [
                (
                    milliseconds(one["saves_ns"]),
                    str(len(one["modules"])),
                    place_of(one),
                    most_of(one["modules"]),
                    one["advice"],
                )
                for one in process["cuts"]
            ],
            2,
            min(top, 5) if top else 0,
        ),
    ]


def most_of(modules: Sequence[str]) -> str:
    """Return the first of *modules* and, if it is not all, that there are more."""
    return modules[0] + (", ..." if len(modules) > 1 else "")


def place_of(statement: dict[str, Any]) -> str:
    """Return file and line of *statement*."""
    return f"{shorten(statement['file'])}:{statement['line']}"


def place_of_load(load: dict[str, Any]) -> str:
    """Return file and line of what led to *load*, and the function around it."""
    if not load["stack"]:
        return ""
    _, file, line, function = load["stack"][0]
    return f"{shorten(file)}:{line}" + ("" if function == "<module>" else f" in {function}")


def shorten(file: str) -> str:
    """Return *file* relative to site-packages, the standard library or the current directory, if in one."""
    _, mark, rest = file.rpartition("site-packages" + os.sep)
    if mark:
        return rest
    _, mark, rest = file.rpartition(os.sep + "lib" + os.sep + "python3.")
    if mark:
        return rest.partition(os.sep)[2]
    if not file.startswith(os.sep):
        return file
    folder, name = os.path.split(file)
    here = os.getcwd() + os.sep
    if file.startswith(here):
        return file.removeprefix(here)
    return name if os.path.basename(folder) == "bin" else file


def milliseconds(nanoseconds: int) -> str:
    """Return *nanoseconds* as milliseconds with one digit after the point."""
    return f"{nanoseconds / 1e6:.1f}"


def change(saved: int, whole: int) -> str:
    """Return by how much less, or more, than *whole* it is if *saved* is saved."""
    percent = round(100 * saved / whole) if whole else 0
    return f"{percent} % less" if percent >= 0 else f"{-percent} % more"


def print_table(table: Table) -> None:
    """Print *table*: by rich on a terminal, plain columns elsewhere."""
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table as RichTable
        from rich.text import Text

        shown = RichTable(title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for column, name in enumerate(table.header):
            shown.add_column(name, justify="right" if column < table.numbers else "left", overflow="fold")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        console = Console()
        console.print(shown)
        if table.more:
            console.print(Text(f"  and {table.more} more", style="dim"))
        return
    print(f"\n{table.title}")
    for line in columns([table.header, *table.rows], table.numbers):
        print(f"  {line}")
    if table.more:
        print(f"  and {table.more} more")


def columns(rows: Iterable[Row], numbers: int) -> list[str]:
    """Return *rows* as lines of aligned columns, the first *numbers* of them to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:>{width}}" if column < numbers else f"{cell:<{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]

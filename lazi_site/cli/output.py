"""How results are shown: aligned facts, tables, diffs, JSON."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JSON_VERSION = 1  # of all --json outputs; raised when a key changes its meaning or goes


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print *facts* as label and value; an empty label continues the one above."""
    width = max((len(label) for label, _ in facts), default=0)
    for label, value in facts:
        print(f"  {label:<{width}}  {value}".rstrip())


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print *rows* below *header*: a coloured table on a terminal, plain columns elsewhere."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*header)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, *rows):
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())


def print_diff(lines: Sequence[str], most: int) -> None:
    """Print the *lines* of a unified diff, no more than *most*, coloured on a terminal."""
    shown = list(lines[:most])
    if len(lines) > most:
        shown.append(f"... {len(lines) - most} more lines")
    if not sys.stdout.isatty():
        print(*(f"    {line}" for line in shown), sep="\n")
        return
    from rich.console import Console
    from rich.text import Text

    styles = {"-": "red", "+": "green", "@": "cyan"}
    for line in shown:
        Console().print(Text(f"    {line}", styles.get(line[:1], "")))


def print_json(data: Mapping[str, object]) -> None:
    """Print *data* as the JSON object of a command."""
    import json

    print(json.dumps({"version": JSON_VERSION, **data}, indent=2))

"""How results are shown: aligned facts, tables, JSON. The only module that knows of rich."""

from __future__ import annotations

import json
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


def print_json(data: Mapping[str, object]) -> None:
    """Print *data* as the JSON object of a command."""
    print(json.dumps({"version": JSON_VERSION, **data}, indent=2))

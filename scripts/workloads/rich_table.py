"""Rich: a table with styles, written to memory."""

import io

from rich.console import Console
from rich.table import Table


def work() -> int:
    """Return the length of the result."""
    table = Table(title="a table")
    for heading in ("number", "name", "value"):
        table.add_column(heading, style="cyan")
    for number in range(40):
        table.add_row(str(number), f"[bold]name {number}[/bold]", f"{number / 7:.3f}")
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    console.print(table)
    return len(console.file.getvalue())

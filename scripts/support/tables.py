"""Text tables for the scripts."""

from __future__ import annotations

from .comparing import Result, geometric_mean

HEADINGS = (
    "program",
    "python",
    "same?",
    "CPU ms eager",
    "lazy",
    "ratio",
    "modules eager",
    "lazy",
    "ratio",
)


def table(rows: list[tuple[str, ...]], texts: int = 3) -> str:
    """Return *rows*, the first being the headings, as lines of columns; the first *texts* are texts."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [
            cell.ljust(width) if i < texts else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
        if number == 0:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines)


def result_row(result: Result) -> tuple[str, ...]:
    """Return the cells of one line of the table of results."""
    if not result.eager_cpu:
        return (result.recipe, result.python, result.verdict, "", "", "", "", "", "")
    counted = result.eager_modules and result.lazy_modules
    return (
        result.recipe,
        result.python,
        result.verdict,
        f"{result.eager_cpu:.0f}",
        f"{result.lazy_cpu:.0f}",
        f"{result.cpu_ratio:.2f}",
        str(result.eager_modules) if counted else "?",
        str(result.lazy_modules) if counted else "?",
        f"{result.modules_ratio:.2f}" if counted else "?",
    )


def results_table(results: list[Result]) -> str:
    """Return the table of *results* with the geometric means of the ratios as its last line."""
    rows = [HEADINGS, *map(result_row, results)]
    cpu = geometric_mean(result.cpu_ratio for result in results)
    modules = geometric_mean(result.modules_ratio for result in results)
    if cpu:
        rows.append(("geometric mean", "", "", "", "", f"{cpu:.2f}", "", "", f"{modules:.2f}"))
    return table(rows)

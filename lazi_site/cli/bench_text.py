"""What ``lazi-site bench`` prints for a person: tables, sentences, and bars on a terminal."""

from __future__ import annotations

import shlex
import sys

from ..measure.benching import FIGURES, NATIVE_ALL
from ..measure.ratios import CONFIDENCE
from ..measure.running import describe_status
from .output import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..measure.benching import Benchmark
    from ..measure.ratios import Ratio, Spread
    from ..measure.saving import Change, Comparison

WORDS = {NATIVE_ALL: "native-all"}  # of the ways that are not called as in JSON
TITLES = {"cpu_ms": "CPU ms", "wall_ms": "wall ms", "peak_mib": "peak MiB"}
BAR = 40  # characters


def show(found: Benchmark) -> None:
    """Print *found*."""
    print(f"{shlex.join(found.command)}: {found.rounds} runs of each, Python {found.python}\n")
    rows = [
        [
            WORDS.get(name, name),
            *(spread_text(way.figures[figure]) for figure in FIGURES),
            "" if way.modules is None else str(way.modules),
        ]
        for name, way in found.ways.items()
    ]
    eager = found.ways["eager"].modules
    for name, ratios in found.ratios.items():
        modules = found.ways[name].modules
        share = "" if modules is None or not eager else f"{modules / eager:.2f}"
        rows.append(
            [f"{WORDS.get(name, name)} / eager", *(ratio_text(ratios[one]) for one in FIGURES), share]
        )
    print_table(["", *TITLES.values(), "modules"], rows)
    print(f"\nIn brackets: the middle half of the runs; of a ratio, its {CONFIDENCE} % confidence interval.")
    if sys.stdout.isatty():
        show_bars(found)
    show_verdict(found)


def show_bars(found: Benchmark) -> None:
    """Draw CPU and wall time of each way on the terminal."""
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    for figure in ("cpu_ms", "wall_ms"):
        greatest = max(way.figures[figure].median for way in found.ways.values())
        grid.add_row()
        for number, (name, way) in enumerate(found.ways.items()):
            median = way.figures[figure].median
            grid.add_row(
                "" if number else TITLES[figure],
                WORDS.get(name, name),
                # A bar that is full would be drawn in another colour.
                ProgressBar(total=greatest * 1.001, completed=median, width=BAR),
                f"{median:.1f}",
            )
    Console().print(grid)
    print()


def show_verdict(found: Benchmark) -> None:
    """Print in sentences what is saved, and what keeps the figures from being that."""
    eager, lazy = found.ways["eager"], found.ways["lazy"]
    if not found.recorded:
        print(
            f"Lazy imports make no difference to '{found.command[0]}': none were recorded, because it runs no"
            " Python of this environment, or nothing but the standard library."
        )
    else:
        print(saving_text(eager.figures["cpu_ms"], lazy.figures["cpu_ms"], found.ratios["lazy"]["cpu_ms"]))
    if eager.statuses != lazy.statuses:
        print(
            f"Eager and lazy runs end differently: exit status {statuses_text(eager.statuses)} eager,"
            f" {statuses_text(lazy.statuses)} lazy. To see how: lazi-site verify -- CMD ..."
        )
    elif eager.statuses != [0]:
        print(f"The command fails: exit status {statuses_text(eager.statuses)}.")
    native = found.ways.get(NATIVE_ALL)
    if native is not None and native.statuses != eager.statuses:
        print(
            f"native-all runs end with exit status {statuses_text(native.statuses)}, so that the command does"
            " not work in this way and its figures say nothing."
        )


def saving_text(eager: Spread, lazy: Spread, ratio: Ratio) -> str:
    """Return what lazy imports save of CPU time."""
    if ratio.low <= 1 <= ratio.high:
        return "Between eager and lazy no difference in CPU time is certain; more runs may tell: --runs N"
    word = "less" if ratio.ratio < 1 else "more"
    percents = sorted(abs(1 - one) * 100 for one in (ratio.low, ratio.high))
    return (
        f"Lazy imports take {abs(eager.median - lazy.median):.1f} ms {word} of CPU time,"
        f" {abs(1 - ratio.ratio) * 100:.0f} % ({percents[0]:.0f} to {percents[1]:.0f} %)."
    )


def show_comparison(comparison: Comparison, found: Benchmark) -> None:
    """Print what has changed since the saved benchmark."""
    print(f"\nCompared with {comparison.file}:\n")
    rows = [
        [f"{WORDS.get(way, way)} {TITLES[figure]}", *change_texts(change)]
        for way, changes in comparison.changes.items()
        for figure, change in changes.items()
    ]
    old, new = comparison.old_ratios.get("lazy"), found.ratios["lazy"]
    if old is not None:
        rows += [
            [f"lazy / eager {TITLES[figure]}", ratio_text(old[figure]), ratio_text(new[figure]), ""]
            for figure in FIGURES
        ]
    print_table(["", "old", "new", "new / old"], rows)
    print()
    for key, (before, now) in comparison.differs.items():
        print(f"Not the same {key}: {word_text(before)} then, {word_text(now)} now.")
    drift = comparison.changes["eager"]["cpu_ms"].ratio if "eager" in comparison.changes else None
    if drift is not None and not drift.low <= 1 <= drift.high:
        print(
            "Eager runs do not take what they took, so that the machine or the program has changed;"
            " lazy / eager is not touched by the first."
        )


def change_texts(change: Change) -> tuple[str, str, str]:
    """Return old, new and their ratio."""
    return f"{change.old:.1f}", f"{change.new:.1f}", ratio_text(change.ratio)


def spread_text(spread: Spread) -> str:
    """Return the median and in brackets the quartiles."""
    return f"{spread.median:.1f} ({spread.lower:.1f}-{spread.upper:.1f})"


def ratio_text(ratio: Ratio) -> str:
    """Return the ratio and in brackets its interval."""
    return f"{ratio.ratio:.3f} ({ratio.low:.3f}-{ratio.high:.3f})"


def statuses_text(statuses: Sequence[int]) -> str:
    """Return the exit statuses in words."""
    return " or ".join(describe_status(status, 0) for status in statuses)


def word_text(value: object) -> str:
    """Return a command or a version for a sentence."""
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)

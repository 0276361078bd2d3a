"""``lazi-site bench``."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from ..errors import UsageError
from . import status_codes
from .output import print_json
from .program import add_last_arguments, check_engine, check_folder_of, check_request, words_of
from .progress import progress_bar

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..measure.benching import Benchmark

DESCRIPTION = """\
Runs a command of this virtualenv with eager and with lazy imports, on Python
3.15 also with all imports lazy as that Python does it without lazi-site
(native-all), and says what each takes: CPU time with children's, wall time,
peak memory, modules loaded, and how much of eager's that is.

The ways take turns in a changing order; a run of each that is not counted
goes first, so that byte code is there. PYTHONDONTWRITEBYTECODE does not hold
for these runs. What the command prints is dropped, and it reads no input."""

EXAMPLES = """\
  lazi-site bench -- flask --help
  lazi-site bench --runs 50 --save before.json -- python app.py --version
  lazi-site bench --compare before.json -- python app.py --version
  lazi-site bench --fail-over 0.8 -- mytool --help      lazy CPU time above 0.8 of eager's
  lazi-site bench --fail-over 150ms -- mytool --help    lazy CPU time above 150 ms"""

EXIT_STATUS = """\
  0  measured
  1  --fail-over was exceeded, or eager and lazy runs end with different
     exit statuses
  2  nothing could be measured"""

SEE_ALSO = "  lazi-site top, lazi-site verify, lazi-site report"

RUNS = 20
LEAST_RUNS = 2
LIMIT = re.compile(r"(\d+(?:\.\d*)?|\.\d+) *(ms)?", re.IGNORECASE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``bench`` to *parser*; the program and its own come last."""
    add = parser.add_argument
    add("--runs", type=int, default=RUNS, metavar="N", help=f"of each way that are counted (default: {RUNS})")
    add(
        "--fail-over",
        metavar="RATIO|MS",
        help="exit status 1 if the median of lazy CPU time is above this: 0.8 (of eager's) or 150ms",
    )
    add("--save", metavar="FILE", help="write all figures into FILE, for --compare")
    add("--compare", metavar="FILE", help="show what has changed since FILE was saved")
    add_last_arguments(parser)


@dataclass(frozen=True)
class Limit:
    """What ``--fail-over`` allows: *most* of eager's CPU time, or ms of CPU time if *absolute*."""

    text: str
    most: float
    absolute: bool

    def value(self, found: Benchmark) -> float:
        """Return what *found* has of it."""
        if self.absolute:
            return found.ways["lazy"].figures["cpu_ms"].median
        return found.ratios["lazy"]["cpu_ms"].ratio

    def exceeded(self, found: Benchmark) -> bool:
        """Return whether *found* has more than is allowed."""
        return self.value(found) > self.most

    def sentence(self, found: Benchmark) -> str:
        """Return how *found* and the limit compare, in words."""
        what = f"{self.value(found):.1f} ms" if self.absolute else f"{self.value(found):.3f} of eager's"
        side = "over" if self.exceeded(found) else "within"
        return f"CPU time of lazy, {what}, is {side} the limit of {self.text}."

    def as_dict(self, found: Benchmark) -> dict[str, object]:
        """Return how *found* and the limit compare, as JSON knows it."""
        return {
            "limit": self.most,
            "unit": "ms" if self.absolute else "ratio",
            "value": round(self.value(found), 4),
            "exceeded": self.exceeded(found),
        }


def parse_limit(text: str) -> Limit:
    """Return the limit that *text* gives. Errors: UsageError if it is none."""
    match = LIMIT.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise UsageError(
            "wrong-limit",
            f"--fail-over {text!r} is neither a ratio nor milliseconds.",
            "For example: --fail-over 0.8 or --fail-over 150ms",
        )
    return Limit(text.strip(), float(match[1]), match[2] is not None)


def run(
    command: Sequence[str],
    runs: int,
    fail_over: str | None,
    save: str | None,
    compare: str | None,
    timeout: float,
    json: bool,
) -> int:
    """Measure *command* in each way and show what it took."""
    from ..measure.benching import bench
    from ..measure.saving import as_dict, comparison_as_dict, read_saved
    from ..measure.saving import compare as compare_with
    from ..measure.saving import save as save_into

    words = words_of(command)
    check_request(words, timeout)
    if runs < LEAST_RUNS:
        raise UsageError("wrong-runs", f"--runs must be {LEAST_RUNS} or more.")
    # What can be wrong is told before the command runs for nothing.
    limit = parse_limit(fail_over) if fail_over is not None else None
    saved = read_saved(compare) if compare is not None else None
    check_folder_of(save)
    engine = check_engine()
    with progress_bar("running") as say:
        found = bench(words, engine, runs, timeout, say)
    if save is not None:
        save_into(found, save)
    comparison = compare_with(found, saved, compare) if saved is not None and compare is not None else None
    if json:
        print_json(
            {
                **as_dict(found),
                "fail_over": limit and limit.as_dict(found),
                "compared": comparison and comparison_as_dict(comparison),
            }
        )
    else:
        from .bench_text import show, show_comparison

        show(found)
        if comparison is not None:
            show_comparison(comparison, found)
    if limit is not None:
        # Standard output is the JSON alone.
        print(limit.sentence(found), file=sys.stderr if json else sys.stdout)
    same = found.ways["eager"].statuses == found.ways["lazy"].statuses
    over = limit is not None and limit.exceeded(found)
    return status_codes.NEGATIVE if over or not same else status_codes.OK

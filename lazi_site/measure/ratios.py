"""Medians, their spread, and how sure the ratio of two medians is.

Times of runs on a machine that does other work have a long tail on one side:
mean and standard deviation, and the t-test that pyperf makes of them, follow
the tail. The median does not. How sure a ratio of medians is, the bootstrap
says without supposing a distribution, and it can keep together the runs of one
round, which a drift of the machine hits alike (the percentile interval: Efron
and Tibshirani, An Introduction to the Bootstrap, chapter 13). So pyperf's
statistics are not used; nor would a median be a reason to depend on it.
"""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONFIDENCE = 95  # per cent
RESAMPLES = 2000
SEED = 810  # the same figures give the same interval
NOTHING = 1e-9  # stands for a median of 0, which a coarse clock could give


@dataclass(frozen=True)
class Spread:
    """The median of *values*, the quartiles on both sides of it, and the values in the order of the runs."""

    median: float
    lower: float
    upper: float
    values: Sequence[float]

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of two or more *values*."""
        lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, lower, upper, values)


@dataclass(frozen=True)
class Ratio:
    """A ratio of medians, and the interval in which it lies with a confidence of CONFIDENCE per cent."""

    ratio: float
    low: float
    high: float


def paired_ratio(values: Sequence[float], base: Sequence[float]) -> Ratio:
    """Return the ratio of *values* to *base*; the values at one position belong together."""
    pairs = list(zip(values, base, strict=True))

    def draw(choose: random.Random) -> tuple[Sequence[float], Sequence[float]]:
        first, second = zip(*choose.choices(pairs, k=len(pairs)), strict=True)
        return first, second

    return _ratio(values, base, draw)


def separate_ratio(values: Sequence[float], base: Sequence[float]) -> Ratio:
    """Return the ratio of *values* to *base*, which were taken at different times."""
    return _ratio(
        values,
        base,
        lambda choose: (choose.choices(values, k=len(values)), choose.choices(base, k=len(base))),
    )


def _ratio(
    values: Sequence[float],
    base: Sequence[float],
    draw: Callable[[random.Random], tuple[Sequence[float], Sequence[float]]],
) -> Ratio:
    """Return the ratio of the medians; *draw* gives both anew, drawn with replacement."""
    choose = random.Random(SEED)  # noqa: S311  (nothing is kept secret by it)
    found = sorted(_quotient(*draw(choose)) for _ in range(RESAMPLES))
    outside = round(RESAMPLES * (100 - CONFIDENCE) / 200)
    return Ratio(_quotient(values, base), found[outside], found[-1 - outside])


def _quotient(values: Sequence[float], base: Sequence[float]) -> float:
    """Return the ratio of the medians."""
    return statistics.median(values) / max(statistics.median(base), NOTHING)

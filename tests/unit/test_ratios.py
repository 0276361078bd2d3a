"""Medians, quartiles, and how sure a ratio is."""

from __future__ import annotations

import random

from lazi_site.measure.ratios import Spread, paired_ratio, separate_ratio

BASE = [100.0, 400.0, 110.0, 120.0, 700.0, 105.0, 300.0, 115.0]  # a machine with other work


def test_spread_is_median_and_quartiles() -> None:
    spread = Spread.of([5.0, 1.0, 4.0, 2.0, 3.0])
    assert (spread.median, spread.lower, spread.upper) == (3.0, 2.0, 4.0)


def test_drift_that_hits_both_alike_does_not_make_the_ratio_unsure() -> None:
    half = [value / 2 for value in BASE]
    paired = paired_ratio(half, BASE)
    assert (paired.low, paired.ratio, paired.high) == (0.5, 0.5, 0.5)
    separate = separate_ratio(half, BASE)
    assert separate.low < 0.4 < separate.ratio < 0.6 < separate.high


def test_interval_holds_the_true_ratio_as_often_as_it_says() -> None:
    choose = random.Random(7)  # noqa: S311
    held = 0
    for _ in range(60):
        base = [100 + choose.expovariate(0.1) for _ in range(20)]
        other = [80 + choose.expovariate(0.1) for _ in range(20)]
        found = paired_ratio(other, base)
        # Of the distributions: the median of an exponential one is its mean times ln 2.
        held += found.low <= 86.93 / 106.93 <= found.high
    assert 52 <= held <= 60


def test_same_figures_give_the_same_interval() -> None:
    other = [value + 10 for value in BASE[::-1]]
    assert paired_ratio(other, BASE) == paired_ratio(other, BASE)

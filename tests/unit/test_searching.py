"""The search for a smallest set: it is enough, nothing can be left out, and few tests are needed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazi_site.measure.searching import find_one, smallest_set


@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1)))
)
def test_exactly_what_is_needed_is_found(case: tuple[int, set[int]]) -> None:
    count, needed = case
    assert set(smallest_set(range(count), lambda chosen: needed <= set(chosen))) == needed


@given(st.integers(1, 30), st.sets(st.frozensets(st.integers(0, 29), min_size=1, max_size=4), min_size=1))
def test_nothing_can_be_left_out(count: int, ways: set[frozenset[int]]) -> None:
    ways = {frozenset(number % count for number in way) for way in ways}

    def is_enough(chosen: list[int]) -> bool:
        return any(way <= set(chosen) for way in ways)

    found = smallest_set(range(count), is_enough)
    assert is_enough(found)
    assert not any(is_enough([one for one in found if one != left_out]) for left_out in found)


@pytest.mark.parametrize("place", [0, 1, 4, 30, 100, 199])
def test_one_that_stands_early_is_found_in_few_tests(place: int) -> None:
    tests = []

    def is_enough(chosen: list[int]) -> bool:
        tests.append(chosen)
        return place in chosen

    assert smallest_set(range(200), is_enough) == [place]
    assert len(tests) <= 3 + 2 * math.log2(place + 1)


@pytest.mark.parametrize("place", [0, 1, 30, 199, 500])
def test_one_that_is_enough_alone_is_found_by_halving(place: int) -> None:
    tests = []

    def is_enough(chosen: list[int]) -> bool:
        tests.append(chosen)
        return place in chosen

    assert find_one(range(200), is_enough) == (place if place < 200 else None)
    assert len(tests) <= 2 + math.ceil(math.log2(200))

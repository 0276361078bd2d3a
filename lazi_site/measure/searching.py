"""Finds a smallest set of suspects that explains something, in few tests. Knows nothing of imports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

GROWTH = 4  # how much more suspects are tried after a failed test


def smallest_set(suspects: Sequence[T], is_enough: Callable[[list[T]], bool]) -> list[T]:
    """Return a part of *suspects* that is enough and of which nothing can be left out.

    suspects: the most suspicious first; all together are known to be enough, none is not.
    is_enough: the test. More suspects than enough are taken to be enough too.

    Every round finds the shortest beginning of the list that is enough with
    what was found before: its last one is needed. If it is at place n, that
    takes log4(n) tests to reach it and log2(n) to narrow it down, so a good
    order saves tests.
    """
    needed: list[T] = []
    pool = list(suspects)
    while pool:
        if needed and is_enough(needed):
            break
        length = shortest_beginning(pool, needed, is_enough)
        needed.append(pool[length - 1])
        pool = pool[: length - 1]
    return needed


def shortest_beginning(pool: Sequence[T], needed: list[T], is_enough: Callable[[list[T]], bool]) -> int:
    """Return how many of *pool*, from its start, are enough with *needed*; all of them are."""
    too_few, enough = 0, 1
    while enough < len(pool) and not is_enough([*needed, *pool[:enough]]):
        too_few, enough = enough, enough * GROWTH
    enough = min(enough, len(pool))
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if is_enough([*needed, *pool[:middle]]):
            enough = middle
        else:
            too_few = middle
    return enough

"""Finds a smallest set of suspects that explains something, in few tests. Knows nothing of imports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    T = TypeVar("T")


def find_one(suspects: Sequence[T], is_enough: Callable[[list[T]], bool]) -> T | None:
    """Return one of *suspects*, the most suspicious first, that alone is enough; None if none was found.

    Halves the list without asking whether there is one at all, which takes
    log2 tests of their number and two more.
    """
    pool = list(suspects)
    if pool and is_enough(pool[:1]):
        return pool[0]
    pool = pool[1:]
    while len(pool) > 1:
        half = pool[: (len(pool) + 1) // 2]
        pool = half if is_enough(half) else pool[len(half) :]
    return pool[0] if pool and is_enough(pool) else None


def smallest_set(suspects: Sequence[T], is_enough: Callable[[list[T]], bool]) -> list[T]:
    """Return a part of *suspects* that is enough and of which nothing can be left out.

    suspects: the most suspicious first. None of them is not enough; whether all
    are is tested only if it comes to that, and if not, the list returned is empty.
    is_enough: the test. More suspects than enough are taken to be enough too.

    Every round finds the shortest beginning of the list that is enough with
    what was found before: its last one is needed. If it is at place n, that
    takes log2(n) tests to reach it and as many to narrow it down, so a good
    order saves tests.
    """
    needed: list[T] = []
    pool = list(suspects)
    while pool:
        if needed and is_enough(needed):
            break
        length = shortest_beginning(pool, needed, is_enough, certain=bool(needed))
        if not length:
            return []
        needed.append(pool[length - 1])
        pool = pool[: length - 1]
    return needed


def shortest_beginning(
    pool: Sequence[T], needed: list[T], is_enough: Callable[[list[T]], bool], *, certain: bool
) -> int:
    """Return how many of *pool*, from its start, are enough with *needed*; 0 if all are not.

    certain: all are known to be enough.
    """
    too_few = 0
    for enough in lengths(len(pool)):
        if (certain and enough == len(pool)) or is_enough([*needed, *pool[:enough]]):
            break
        too_few = enough
    else:
        return 0
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if is_enough([*needed, *pool[:middle]]):
            enough = middle
        else:
            too_few = middle
    return enough


def lengths(most: int) -> Iterator[int]:
    """Yield how many suspects are tried, up to *most*."""
    length = 1
    while length < most:
        yield length
        length *= 2
    yield most

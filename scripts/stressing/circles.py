"""64 threads resolve the same and crossing names of modules that import each other in circles."""

import importlib
import random
import sys
import threading

from common import attempt, begin, end, forget, watch, write

THREADS = 64
MODULES = 8
BODY = """\
value = {0}
import ring
import ring.m{1} as first
from ring.m{3} import value as third
from . import m{5} as fifth
import ring.m{2}
early = first.value
def total():
    return value + first.value + third + fifth.value + ring.m{2}.value
"""


def near(number: int) -> list[int]:
    """Return the numbers of the modules that module *number* names, itself first."""
    return [(number + distance) % MODULES for distance in range(6)]


def expected(number: int) -> int:
    """Return what total() of the module *number* must be."""
    return sum(near(number)[distance] for distance in (0, 1, 3, 5, 2))


def main() -> None:
    rounds = begin()
    names = [f"m{number}" for number in range(MODULES)]
    door = "".join(f"import ring.{name}\nfrom ring import {name}\n" for name in names)
    write({f"ring/{name}.py": BODY.format(*near(number)) for number, name in enumerate(names)})
    write({"ring/__init__.py": "", "door.py": door})
    resolved = 0
    switch = sys.getswitchinterval()
    for number in range(rounds):
        watch()
        # Threads that change places more often meet in more places.
        sys.setswitchinterval(switch / 100 if number % 2 else switch)
        forget("ring", "door")
        door_module = importlib.import_module("door")
        start = threading.Barrier(THREADS)
        threads = [
            threading.Thread(target=attempt, args=(lambda one=one: use(start, door_module, number, one),))
            for one in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        resolved += THREADS * MODULES
    end(rounds=rounds, threads=THREADS, uses=resolved)


def use(start: threading.Barrier, door: object, number: int, one: int) -> None:
    """Use every module once, in an order and by ways of this thread's own."""
    order = list(range(MODULES))
    if one % 4:  # the others all begin with the same
        random.Random(number * THREADS + one).shuffle(order)
    start.wait()
    for target in order:
        name = f"m{target}"
        way = (one + target) % 3
        if way == 0:
            module = getattr(door, name)
        elif way == 1:
            module = getattr(door.ring, name)  # type: ignore[attr-defined]
        else:
            module = importlib.import_module(f"ring.{name}")
        found = module.total()
        if found != expected(target):
            raise ValueError(f"{name}.total() is {found}, expected {expected(target)}")


main()

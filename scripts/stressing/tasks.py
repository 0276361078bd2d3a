"""asyncio: many tasks, and threads of the loop's executor, use names for the first time."""

import asyncio
import importlib

from common import attempt, begin, end, errors, forget, watch, write

MODULES = 20


def main() -> None:
    rounds = begin()
    for number in range(MODULES):
        after = (number + 7) % MODULES
        text = f"value = {number}\nfrom lot.m{after} import value as other\nasync def f(): return value + other\n"
        write({f"lot/m{number}.py": text, "lot/__init__.py": ""})
    write({"door.py": "".join(f"from lot import m{number}\n" for number in range(MODULES))})
    for _ in range(rounds):
        watch()
        forget("lot", "door")
        attempt(lambda: asyncio.run(run()))
    end(rounds=rounds, tasks=2 * MODULES)


async def run() -> None:
    """Use every module in a task and in a thread, all at the same time."""
    door = importlib.import_module("door")

    async def one(number: int) -> int:
        await asyncio.sleep(0)
        found: int = await getattr(door, f"m{number}").f()
        return found

    def other(number: int) -> int:
        found: int = getattr(door, f"m{number}").other
        return found

    sums = await asyncio.gather(*(one(number) for number in range(MODULES)))
    others = await asyncio.gather(*(asyncio.to_thread(other, number) for number in range(MODULES)))
    afters = [(number + 7) % MODULES for number in range(MODULES)]
    if list(others) != afters or list(sums) != [number + after for number, after in enumerate(afters)]:
        errors.append(f"{sums} {others}")


main()

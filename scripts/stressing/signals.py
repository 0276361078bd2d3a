"""A signal handler that imports and uses names, while the program resolves names of the same packages."""

import importlib
import signal

from common import attempt, begin, end, forget, watch, write

MODULES = 12
handled = 0
handling = False


def handler(number: int, frame: object) -> None:
    """Use what the program does not: it may be anywhere, also within an import."""
    global handled, handling
    if handling:
        return  # a handler may come in the middle of another one
    handling = True
    attempt(use_aside)
    handled += 1
    handling = False


def use_aside() -> None:
    import aside.second

    found = aside.second.f()
    if found != 3:
        raise ValueError(f"the handler got {found}")


def use_many(names: list[str]) -> None:
    door = importlib.import_module("door")
    for number, name in enumerate(names):
        found = getattr(door.many, name).f()
        if found != (number + 1) % MODULES:
            raise ValueError(f"{name}.f() is {found}")


def main() -> None:
    rounds = begin()
    names = [f"m{number}" for number in range(MODULES)]
    for number, name in enumerate(names):
        after = names[(number + 1) % MODULES]
        write(
            {
                f"many/{name}.py": f"value = {number}\nimport many.{after}\ndef f(): return many.{after}.value\n"
            }
        )
    write({"many/__init__.py": "", "aside/__init__.py": "", "aside/first.py": "value = 1\n"})
    write(
        {
            "aside/second.py": "from aside.first import value\nimport aside.third\ndef f(): return value + aside.third.value\n"
        }
    )
    write({"aside/third.py": "value = 2\n"})
    write({"door.py": "".join(f"import many.{name}\n" for name in names)})
    signal.signal(signal.SIGALRM, handler)
    for _ in range(rounds):
        watch()
        forget("many", "door", "aside")
        signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0003)
        attempt(lambda: use_many(names))
        signal.setitimer(signal.ITIMER_REAL, 0)
    end(rounds=rounds, handled=handled)


main()

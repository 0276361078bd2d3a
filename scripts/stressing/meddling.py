"""Threads resolve names while others reload, delete, replace and collect, and change the lists of finders."""

import gc
import importlib
import sys
import threading
from collections.abc import Callable

from common import attempt, begin, end, forget, watch, write

USERS = 16
KINDS = ("plain", "deleted", "reloaded")
EACH = 4
# One for each thread: who imports such a module while another thread runs it may get the module
# that is being replaced, eagerly too.
REPLACED = (
    "import sys\nclass Stand:\n    value = 100\nStand.__name__ = __name__\nsys.modules[__name__] = Stand\n"
)


class Finder:
    """Finds nothing; it comes and goes."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        return None


def main() -> None:
    rounds = begin()
    targets = [f"{kind}{number}" for kind in KINDS for number in range(EACH)]
    for number, name in enumerate(targets):
        write({f"field/{name}.py": f"import field.plain0\nvalue = {number}\n"})
    write({f"field/replaced{one}.py": REPLACED for one in range(USERS)})
    lines = [f"from field.{name} import value as v_{name}\nimport field.{name}\n" for name in targets]
    total = " + ".join([f"v_{name} + field.{name}.value" for name in targets])
    user = "".join(lines) + f"def total():\n    return {total} + own\n"
    write({f"user{one}.py": f"from field.replaced{one} import value as own\n{user}" for one in range(USERS)})
    write({"field/__init__.py": ""})
    expected = 2 * sum(range(len(targets))) + 100
    acts = 0
    for _ in range(rounds):
        watch()
        forget("field", *(f"user{one}" for one in range(USERS)))
        stop = threading.Event()
        counts: list[int] = []
        meddlers = [threading.Thread(target=meddle, args=(act, stop, counts)) for act in ACTS]
        users = [
            threading.Thread(target=attempt, args=(lambda one=one: use(one, expected),))
            for one in range(USERS)
        ]
        for thread in [*meddlers, *users]:
            thread.start()
        for thread in users:
            thread.join()
        stop.set()
        for thread in meddlers:
            thread.join()
        acts += sum(counts)
    end(rounds=rounds, threads=USERS + len(ACTS), acts=acts)


def use(one: int, expected: int) -> None:
    """Resolve every name of a module of this thread's own."""
    found = importlib.import_module(f"user{one}").total()
    if found != expected:
        raise ValueError(f"user{one}.total() is {found}, expected {expected}")


def meddle(act: Callable[[], object], stop: threading.Event, counts: list[int]) -> None:
    """Call *act* until *stop* is set."""
    number = 0
    while not stop.is_set() and not number > 2000:
        number += 1
        attempt(act)
        stop.wait(0.0005)
    counts.append(number)


def finished(kind: str) -> list[str]:
    """Return the modules of *kind* that are loaded and do not run any more."""
    return [
        name
        for name, module in list(sys.modules.items())
        if name.startswith(f"field.{kind}") and not getattr(module.__spec__, "_initializing", False)
    ]


def delete() -> None:
    for name in finished("deleted"):
        del sys.modules[name]


def reload() -> None:
    for name in finished("reloaded"):
        module = sys.modules.get(name)
        if module is not None:
            importlib.reload(module)


def change_finders() -> None:
    finder = Finder()
    sys.meta_path.append(finder)  # type: ignore[arg-type]
    sys.meta_path.remove(finder)  # type: ignore[arg-type]


def forget_directories() -> None:
    sys.path_importer_cache.clear()


ACTS = (delete, reload, change_finders, forget_directories, importlib.invalidate_caches, gc.collect)
main()

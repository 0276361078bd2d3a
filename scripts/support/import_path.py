"""Packages that differ in one thing, and what importing them costs: by module and by import statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .running import EAGER

MODULES = 100
FEW = 20
STATEMENTS = 20  # in each module
LESS, MORE = 5, 40  # or those, to tell what a module with statements costs from what each of them does
LAZY = {"LAZI_STDLIB": "include"}
MODES = {"eager": EAGER, "lazy": LAZY}
PACKAGES = ("plain", "used", "resolved", "pending_less", "pending_more", "skipped_less", "skipped_more")
KINDS = ("module", "patched", "bound", "pending", "resolved")
# Prints what the import of each module takes, in nanoseconds of CPU time.
CHILD = """\
import sys
sys.path.insert(0, sys.argv[1])
import warm
print(*warm.load([f"{sys.argv[2]}.m{number}" for number in range(int(sys.argv[3]))]))
"""
# In a function: imports of the program's own lines go another way.
LOAD = """\
from time import process_time_ns
def load(names):
    times = []
    for name in names:
        begin = process_time_ns()
        __import__(name)
        times.append(process_time_ns() - begin)
    return times
"""
Task = tuple[str, str]  # the package whose modules are imported, and the mode


def generate(folder: Path) -> None:
    """Write the packages into *folder*: of each kind one, the modules of which differ in their statements."""
    targets = [f"t{number}" for number in range(MORE)]

    def pending(statements: int, before: str = "", indent: str = "") -> Callable[[int], str]:
        taken = targets[:statements]
        body = "".join(f"{indent}from never import {name}\n" for name in taken)
        # Imports whose names nobody mentions are looked at more closely.
        return lambda number: f"{before}{body}def use():\n    return {', '.join(taken)}\n"

    # Modules that nobody imports, and so can be waited for; one package of them for each module.
    bodies: dict[str, Callable[[int], str]] = {
        "plain": lambda number: "",
        "used": lambda number: "".join(f"from warm import {name}\n{name}\n" for name in targets[:STATEMENTS]),
        "resolved": lambda number: "".join(
            f"from warm{number} import {name}\n{name}\n" for name in targets[:STATEMENTS]
        ),
    }
    for size, statements in (("less", LESS), ("more", MORE)):
        bodies[f"pending_{size}"] = pending(statements)
        # What waits is not performed: nor is this, which is read all the same.
        bodies[f"skipped_{size}"] = pending(statements, "OFF = 0\nif OFF:\n", "    ")
    names = "".join(f"{name} = 1\n" for name in targets)
    (folder / "warm.py").write_text(names + LOAD)
    (folder / "never.py").write_text(names)
    for number in range(MODULES):
        (folder / f"warm{number}.py").write_text(names)
    for kind in PACKAGES:
        package = folder / kind
        package.mkdir()
        (package / "__init__.py").write_text("")
        for number in range(MODULES):
            (package / f"m{number}.py").write_text(bodies[kind](number) + "def f():\n    return 1\n")


def tasks() -> Iterator[Task]:
    """Yield all that has to be measured for costs()."""
    for package in PACKAGES:
        for mode in MODES:
            if (package[:7], mode) not in (("pending", "eager"), ("skipped", "lazy")):
                yield package, mode


def command(python: str, folder: str, package: str, size: int, *, collect: bool = True) -> list[str]:
    """Return the command that imports *size* modules of the *package* in *folder*.

    collect: with the garbage collector, whose work falls to whoever makes the next object.
    """
    code = CHILD if collect else f"import gc; gc.disable()\n{CHILD}"
    return [python, "-c", code, folder, package, str(size)]


def costs(measured: dict[Task, float]) -> dict[str, float]:
    """Return {one of KINDS: what one costs more lazily than eagerly}.

    measured: what a module takes in each of tasks().
    """

    def more(package: str) -> float:
        return measured[package, "lazy"] - measured[package, "eager"]

    least, most = (
        measured[f"pending_{size}", "lazy"] - measured[f"skipped_{size}", "eager"]
        for size in ("less", "more")
    )
    waiting = (most - least) / (MORE - LESS)
    return {
        "module": more("plain"),
        "patched": least - LESS * waiting,
        "bound": (more("used") - more("plain")) / STATEMENTS,
        "pending": waiting,
        "resolved": (more("resolved") - more("plain")) / STATEMENTS,
    }

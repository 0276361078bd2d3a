#!/usr/bin/env python3
"""Measure what deferring costs where nothing is gained: by module and by import statement.

    bench_import_path.py [--python PATH ...] [--rounds N] [--json FILE]
    bench_import_path.py --count [--check] [--python PATH ...]

Generates packages that differ in one thing and imports them whole, eagerly and
lazily, in fresh processes that take turns:

    module     a module more, without import statements
    bound      a statement more whose target is loaded already
    pending    a statement more that waits, and is never used
    resolved   a statement more that waits, and is used at once; without the import itself

and prints what one costs more than it does eagerly, in microseconds of CPU time
(the fastest process counts). --count counts instructions instead, under
valgrind's callgrind: the same on every run, so that --check can hold them to
limits (exit status 1 beyond one).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.benching import environments, failures_in_words, make_parser, write_json
from support.environments import CommandFailed, Environment
from support.running import EAGER
from support.tables import table

MODULES = 100
FEW = 20
STATEMENTS = 20  # in each module
LAZY = {"LAZI_STDLIB": "include"}
KINDS = ("module", "bound", "pending", "resolved")
# Thousands of instructions that one may cost more than eagerly, on the slowest interpreter. A
# microsecond is about three thousand of them.
LIMITS = {"module": 40.0, "bound": 3.5, "pending": 7.0, "resolved": 20.0}
# Takes the time of the imports alone, which is all that differs.
CHILD = """\
import sys, time
sys.path.insert(0, sys.argv[1])
import warm
names = [f"{sys.argv[2]}.m{number}" for number in range(int(sys.argv[3]))]
begin = time.process_time_ns()
for name in names:
    __import__(name)
print(time.process_time_ns() - begin)
"""


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=20, metavar="N", help="processes of each kind (default 20)")
    add("--count", action="store_true", help="count instructions, under valgrind")
    add("--check", action="store_true", help="fail beyond the limits; with --count")
    add("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.count and shutil.which("valgrind") is None:
        print("bench_import_path.py: there is no valgrind here, so nothing is counted.")
        return 0
    found = {}
    with failures_in_words(), tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        for version, environment in environments(options, "start-enabled"):
            found[version] = measure(environment, folder, options)
    unit = "thousand instructions" if options.count else "microseconds"
    rows = [("python", *(f"a {kind}" for kind in KINDS))]
    rows += [(version, *(f"{costs[kind]:.2f}" for kind in KINDS)) for version, costs in found.items()]
    print(table(rows))
    print(f"\n{unit} more than eagerly")
    write_json(options.json, {"unit": unit, "costs": found})
    beyond = [
        f"{version}: a {kind} costs {costs[kind]:.2f}, the limit is {LIMITS[kind]}"
        for version, costs in found.items()
        for kind in KINDS
        if options.check and options.count and costs[kind] > LIMITS[kind]
    ]
    print(*beyond, sep="\n")
    return 1 if beyond else 0


def generate(folder: Path) -> None:
    """Write the packages into *folder*: of each kind one, the modules of which differ in their statements."""
    targets = [f"t{number}" for number in range(STATEMENTS)]
    # Modules that nobody imports, and so can be waited for; one package of them for each module.
    bodies = {
        "plain": lambda number: "",
        "bound": lambda number: "".join(f"import warm as {name}\n" for name in targets),
        "pending": lambda number: "".join(f"from never import {name}\n" for name in targets),
        "used": lambda number: "".join(f"from warm import {name}\n{name}\n" for name in targets),
        "resolved": lambda number: "".join(f"from warm{number} import {name}\n{name}\n" for name in targets),
    }
    names = "".join(f"{name} = 1\n" for name in targets)
    (folder / "warm.py").write_text(names)
    (folder / "never.py").write_text(names)
    for number in range(MODULES):
        (folder / f"warm{number}.py").write_text(names)
    for kind, body in bodies.items():
        package = folder / kind
        package.mkdir()
        (package / "__init__.py").write_text("")
        for number in range(MODULES):
            (package / f"m{number}.py").write_text(body(number) + "def f():\n    return 1\n")


def measure(environment: Environment, folder: str, options: argparse.Namespace) -> dict[str, float]:
    """Return {kind: what one costs more lazily than eagerly}.

    Importing few and all modules of a package is compared, so that what a
    process pays once does not count.
    """
    packages = ("plain", "bound", "pending", "used", "resolved")
    modes = {"eager": EAGER, "lazy": LAZY}
    tasks = [(package, mode, size) for package in packages for mode in modes for size in (FEW, MODULES)]
    values: dict[tuple[str, str, int], list[float]] = {task: [] for task in tasks}
    for package, mode, size in tasks * 2:  # write and warm the caches
        run(environment, folder, package, size, modes[mode], count=False)
    for _ in range(1 if options.count else options.rounds):
        for package, mode, size in random.sample(tasks, len(tasks)):
            value = run(environment, folder, package, size, modes[mode], count=options.count)
            values[package, mode, size].append(value)
    best = {task: min(times) / 1000 for task, times in values.items()}

    def of_module(package: str, mode: str) -> float:
        return (best[package, mode, MODULES] - best[package, mode, FEW]) / (MODULES - FEW)

    more = {package: of_module(package, "lazy") - of_module(package, "eager") for package in packages}
    # Eagerly nothing is imported in place of what waits, so there the whole cost counts.
    waiting = of_module("pending", "lazy") - of_module("plain", "lazy")
    return {
        "module": more["plain"],
        "bound": (more["used"] - more["plain"]) / STATEMENTS,
        "pending": waiting / STATEMENTS,
        "resolved": (more["resolved"] - more["plain"]) / STATEMENTS,
    }


def run(
    environment: Environment, folder: str, package: str, size: int, mode: dict[str, str], *, count: bool
) -> float:
    """Return what importing *size* modules of *package* takes: nanoseconds, or the process's instructions."""
    base = {
        "HOME": str(environment.folder),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        **mode,
    }
    command = [str(environment.python), "-c", CHILD, folder, package, str(size)]
    if count:
        tool = shutil.which("valgrind") or "valgrind"
        command = [tool, "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    done = subprocess.run(command, env=base, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(done.stderr)
    if not count:
        return float(done.stdout)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise CommandFailed(done.stderr)
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main())

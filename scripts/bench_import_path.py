#!/usr/bin/env python3
"""Measure what deferring costs where nothing is gained: by module and by import statement.

    bench_import_path.py [--python PATH ...] [--rounds N] [--json FILE]
    bench_import_path.py --count [--python PATH ...]

Generates packages that differ in one thing and imports them whole, eagerly and
lazily, in fresh processes that take turns:

    module     a module more, without import statements
    patched    a module more with statements that wait, without these
    bound      a statement more whose target is loaded already
    pending    a statement more that waits, and is never used; without reading its code
    resolved   a statement more that waits, and is used at once; without the import itself

and prints what one costs more than it does eagerly, in microseconds of CPU time:
that of the median module, of each of which the fastest process counts. --count
counts instructions instead, under valgrind and of all modules, the work of the
garbage collector and the end of the program included: the same on every run.
check_counts.py holds them to limits, without the collector.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from support.benching import environments, failures_in_words, make_parser, write_json
from support.counting import NO_VALGRIND, can_count, instructions
from support.environments import CommandFailed, Environment
from support.import_path import FEW, KINDS, MODES, MODULES, Task, command, costs, generate, tasks
from support.starts import plain_variables
from support.tables import table


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=20, metavar="N", help="processes of each kind (default 20)")
    add("--count", action="store_true", help="count instructions, under valgrind")
    add("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.count and not can_count():
        print(f"bench_import_path.py: {NO_VALGRIND}.")
        return 0
    found = {}
    with failures_in_words(), tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        for version, environment in environments(options, "start-enabled"):
            found[version] = measure(environment, folder, options)
    unit = "thousand instructions" if options.count else "microseconds"
    rows = [("python", *(f"a {kind}" for kind in KINDS))]
    rows += [(version, *(f"{more[kind]:.2f}" for kind in KINDS)) for version, more in found.items()]
    print(table(rows))
    print(f"\n{unit} more than eagerly")
    write_json(options.json, {"unit": unit, "costs": found})
    return 0


def measure(environment: Environment, folder: str, options: argparse.Namespace) -> dict[str, float]:
    """Return {kind: what one costs more lazily than eagerly}."""
    todo = list(tasks())
    python = str(environment.python)
    for package, mode in todo * 2:  # write and warm the caches
        times(python, folder, package, variables(environment, mode))
    found: dict[Task, float] = {}
    if options.count:
        for package, mode in todo:
            few, many = (
                instructions(command(python, folder, package, size), variables(environment, mode))
                for size in (FEW, MODULES)
            )
            found[package, mode] = (many - few) / (MODULES - FEW)
    else:
        fastest: dict[Task, list[int]] = {}
        for _ in range(options.rounds):
            for package, mode in random.sample(todo, len(todo)):
                new = times(python, folder, package, variables(environment, mode))
                fastest[package, mode] = list(map(min, new, fastest.get((package, mode), new)))
        # The first modules of a process bring what all of them need.
        found = {task: statistics.median(one[FEW:]) for task, one in fastest.items()}
    return costs({task: value / 1000 for task, value in found.items()})


def variables(environment: Environment, mode: str) -> dict[str, str]:
    """Return the environment variables of a process that imports in *mode*."""
    return {**plain_variables(environment), **MODES[mode], "PYTHONHASHSEED": "0"}


def times(python: str, folder: str, package: str, environment: dict[str, str]) -> list[int]:
    """Return the nanoseconds that the import of each module of *package* takes."""
    arguments = command(python, folder, package, MODULES)
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(done.stderr)
    return list(map(int, done.stdout.split()))


if __name__ == "__main__":
    sys.exit(main())

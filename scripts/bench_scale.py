#!/usr/bin/env python3
"""Show how the cost of lazy imports grows: with modules, import statements, threads and starts.

    bench_scale.py [PART ...] [--python PATH ...] [--json FILE]
    bench_scale.py packages --modules 20000
    bench_scale.py starts --starts 10000 --each 10

The parts:

    packages     a generated environment; all of it is imported, or thirty modules of it
    statements   one module with many import statements, whose names are used, or never; and a
                 package that imports its own modules so
    threads      64 threads resolve the names of the same modules at once, and one thread does
    starts       interpreters in a row, the configuration edited between: our files must not grow

The first two are measured at a sixteenth, a quarter and the whole of their size:
in instructions, under valgrind where there is one (a quarter of an hour for 20,000
modules), else in CPU time. Shown is the cost without that of the start, and the
exponent that fits it (1: twice as much of it costs twice as much), of lazy imports
and, by CPU time, of eager ones. Exit status 1 if an exponent is above the limit of
1.1, if a thread saw a wrong value, or if our files grew.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.benching import check_names, environments, failures_in_words, make_parser, say, write_json
from support.big import (
    IMPORT_ONE,
    IMPORT_PACKAGES,
    PER_PACKAGE,
    expected,
    link_packages,
    write_packages,
    write_statements,
)
from support.counting import can_count, instructions
from support.environments import CHECKOUT, CommandFailed, Environment
from support.growth import start_often
from support.running import EAGER
from support.starts import plain_variables
from support.tables import table

PARTS = ("packages", "statements", "threads", "starts")
LIMIT = 1.1
PARTS_OF_SIZE = (16, 4, 1)
THREADS = 64
RUNS = 3  # of CPU times, the least of which counts
RESOLVING = CHECKOUT / "scripts" / "stressing" / "resolving.py"
Measure = Callable[[list[str], dict[str, str]], float]


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    add("--modules", type=int, default=20_000, metavar="N", help="of the environment (default 20000)")
    add("--statements", type=int, default=5_000, metavar="N", help="of the one module (default 5000)")
    add("--resolved", type=int, default=1_000, metavar="N", help="modules the threads resolve (default 1000)")
    add("--starts", type=int, default=200, metavar="N", help="interpreters in a row (default 200)")
    add("--each", type=int, default=1, metavar="N", help="starts after which it is edited (default 1)")
    add("--no-count", action="store_true", help="CPU time even where instructions can be counted")
    add("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    check_names(parser, options.parts, PARTS)
    parts = options.parts or PARTS
    counts = can_count() and not options.no_count
    found: dict[str, dict[str, Any]] = {}
    with failures_in_words(), tempfile.TemporaryDirectory(prefix="lazi-site-") as name:
        for version, environment in environments(options, "scale"):
            folder = Path(name) / version
            folder.mkdir()
            one = found[version] = {}
            if "packages" in parts:
                one |= grow_packages(environment, folder, options.modules, counts)
            if "statements" in parts:
                one |= grow_statements(environment, folder, options.statements, counts)
            if "threads" in parts:
                one["threads"] = resolve_at_once(environment, folder, options.resolved)
            if "starts" in parts:
                home = folder / "home"
                home.mkdir()
                one["starts"] = start_often(environment, home, options.starts, options.each)
    write_json(options.json, {"unit": "instructions" if counts else "CPU seconds", "found": found})
    return show(found, "million instructions" if counts else "CPU ms")


def grow_packages(environment: Environment, folder: Path, modules: int, counts: bool) -> dict[str, Any]:
    """Return what importing an environment costs, all and a few of it, by its size in modules."""
    say(f"{folder.name}: writing {modules} modules")
    whole = folder / "whole"
    write_packages(whole, modules)
    sizes = [modules // part // PER_PACKAGE for part in PARTS_OF_SIZE]
    for size in sizes[:-1]:
        link_packages(folder / str(size), whole, size)

    def command(kind: str, size: int) -> list[str]:
        place = whole if size == sizes[-1] else folder / str(size)
        return ["-c", IMPORT_PACKAGES, str(place), kind, str(size), str(PER_PACKAGE)]

    return {
        f"packages, {kind}": grow(
            environment,
            {size * PER_PACKAGE: command(kind, size) for size in sizes},
            {size * PER_PACKAGE: command("none", size) for size in sizes},
            {size * PER_PACKAGE: str(expected(kind, size)) for size in sizes},
            counts,
        )
        for kind in ("all", "few")
    }


def grow_statements(environment: Environment, folder: Path, statements: int, counts: bool) -> dict[str, Any]:
    """Return what importing one module costs, by its number of import statements."""
    sizes = [statements // part for part in PARTS_OF_SIZE]
    place = folder / "statements"
    write_statements(place, sizes)
    return {
        f"statements, {kind}": grow(
            environment,
            {size: ["-c", IMPORT_ONE, str(place), f"{kind}{size}"] for size in sizes},
            {size: ["-c", IMPORT_ONE, str(place), "none"] for size in sizes},
            {size: str(0 if kind == "waiting" else size) for size in sizes},
            counts,
        )
        for kind in ("used", "waiting", "package")
    }


def grow(
    environment: Environment,
    commands: dict[int, list[str]],
    bases: dict[int, list[str]],
    results: dict[int, str],
    counts: bool,
) -> dict[str, Any]:
    """Return the costs of *commands* less those of *bases*, by size, and their exponents.

    results: what each prints. counts: instructions, else CPU time. CommandFailed.
    """
    python = str(environment.python)
    lazy = plain_variables(environment)

    def costs(measure: Measure, variables: dict[str, str]) -> dict[int, float]:
        return {
            size: measure([python, *command], variables) - measure([python, *bases[size]], variables)
            for size, command in commands.items()
        }

    for variables in (lazy, lazy | EAGER):
        for size, command in commands.items():
            done = subprocess.run([python, *command], env=variables, capture_output=True, text=True)
            if done.stdout.strip() != results[size] or done.returncode or done.stderr:
                raise CommandFailed(f"size {size} gave {done.stdout!r}, not {results[size]}\n{done.stderr}")
    found: dict[str, Any] = {"lazy_ms": costs(cpu_time, lazy), "eager_ms": costs(cpu_time, lazy | EAGER)}
    if counts:
        found["instructions"] = costs(instructions, lazy)
    for name, values in list(found.items()):
        found[f"{name}_exponent"] = exponent(values)
    say(f"{environment.folder.name}: {found}")
    return found


def cpu_time(command: list[str], variables: dict[str, str]) -> float:
    """Return the CPU time of the process *command*, user and system, the least of RUNS; ms."""
    times = []
    for _ in range(RUNS):
        before = children_time()
        subprocess.run(command, env=variables, stdout=subprocess.DEVNULL, check=True)
        times.append(children_time() - before)
    return min(times) * 1000


def children_time() -> float:
    """Return the CPU seconds of all children that ended."""
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def exponent(costs: dict[int, float]) -> float:
    """Return the slope of the line through the logarithms of sizes and *costs*: the exponent of growth."""
    if min(costs.values()) <= 0:
        return math.nan
    slope: float = statistics.linear_regression(
        [math.log(size) for size in costs], [math.log(cost) for cost in costs.values()]
    ).slope
    return slope


def resolve_at_once(environment: Environment, folder: Path, modules: int) -> dict[str, Any]:
    """Return the CPU time of one and of THREADS threads that resolve the names of *modules* modules; ms."""
    place = folder / "threads"
    place.mkdir()
    for number in range(modules):
        (place / f"t{number}.py").write_text("VALUE = 1\n")
        text = (
            f"from t{number} import VALUE\nimport t{number} as whole\n\n"
            "def first():\n    return VALUE\n\ndef second():\n    return whole\n"
        )
        (place / f"u{number}.py").write_text(text)
    found: dict[str, Any] = {"modules": modules, "wrong": ""}
    for threads in (1, 1, THREADS):  # the first writes the byte code
        command = [str(environment.python), str(RESOLVING), str(place), str(modules), str(threads)]
        variables = plain_variables(environment)
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=600)
        if done.returncode or done.stderr:
            found["wrong"] = done.stderr or f"exit status {done.returncode}"
            return found
        found[f"threads_{threads}_ms"] = json.loads(done.stdout)["cpu"] * 1000
    return found


def show(found: dict[str, dict[str, Any]], unit: str) -> int:
    """Print the tables; return the exit status."""
    complaints = []
    rows: list[tuple[str, ...]] = [("python", "what", "unit", "1/16", "1/4", "1", "exponent")]
    for version, parts in found.items():
        for part, one in parts.items():
            if part == "threads" or part == "starts":
                continue
            judged = "instructions" if "instructions" in one else "lazy_ms"
            for name in ("instructions", "lazy_ms", "eager_ms"):
                if name not in one:
                    continue
                scale = 1e6 if name == "instructions" else 1
                words = {
                    "instructions": "million instructions",
                    "lazy_ms": "CPU ms",
                    "eager_ms": "CPU ms, eager",
                }
                cells = (f"{value / scale:.1f}" for value in one[name].values())
                rows.append((version, part, words[name], *cells, f"{one[f'{name}_exponent']:.3f}"))
            if one[f"{judged}_exponent"] > LIMIT:
                complaints.append(f"{version}: {part}: the exponent is above {LIMIT}")
    if len(rows) > 1:
        print(table(rows) + "\n")
    for version, parts in found.items():
        if threads := parts.get("threads"):
            print(f"{version}: names of {threads['modules']} modules resolved:", end=" ")
            print(
                threads["wrong"]
                or ", ".join(f"{n} threads {threads[f'threads_{n}_ms']:.0f} CPU ms" for n in (1, THREADS))
            )
            complaints += [f"{version}: threads: {threads['wrong']}"] if threads["wrong"] else []
        if starts := parts.get("starts"):
            print(f"{version}: our files after the first starts {starts[0]}, after the last {starts[-1]}")
            if any(starts[-1][name] > starts[0][name] for name in starts[0]):
                complaints.append(f"{version}: our files grew from start to start")
    print(*complaints, sep="\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())

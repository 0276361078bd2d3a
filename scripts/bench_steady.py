#!/usr/bin/env python3
"""Measure what waiting names cost a program after its start: eager, lazy and native, in the steady state.

    bench_steady.py [WORKLOAD ...] [--python PATH ...] [--rounds N] [--json FILE]
    bench_steady.py --count [WORKLOAD ...] [--python PATH ...]

A workload is a module of scripts/workloads. A fresh process imports it, calls
its work() until the interpreter has specialised the code, and then takes the
CPU time of further calls; processes of all kinds take turns, in random order.
Shown is the ratio to eager of the fastest tenth of the calls, and the geometric
mean. Names that no call needs go on waiting, so this is what a namespace with
waiting names costs. "lazy" is the default configuration; with "include" the standard
library waits as well (LAZI_STDLIB=include), and "resolved" has called
lazi_site.resolve_all() besides, as a server may once it is ready.
Before the calls that count there is a garbage collection, in all kinds, as a
program that runs for long has had: namespaces are made plain again then.
--count counts the instructions of a call instead, under valgrind: those of six
calls less those of three, without the garbage collector, which works now for one
call and now for another.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
from pathlib import Path

from support.benching import check_names, environments, failures_in_words, make_parser, write_json
from support.counting import NO_VALGRIND, can_count, instructions
from support.environments import CHECKOUT, CommandFailed
from support.running import EAGER, NATIVE_ALL, Runner
from support.tables import table

WORKLOADS = CHECKOUT / "scripts" / "workloads"
REQUIRES = [
    "django",
    "docutils",
    "html5lib",
    "jinja2",
    "mako",
    "markdown",
    "networkx",
    "pygments",
    "pyparsing",
    "pyyaml",
    "rich",
    "sqlalchemy",
    "sqlglot",
    "sympy",
]
INCLUDE = {"LAZI_STDLIB": "include"}
# Runs in the process that is measured: prints the CPU time of each call in ns, and the result.
CHILD = """\
import gc, sys, time
sys.path.insert(0, sys.argv[2])
work = __import__(sys.argv[1]).work
{prepare}
clock = time.process_time_ns
begin = clock()
result = work()
while clock() - begin < 1e9 * float(sys.argv[3]):
    assert work() == result
gc.collect()
times = []
begin = clock()
while clock() - begin < 1e9 * float(sys.argv[3]) or len(times) < 10:
    start = clock()
    work()
    times.append(clock() - start)
print(sorted(times)[len(times) // 10], repr(result)[:60])
"""
# Makes so many calls.
CALLS = """\
import gc, sys
sys.path.insert(0, sys.argv[2])
work = __import__(sys.argv[1]).work
{prepare}
for number in range(int(sys.argv[3])):
    if number == 2:
        gc.collect()
        gc.disable()
    work()
"""
RESOLVE = "work(); import lazi_site; lazi_site.resolve_all()"
PREPARE = "LAZI_BENCH_PREPARE"
FEW, MANY = 3, 6


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    names = sorted(path.stem for path in WORKLOADS.glob("[a-z]*.py"))
    add = parser.add_argument
    add("workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(names)}; default: all")
    add("--rounds", type=int, default=5, metavar="N", help="processes of each kind (default 5)")
    add("--seconds", default="0.5", metavar="S", help="of warming up, and of measuring (default 0.5)")
    add("--count", action="store_true", help="count instructions, under valgrind")
    add("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    check_names(parser, options.workloads, names)
    if options.count and not can_count():
        print(f"bench_steady.py: {NO_VALGRIND}.")
        return 0
    found = {}
    with failures_in_words():
        for version, environment in environments(options, "steady"):
            for requirement, reason in environment.install(REQUIRES).items():
                print(f"{version}: without {requirement}: {reason}", file=sys.stderr)
            runner = Runner(environment, Path(options.keep).resolve() / "runs" / f"{version}-steady")
            runner.fresh()
            found[version] = (count if options.count else measure)(runner, version, options)
    print_table(found)
    write_json(options.json, found)
    return 0


def measure(runner: Runner, version: str, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return {workload: {kind: milliseconds of a call}}."""
    kinds = kinds_on(version)
    found = {}
    for name in chosen(options):
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        results = set()
        for _ in range(options.rounds):
            for kind in random.sample(list(kinds), len(kinds)):
                time, result = call(runner, name, kinds[kind], options.seconds)
                times[kind].append(time)
                if time:
                    results.add(result)
        if len(results) != 1 or not all(times["eager"]):
            print(f"{version}: {name}: {results or 'does not run'}", file=sys.stderr)
            continue
        found[name] = {kind: min(values) for kind, values in times.items()}
        print(f"{version}: {name}: {found[name]}", file=sys.stderr, flush=True)
    return found


def count(runner: Runner, version: str, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return {workload: {kind: million instructions of a call}}."""
    found: dict[str, dict[str, float]] = {}
    for name in chosen(options):
        found[name] = {}
        for kind, mode in kinds_on(version).items():
            try:
                more = calls(runner, name, mode, MANY) - calls(runner, name, mode, FEW)
                found[name][kind] = more / (MANY - FEW) / 1e6
            except CommandFailed as error:
                print(f"{version}: {name}, {kind}: {error}", file=sys.stderr)
        print(f"{version}: {name}: {found[name]}", file=sys.stderr, flush=True)
    return found


def calls(runner: Runner, name: str, mode: dict[str, str], number: int) -> int:
    """Return the instructions of a process that calls the workload *name* so often; CommandFailed."""
    code = CALLS.format(prepare=mode.get(PREPARE, ""))
    command = [str(runner.environment.python), "-c", code, name, str(WORKLOADS)]
    variables = runner.variables(mode, {})
    for _ in range(2):  # byte code, decisions
        subprocess.run([*command, "1"], env=variables, cwd=runner.work, capture_output=True)
    return instructions([*command, str(number)], variables, runner.work)


def kinds_on(version: str) -> dict[str, dict[str, str]]:
    """Return the environment variables of each kind of run, and under PREPARE what it runs before."""
    kinds = {"eager": EAGER, "lazy": {}, "include": INCLUDE, "resolved": {**INCLUDE, PREPARE: RESOLVE}}
    return {**kinds, "native all": NATIVE_ALL} if version >= "3.15" else kinds


def chosen(options: argparse.Namespace) -> list[str]:
    """Return the names of the workloads that are asked for."""
    return options.workloads or sorted(path.stem for path in WORKLOADS.glob("[a-z]*.py"))


def call(runner: Runner, name: str, mode: dict[str, str], seconds: str) -> tuple[float, str]:
    """Return the milliseconds of a call and the result of the workload *name*; 0 and "" if it fails."""
    code = CHILD.format(prepare=mode.get(PREPARE, ""))
    command = [str(runner.environment.python), "-c", code, name, str(WORKLOADS), seconds]
    done = subprocess.run(
        command, env=runner.variables(mode, {}), cwd=runner.work, capture_output=True, text=True
    )
    if done.returncode:
        print((done.stderr.strip().splitlines() or ["failed"])[-1], file=sys.stderr)
        return 0.0, ""
    time, _, result = done.stdout.strip().partition(" ")
    return int(time) / 1e6, result


def print_table(found: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print the ratios to eager by workload and interpreter."""
    columns = [
        (version, kind)
        for version, workloads in found.items()
        for kind in dict.fromkeys(kind for times in workloads.values() for kind in times)
        if kind != "eager"
    ]
    rows = [("workload", *(f"{version} {kind}" for version, kind in columns))]
    ratios: dict[tuple[str, str], list[float]] = {column: [] for column in columns}
    for name in sorted({name for workloads in found.values() for name in workloads}):
        cells = []
        for version, kind in columns:
            times = found[version].get(name, {})
            if times.get(kind) and times.get("eager"):
                ratios[version, kind].append(times[kind] / times["eager"])
                cells.append(f"{ratios[version, kind][-1]:.3f}")
            else:
                cells.append("-")
        rows.append((name, *cells))
    for title, figure in (("geometric mean", statistics.geometric_mean), ("worst", max)):
        figures = [figure(ratios[column] or [0.0]) for column in columns]
        rows.append((title, *(f"{one:.3f}" for one in figures)))
    print(table(rows))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Measure what an enabled environment adds to a bare interpreter start.

    bench_start.py [--python PATH ...] [--runs N] [--keep DIR] [--json FILE]
                   [--at-most MS]

Starts `python -c pass` in two environments that differ in one start file:
lazi-site's, or a file of the same name that holds a comment. One run of every
kind, in random order, makes a round. What a kind adds is the difference of its
CPU time to the comment's, in milliseconds: at the fastest tenth of the runs
("quiet", hardly disturbed by the machine's other work), at the median, and the
median of the differences within a round. Exit status 1 if "enabled" adds more
than --at-most, quiet.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
from pathlib import Path

from support.benching import failures_in_words, make_parser, write_json
from support.environments import CommandFailed, Environment, build_wheel, describe
from support.starts import COMMENT, plain_variables, start_environments
from support.tables import table

# What is run, in which environment: the file "comment" with and without, lazi-site with and without.
KINDS = {
    "no start file": ("bare", {}),
    COMMENT: (COMMENT, {}),
    "enabled": ("enabled", {}),
    "LAZI_DISABLE=1": ("enabled", {"LAZI_DISABLE": "1"}),
    "enabled, imports json": ("enabled", {}),
    "comment, imports json": (COMMENT, {}),
}
FIGURES = ("quiet", "median", "added_quiet", "added_median", "added_paired")
BASE = {"enabled, imports json": "comment, imports json"}


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("--runs", type=int, default=200, metavar="N", help="rounds (default 200)")
    add("--json", metavar="FILE", help="write the figures there too")
    add("--at-most", type=float, metavar="MS", help="fail if more than this is added")
    options = parser.parse_args()
    keep = Path(options.keep).resolve()
    found = {}
    with failures_in_words():
        wheel = build_wheel(keep / "wheel")
        for python in options.python or [sys.executable]:
            version, path = describe(python)
            environments = start_environments(keep, version, path, wheel)
            found[version] = measure(environments, options.runs)
    rows = [("python", "start", "base", "CPU ms quiet", "median", "added quiet", "median", "paired")]
    for version, kinds in found.items():
        for kind, figures in kinds.items():
            numbers = (f"{figures[name]:.2f}" for name in FIGURES)
            rows.append((version, kind, BASE.get(kind, COMMENT), *numbers))
    print(table(rows))
    write_json(options.json, found)
    limit = options.at_most
    return int(limit is not None and any(kinds["enabled"]["added_quiet"] > limit for kinds in found.values()))


def measure(environments: dict[str, Environment], runs: int) -> dict[str, dict[str, float]]:
    """Return for every kind of start its CPU times and what it adds, by FIGURES; milliseconds."""
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(runs + 5):
        for kind in random.sample(list(KINDS), len(KINDS)):
            name, variables = KINDS[kind]
            code = "import json" if "json" in kind else "pass"
            used = cpu_time(environments[name], code, variables)
            if number >= 5:  # the first runs write and warm caches
                times[kind].append(used)
    found = {}
    for kind, values in times.items():
        base = times[BASE.get(kind, COMMENT)]
        (quiet, *_), (base_quiet, *_) = (statistics.quantiles(one, n=10) for one in (values, base))
        median = statistics.median(values)
        paired = statistics.median(value - other for value, other in zip(values, base, strict=True))
        figures = (quiet, median, quiet - base_quiet, median - statistics.median(base), paired)
        found[kind] = dict(zip(FIGURES, figures, strict=True))
    return found


def cpu_time(environment: Environment, code: str, variables: dict[str, str]) -> float:
    """Return the CPU time, user and system, of one start that runs *code*; milliseconds."""
    arguments = [str(environment.python), "-c", code]
    process = os.posix_spawn(arguments[0], arguments, {**plain_variables(environment), **variables})
    _, status, usage = os.wait4(process, 0)
    if status:
        raise CommandFailed(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    sys.exit(main())

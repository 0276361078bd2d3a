#!/usr/bin/env python3
"""Measure real command-line programs, imported eagerly, lazily, and by what else makes imports lazy.

    bench_programs.py                                   all programs and ways, with the running interpreter
    bench_programs.py --python PATH --runs 3 --programs 'flask*' --programs 'pip*'
    bench_programs.py --ways lazy --ways lazyloader     only these, and eager
    bench_programs.py --count                           instructions, under valgrind, instead of CPU time
    bench_programs.py --config FILE                     with another configuration of lazi-site
    bench_programs.py --json FILE                       every figure of every run

The ways: eager (LAZI_DISABLE=1), lazy (as `enable` makes it), lazy-stdlib (the
standard library waits too), native-all (3.15 by itself, -X lazy_imports=all),
and peers: lazyloader (importlib.util.LazyLoader for all but the standard
library), lazi1 (lazi 1), demandimport (Mercurial's). The programs are recipes,
those of corpus.py, in four groups:

    start    the interpreter alone, `python -c pass`
    asked    command-line programs that are asked for their version or help
    work     command-line programs that do some work
    all      programs that use all they import, so that nothing can be gained

Means are given of each group, and of asked and work together.

A way that does not give the output and exit status of eager, twice, is
"broken" for this program and not measured. The others take turns in random
order, with byte code written before. Shown are ratios to eager: of CPU time,
user and system, with children's; of peak memory; of modules loaded. The mean of
a group is geometric, over the programs that work in this way, and its interval
(95 %) is a bootstrap over programs and rounds. "lazy, same" is what lazy makes of
those programs that work in this way. Environments are shared with corpus.py.

With --count "CPU" is the million instructions of the program's process, without
its children's, of one run: nearly the same every time, however busy the machine.
"""

from __future__ import annotations

import fnmatch
import random
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from support.benching import failures_in_words, make_parser, say, write_json
from support.comparing import differences, run_once
from support.counting import NO_VALGRIND, can_count
from support.environments import CommandFailed, Environment, build_wheel, describe
from support.groups import group_environments, missing
from support.measured import Sample, counted, mean_ratio, quotient, sample
from support.recipes import Recipe, read_recipes
from support.running import Runner
from support.tables import table
from support.ways import BASE, WAYS, Way, usable_ways

GROUPS = ("start", "asked", "work", "all")
START = Recipe("bare_start", [], ["python", "-c", "pass"])
USE_ALL = ("fastapi_client", "pandas_frames", "sqlalchemy_core", "sqlalchemy_orm")
QUESTIONS = {"--version", "--help", "help"}
NO_COMMAND = Recipe("", []).command
FIGURES = ("cpu", "peak")
BROKEN = "broken"


@dataclass
class Measured:
    """What one program gave. samples, modules: by way. broken: {way: why}."""

    group: str
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    modules: dict[str, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def pairs(self, way: str, figure: str) -> list[tuple[float, float]]:
        """Return the *figure* of *way* and of eager for every round."""
        both = zip(self.samples[way], self.samples[BASE], strict=True)
        return [(getattr(one, figure), getattr(base, figure)) for one, base in both]


def main() -> int:
    """Measure on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("--runs", type=int, default=10, metavar="N", help="rounds (default 10)")
    add("--count", action="store_true", help="count instructions, once, instead of timing")
    add("--programs", action="append", metavar="GLOB", help="names of recipes; may be repeated")
    names = ", ".join(way.name for way in WAYS)
    add("--ways", action="append", metavar="WAY", help=f"of {names}; may be repeated")
    add("--config", metavar="FILE", help="set LAZI_CONFIG in all ways")
    add("--timeout", type=float, default=60.0, metavar="S", help="seconds of one run (default 60)")
    add("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.count and not can_count():
        parser.error(NO_VALGRIND)
    programs = choose(options.programs or [])
    if not programs:
        parser.error("no program has such a name")
    keep = Path(options.keep).resolve()
    runs = 0 if options.count else options.runs
    found: dict[str, dict[str, Any]] = {}
    with failures_in_words():
        wheel = build_wheel(keep / "wheel")
        for python in options.python or [sys.executable]:
            version, path = describe(python)
            environments, failures = group_environments(
                [recipe for recipe, _ in programs], version, path, keep, wheel
            )
            try:
                first = next(iter(environments.values()))
                ways, unusable = usable_ways(options.ways or [], version, first, keep)
            except ValueError as error:
                parser.error(str(error))
            if options.config:  # read by lazi-site alone, so not where it is switched off
                variables = {"LAZI_CONFIG": str(Path(options.config).resolve())}
                ways = [replace(way, variables={**variables, **way.variables}) for way in ways]
            for name, reason in unusable.items():
                print(f"{version}: without {name}: {reason}")
            measured: dict[str, Measured] = {}
            for recipe, group in programs:
                reason = missing(recipe, failures)
                if reason or (recipe.python and version not in recipe.python):
                    say(f"{version}: {recipe.name}: left out: {reason or 'not for this version'}")
                    continue
                runner = runner_for(environments[recipe.group], keep, version, options.timeout)
                try:
                    measured[recipe.name] = measure(recipe, group, runner, ways, runs)
                except CommandFailed as error:
                    say(f"{version}: {recipe.name}: left out: {error}")
            unit = "million instructions" if options.count else "ms"
            found[version] = show(version, measured, [way.name for way in ways[1:]], unit)
    write_json(options.json, found)
    return 0


def choose(patterns: list[str]) -> list[tuple[Recipe, str]]:
    """Return the programs whose names match one of *patterns*, all if there is none, and their groups."""
    found = [(START, "start")]
    for recipe in read_recipes([]):
        if recipe.name in USE_ALL:
            found.append((recipe, "all"))
        elif recipe.command != NO_COMMAND:
            found.append((recipe, "asked" if QUESTIONS.intersection(recipe.command) else "work"))
    if not patterns:
        return found
    return [pair for pair in found if any(fnmatch.fnmatch(pair[0].name, one) for one in patterns)]


def runner_for(environment: Environment, keep: Path, version: str, timeout: float) -> Runner:
    """Return what runs programs of *environment*: all in one folder, so that one snapshot serves them."""
    return Runner(environment, keep / "runs" / f"{version}-bench", timeout)


def measure(recipe: Recipe, group: str, runner: Runner, ways: list[Way], runs: int) -> Measured:
    """Return what *recipe* takes in each of *ways*, the first being eager; CommandFailed if that fails.

    runs: how often each is timed, 0 to count instructions once.
    """
    found = Measured(group)
    eager = run_once(recipe, runner, ways[0].variables)  # writes the .pyc files
    if eager.status != recipe.status:
        raise CommandFailed(f"exit status {eager.status} eagerly")
    working = []
    for way in ways:
        reasons: list[str] = []
        for _ in range(2):
            run = run_once(recipe, runner, way.variables)
            reasons = differences(recipe, eager, run)
            if not reasons:
                working.append(way)
                # Counted in another run: the first one also decides which imports wait, and keeps that.
                found.modules[way.name] = run_once(recipe, runner, way.variables, count=True).modules
                break
        else:
            found.broken[way.name] = " ".join(" ".join(reasons).split())[:300]
    if ways[0] not in working:
        raise CommandFailed(f"two eager runs differ: {found.broken[BASE]}")
    samples: dict[str, list[Sample]] = {way.name: [] for way in working}
    for _ in range(runs):
        for way in random.sample(working, len(working)):
            samples[way.name].append(sample(recipe, runner, way.variables))
    for way in () if runs else working:
        samples[way.name].append(counted(recipe, runner, way.variables))
    found.samples = samples
    ratios = {name: f"{quotient(found.pairs(name, 'cpu')):.2f}" for name in samples if name != BASE}
    words = ", ".join(
        f"{name} {value}" for name, value in {**ratios, **dict.fromkeys(found.broken, BROKEN)}.items()
    )
    say(f"{runner.work.parent.name}: {recipe.name}: {words}")
    return found


def show(version: str, measured: dict[str, Measured], ways: list[str], unit: str) -> dict[str, Any]:
    """Print the tables of one interpreter; return what goes into the JSON file. unit: of "CPU"."""
    rows = [("program", "group", "python", f"eager {unit}", *ways)]
    for name, one in measured.items():
        cells = (f"{quotient(one.pairs(way, 'cpu')):.2f}" if way in one.samples else BROKEN for way in ways)
        times = sorted(sample.cpu for sample in one.samples[BASE])
        rows.append((name, one.group, version, f"{times[len(times) // 2]:.0f}", *cells))
    print("\nCPU, ratio to eager\n\n" + table(rows))
    means: dict[str, dict[str, Any]] = {}
    heading = ("group", "way", "python", "programs", "CPU", "", "lazy, same", "peak memory", "", "modules")
    rows = [heading]
    for group, members in {**{one: (one,) for one in GROUPS}, "asked+work": ("asked", "work")}.items():
        inside = [one for one in measured.values() if one.group in members]
        for way in ways if inside else ():
            figures = mean_of(inside, way)
            means.setdefault(group, {})[way] = figures
            rows.append((group, way, version, f"{figures['works']} of {len(inside)}", *cells_of(figures)))
    print("\nMeans of ratios to eager, with their intervals\n\n" + table(rows))
    programs = {
        name: {
            "group": one.group,
            "broken": one.broken,
            "modules": one.modules,
            "ways": {
                way: {
                    figure: [getattr(sample, figure) for sample in samples] for figure in (*FIGURES, "wall")
                }
                for way, samples in one.samples.items()
            },
        }
        for name, one in measured.items()
    }
    return {"units": {"cpu": unit, "wall": "ms", "peak": "MiB"}, "means": means, "programs": programs}


def mean_of(inside: list[Measured], way: str) -> dict[str, Any]:
    """Return the mean ratios of *way* over the programs of a group that work in it."""
    working = [one for one in inside if way in one.samples]
    found: dict[str, Any] = {"works": len(working), "programs": len(inside)}
    if not working:
        return found
    for figure in FIGURES:
        ratio = mean_ratio([one.pairs(way, figure) for one in working])
        found[figure] = {"ratio": ratio.ratio, "low": ratio.low, "high": ratio.high}
    if way != "lazy" and all("lazy" in one.samples for one in working):
        found["lazy_of_the_same"] = mean_ratio([one.pairs("lazy", "cpu") for one in working]).ratio
    counted = [one for one in working if one.modules.get(BASE) and one.modules.get(way)]
    if counted:
        modules = [[(float(one.modules[way]), float(one.modules[BASE]))] for one in counted]
        found["modules"] = mean_ratio(modules).ratio
    return found


def cells_of(figures: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a line of the table of means."""

    def of(name: str) -> tuple[str, str]:
        one = figures.get(name)
        return (f"{one['ratio']:.3f}", f"{one['low']:.3f}-{one['high']:.3f}") if one else ("-", "")

    def alone(name: str) -> str:
        return f"{figures[name]:.3f}" if name in figures else "-"

    return (*of("cpu"), alone("lazy_of_the_same"), *of("peak"), alone("modules"))


if __name__ == "__main__":
    sys.exit(main())

"""Runs a command eager, lazy and, where the interpreter can, native-all, in turns, and compares what it took.

native-all is what Python 3.15 does by itself under PYTHON_LAZY_IMPORTS=all,
without lazi-site: no rule keeps an import eager there.

The ways take turns, in a new order each round, so that a drift of the machine
(other work, heat) hits all alike. A run of each that is not counted goes first:
it writes byte code and the snapshot. PYTHONDONTWRITEBYTECODE is taken out, or
every run would compile anew what it imports and lazy would look too good.
"""

from __future__ import annotations

import platform
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from .ratios import Ratio, Spread, paired_ratio
from .recording import record
from .running import CACHING, EAGER, LAZY, environment_for, find_program
from .sampling import Sample, Sampler, too_long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NATIVE_ALL = "native_all"
FIGURES = ("cpu_ms", "wall_ms", "peak_mib")
SEED = 810  # of the order of the runs
CLEAN: Mapping[str, str | None] = {**CACHING, "PYTHON_LAZY_IMPORTS": None}
# As `python -v` tells each module that was loaded.
LOADED = re.compile(rb"^import '([^'\n]+)' # ", re.MULTILINE)
NEVER_LISTED = 0.1  # of the modules; those that a loader without exec_module() loads are not


@dataclass(frozen=True)
class Way:
    """What one way of running the command took.

    statuses: the exit statuses of its runs, each once, in order.
    modules: how many it loaded, None if that is not known.
    figures: the spread of each of FIGURES.
    """

    statuses: list[int]
    modules: int | None
    figures: dict[str, Spread]


@dataclass(frozen=True)
class Benchmark:
    """What the runs of a command gave.

    rounds: how many runs of each way were counted.
    recorded: whether lazi-site had anything to do, with Python of this environment and modules
    that are not the standard library's.
    ways: by name, "eager" and "lazy" and perhaps "native_all".
    ratios: by the name of every other way, what it takes relative to eager, by figure.
    """

    command: list[str]
    python: str
    engine: str
    rounds: int
    recorded: bool
    ways: dict[str, Way]
    ratios: dict[str, dict[str, Ratio]]


def ways_of(version: tuple[int, int]) -> dict[str, Mapping[str, str | None]]:
    """Return the ways in which Python *version* can import, each with its variables."""
    found: dict[str, Mapping[str, str | None]] = {"eager": {**CLEAN, **EAGER}, "lazy": {**CLEAN, **LAZY}}
    if version >= (3, 15):
        found[NATIVE_ALL] = {**CLEAN, **EAGER, "PYTHON_LAZY_IMPORTS": "all"}
    return found


def bench(
    command: Sequence[str], engine: str, rounds: int, timeout: float, say: Callable[[str, int, int], None]
) -> Benchmark:
    """Return what *rounds* runs of *command* took, for each way.

    engine: of this environment. timeout: seconds that a run may take.
    say: is told what is run now, how many runs are done and how many there are.

    Errors: UsageError if there is no such command, RefusedError if it takes too long.
    """
    ways = ways_of(sys.version_info[:2])
    samples: dict[str, list[Sample]] = {name: [] for name in ways}
    choose = random.Random(SEED)  # noqa: S311  (nothing is kept secret by it)
    counted = len(ways) * (rounds + 1)
    done = 0
    words = [find_program(command[0]), *command[1:]]
    # One folder for temporary files: what a program keeps there is kept as it usually is.
    with (
        tempfile.TemporaryDirectory(prefix="lazi-run-", ignore_cleanup_errors=True) as temporary,
        Sampler(words, timeout) as sampler,
    ):
        for number in range(rounds + 1):
            for name in choose.sample(list(ways), len(ways)):
                say(name.replace("_", "-"), done, counted + len(ways))
                sample = sampler.run(environment_for(ways[name], temporary))
                done += 1
                if number:  # the first warms up
                    samples[name].append(sample)
        say("counting modules", done, counted + len(ways))
        recorded, modules = count_modules(words, ways, temporary, timeout)
    figures = {name: spreads(runs) for name, runs in samples.items()}
    return Benchmark(
        list(command),
        platform.python_version(),
        engine,
        rounds,
        recorded,
        {
            name: Way(sorted({run.status for run in runs}), modules[name], figures[name])
            for name, runs in samples.items()
        },
        {
            name: {
                figure: paired_ratio(figures[name][figure].values, figures["eager"][figure].values)
                for figure in FIGURES
            }
            for name in ways
            if name != "eager"
        },
    )


def spreads(runs: Sequence[Sample]) -> dict[str, Spread]:
    """Return the spread of each of FIGURES over *runs*."""
    columns = zip(*((run.cpu, run.wall, run.peak) for run in runs), strict=True)
    return {figure: Spread.of(column) for figure, column in zip(FIGURES, columns, strict=True)}


def count_modules(
    command: Sequence[str], ways: Mapping[str, Mapping[str, str | None]], temporary: str, timeout: float
) -> tuple[bool, dict[str, int | None]]:
    """Return whether *command* runs Python of this environment, and how many modules it loads in each way.

    The interpreter itself lists what it loads, from its very start and
    lazi-site's modules too, in the same manner for every way. It does so on
    standard error, which a program may catch: a run that lazi-site records
    tells whether the list is complete, and no numbers are given if it is not.
    """
    try:
        recording = record(command, {**CLEAN, "LAZI_EAGER": "*"}, timeout)
        if not recording.processes:
            return False, dict.fromkeys(ways)
        listed = {
            name: list_modules(command, environment_for(variables, temporary), timeout)
            for name, variables in ways.items()
        }
    except subprocess.TimeoutExpired:
        raise too_long(timeout) from None
    loaded = {
        one["module"]
        for process in recording.processes
        for one in process.having("import")
        if one["error"] is None
    }
    missing = len(loaded.difference(listed["eager"]))
    complete = missing <= NEVER_LISTED * len(loaded)
    return True, {name: len(names) if complete else None for name, names in listed.items()}


def list_modules(command: Sequence[str], environment: dict[str, str], timeout: float) -> list[str]:
    """Return the modules that the interpreter says it loads for *command*."""
    done = subprocess.run(
        command,
        env={**environment, "PYTHONVERBOSE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=timeout,
        check=False,
    )
    return [name.decode("utf-8", "replace") for name in LOADED.findall(done.stderr)]

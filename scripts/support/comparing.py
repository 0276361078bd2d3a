"""Compare an eager and a lazy run of one recipe, and measure both."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from .environments import CommandFailed
from .recipes import Recipe
from .running import EAGER, Run, Runner

SAME = "same"
DIFFERENT = "different"
NOT_INSTALLABLE = "not installable"
FAILS_EAGERLY = "fails eagerly"


@dataclass
class Result:
    """The outcome of one recipe on one interpreter.

    verdict: SAME, or DIFFERENT, or why nothing could be compared. report: lines
    that explain another verdict than SAME. Times are medians in ms.
    """

    recipe: str
    python: str
    verdict: str
    report: list[str] = field(default_factory=list)
    eager_cpu: float = 0.0
    lazy_cpu: float = 0.0
    eager_modules: int = 0
    lazy_modules: int = 0

    @property
    def cpu_ratio(self) -> float:
        """Lazy CPU time as a part of eager CPU time, 0 if not measured."""
        return self.lazy_cpu / self.eager_cpu if self.eager_cpu else 0.0

    @property
    def modules_ratio(self) -> float:
        """Modules loaded lazily as a part of those loaded eagerly, 0 if not measured."""
        return self.lazy_modules / self.eager_modules if self.eager_modules else 0.0


def run_once(recipe: Recipe, runner: Runner, mode: dict[str, str], count: bool = False) -> Run:
    """Run *recipe* in a fresh folder."""
    prepare_run(recipe, runner)
    return runner.run(recipe.command, mode, recipe.environment, count)


def prepare_run(recipe: Recipe, runner: Runner) -> None:
    """Make the fresh folder in which *recipe* can run; its setup commands run eagerly. CommandFailed."""
    runner.fresh()
    recipe.write_files(runner.work)
    for command in recipe.setup:
        done = runner.run(command, EAGER, recipe.environment)
        if done.status:
            raise CommandFailed(f"the setup command {command} of {recipe.name} failed\n{done.stderr}")


def compare(recipe: Recipe, python: str, runner: Runner, mode: dict[str, str], runs: int) -> Result:
    """Run *recipe* eagerly and in *mode*, compare, and measure *runs* times, taking turns."""
    eager = run_once(recipe, runner, EAGER)  # these two also write the .pyc files
    if eager.status != recipe.status:
        report = [f"exit status: {eager.status}", *(eager.stdout + eager.stderr).splitlines()[-5:]]
        return Result(recipe.name, python, FAILS_EAGERLY, report)
    lazy = run_once(recipe, runner, mode)
    report = differences(recipe, eager, lazy)
    result = Result(recipe.name, python, DIFFERENT if report else SAME, report)
    if report or not runs:
        return result
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        times[0].append(run_once(recipe, runner, EAGER).cpu)
        times[1].append(run_once(recipe, runner, mode).cpu)
    result.eager_cpu, result.lazy_cpu = map(statistics.median, times)
    result.eager_modules = run_once(recipe, runner, EAGER, count=True).modules
    result.lazy_modules = run_once(recipe, runner, mode, count=True).modules
    return result


def differences(recipe: Recipe, eager: Run, lazy: Run) -> list[str]:
    """Return lines that say how the two runs differ, none if they do not."""
    report = []
    if eager.status != lazy.status:
        report.append(f"exit status: {eager.status} eager, {lazy.status} lazy")
    for stream in ("stdout", "stderr"):
        one = recipe.mask(getattr(eager, stream)).splitlines()
        other = recipe.mask(getattr(lazy, stream)).splitlines()
        if one == other:
            continue
        pairs = enumerate(zip_longest(one, other), 1)
        number, (was, is_now) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        report.append(f"{stream}, line {number}:")
        report += [f"    eager: {was!r}", f"    lazy:  {is_now!r}"]
    if report and lazy.stderr.strip():
        report.append("end of the lazy run's standard error:")
        report += ["    " + line for line in lazy.stderr.splitlines()[-12:]]
    return report


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean of the values above 0, 0 if there is none."""
    logarithms = [math.log(value) for value in values if value > 0]
    return math.exp(statistics.fmean(logarithms)) if logarithms else 0.0

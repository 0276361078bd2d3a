"""What a run of a recipe takes, by lazi-site's own sampler, and means of ratios over programs."""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace

from .comparing import geometric_mean, prepare_run
from .counting import instructions
from .environments import CHECKOUT, CommandFailed
from .recipes import Recipe
from .running import Runner, temporary_folder

sys.path.insert(0, str(CHECKOUT))

from lazi_site.errors import LaziSiteError
from lazi_site.measure.ratios import CONFIDENCE, SEED, Ratio
from lazi_site.measure.sampling import Sample as Sample
from lazi_site.measure.sampling import Sampler

RESAMPLES = 500
Pairs = Sequence[tuple[float, float]]  # of one program: (value, base) of every round


def sample(recipe: Recipe, runner: Runner, mode: dict[str, str]) -> Sample:
    """Run *recipe* in a fresh folder and return what it took; its output is dropped.

    Raises CommandFailed if its exit status is not the recipe's, or if it takes too long.
    """
    prepare_run(recipe, runner)
    variables = runner.variables(mode, recipe.environment)
    # The sampler's process starts in the working folder, and so does what it runs.
    with temporary_folder(variables), contextlib.chdir(runner.work):
        try:
            with Sampler(runner.command(recipe.command), runner.time_limit) as sampler:
                found = sampler.run(variables)
        except LaziSiteError as error:
            raise CommandFailed(str(error)) from error
    if found.status != recipe.status:
        raise CommandFailed(f"exit status {found.status} instead of {recipe.status}")
    return found


def counted(recipe: Recipe, runner: Runner, mode: dict[str, str]) -> Sample:
    """Return what sample() does, but as "cpu" the million instructions of another run, without children's."""
    found = sample(recipe, runner, mode)
    prepare_run(recipe, runner)
    variables = runner.variables(mode, recipe.environment)
    with temporary_folder(variables):
        # A script is run by its interpreter: valgrind would look at how it is found.
        command = runner.command(recipe.command)
        with open(command[0], "rb") as file:
            if file.read(2) == b"#!":
                command.insert(0, str(runner.environment.python))
        number = instructions(command, variables, runner.work, recipe.status)
    return replace(found, cpu=number / 1e6)


def mean_ratio(programs: Sequence[Pairs]) -> Ratio:
    """Return the geometric mean over *programs* of value/base, and the interval in which it lies.

    Programs are drawn anew, and of each its rounds: the interval holds for
    other programs of the kind. Of one program, it holds for that one.
    """
    choose = random.Random(SEED)  # noqa: S311
    found = sorted(
        geometric_mean(
            quotient(choose.choices(pairs, k=len(pairs)))
            for pairs in choose.choices(programs, k=len(programs))
        )
        for _ in range(RESAMPLES)
    )
    outside = round(RESAMPLES * (100 - CONFIDENCE) / 200)
    return Ratio(geometric_mean(map(quotient, programs)), found[outside], found[-1 - outside])


def quotient(pairs: Pairs) -> float:
    """Return the ratio of the medians."""
    values, base = zip(*pairs, strict=True)
    ratio: float = statistics.median(values) / statistics.median(base)
    return ratio

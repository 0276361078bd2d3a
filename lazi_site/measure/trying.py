"""Tries programs eager and lazy, asking each for its version or its help: is it the same, what is saved?

What is the same is decided as verify does. A few runs of each kind are enough
to rank programs; how sure a figure is, bench tells.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from statistics import geometric_mean, median

from ..errors import UsageError
from .comparing import unsteady_streams
from .events import error_line
from .running import CACHING, EAGER, LAZY, Program, Run
from .verifying import compare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .comparing import Difference
    from .masking import Masks
    from .scripts import Script

OPTIONS = ("--version", "--help")  # the second one if the first is not understood
MINIMUM_RUNS = 2  # of each kind: what differs between two eager runs is not deterministic

SAME = "same"
DIFFERENT = "different"
TOO_LONG = "too-long"
NO_ANSWER = "no-answer"
NOT_RUNNABLE = "not-runnable"

TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Trial:
    """What trying one program gave.

    outcome: SAME; DIFFERENT; TOO_LONG, eager too; NO_ANSWER, as it understands none of OPTIONS, eager too;
    or NOT_RUNNABLE.
    option: the one that the rest is about.
    eager, lazy: the runs that count, none unless it is the same or different.
    differences: how lazy differs from eager. times: in how many of the lazy runs.
    unsteady: streams that are not deterministic, in which only the rest was compared.
    problem: one line about what went wrong, or "".
    """

    script: Script
    outcome: str
    option: str
    eager: Sequence[Run] = ()
    lazy: Sequence[Run] = ()
    differences: Sequence[Difference] = ()
    times: int = 0
    unsteady: Sequence[str] = ()
    problem: str = ""

    @property
    def command(self) -> str:
        """What was run, as one would type it."""
        return f"{self.script.name} {self.option}"

    @property
    def eager_cpu(self) -> float:
        """CPU time in ms, the median of the eager runs."""
        return median(run.cpu for run in self.eager)

    @property
    def lazy_cpu(self) -> float:
        """CPU time in ms, the median of the lazy runs."""
        return median(run.cpu for run in self.lazy)

    @property
    def saved(self) -> float:
        """CPU time in ms that lazy imports save, below 0 if they cost some."""
        return self.eager_cpu - self.lazy_cpu

    @property
    def ratio(self) -> float | None:
        """CPU time lazy over eager, None where it is not known."""
        return self.lazy_cpu / self.eager_cpu if self.eager_cpu and self.lazy_cpu else None


@dataclass(frozen=True)
class Totals:
    """What all programs that are the same take together: CPU time in ms; ratio: the geometric mean."""

    programs: int
    eager_cpu: float
    lazy_cpu: float
    ratio: float | None


def try_all(
    scripts: Sequence[Script],
    *,
    runs: int,
    timeout: float,
    masks: Masks,
    say: Callable[[str, int, int], None],
) -> list[Trial]:
    """Return what trying *scripts* gave, what saves most first.

    runs: counted, of each kind. timeout: seconds that one run may take. masks: what is not compared.
    say: is told which script is tried, how many were, and how many there are.
    """
    found = []
    for number, script in enumerate(scripts):
        say(script.name, number, len(scripts))
        # A program that ignores its arguments shall do its work where it harms nobody.
        with tempfile.TemporaryDirectory(prefix="lazi-try-", ignore_cleanup_errors=True) as folder:
            found.append(try_script(script, folder, runs=runs, timeout=timeout, masks=masks))
    return sorted(found, key=lambda trial: -trial.saved if trial.eager else 0)


def try_script(script: Script, folder: str, *, runs: int, timeout: float, masks: Masks) -> Trial:
    """Return what asking *script* for its version, or else its help, gave. folder: in which it runs."""
    trial = Trial(script, NO_ANSWER, "")
    for option in OPTIONS:
        try:
            program = Program([script.name, option], timeout=timeout, masks=masks)
            program.directory = os.path.realpath(folder)
            trial = ask(script, option, program, runs)
        except UsageError as error:
            return Trial(script, NOT_RUNNABLE, option, problem=error.message)
        if trial.outcome != NO_ANSWER:
            break
    return trial


def ask(script: Script, option: str, program: Program, runs: int) -> Trial:
    """Return what *runs* rounds of *program* gave, which is *script* with *option*."""
    first = run_both(program)  # writes byte code, and whatever else a program writes at its first start
    if first[0].status is None and first[1].status is None:
        return Trial(script, TOO_LONG, option)
    if not answers(first):
        problem = error_line(first[0]) if TRACEBACK in first[0].stderr else ""
        if fail_alike(first):
            return Trial(script, NO_ANSWER, option, problem=problem)
        again = run_both(program)
        trial = judge(script, option, [first[0], again[0]], [again[1]])
        if trial.outcome == DIFFERENT:
            return trial
        if not answers(again):
            return Trial(script, NO_ANSWER, option, problem=problem)
    rounds = [run_both(program) for _ in range(max(runs, MINIMUM_RUNS))]
    return judge(script, option, [eager for eager, _ in rounds], [lazy for _, lazy in rounds])


def run_both(program: Program) -> tuple[Run, Run]:
    """Run *program* eagerly and lazily."""
    return program.run({**CACHING, **EAGER}), program.run({**CACHING, **LAZY})


def answers(both: tuple[Run, Run]) -> bool:
    """Return whether both runs ended well."""
    return all(run.status == 0 for run in both)


def fail_alike(both: tuple[Run, Run]) -> bool:
    """Return whether both runs failed, in the same way.

    With the same error, that is: the lines of a traceback tell where an import
    was performed, which is elsewhere when it waits.
    """
    eager, lazy = both
    if not eager.status or eager.status != lazy.status:
        return False
    return eager.streams == lazy.streams or (
        TRACEBACK in eager.stderr
        and eager.streams["stdout"] == lazy.streams["stdout"]
        and error_line(eager) == error_line(lazy)
    )


def judge(script: Script, option: str, eager: Sequence[Run], lazy: Sequence[Run]) -> Trial:
    """Return whether the runs *lazy* do what the runs *eager* did, of which there are at least two."""
    reference = (eager[0], eager[1])
    found = [compare(reference, run) for run in lazy]
    wrong = [(run, how) for run, how in zip(lazy, found, strict=True) if how]
    return Trial(
        script,
        DIFFERENT if wrong else SAME,
        option,
        eager,
        lazy,
        differences=wrong[0][1] if wrong else (),
        times=len(wrong),
        unsteady=unsteady_streams(eager[0].streams, eager[1].streams),
        problem=error_line(wrong[0][0]) if wrong and wrong[0][0].status else "",
    )


def add_up(trials: Sequence[Trial]) -> Totals:
    """Return the totals of those *trials* that are the same."""
    same = [trial for trial in trials if trial.outcome == SAME]
    ratios = [trial.ratio for trial in same if trial.ratio is not None]
    return Totals(
        len(same),
        sum(trial.eager_cpu for trial in same),
        sum(trial.lazy_cpu for trial in same),
        geometric_mean(ratios) if ratios else None,
    )

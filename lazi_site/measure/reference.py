"""What a program does without additional rules: what is right, and a lazy run that is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RefusedError
from .judging import SameAsEager
from .running import EAGER, LAZY, Program, Run
from .verifying import verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .comparing import Difference


@dataclass(frozen=True)
class Reference:
    """What the runs without rules gave.

    is_right: says whether a run did what it should.
    wrong: a lazy run that did not, or None.
    sometimes: whether another lazy run did.
    differences: how the wrong run differs from the eager one, if that was compared.
    unsteady: streams that are not deterministic.
    eager: an eager run.
    eager_cpu, lazy_cpu: CPU time in ms, of the faster run.
    """

    is_right: Callable[[Run], bool]
    wrong: Run | None
    sometimes: bool
    differences: Sequence[Difference]
    unsteady: Sequence[str]
    eager: Run
    eager_cpu: float
    lazy_cpu: float


def compare_with_eager(program: Program, say: Callable[[str], None]) -> Reference:
    """Return what *program* does, right being what its eager runs do. *say*: as for verify()."""
    found = verify(program, say, explain=False)
    is_right = SameAsEager(found.eager)
    wrong = None if found.same else next(run for run in found.lazy if not is_right(run))
    return Reference(
        is_right,
        wrong,
        found.lazy_differs == 1,
        found.differences,
        found.unsteady,
        found.eager[0],
        found.eager_cpu,
        found.lazy_cpu,
    )


def ask_test(program: Program, is_right: Callable[[Run], bool], say: Callable[[str], None]) -> Reference:
    """Return what *program* does, right being what a test of the user's says.

    Errors: RefusedError if the eager run is wrong too.
    """
    say("an eager run")
    eager = program.run(EAGER)
    if not is_right(eager):
        raise RefusedError(
            "eager-run-wrong",
            f"The eager run does not pass the test either (its exit status is {eager.status_text}).",
            "Correct program and test first: LAZI_DISABLE=1 makes one run eager.",
        )
    runs = []
    wrong = []
    for number in (1, 2):
        say(f"lazy run {number} of 2")
        runs.append(program.run(LAZY))
        if not is_right(runs[-1]):
            wrong.append(runs[-1])
    lazy_cpu = min(run.cpu for run in runs)
    first = wrong[0] if wrong else None
    return Reference(is_right, first, len(wrong) == 1, (), (), eager, eager.cpu, lazy_cpu)

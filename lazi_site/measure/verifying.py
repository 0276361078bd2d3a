"""Is a program the same eager and lazy? Two runs of each, taking turns, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass

from .comparing import Difference, differences, unsteady_streams
from .events import FAILED, Event, first_failure, read_events
from .running import EAGER, LAZY, Program, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Verification:
    """What four runs of a program gave.

    eager, lazy: the two runs of each.
    differences: how lazy differs from eager, none if it is the same.
    lazy_differs: in how many of the lazy runs, 0 to 2.
    unsteady: streams that are not deterministic, in which only the rest was compared.
    failure: the first import that had waited and then failed, if one did.
    """

    eager: tuple[Run, Run]
    lazy: tuple[Run, Run]
    differences: list[Difference]
    lazy_differs: int
    unsteady: list[str]
    failure: Event | None = None

    @property
    def same(self) -> bool:
        """Whether lazy is the same as eager."""
        return not self.differences

    @property
    def eager_cpu(self) -> float:
        """CPU time in ms of the faster eager run."""
        return min(run.cpu for run in self.eager)

    @property
    def lazy_cpu(self) -> float:
        """CPU time in ms of the faster lazy run."""
        return min(run.cpu for run in self.lazy)


def verify(program: Program, say: Callable[[str], None], *, explain: bool = True) -> Verification:
    """Run *program* twice eagerly and twice lazily and compare.

    say: is told before each run which one it is.
    explain: if it differs, find the import that failed, for which it may run once more.
    """
    runs = []
    for number, (word, variables) in enumerate((("eager", EAGER), ("lazy", LAZY)) * 2, 1):
        say(f"run {number} of 4, {word}")
        runs.append(program.run(variables))
    eager, lazy = (runs[0], runs[2]), (runs[1], runs[3])
    unsteady = unsteady_streams(eager[0].streams, eager[1].streams)
    found = [compare(eager, run) for run in lazy]
    failure = None
    if any(found) and explain:
        say("one more run, to see which import failed")
        failure = find_failure(program, lazy[0] if found[0] else lazy[1])
    return Verification(eager, lazy, found[0] or found[1], sum(map(bool, found)), unsteady, failure)


def compare(eager: tuple[Run, Run], lazy: Run) -> list[Difference]:
    """Return how the run *lazy* differs from two eager runs."""
    return differences(eager[0].streams, eager[1].streams, lazy.streams)


def find_failure(program: Program, lazy: Run) -> Event | None:
    """Return the first import that had waited and then failed: told by *lazy*, or by a traced run."""
    told = first_failure(lazy)
    if told is not None:
        return told
    for event in read_events(program.run(LAZY, traced=True)):
        if event.kind == FAILED:
            return event
    return None

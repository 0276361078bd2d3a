"""Finds a smallest set of rules with which a program runs lazily as it runs eagerly.

From packages to modules to single imports, each level by the search in
searching.py, in an order that the wrong run suggests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .events import Event, read_events
from .rules import EVERYTHING, IMPORTER, Rule, RulesFile
from .running import Program, Run
from .searching import shortest_beginning, smallest_set
from .suspects import Imports, Suspicion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .comparing import Difference

CURED = "cured"
NOT_LAZINESS = "not laziness"
OUT_OF_RUNS = "out of runs"
MAXIMUM_TRACES = 5  # rounds in which more packages come to light


class OutOfRuns(Exception):  # noqa: N818  (no error: the search ends with what it has)
    """The agreed number of runs is used up."""


@dataclass
class Outcome:
    """What a search found.

    verdict: CURED; NOT_LAZINESS if all imports eager do not help; OUT_OF_RUNS if
    the search was cut short. rules: enough to cure the program also then, none if
    nothing is known to be enough. statements: those that each rule keeps eager.
    runs: of the program, for the search. seen: how many imports waited.
    """

    verdict: str
    rules: list[Rule] = field(default_factory=list)
    statements: dict[Rule, list[Event]] = field(default_factory=dict)
    runs: int = 0
    seen: int = 0


class Bisection:
    """The search for the rules of one program.

    is_right: says whether a run did what it should.
    wrong: a lazy run that did not, and how it differed: they tell where to look first.
    repeat: how often a run must be right, above 1 where lazy is wrong only sometimes.
    say: is told before each run what it tries.
    """

    def __init__(
        self,
        program: Program,
        is_right: Callable[[Run], bool],
        wrong: Run,
        differences: Sequence[Difference],
        rules_file: RulesFile,
        *,
        max_runs: int,
        repeat: int,
        say: Callable[[str], None],
    ) -> None:
        self.program = program
        self.is_right = is_right
        self.wrong = wrong
        self.differences = differences
        self.rules_file = rules_file
        self.max_runs = max_runs
        self.repeat = repeat
        self.say = say
        self.runs = 0
        self.imports = Imports()
        self.events: list[Event] = []
        self.suspicion = Suspicion(self.imports, (), wrong, differences)
        self.known: dict[frozenset[Rule], bool] = {}
        self.rules: list[Rule] = []  # enough, as far as the search has come

    def find(self) -> Outcome:
        """Search and return what was found."""
        verdict = CURED
        try:
            if not self.is_enough([EVERYTHING]):
                verdict = NOT_LAZINESS
            else:
                self.rules = [EVERYTHING]
                self.find_packages()
                self.narrow_to_modules()
                self.narrow_to_imports()
        except OutOfRuns:
            verdict = OUT_OF_RUNS
        statements = {rule: self.imports.covered(rule) for rule in self.rules}
        return Outcome(verdict, self.rules, statements, self.runs, len(self.imports))

    def find_packages(self) -> None:
        """Find the packages inside which no import may wait."""
        self.trace([])
        for _ in range(MAXIMUM_TRACES):
            packages = self.suspicion.sort(self.imports.packages())
            # Mostly the first is the one, and then it does not matter whether all are enough.
            if packages and (self.is_enough(packages[:1]) or self.is_enough(packages)):
                self.rules = smallest_set(packages, self.is_enough)
                return
            # What failed first is cured; further on there are more imports that wait.
            self.trace(packages)
            if len(self.imports.packages()) == len(packages):
                return

    def narrow_to_modules(self) -> None:
        """Replace the packages by those of their packages and modules that are needed."""
        if any(self.imports.parts(rule) for rule in self.rules):
            self.trace(self.rules)  # modules that were not loaded before
        while any(self.imports.parts(rule) for rule in self.rules):
            parts = [part for rule in self.rules for part in self.imports.parts(rule) or [rule]]
            narrower = smallest_set(self.suspicion.sort(parts), self.is_enough)
            if not self.is_enough(narrower):
                return  # a module that no traced run has loaded is needed too
            self.rules = narrower

    def narrow_to_imports(self) -> None:
        """Replace a module inside which no import may wait by the one module that it must import at once."""
        for rule in self.rules:
            targets = self.suspicion.sort(self.imports.imported_by(rule)) if rule.kind == IMPORTER else []
            others = [other for other in self.rules if other != rule]
            if targets:
                needed = targets[shortest_beginning(targets, others, self.is_enough) - 1]
                if self.is_enough([*others, needed]):
                    self.rules = [*others, needed]

    def is_enough(self, rules: Sequence[Rule]) -> bool:
        """Return whether the program runs right with *rules*.

        Errors: OutOfRuns.
        """
        key = frozenset(rules)
        if key not in self.known:
            self.known[key] = all(self.run(rules) for _ in range(self.repeat))
        return self.known[key]

    def run(self, rules: Sequence[Rule]) -> bool:
        """Run the program once with *rules* and return whether it was right; OutOfRuns."""
        self.count(rules)
        return self.is_right(self.program.run(self.rules_file.variables(rules)))

    def trace(self, rules: Sequence[Rule]) -> None:
        """Run the program once with *rules* to see which imports it makes.

        Errors: OutOfRuns.
        """
        self.count(rules)
        events = read_events(self.program.run(self.rules_file.variables(rules), traced=True))
        self.imports.add(events)
        self.events += events
        self.suspicion = Suspicion(self.imports, self.events, self.wrong, self.differences)

    def count(self, rules: Sequence[Rule]) -> None:
        """Count one more run, with *rules*; OutOfRuns if it is one too many."""
        if self.runs >= self.max_runs:
            raise OutOfRuns
        self.runs += 1
        shown = ", ".join(map(str, rules[:2])) + (f" and {len(rules) - 2} more" if len(rules) > 2 else "")
        self.say(f"run {self.runs} of at most {self.max_runs}: {shown or 'to see the imports'}")

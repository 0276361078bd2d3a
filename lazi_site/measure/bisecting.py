"""Finds a smallest set of rules with which a program runs lazily as it runs eagerly.

From packages to modules to single imports, each level by the search in
searching.py, in an order that the wrong run suggests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .events import Event, read_events
from .rules import EVERYTHING, IMPORTER, TARGET, Rule, RulesFile
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
# Of a module whose own imports are all eager an engine tells nothing.
TOLD_ONE_BY_ONE = Rule(TARGET, "*")


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
        self.seen_all = False  # whether a run told every statement, not only those that waited
        self.suspicion = Suspicion(self.imports, (), wrong, differences)
        self.known: dict[frozenset[Rule], bool] = {}
        self.cpu: dict[frozenset[Rule], float] = {}  # ms of a run with the rules
        self.levels: list[list[Rule]] = []  # enough, each narrower than the one before

    def find(self) -> Outcome:
        """Search and return what was found."""
        verdict = CURED
        try:
            if not self.keep([EVERYTHING]):
                verdict = NOT_LAZINESS
            else:
                self.find_packages()
                self.narrow_to_modules()
                self.narrow_to_imports()
        except OutOfRuns:
            verdict = OUT_OF_RUNS
            if self.rules == [EVERYTHING]:
                self.levels.clear()  # true, but no help
        rules = self.worth_while()
        statements = {rule: self.imports.covered(rule) for rule in rules}
        return Outcome(verdict, rules, statements, self.runs, len(self.imports))

    def worth_while(self) -> list[Rule]:
        """Return the narrowest rules, or fewer and wider ones that cost no more."""
        best = self.rules
        for rules in reversed(self.levels[1:]):  # without the rule for everything
            if len(rules) < len(best) and self.cpu[frozenset(rules)] <= self.cpu[frozenset(best)]:
                best = rules
        return best

    def find_packages(self) -> None:
        """Find the packages inside which no import may wait."""
        # Beyond the point at which a lazy run fails there may be more imports.
        for rules in ([], [TOLD_ONE_BY_ONE]):
            self.trace(rules)
            found = smallest_set(self.suspicion.sort(self.imports.packages()), self.is_enough)
            if found and self.keep(found):
                return

    def narrow_to_modules(self) -> None:
        """Replace the packages by those of their packages and modules that are needed."""
        if any(self.imports.parts(rule) for rule in self.rules) and not self.seen_all:
            self.trace([TOLD_ONE_BY_ONE])  # a lazy run has not loaded all modules
        while any(self.imports.parts(rule) for rule in self.rules):
            parts = [part for rule in self.rules for part in self.imports.parts(rule) or [rule]]
            found = smallest_set(self.suspicion.sort(parts), self.is_enough)
            if not (found and self.keep(found)):
                return  # a module that no traced run has loaded is needed too

    def narrow_to_imports(self) -> None:
        """Replace a module inside which no import may wait by the one module that it must import at once."""
        for rule in self.rules:
            targets = self.suspicion.sort(self.imports.imported_by(rule)) if rule.kind == IMPORTER else []
            others = [other for other in self.rules if other != rule]
            length = shortest_beginning(targets, others, self.is_enough, certain=False) if targets else 0
            if length:
                self.keep([*others, targets[length - 1]])

    def keep(self, rules: list[Rule]) -> bool:
        """Note *rules*, narrower than those before, if they are enough, and return whether they are."""
        enough = self.is_enough(rules)
        if enough:
            self.levels.append(rules)
        return enough

    @property
    def rules(self) -> list[Rule]:
        """The narrowest rules that are known to be enough, none if none are."""
        return self.levels[-1] if self.levels else []

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
        run = self.program.run(self.rules_file.variables(rules))
        key = frozenset(rules)
        self.cpu[key] = min(run.cpu, self.cpu.get(key, run.cpu))
        return self.is_right(run)

    def trace(self, rules: Sequence[Rule]) -> None:
        """Run the program once with *rules* to see which imports it makes.

        Errors: OutOfRuns.
        """
        self.count(rules)
        events = read_events(self.program.run(self.rules_file.variables(rules), traced=True))
        self.imports.add(events)
        self.events += events
        self.seen_all |= TOLD_ONE_BY_ONE in rules
        self.suspicion = Suspicion(self.imports, self.events, self.wrong, self.differences)

    def count(self, rules: Sequence[Rule]) -> None:
        """Count one more run, with *rules*; OutOfRuns if it is one too many."""
        if self.runs >= self.max_runs:
            raise OutOfRuns
        self.runs += 1
        shown = ", ".join(map(str, rules[:2])) + (f" and {len(rules) - 2} more" if len(rules) > 2 else "")
        self.say(f"run {self.runs} of at most {self.max_runs}: {shown or 'to see the imports'}")

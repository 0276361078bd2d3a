"""Finds a smallest set of rules with which a program runs lazily as it runs eagerly.

From packages to modules to single imports, each level by the search in
searching.py, in an order that the wrong run suggests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from .events import Event, read_events
from .rules import EVERYTHING, IMPORTER, TARGET, Rule, RulesFile
from .running import Program, Run
from .searching import find_one, smallest_set
from .suspects import Imports, Suspicion, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .comparing import Difference

CURED = "cured"
NOT_LAZINESS = "not laziness"
OUT_OF_RUNS = "out of runs"
# Of a module whose own imports are all eager an engine tells nothing.
TOLD_ONE_BY_ONE = Rule(TARGET, "*")
GUESSES = 3


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
    stdlib: whether imports of the standard library may wait.
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
        stdlib: bool,
        say: Callable[[str], None],
    ) -> None:
        self.program = program
        self.is_right = is_right
        self.wrong = wrong
        self.differences = differences
        self.rules_file = rules_file
        self.max_runs = max_runs
        self.repeat = repeat
        self.stdlib = stdlib
        self.say = say
        self.runs = 0
        self.imports = Imports()
        self.suspicion = Suspicion(self.imports, wrong, differences)
        self.known: dict[frozenset[Rule], bool] = {}
        self.cpu: dict[frozenset[Rule], float] = {}  # ms of a run with the rules
        self.levels: list[list[Rule]] = []  # enough, each narrower than the one before

    def find(self) -> Outcome:
        """Search and return what was found."""
        verdict = CURED
        try:
            if self.trace() or self.keep([EVERYTHING]):
                self.find_packages()
                if not self.guess_import():
                    self.narrow_to_modules()
                    self.narrow_to_imports()
            if not self.rules:
                verdict = NOT_LAZINESS
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
        for rules in reversed(self.levels):
            if rules == [EVERYTHING]:
                break  # it would end all waiting, also of what comes later
            if len(rules) < len(best) and self.cpu[frozenset(rules)] <= self.cpu[frozenset(best)]:
                best = rules
        return best

    def find_packages(self) -> None:
        """Find the packages inside which no import may wait."""
        found = smallest_set(self.suspicion.sort(self.imports.packages()), self.is_enough)
        if not (found and self.keep(found)):
            self.keep([EVERYTHING])

    def guess_import(self) -> bool:
        """Try the most suspicious modules, each loaded where it is imported; return whether one is enough.

        Where one package is to blame, its module that failed often has only
        been loaded too late, and finding all who import it takes many runs.
        """
        if len(self.rules) != 1 or self.rules == [EVERYTHING]:
            return False
        (package,) = self.rules
        targets = [rule for rule in self.imports.all_imported() if self.suspicion.of_rule(rule)[0]]
        near = [rule for rule in targets if matches(package.pattern, rule.pattern)]
        return any(self.keep([rule]) for rule in self.suspicion.sort(near)[:GUESSES])

    def narrow_to_modules(self) -> None:
        """Replace the packages by those of their packages and modules that are needed."""
        while any(self.imports.parts(rule) for rule in self.rules):
            parts = [part for rule in self.rules for part in self.imports.parts(rule) or [rule]]
            found = smallest_set(self.suspicion.sort(parts), self.is_enough)
            if not (found and self.keep(found)):
                return  # a module that the traced run has not loaded is needed too

    def narrow_to_imports(self) -> None:
        """Replace a module inside which no import may wait by the one module that it must import at once."""
        modules = [rule for rule in self.rules if rule.kind == IMPORTER]
        for rule in modules:
            targets = self.suspicion.sort(self.imports.imported_by(rule))
            if len(modules) > 1:
                # Then it is seldom one import, and looking for it seldom pays.
                targets = [target for target in targets if self.suspicion.of_rule(target)[0]]
            others = [other for other in self.rules if other != rule]
            target = find_one(targets, partial(self.is_enough_with, others))
            if target is not None:
                self.keep(list(dict.fromkeys([*others, target])))
        if len(self.rules) > 1:
            # A module loaded at once for one importer may have cured another.
            self.keep(smallest_set(self.rules, self.is_enough))

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

    def is_enough_with(self, others: Sequence[Rule], rules: Sequence[Rule]) -> bool:
        """Return whether the program runs right with *others* and *rules*; OutOfRuns."""
        return self.is_enough([*others, *rules])

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

    def trace(self) -> bool:
        """Run the program once with all imports eager to see which it makes; return whether it was right.

        Wrong says nothing yet: that it is watched may be why.

        Errors: OutOfRuns.
        """
        self.count([])
        run = self.program.run(self.rules_file.variables([TOLD_ONE_BY_ONE]), traced=True)
        self.imports = Imports(read_events(run), stdlib=self.stdlib)
        self.suspicion = Suspicion(self.imports, self.wrong, self.differences)
        return self.is_right(run)

    def count(self, rules: Sequence[Rule]) -> None:
        """Count one more run, with *rules*; OutOfRuns if it is one too many."""
        if self.runs >= self.max_runs:
            raise OutOfRuns
        self.runs += 1
        shown = ", ".join(map(str, rules[:2])) + (f" and {len(rules) - 2} more" if len(rules) > 2 else "")
        self.say(f"run {self.runs} of at most {self.max_runs}: {shown or 'to see the imports'}")

"""The rules that may cure a program, made from the imports that were seen to wait, the likely ones first.

They form a tree: a package with all below it, its packages and modules, and
for each module what it imports.
"""

from __future__ import annotations

import re
import sys
from pathlib import PurePath

from ..config.options import is_pattern
from .events import EAGER, WAITS, Event, error_line, first_failure
from .rules import IMPORTER, TARGET, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .comparing import Difference
    from .running import Run

STDLIB = sys.stdlib_module_names
FRAME = re.compile(r'^ *File "([^"\n]+)", line \d+', re.MULTILINE)
WORD = re.compile(r"[A-Za-z_][\w.]*\w")

# How suspicious a module is. Only the order counts.
FAILED_WEIGHT = 200.0
FRAME_WEIGHT = 100.0  # the innermost frame of the traceback; the others down to half of it
NAMED_WEIGHT = 80.0  # the module's whole name stands in the error
TARGET_PART = 0.9  # of its weight, what a suspicious module adds to one that imports it
HINTED_WEIGHT = 40.0  # the last part of it does, or it stands in a line that differs


class Imports:
    """The import statements that may wait: what each module imports, and where it stands.

    events: of a run that had each of them kept eager by a rule. stdlib: whether
    imports of the standard library may wait too; inside it no rule reaches any.
    """

    def __init__(self, events: Iterable[Event] = (), *, stdlib: bool = False) -> None:
        self.targets: dict[str, dict[str, Event]] = {}
        self.modules_by_file: dict[str, str] = {}
        for event in events:
            top = event.importer.partition(".")[0]
            if event.file:
                self.modules_by_file.setdefault(event.file, event.importer)
            if event.kind not in (WAITS, EAGER) or top in STDLIB or top == "lazi_site":
                continue
            if event.target == "__future__":
                continue
            if event.target.partition(".")[0] in STDLIB and not stdlib:
                continue
            if is_pattern(event.importer) and is_pattern(event.target):
                known = self.targets.setdefault(event.importer, {})
                if event.target not in known or not known[event.target].file:
                    known[event.target] = event

    def module_in(self, file: str) -> str:
        """Return the name of the module in *file*, or "" if it is not known."""
        if file in self.modules_by_file:
            return self.modules_by_file[file]
        parts = list(PurePath(file.removesuffix(".py").removesuffix("__init__")).parts)
        known = {*self.targets, *(name for targets in self.targets.values() for name in targets)}
        names = (".".join(parts[start:]) for start in range(len(parts)))
        return next((name for name in names if name in known), "")

    def __len__(self) -> int:
        return sum(map(len, self.targets.values()))

    def packages(self) -> list[Rule]:
        """Return a rule for each top-level package or module that imports."""
        return list(self._grouped(""))

    def parts(self, rule: Rule) -> list[Rule]:
        """Return the rules for the parts of a package's *rule*; none if it has no parts."""
        return list(self._grouped(rule.pattern[:-2])) if rule.pattern.endswith(".*") else []

    def _grouped(self, package: str) -> Iterator[Rule]:
        """Yield rules for what stands directly in *package* ("" for all), packages with all below them."""
        groups: dict[str, list[str]] = {}
        for name in self.targets:
            if name == package:
                groups[name] = [name]
            elif not package or name.startswith(package + "."):
                rest = name[len(package) + 1 :] if package else name
                head = rest.partition(".")[0]
                groups.setdefault(f"{package}.{head}" if package else head, []).append(name)
        for name, members in groups.items():
            yield Rule(IMPORTER, name if members == [name] else f"{name}.*")

    def imported_by(self, rule: Rule) -> list[Rule]:
        """Return rules for what the module of the importer's *rule* imports.

        None for the standard library: nothing of it has to be loaded early, but
        a module may be peculiar about it, and then it is that module's rule.
        """
        targets = self.targets.get(rule.pattern, ())
        return [Rule(TARGET, target) for target in targets if target.partition(".")[0] not in STDLIB]

    def all_imported(self) -> list[Rule]:
        """Return rules for everything that is imported by a module, as imported_by() does."""
        modules = [Rule(IMPORTER, importer) for importer in self.targets]
        return list(dict.fromkeys(rule for module in modules for rule in self.imported_by(module)))

    def covered(self, rule: Rule) -> list[Event]:
        """Return the statements that *rule* keeps eager."""
        return [
            event
            for importer, targets in self.targets.items()
            for target, event in targets.items()
            if matches(rule.pattern, importer if rule.kind == IMPORTER else target)
        ]


def matches(pattern: str, name: str) -> bool:
    """Return whether *pattern* means the module *name*."""
    if pattern.endswith(".*"):
        return name == pattern[:-2] or name.startswith(pattern[:-1])
    return pattern in (name, "*")


class Suspicion:
    """Orders rules by what a wrong run says: its traceback, the names in its error, what differs.

    imports: as seen in a traced run. wrong: the run, which differed by *differences*.
    """

    def __init__(self, imports: Imports, wrong: Run, differences: Iterable[Difference]) -> None:
        self.imports = imports
        self.weights: dict[str, float] = {}
        failure = first_failure(wrong)
        if failure is not None:
            self._raise(imports.module_in(failure.file), FAILED_WEIGHT)
            self._raise(failure.target, FAILED_WEIGHT)
        frames = FRAME.findall(wrong.stderr)
        for number, file in enumerate(frames, 1):
            self._raise(imports.module_in(file), FRAME_WEIGHT * (1 + number / len(frames)) / 2)
        self.named = set(WORD.findall(error_line(wrong)))
        # What is different on standard error names many files that do no harm.
        said = [one.lines for one in differences if one.stream != "stderr"]
        changed = [line for lines in said for line in lines if line[:1] in "+-"]
        self.hinted = {part for word in self.named for part in word.split(".")}
        self.hinted |= {word for line in changed for word in WORD.findall(line)}

    def _raise(self, module: str, weight: float) -> None:
        self.weights[module] = max(self.weights.get(module, 0.0), weight)

    def of_importer(self, name: str) -> float:
        """Return how suspicious the module *name* is of importing something too late."""
        return max(self.weights.get(name, 0.0), NAMED_WEIGHT if name in self.named else 0.0)

    def of_target(self, name: str) -> float:
        """Return how suspicious the module *name* is of being imported too late."""
        hinted = name in self.hinted or name.rpartition(".")[2] in self.hinted
        return max(self.of_importer(name), HINTED_WEIGHT if hinted else 0.0)

    def of_rule(self, rule: Rule) -> tuple[float, int]:
        """Return how suspicious *rule* is: by its modules, then by how many statements it covers.

        The more imports a package makes, the likelier one of them is meant; the
        more a module is imported, the less it is peculiar.
        """
        covered = self.imports.covered(rule)
        weight = max((self.of_target(event.target) for event in covered), default=0.0)
        if rule.kind == TARGET:
            return weight, -len(covered)
        # Also modules of which no import has been seen to wait yet.
        names = {event.importer for event in covered} | {n for n in self.weights if matches(rule.pattern, n)}
        own = max(map(self.of_importer, names), default=0.0)
        return max(own, weight * TARGET_PART), len(covered)

    def sort(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return *rules*, the most suspicious first."""
        return sorted(dict.fromkeys(rules), key=self.of_rule, reverse=True)

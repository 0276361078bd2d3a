"""Puts together what was read of an environment and what the policy says: per package, safe or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..config.refresh import Configuration
from ..startup.policy import STDLIB, Policy
from .cache import recall, remember
from .codes import CODES
from .distributions import Distribution, find_distributions
from .modules import read_modules

SAFE = "safe"  # loading its modules late, or not at all, changes nothing else
ACTS = "acts"  # some of its modules act on others when they are loaded; imports of them wait
EAGER = "eager"  # some imports do not wait, by a rule or because of what the code does
# Everyday statements that do not wait and say nothing about the package.
EVERYDAY = frozenset({"always-eager", "in-try", "star-import", "stdlib-target", "unknown-form"})
# What holds for all imports of a module is said once, at the first of them.
OF_THE_IMPORTER = frozenset({"eager-in-rule", "own-module", "scans-namespace", "shipped-eager-in-rule"})


@dataclass(frozen=True)
class Finding:
    """Why something is as it is: a stable code, where, and what. line: 0 for the module as a whole."""

    code: str
    module: str
    file: str
    line: int
    detail: str


@dataclass
class Package:
    """What was found of one distribution. imports: at module level, not of the standard library."""

    name: str
    version: str
    packages: list[str]
    verdict: str = SAFE
    modules: int = 0
    imports: int = 0
    waiting: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return this as JSON knows it."""
        return asdict(self)


def survey(wanted: list[str], progress: Callable[[str, int, int], None]) -> list[Package]:
    """Return what is found of the distributions *wanted*, all if empty.

    wanted: names of distributions or of top-level packages; progress: called
    with the name of what is read next, how many are done, and how many there are.
    """
    chosen = [one for one in find_distributions() if not wanted or _is_wanted(one, wanted)]
    policy = Policy(Configuration().settings(), {})
    found = []
    for number, one in enumerate(chosen):
        modules = recall(one)
        if modules is None:
            progress(one.name, number, len(chosen))
            modules = read_modules(one.files)
            remember(one, modules)
        found.append(summarize(one, modules, policy))
    progress("", len(chosen), len(chosen))
    return found


def unknown(wanted: list[str], found: list[Package]) -> list[str]:
    """Return those of *wanted* that nothing in *found* answers to."""
    known = {name for one in found for name in (_plain(one.name), *map(_plain, one.packages))}
    return [name for name in wanted if _plain(name) not in known]


def _is_wanted(one: Distribution, wanted: list[str]) -> bool:
    names = {_plain(one.name), *map(_plain, one.packages)}
    return any(_plain(name) in names for name in wanted)


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


def summarize(one: Distribution, modules: dict[str, Any], policy: Policy) -> Package:
    """Return what the *modules* of the distribution *one* come to under *policy*."""
    found = Package(one.name, one.version, one.packages, modules=len(modules))
    counts: Counter[str] = Counter()
    said: set[tuple[str, str]] = set()
    for name in sorted(modules):
        module = modules[name]
        for line, code, detail in module["effects"]:
            found.findings.append(Finding(code, name, module["file"], line, detail))
        for line, target, names, reason in module["imports"]:
            code, detail = why_eager(policy, name, target, names, reason)
            if target.partition(".")[0] not in STDLIB or policy.stdlib == "include":
                found.imports += 1
                found.waiting += not code
            if code in EVERYDAY or (code in OF_THE_IMPORTER and (name, code) in said):
                counts[code] += 1
            elif code:
                said.add((name, code))
                taken = f"{target}: {', '.join(names)}" if names else target
                text = detail if code in OF_THE_IMPORTER else f"{taken}  {detail}".rstrip()
                found.findings.append(Finding(code, name, module["file"], line, text))
    counts.update(finding.code for finding in found.findings)
    found.counts = dict(sorted(counts.items()))
    kinds = {CODES[finding.code].kind for finding in found.findings}
    found.verdict = EAGER if "import" in kinds else ACTS if kinds else SAFE
    # What decides the verdict comes first.
    found.findings.sort(key=lambda one: (CODES[one.code].kind != "import", one.module, one.line))
    return found


def why_eager(
    policy: Policy, importer: str, target: str, names: tuple[str, ...], reason: str
) -> tuple[str, str]:
    """Return the (code, detail) of why a statement does not wait, ("", "") if it may.

    reason: what the code around the statement says; asked as the engines ask.
    """
    decision = policy.decide_importer(importer)
    if decision is None and reason in ("", "for-effect"):
        decision = policy.decide(importer, target, names)
    if decision is not None:
        return decision
    return reason, ""

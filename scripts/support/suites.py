"""Test suites of other projects: fetch one, run it eagerly and lazily, compare test by test."""

from __future__ import annotations

import itertools
import re
import tarfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .comparing import DIFFERENT, FAILS_EAGERLY, SAME
from .environments import CommandFailed, Environment
from .running import EAGER, Run, Runner

MAXIMUM_TOLD = 12  # tests that ended differently, named in the report
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Suite:
    """The tests of one project.

    version: of its source distribution; "" for a module of CPython's own tests.
    requires: what the tests need besides pytest. tests: the folder or files of
    the tests. environment: variables of the run. deselect: tests that are left
    out, as pytest (CPython: a pattern) names them, each with the reason.
    """

    name: str
    version: str = ""
    requires: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=lambda: ["tests"])
    environment: dict[str, str] = field(default_factory=dict)
    deselect: dict[str, str] = field(default_factory=dict)

    def command(self, report: Path) -> list[str]:
        """Return the command that runs the tests and writes their results to *report*."""
        if not self.version:
            without = [option for one in self.deselect for option in ("--ignore", one)]
            return ["python", "-m", "test", self.name, "--junit-xml", str(report), *without]
        without = [option for one in self.deselect for option in ("--deselect", one)]
        options = ["-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *without]
        return ["python", "-m", "pytest", *options, *self.tests]


@dataclass
class Outcome:
    """What the two runs of one suite on one interpreter gave. report: lines that explain a difference.

    eager, lazy: {PASSED, FAILED, SKIPPED: number of tests}, empty if nothing could be run.
    """

    suite: Suite
    python: str
    verdict: str
    report: list[str] = field(default_factory=list)
    eager: Counter[str] = field(default_factory=Counter)
    lazy: Counter[str] = field(default_factory=Counter)


Results = Counter[tuple[str, str]]  # {(name of a test, how it ended): how often}


def source_distribution(suite: Suite, builder: Environment, folder: Path) -> Path:
    """Return the source distribution of *suite*, downloaded into *folder* unless it is there.

    Only this project is taken as source: what builds it may come as wheels.
    Raises CommandFailed.
    """
    place = folder / f"{suite.name}-{suite.version}"
    if not any(place.glob("*.tar.gz")):
        options = ("-q", "--no-deps", "--no-binary", suite.name, "-d", str(place))
        builder.pip("download", *options, f"{suite.name}=={suite.version}")
    return next(place.glob("*.tar.gz"))


def unpack(archive: Path, folder: Path) -> None:
    """Put the contents of the source distribution *archive* into *folder*, without its top folder."""
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            _, _, member.name = member.name.partition("/")
            if member.name:
                opened.extract(member, folder, filter="data")


def run_suite(suite: Suite, runner: Runner, archive: Path | None, mode: dict[str, str]) -> tuple[Run, Path]:
    """Run the tests of *suite* in a fresh copy of its sources; return the run and the file of results."""
    runner.fresh()
    report = runner.work.parent / "results.xml"
    report.unlink(missing_ok=True)
    if archive is not None:
        unpack(archive, runner.work)
    return runner.run(suite.command(report), mode, suite.environment), report


def read_results(report: Path) -> Results:
    """Return how the tests ended, from the JUnit file *report*; CommandFailed."""
    if not report.exists():
        raise CommandFailed("the tests left no results")
    found: Results = Counter()
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        kinds = {child.tag for child in case}
        ended = FAILED if kinds & {"failure", "error"} else SKIPPED if "skipped" in kinds else PASSED
        found[ADDRESS.sub("0x...", name), ended] += 1
    return found


def counts(results: Results) -> Counter[str]:
    """Return how many tests ended in which way."""
    found: Counter[str] = Counter()
    for (_, ended), number in results.items():
        found[ended] += number
    return found


def compare_suite(
    suite: Suite, python: str, runner: Runner, archive: Path | None, mode: dict[str, str]
) -> Outcome:
    """Run *suite* eagerly and in *mode* and say whether every test ended in the same way.

    If not, both run once more: what ended alike in an eager and a lazy run is not deterministic.
    """
    runs: dict[str, list[Run]] = {"eager": [], "lazy": []}
    results: dict[str, list[Results]] = {"eager": [], "lazy": []}
    for _ in range(2):
        for word, variables in (("eager", EAGER), ("lazy", mode)):
            run, report = run_suite(suite, runner, archive, variables)
            try:
                results[word].append(read_results(report))
            except (CommandFailed, ElementTree.ParseError) as error:
                tail = (run.stdout + run.stderr).splitlines()[-12:]
                verdict = FAILS_EAGERLY if variables is EAGER else DIFFERENT
                return Outcome(suite, python, verdict, [str(error), *tail])
            runs[word].append(run)
        differing = ended_differently(results["eager"], results["lazy"])
        statuses = [{run.status for run in runs[word]} for word in ("eager", "lazy")]
        if not differing and statuses[0] & statuses[1]:
            break
    eager, lazy = results["eager"][0], results["lazy"][0]
    outcome = Outcome(suite, python, SAME, eager=counts(eager), lazy=counts(lazy))
    unsteady = {name for name, _ in (eager - lazy) + (lazy - eager)} - differing
    if unsteady:
        outcome.report = [f"not deterministic: {name}" for name in sorted(unsteady)]
    if differing or not statuses[0] & statuses[1]:
        outcome.verdict = DIFFERENT
        outcome.report.append(f"exit status: {runs['eager'][0].status} eager, {runs['lazy'][0].status} lazy")
        for title, rest in (("eager only", eager - lazy), ("lazy only", lazy - eager)):
            told = sorted(one for one in rest if one[0] in differing)[:MAXIMUM_TOLD]
            outcome.report += [f"{title}: {ended}  {name}" for name, ended in told]
        outcome.report.append("end of the lazy run's output:")
        outcome.report += ["    " + line for line in runs["lazy"][0].stdout.splitlines()[-20:]]
    return outcome


def ended_differently(eager: list[Results], lazy: list[Results]) -> set[str]:
    """Return the names of the tests that ended in no lazy run as they did in an eager one."""
    found = [
        {name for name, _ in (one - other) + (other - one)} for one, other in itertools.product(eager, lazy)
    ]
    return set.intersection(*found)

"""Test suites of other projects: fetch one, run it eagerly and lazily, compare test by test."""

from __future__ import annotations

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


def read_results(report: Path) -> Counter[tuple[str, str]]:
    """Return {(name of a test, how it ended): how often} from the JUnit file *report*; CommandFailed."""
    if not report.exists():
        raise CommandFailed("the tests left no results")
    found: Counter[tuple[str, str]] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        kinds = {child.tag for child in case}
        ended = FAILED if kinds & {"failure", "error"} else SKIPPED if "skipped" in kinds else PASSED
        found[ADDRESS.sub("0x...", name), ended] += 1
    return found


def counts(results: Counter[tuple[str, str]]) -> Counter[str]:
    """Return how many tests ended in which way."""
    found: Counter[str] = Counter()
    for (_, ended), number in results.items():
        found[ended] += number
    return found


def compare_suite(
    suite: Suite, python: str, runner: Runner, archive: Path | None, mode: dict[str, str]
) -> Outcome:
    """Run *suite* eagerly and in *mode* and say whether every test ended in the same way."""
    results = []
    runs = []
    for variables in (EAGER, mode):
        run, report = run_suite(suite, runner, archive, variables)
        runs.append(run)
        try:
            results.append(read_results(report))
        except (CommandFailed, ElementTree.ParseError) as error:
            tail = (run.stdout + run.stderr).splitlines()[-12:]
            verdict = FAILS_EAGERLY if variables is EAGER else DIFFERENT
            return Outcome(suite, python, verdict, [str(error), *tail])
    eager, lazy = results
    outcome = Outcome(suite, python, SAME, eager=counts(eager), lazy=counts(lazy))
    if eager != lazy or runs[0].status != runs[1].status:
        outcome.verdict = DIFFERENT
        outcome.report = [f"exit status: {runs[0].status} eager, {runs[1].status} lazy"]
        for title, rest in (("eager only", eager - lazy), ("lazy only", lazy - eager)):
            told = sorted(rest)[:MAXIMUM_TOLD]
            outcome.report += [f"{title}: {ended}  {name}" for name, ended in told]
        outcome.report.append("end of the lazy run's output:")
        outcome.report += ["    " + line for line in runs[1].stdout.splitlines()[-20:]]
    return outcome

"""``lazi-site bisect``."""

from __future__ import annotations

import os
import shlex
import time
from contextlib import ExitStack
from dataclasses import dataclass

from ..config.refresh import Configuration
from ..config.resolve import overlay_environment
from ..config.writing import add_patterns, choose_source
from ..errors import LaziSiteError, UsageError
from ..measure.bisecting import NOT_LAZINESS, OUT_OF_RUNS, Bisection, Outcome
from ..measure.events import error_line
from ..measure.judging import ExitsWithZero, PassesTest, shell_command
from ..measure.reference import Reference, ask_test, compare_with_eager
from ..measure.rules import RulesFile, by_option
from ..measure.running import LAZY, Program, Run
from . import status_codes
from .output import print_json
from .program import (
    add_program_arguments,
    make_program,
    place_of,
    print_eager_failure,
    print_unsteady,
    print_verdict,
    words_of,
)
from .progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..config.sources import Source


DESCRIPTION = """\
Finds a smallest set of rules (`eager`, `eager-in`) with which a program does
the same lazy as eager: first the packages, then their modules, then the single
import, in an order that the traceback and the names in the error suggest. Says
what the rules cost, and writes them where you want them."""

EXAMPLES = """\
  lazi-site bisect -- python app.py
  lazi-site bisect --write project -- python app.py
  lazi-site bisect --exit-only -- pytest -x tests/test_plugins.py
  lazi-site bisect --command-ok 'pytest -q tests/test_plugins.py'
  lazi-site bisect --command-ok 'grep -q ready "$LAZI_RUN_STDOUT"' -- python app.py"""

EXIT_STATUS = """\
  0  rules were found, or none are needed
  1  none were found
  2  imports are not lazy here, or the program cannot be run"""

FILES = """\
  lazi-site.toml, pyproject.toml    changed by --write project
  ~/.config/lazi-site/config.toml   changed by --write user"""

VARIABLES = """\
  LAZI_RUN_STATUS                    set for TEST: the exit status of the run
  LAZI_RUN_STDOUT, LAZI_RUN_STDERR   set for TEST: files with its output"""

SEE_ALSO = "  lazi-site verify, lazi-site config, lazi-site why"

MAX_RUNS = 90
REPEAT = 3  # runs that must be right where lazy is wrong only sometimes
CONFIRMING = 2  # runs with the rules that were found
MOST_STATEMENTS = 3  # shown of each rule
MOST_CHARACTERS = 80  # of the command in the comment beside a rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``bisect`` to *parser*."""
    parser.add_argument(
        "--write",
        choices=("user", "project"),
        help="add the rules to the user's or the project's configuration file and verify once more",
    )
    parser.add_argument(
        "--command-ok",
        metavar="TEST",
        help="a run is right if this shell command ends with status 0 after it, whatever the eager run did; "
        "it finds LAZI_RUN_STATUS and the files LAZI_RUN_STDOUT and LAZI_RUN_STDERR; "
        "without CMD it is the program itself",
    )
    parser.add_argument(
        "--max-runs",
        type=int,
        default=MAX_RUNS,
        metavar="N",
        help=f"of the program, for the search (default: {MAX_RUNS})",
    )
    add_program_arguments(parser)


def run(
    command: Sequence[str],
    command_ok: str | None,
    write: str | None,
    max_runs: int,
    ignore: Sequence[str],
    files: str | None,
    exit_only: bool,
    timeout: float,
    json: bool,
) -> int:
    """Search for the rules of the program *command*, show them, and write them if told to."""
    if max_runs < 1:
        raise UsageError("wrong-max-runs", "--max-runs must be 1 or more.")
    source = choose_source(Configuration().sources, write) if write is not None else None
    words = words_of(command)
    judge: Callable[[Run], bool] | None = None
    if command_ok is not None:
        judge = PassesTest(command_ok, timeout) if words else ExitsWithZero()
        words = words or shell_command(command_ok)
    with ExitStack() as stack:
        program = make_program(
            words, ignore=ignore, files=files, exit_only=exit_only, timeout=timeout, stack=stack
        )
        rules_file = stack.enter_context(RulesFile())
        say = stack.enter_context(progress())
        reference = ask_test(program, judge, say) if judge else compare_with_eager(program, say)
        result = Result(words, reference)
        if reference.wrong is not None:
            result.outcome = search(program, reference, rules_file, max_runs, say)
            if result.outcome.rules:
                confirm(program, rules_file, result, say)
            if source is not None and result.steady:
                write_rules(program, source, result, say)
    if json:
        print_json(result.as_dict())
    else:
        show(result)
    return status_codes.OK if result.good else status_codes.NEGATIVE


@dataclass
class Result:
    """Everything that bisect found and did.

    outcome: of the search, None if the program is the same without rules.
    steady: whether all runs with the rules were right. cpu: ms of the fastest of them.
    written: the file that the rules were put into, and verified whether the program is right with it.
    not_written: why they could not be.
    """

    words: Sequence[str]
    reference: Reference
    outcome: Outcome | None = None
    steady: bool = False
    cpu: float | None = None
    written: str | None = None
    not_written: str | None = None
    verified: bool | None = None

    @property
    def good(self) -> bool:
        """Whether no rules are needed, or those found are enough."""
        return self.outcome is None or (
            self.steady and self.verified is not False and self.not_written is None
        )

    def as_dict(self) -> dict[str, object]:
        """Return this for JSON."""
        outcome = self.outcome
        return {
            "command": list(self.words),
            "verdict": outcome.verdict if outcome else "same",
            "differences": [{"stream": one.stream, "diff": one.lines} for one in self.reference.differences],
            "not_deterministic": list(self.reference.unsteady),
            "rules": by_option(outcome.rules) if outcome else {},
            "runs": outcome.runs if outcome else 0,
            "imports_seen": outcome.seen if outcome else 0,
            "always_right_with_rules": self.steady if outcome and outcome.rules else None,
            "cpu_ms": {
                "eager": round(self.reference.eager_cpu, 1),
                "lazy": round(self.reference.lazy_cpu, 1),
                "with_rules": self.cpu and round(self.cpu, 1),
            },
            "written": self.written,
            "not_written": self.not_written,
            "verified": self.verified,
        }


def search(
    program: Program, reference: Reference, rules_file: RulesFile, max_runs: int, say: Callable[[str], None]
) -> Outcome:
    """Return what the search for the rules of *program* finds."""
    assert reference.wrong is not None
    return Bisection(
        program,
        reference.is_right,
        reference.wrong,
        reference.differences,
        rules_file,
        max_runs=max_runs,
        repeat=REPEAT if reference.sometimes else 1,
        stdlib=standard_library_waits(),
        say=say,
    ).find()


def standard_library_waits() -> bool:
    """Return whether the configuration lets imports of the standard library wait."""
    values = Configuration().values
    overlay_environment(values, os.environ)
    return bool(values["stdlib"].value == "include")


def confirm(program: Program, rules_file: RulesFile, result: Result, say: Callable[[str], None]) -> None:
    """Run *program* again with the rules of *result*: are they always enough, and what do they cost?"""
    assert result.outcome is not None
    variables = rules_file.variables(result.outcome.rules)
    runs = []
    for number in range(1, CONFIRMING + 1):
        say(f"run {number} of {CONFIRMING} with the rules")
        runs.append(program.run(variables))
    result.steady = all(map(result.reference.is_right, runs))
    result.cpu = min(run.cpu for run in runs)


def write_rules(program: Program, source: Source, result: Result, say: Callable[[str], None]) -> None:
    """Put the rules of *result* into the file of *source* and run *program* with it."""
    assert result.outcome is not None
    comment = f"{time.strftime('%Y-%m-%d')}, lazi-site bisect: {short_command(result.words)}"
    try:
        add_patterns(source, by_option(result.outcome.rules), comment)
    except (LaziSiteError, OSError) as error:
        result.not_written = str(error)  # what was found must still be told
        return
    result.written = source.path
    say("a run with the configuration as it is now")
    result.verified = all(result.reference.is_right(program.run(LAZY)) for _ in range(CONFIRMING))


def short_command(words: Sequence[str]) -> str:
    """Return the command in one line that is not too long for a comment."""
    text = " ".join(shlex.join(words).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 3] + "..."


def show(result: Result) -> None:
    """Print *result* for a person."""
    outcome = result.outcome
    if outcome is None:
        print("same: the program does the same eager and lazy, so there is nothing to look for.")
        print_unsteady(result.reference.unsteady)
        return
    reference = result.reference
    print_verdict(reference.differences, reference.sometimes)
    assert reference.wrong is not None
    if reference.wrong.status and error_line(reference.wrong):
        print(f"  {error_line(reference.wrong)}")
    print_unsteady(reference.unsteady)
    print_eager_failure(reference.eager)
    print()
    show_outcome(outcome)
    if not outcome.rules:
        return
    for rule in outcome.rules:
        statements = outcome.statements[rule]
        print(f"  {rule}")
        for event in statements[:MOST_STATEMENTS]:
            print(f"      import of {event.target}, {place_of(event)}")
        if len(statements) > MOST_STATEMENTS:
            print(f"      and {len(statements) - MOST_STATEMENTS} more imports")
    print()
    print(
        f"CPU time: {reference.eager_cpu:.0f} ms eager, {reference.lazy_cpu:.0f} ms lazy, "
        f"{result.cpu:.0f} ms lazy with the rules"
    )
    if not result.steady:
        print("With the rules the program is right only sometimes, so they were not written.")
    elif result.not_written is not None:
        print(f"They could not be written: {result.not_written}")
    elif result.written is None:
        print("To keep them: lazi-site bisect --write project (or user) -- CMD ...")
    else:
        print(f"Written to {result.written}")
        print(f"With it: {'same' if result.verified else 'still different'}")


def show_outcome(outcome: Outcome) -> None:
    """Print how the search ended."""
    if outcome.verdict == NOT_LAZINESS:
        print("It is not laziness: with every import eager the program is still different.")
        print("lazi-site status says what else lazi-site does here.")
    elif outcome.verdict == OUT_OF_RUNS and not outcome.rules:
        print(f"Nothing was found in {outcome.runs} runs; allow more: --max-runs N")
    elif outcome.verdict == OUT_OF_RUNS:
        print(f"After {outcome.runs} runs, as far as the search came (for less, --max-runs N), enough are:")
    else:
        print(f"Found in {outcome.runs} runs, of {outcome.seen} imports:")

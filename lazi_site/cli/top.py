"""``lazi-site top``: what lazy imports save in the environment's programs, and whether they do the same."""

from __future__ import annotations

import platform
import sys

from ..errors import UsageError
from . import status_codes
from .output import print_json, print_table
from .program import add_timeout
from .progress import progress_bar

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..measure.scripts import Script
    from ..measure.trying import Trial

DESCRIPTION = """\
Runs the programs that the packages of this virtualenv install, or the given
ones, with --version, or with --help if they do not know that, eagerly and
lazily in turns, and ranks them by the CPU time that lazy imports save.
Exit status and output are compared as `lazi-site verify` does: a program that
does not do the same is named, and the exit status is then 1.

Each program starts in an empty folder and reads no input. One that ignores
its arguments does its work; --timeout ends it."""

EXAMPLES = """\
  lazi-site top                      all programs of the virtualenv
  lazi-site top flask black          these
  lazi-site top --runs 10 --top 5    more runs of each; the five that save most
  lazi-site top --json | jq '.totals'"""

EXIT_STATUS = """\
  0  all do the same
  1  some do not
  2  refused or wrong usage"""

SEE_ALSO = "  lazi-site bench, lazi-site verify, lazi-site bisect"

RUNS = 3
TIMEOUT = 20.0  # seconds: more than any program should take to tell its version
TOP = 20  # rows
LONGEST = 80  # characters of an error that are shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``top`` to *parser*."""
    add = parser.add_argument
    add("programs", nargs="*", metavar="PROGRAM", help="a program of this virtualenv (default: all)")
    add("--runs", type=int, default=RUNS, metavar="N", help=f"of each kind, that count (default: {RUNS})")
    add_timeout(parser, TIMEOUT)
    add("--top", type=int, default=TOP, metavar="N", help=f"rows of the table (default: {TOP}; 0: all)")
    add("--json", action="store_true", help="print JSON")


def run(programs: Sequence[str], runs: int, timeout: float, top: int, json: bool) -> int:
    """Try *programs*, by default all of the environment, and show the result."""
    from ..measure.running import find_program
    from ..measure.scripts import Script, console_scripts
    from ..measure.trying import MINIMUM_RUNS
    from .program import check_engine, check_request

    if runs < MINIMUM_RUNS:
        raise UsageError("too-few-runs", f"At least {MINIMUM_RUNS} runs are needed: --runs {MINIMUM_RUNS}.")
    for program in programs:
        find_program(program)
    known = {name: one for one in console_scripts() for name in (one.name, *one.also)}
    scripts = [
        Script(name, known[name].distribution if name in known else "") for name in dict.fromkeys(programs)
    ] or list(dict.fromkeys(known.values()))
    if not scripts:
        raise UsageError(
            "no-programs",
            "The packages of this virtualenv install no programs.",
            "Name one: lazi-site top PROGRAM",
        )
    check_request([scripts[0].name], timeout)
    engine = check_engine()
    found = try_scripts(scripts, runs, timeout)
    if json:
        print_json(as_dict(found, engine, runs))
    else:
        show(found, max(top, 0), timeout)
    return status_of(found)


def try_scripts(scripts: Sequence[Script], runs: int = RUNS, timeout: float = TIMEOUT) -> list[Trial]:
    """Return what trying *scripts* gave, with progress. runs, timeout: as for the command."""
    from ..measure.masking import Masks
    from ..measure.trying import try_all

    masks = Masks([(sys.prefix, "<environment>")])
    with progress_bar("trying") as say:
        return try_all(scripts, runs=runs, timeout=timeout, masks=masks, say=say)


def status_of(found: Sequence[Trial]) -> int:
    """Return the exit status for *found*."""
    from ..measure.trying import DIFFERENT

    different = any(trial.outcome == DIFFERENT for trial in found)
    return status_codes.NEGATIVE if different else status_codes.OK


def show(found: Sequence[Trial], top: int = TOP, timeout: float = TIMEOUT) -> None:
    """Print *found* for a person. top: rows of the table, 0 for all; timeout: that was kept."""
    from ..measure.trying import DIFFERENT, NO_ANSWER, NOT_RUNNABLE, SAME, TOO_LONG

    same = [trial for trial in found if trial.outcome == SAME]
    if same:
        shown = same[: top or None]
        print_table(("saved ms", "eager ms", "lazy ms", "lazy/eager", "command"), list(map(row, shown)))
        if len(shown) < len(same):
            print(f"and {len(same) - len(shown)} more")
        print()
        print_totals(same)
    other: dict[str, list[Trial]] = {}
    for trial in sorted(found, key=lambda trial: trial.script.name):
        other.setdefault(trial.outcome, []).append(trial)
    for outcome, text in (
        (TOO_LONG, f"Took too long, eager too (more than {timeout:g} s; --timeout SECONDS)"),
        (NO_ANSWER, "Answers neither --version nor --help, eager too"),
        (NOT_RUNNABLE, "Cannot be run"),
    ):
        for trial in other.get(outcome, ()):
            print(f"{text}: {trial.script.name}{f' ({brief(trial.problem)})' * bool(trial.problem)}")
    if DIFFERENT in other:
        print_different(other[DIFFERENT])


def row(trial: Trial) -> tuple[str, ...]:
    """Return the cells for *trial*, numbers to the right."""
    ratio = "" if trial.ratio is None else f"{trial.ratio:.2f}"
    return (
        f"{trial.saved:8.1f}",
        f"{trial.eager_cpu:8.1f}",
        f"{trial.lazy_cpu:7.1f}",
        f"{ratio:>10}",
        trial.command,
    )


def print_totals(same: Sequence[Trial]) -> None:
    """Print what the programs in *same* take together."""
    from ..measure.trying import add_up

    totals = add_up(same)
    programs = f"{totals.programs} program{'s do' if totals.programs != 1 else ' does'} the same"
    saved = totals.eager_cpu - totals.lazy_cpu
    print(
        f"{programs}: {totals.eager_cpu:.0f} ms of CPU time eager, {totals.lazy_cpu:.0f} ms lazy,"
        f" {abs(saved):.0f} ms {'saved' if saved >= 0 else 'lost'}"
    )
    if totals.ratio is not None:
        print(f"Geometric mean of lazy/eager: {totals.ratio:.2f}")


def print_different(different: Sequence[Trial]) -> None:
    """Print the programs that are *different* lazily, in what, and what to do."""
    print("\nDifferent when imports wait:")
    for trial in different:
        times = f" in {trial.times} of {len(trial.lazy)} runs" if trial.times < len(trial.lazy) else ""
        print(f"  {trial.command}: {', '.join(one.stream for one in trial.differences)}{times}")
        if trial.problem:
            print(f"    {brief(trial.problem)}")
        print(f"    to find the import that must not wait: lazi-site bisect -- {trial.command}")


def brief(text: str) -> str:
    """Return *text*, cut if it is too long for a line."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def as_dict(found: Sequence[Trial], engine: str, runs: int) -> dict[str, object]:
    """Return *found* for JSON. engine: of this environment; runs: that were counted of each kind."""
    from ..measure.trying import add_up

    totals = add_up(found)
    outcomes = [trial.outcome for trial in found]
    return {
        "python": platform.python_version(),
        "engine": engine,
        "runs": runs,
        "totals": {
            "programs": totals.programs,
            "eager_cpu_ms": round(totals.eager_cpu, 1),
            "lazy_cpu_ms": round(totals.lazy_cpu, 1),
            "saved_ms": round(totals.eager_cpu - totals.lazy_cpu, 1),
            "geometric_mean": totals.ratio and round(totals.ratio, 3),
            "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
        },
        "programs": [trial_as_dict(trial) for trial in found],
    }


def trial_as_dict(trial: Trial) -> dict[str, object]:
    """Return *trial* for JSON; figures are None where nothing was counted."""
    measured = bool(trial.eager)
    return {
        "name": trial.script.name,
        "distribution": trial.script.distribution or None,
        "also": list(trial.script.also),
        "option": trial.option,
        "outcome": trial.outcome,
        "exit_status": trial.eager[0].status if measured else None,
        "eager_cpu_ms": round(trial.eager_cpu, 1) if measured else None,
        "lazy_cpu_ms": round(trial.lazy_cpu, 1) if measured else None,
        "saved_ms": round(trial.saved, 1) if measured else None,
        "ratio": trial.ratio and round(trial.ratio, 3) if measured else None,
        "differences": [{"stream": one.stream, "diff": one.lines} for one in trial.differences],
        "lazy_runs_that_differ": trial.times,
        "not_deterministic": list(trial.unsteady),
        "problem": trial.problem or None,
    }

"""``lazi-site verify``."""

from __future__ import annotations

from contextlib import ExitStack

from . import status_codes
from .output import print_json
from .program import (
    add_program_arguments,
    make_program,
    place_of,
    print_differences,
    print_eager_failure,
    print_unsteady,
    print_verdict,
    words_of,
)
from .progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..measure.running import Run
    from ..measure.verifying import Verification

DESCRIPTION = """\
Runs a program of this virtualenv twice with eager and twice with lazy imports
and says whether exit status, standard output and standard error are the same,
and with --files the files that it wrote. Addresses, times, durations, process
numbers and the names of temporary folders are not compared, nor is what
differs between the two eager runs. The program reads no input."""

EXAMPLES = """\
  lazi-site verify -- flask --help
  lazi-site verify -- python app.py --dry-run
  lazi-site verify --files build -- sphinx-build docs build
  lazi-site verify --ignore 'request \\d+' -- python client.py
  lazi-site verify --exit-only -- pytest -x"""

EXIT_STATUS = """\
  0  it does the same
  1  it does not
  2  imports are not lazy here, or the program cannot be run"""

SEE_ALSO = "  lazi-site bisect, lazi-site top, lazi-site bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``verify`` to *parser*."""
    add_program_arguments(parser)


def run(
    command: Sequence[str],
    ignore: Sequence[str],
    files: str | None,
    exit_only: bool,
    timeout: float,
    json: bool,
) -> int:
    """Compare the program *command* eager and lazy and show the result."""
    from ..measure.verifying import verify

    words = words_of(command)
    with ExitStack() as stack:
        program = make_program(
            words, ignore=ignore, files=files, exit_only=exit_only, timeout=timeout, stack=stack
        )
        with progress() as say:
            found = verify(program, say)
    if json:
        print_json(as_dict(words, found))
    else:
        show(found)
    return status_codes.OK if found.same else status_codes.NEGATIVE


def show(found: Verification) -> None:
    """Print *found* for a person."""
    eager = found.eager[0]
    if found.same:
        sizes = [
            f"{stream} {count(len(text.splitlines()), 'line')}"
            for stream, text in eager.streams.items()
            if stream in ("stdout", "stderr")
        ]
        files = sum(stream.startswith("file ") for stream in eager.streams)
        sizes += [count(files, "file")] * bool(files)
        print(f"same: {', '.join([f'exit status {eager.status_text}', *sizes])}")
    else:
        print_verdict(found.differences, found.lazy_differs == 1)
        print_differences(found.differences)
    print_unsteady(found.unsteady)
    print_eager_failure(eager)
    if found.failure is not None:
        print(f"First deferred import that failed: {found.failure.target}, {place_of(found.failure)}")
    print(f"CPU time: {found.eager_cpu:.0f} ms eager, {found.lazy_cpu:.0f} ms lazy")
    if not found.same:
        print("To find the import that must not wait: lazi-site bisect -- CMD ...")


def count(number: int, noun: str) -> str:
    """Return *number* with *noun*."""
    return f"{number} {noun}{'s' if number != 1 else ''}"


def as_dict(words: Sequence[str], found: Verification) -> dict[str, object]:
    """Return *found* for JSON."""
    failure = found.failure
    return {
        "command": list(words),
        "same": found.same,
        "differences": [{"stream": one.stream, "diff": one.lines} for one in found.differences],
        "lazy_runs_that_differ": found.lazy_differs,
        "not_deterministic": found.unsteady,
        "failed_import": failure
        and {
            "importer": failure.importer or None,
            "target": failure.target,
            "file": failure.file or None,
            "line": failure.line or None,
        },
        "eager": [run_as_dict(run) for run in found.eager],
        "lazy": [run_as_dict(run) for run in found.lazy],
    }


def run_as_dict(run: Run) -> dict[str, object]:
    """Return what a *run* did for JSON; a status of None means that it took too long."""
    return {"status": run.status, "cpu_ms": round(run.cpu, 1), "seconds": round(run.seconds, 3)}

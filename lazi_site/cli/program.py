"""What verify, bisect and bench share: which program is run, whether that makes sense, what is compared."""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import ExitStack

from ..errors import RefusedError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..measure.comparing import Difference
    from ..measure.events import Event
    from ..measure.running import Program, Run

TIMEOUT = 300.0  # seconds a run may take unless --timeout says otherwise
MOST_LINES = 40  # shown of a diff
MOST_STREAMS = 6


def add_program_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to *parser*; the program and its own come last."""
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="REGEX",
        help="do not compare what matches; may be given several times",
    )
    parser.add_argument(
        "--files",
        metavar="DIR",
        help="compare the files in this folder too; each run finds it as it is now, and so do you afterwards",
    )
    parser.add_argument("--exit-only", action="store_true", help="compare nothing but the exit status")
    add_last_arguments(parser)


def add_last_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--timeout``, ``--json`` and the command, which has to come last."""
    import argparse

    parser.usage = "%(prog)s [options] -- CMD ..."
    add_timeout(parser, TIMEOUT)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="-- CMD ...",
        help="the program: a script of this virtualenv, python, or any other, with its arguments",
    )


def add_timeout(parser: argparse.ArgumentParser, seconds: float) -> None:
    """Add ``--timeout`` with *seconds* as its default."""
    parser.add_argument(
        "--timeout", type=float, default=seconds, metavar="SECONDS", help=f"of one run (default: {seconds:g})"
    )


def check_folder_of(file: str | None) -> None:
    """See that there is a folder for *file*, if one is to be written, before the program runs for nothing.

    Errors: UsageError if not.
    """
    if file is not None and not os.path.isdir(os.path.dirname(os.path.abspath(file))):
        raise UsageError("no-such-folder", f"The folder of '{file}' does not exist.", "Make it first.")


def words_of(command: Sequence[str]) -> list[str]:
    """Return the words of the program behind the ``--``."""
    return list(command[1:] if command[:1] == ["--"] else command)


def make_program(
    words: Sequence[str],
    *,
    ignore: Sequence[str],
    files: str | None,
    exit_only: bool,
    timeout: float,
    stack: ExitStack,
) -> Program:
    """Return the program that the arguments ask for.

    stack: puts the folder of ``--files`` back in the end.

    Errors: UsageError for arguments that make no sense, RefusedError where
    imports are not lazy, so that there is nothing to compare.
    """
    from ..measure.folders import Folder
    from ..measure.masking import Masks
    from ..measure.running import Program

    check_request(words, timeout)
    ignored = []
    for expression in ignore:
        try:
            ignored.append(re.compile(expression, re.MULTILINE))
        except re.error as error:
            raise UsageError("wrong-expression", f"--ignore {expression!r} is wrong: {error}.") from None
    check_engine()
    masks = Masks([(sys.prefix, "<environment>")], ignored)
    folder = Folder(files, sys.prefix) if files is not None else None
    program = Program(words, timeout=timeout, masks=masks, folder=folder, status_only=exit_only)
    if folder is not None:
        # Being told to end must not leave the user's folder where it was moved to.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        stack.enter_context(folder)
    return program


def check_request(words: Sequence[str], timeout: float) -> None:
    """See that a program is named, by *words*, and a *timeout* that is possible.

    Errors: UsageError if not.
    """
    if not words:
        raise UsageError("no-program", "No program is named.", "Write it behind --, as in: -- python app.py")
    if timeout <= 0:
        raise UsageError("wrong-timeout", "The time limit must be above 0 seconds.")


def check_engine() -> str:
    """Return the engine of this environment, "backport" or "native".

    Errors: RefusedError where imports are not lazy, so that there is nothing to compare.
    """
    from ..install.probe import ask_fresh_interpreter

    answer = ask_fresh_interpreter()
    if not answer.engine:
        raise RefusedError(
            "not-lazy-here",
            f"Imports are not lazy here: {answer.reason or 'lazi-site is not enabled'}.",
            "See lazi-site status, or run: lazi-site enable",
        )
    return answer.engine


def print_verdict(differences: Sequence[Difference], sometimes: bool) -> None:
    """Print in what lazy differs from eager. *sometimes*: in one of two lazy runs."""
    streams = [one.stream for one in differences]
    if len(streams) > MOST_STREAMS:
        streams[MOST_STREAMS:] = [f"{len(streams) - MOST_STREAMS} more"]
    times = " in one of two lazy runs" if sometimes else ""
    print(f"different{times}: {', '.join(streams) or 'the test fails'}")


def print_differences(differences: Sequence[Difference]) -> None:
    """Print how lazy differs from eager, as diffs."""
    from ..measure.running import STATUS
    from .output import print_diff

    for found in differences[:MOST_STREAMS]:
        if found.stream == STATUS:
            eager, lazy = (line[1:] for line in found.lines)
            print(f"  {found.stream}: {eager} eager, {lazy} lazy")
            continue
        print(f"  {found.stream}:")
        print_diff(found.lines, MOST_LINES)


def place_of(event: Event) -> str:
    """Return where the import of *event* is written, below the current directory without its path."""
    if not event.file:
        return f"in {event.importer}"
    return f"{event.file.removeprefix(os.path.join(os.getcwd(), ''))}:{event.line}"


def print_eager_failure(eager: Run) -> None:
    """Say that the *eager* run failed itself, if it did."""
    if eager.status is None:
        print("The eager run was ended by the time limit; for a longer one: --timeout SECONDS")
    elif eager.status:
        print(f"The eager run fails too (exit status {eager.status_text}).")


def print_unsteady(streams: Sequence[str]) -> None:
    """Say in which *streams* of the program something is not deterministic, if there are any."""
    if streams:
        names = ", ".join(streams)
        print(f"Not deterministic, and not counted: what differs between two eager runs in {names}.")

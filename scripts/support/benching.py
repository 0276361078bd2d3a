"""What the scripts that measure share: options, environments by interpreter, words for what goes wrong."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .environments import CHECKOUT, CommandFailed, Environment, build_wheel, describe


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options --python and --keep; *description* is shown as it is."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--python", action="append", metavar="PATH", help="an interpreter; may be repeated")
    add("--keep", default=str(CHECKOUT / ".venv-corpus"), metavar="DIR", help="where environments stay")
    return parser


def environments(options: argparse.Namespace, name: str) -> Iterator[tuple[str, Environment]]:
    """Yield (version, enabled environment *name*) of every interpreter asked for; raises CommandFailed."""
    keep = Path(options.keep).resolve()
    wheel = build_wheel(keep / "wheel")
    for python in options.python or [sys.executable]:
        version, path = describe(python)
        environment = Environment(keep / f"{version}-{name}")
        environment.ensure(path)
        environment.install_lazi_site(wheel)
        yield version, environment


@contextmanager
def failures_in_words() -> Iterator[None]:
    """End the script with a message if a command that prepares the run fails in the block."""
    try:
        yield
    except CommandFailed as error:
        name = Path(sys.argv[0]).name
        sys.exit(f"{name}: a command that prepares the run failed\n{error}")


def check_names(parser: argparse.ArgumentParser, given: Iterable[str], known: Iterable[str]) -> None:
    """End the script with a message if one of the names *given* is not *known*."""
    unknown = set(given).difference(known)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}, only {', '.join(known)}")


def say(text: str) -> None:
    """Report progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def write_json(file: str | None, found: Any) -> None:
    """Write *found* into *file* if there is one."""
    if file:
        Path(file).write_text(json.dumps(found, indent=1) + "\n", "utf-8")

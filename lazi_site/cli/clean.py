"""``lazi-site clean``."""

from __future__ import annotations

import sys

from . import status_codes
from .delegate import run_in_environment
from .output import print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Removes what lazi-site stores and can make again: the stored configuration of
this virtualenv, there and in your cache directory, what scan read, and notes of
faults. The environment stays enabled; the next start stores what it needs anew."""

EXAMPLES = """\
  lazi-site clean
  lazi-site clean --venv .venv
  lazi-site disable --purge     everything of lazi-site but your configuration"""

EXIT_STATUS = """\
  0  done, or nothing was stored
  2  a file cannot be removed"""

FILES = """\
  VENV/lazi-site/       policy-*, decisions-* and program-*.snapshot, scan-*, stdlib-included,
                        the note of a fault
  ~/.cache/lazi-site/   the same for virtualenvs in which you may not write"""

SEE_ALSO = "  lazi-site disable"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``clean`` to *parser*."""
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(venv: str | None, json: bool) -> int:
    """Remove the caches and say which."""
    if venv is not None:
        return run_in_environment(venv, ["clean"] + ["--json"] * json)

    from ..install.cleaning import clean

    removed = clean()
    if json:
        print_json({"removed": removed})
    elif removed:
        print("Removed:")
        for path in removed:
            print(f"  {path}")
    else:
        print(f"Nothing is stored for {sys.prefix}.")
    return status_codes.OK

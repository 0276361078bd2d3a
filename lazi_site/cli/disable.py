"""``lazi-site disable``."""

from __future__ import annotations

import sys

from . import status_codes
from .delegate import run_in_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Undoes enable: removes the start file, the directory `lazi-site` of the
virtualenv and your cached snapshots. Your configuration files stay.
With --purge also start files in other site directories of this Python, and
your cached snapshots of all virtualenvs."""

EXAMPLES = """\
  lazi-site disable                for good
  lazi-site disable --purge        with everything of lazi-site but configuration
  LAZI_DISABLE=1 python app.py     for one run, without this command"""

EXIT_STATUS = """\
  0  done, or nothing was enabled
  2  a file cannot be removed"""

SEE_ALSO = "  lazi-site enable, lazi-site clean, lazi-site status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``disable`` to *parser*."""
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument(
        "--purge", action="store_true", help="remove everything of lazi-site but configuration files"
    )


def run(venv: str | None, purge: bool) -> int:
    """Disable the environment and say what was removed."""
    if venv is not None:
        return run_in_environment(venv, ["disable"] + ["--purge"] * purge)

    from ..install import cleaning, enable

    removed = cleaning.purge() if purge else enable.disable()
    if removed:
        print(f"Imports are eager again in {sys.prefix}. Removed:")
        for path in removed:
            print(f"  {path}")
    else:
        print(f"Lazy imports were not enabled in {sys.prefix}; nothing to do.")
    return status_codes.OK

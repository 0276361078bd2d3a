"""``lazi-site scan``."""

from __future__ import annotations

import os
import sys

from ..errors import UsageError
from . import status_codes
from .delegate import run_in_environment
from .output import print_json, print_table
from .progress import progress_bar

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..scan.survey import Finding, Package

DESCRIPTION = """\
Reads the packages of this virtualenv, without running them, and says of each

  safe    none of its modules acts on others when it is loaded
  acts    some modules do: they register, change or call what they imported;
          imports of them wait, unless they are made for the effect alone
  eager   some imports do not wait: by a rule, or because of what the code does

with the first reason: a code (lazi-site explain CODE) and where it was found.
With the names of packages, every reason. What was read is stored until the
package changes. Modules of a package's tests are left out."""

EXAMPLES = """\
  lazi-site scan
  lazi-site scan flask jinja2
  lazi-site scan --json | python -m json.tool
  lazi-site explain class-registers"""

EXIT_STATUS = """\
  0  told
  2  there is no such package"""

FILES = """\
  VENV/lazi-site/scan-*   what was read; lazi-site clean removes it"""

SEE_ALSO = "  lazi-site explain, lazi-site why"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``scan`` to *parser*."""
    parser.add_argument("packages", nargs="*", metavar="PKG", help="a package, by either of its names")
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument("--json", action="store_true", help="print JSON, with every finding")


def run(packages: list[str], venv: str | None, json: bool) -> int:
    """Scan the environment and show what was found.

    Errors: UsageError for a package that is not installed.
    """
    if venv is not None:
        return run_in_environment(venv, ["scan", *packages] + ["--json"] * json)
    from ..scan.survey import survey, unknown

    with progress_bar("reading") as say:
        found = survey(packages, say)
    missing = unknown(packages, found)
    if missing:
        raise UsageError(
            "unknown-package",
            f"No package '{missing[0]}' is installed in {sys.prefix}.",
            "Run lazi-site scan without names to see what is.",
        )
    if json:
        print_json({"packages": [one.as_dict() for one in found]})
    elif packages:
        for one in found:
            show_findings(one)
    else:
        show_packages(found)
    return status_codes.OK


def show_packages(found: list[Package]) -> None:
    """Print a line for each package."""
    rows = []
    for one in found:
        because = ""
        if one.findings:
            more = len(one.findings) - 1
            because = f"{one.findings[0].code} {place(one.findings[0])}" + (f" (+{more})" if more else "")
        rows.append(
            (one.name, one.version, str(one.modules), f"{one.waiting}/{one.imports}", one.verdict, because)
        )
    print_table(("package", "version", "modules", "waiting imports", "verdict", "because"), rows)


def show_findings(one: Package) -> None:
    """Print everything found of one package."""
    print(
        f"{one.name} {one.version}: {one.verdict};"
        f" {one.modules} modules, {one.waiting} of {one.imports} imports wait"
    )
    for finding in one.findings:
        print(f"  {finding.code:<22} {place(finding)}  {finding.detail}")


def place(finding: Finding) -> str:
    """Return where *finding* is, below the directory that holds its package if it is in one."""
    levels = finding.module.count(".") + (os.path.basename(finding.file) == "__init__.py") + 1
    path = "/".join(finding.file.replace(os.sep, "/").split("/")[-levels:])
    return f"{path}:{finding.line}" if finding.line else path

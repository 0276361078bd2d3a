"""``lazi-site doctor``."""

from __future__ import annotations

import sys

from . import status_codes
from .delegate import run_in_environment
from .output import print_json
from .progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..doctor.finding import Finding

DESCRIPTION = """\
Examines the virtualenv: are the start file, the record, the stored configuration
and their directory in order, does the configuration have mistakes, does anything
of others get in the way, and does a fresh interpreter import lazily. Says of
each thing that is not in order what to do; --fix does it where the thing is
lazi-site's own."""

EXAMPLES = """\
  lazi-site doctor
  lazi-site doctor --fix          and mend what is ours
  lazi-site doctor --json
  lazi-site doctor --venv .venv
  lazi-site explain start-file-changed"""

EXIT_STATUS = """\
  0  no error and no warning is left
  1  there is one"""

SEE_ALSO = "  lazi-site status, lazi-site explain, lazi-site config check"

ORDER = ("error", "warning", "info", "ok")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``doctor`` to *parser*."""
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument("--fix", action="store_true", help="mend what is lazi-site's own")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(venv: str | None, fix: bool, json: bool) -> int:
    """Examine the environment, mend it if told to, and say what is found."""
    if venv is not None:
        return run_in_environment(venv, ["doctor"] + ["--fix"] * fix + ["--json"] * json, as_started=True)

    from ..doctor.examining import examine, repair

    repaired: list[Finding] = []
    failed: list[tuple[Finding, str]] = []
    with progress() as say:
        say("examining the environment")
        if fix:
            repaired, failed, findings = repair()
        else:
            findings = examine()
    if json:
        print_json(
            {
                "environment": sys.prefix,
                "findings": [finding.as_dict() for finding in findings],
                "repaired": [finding.as_dict() for finding in repaired],
                "not_repaired": [{**finding.as_dict(), "reason": reason} for finding, reason in failed],
            }
        )
    else:
        show(findings, repaired, failed)
    return status_codes.NEGATIVE if any(finding.is_bad for finding in findings) else status_codes.OK


def show(
    findings: Sequence[Finding], repaired: Sequence[Finding], failed: Sequence[tuple[Finding, str]]
) -> None:
    """Print what was found, the worst first, for a person."""
    for finding in repaired:
        print(f"repaired  {finding.code}: {finding.message}.")
    for finding, reason in failed:
        print(f"not repaired  {finding.code}: {reason}.")
    if repaired or failed:
        print()
    for finding in sorted(findings, key=lambda one: ORDER.index(one.level)):
        print(f"{finding.level:<8} {finding.code}: {finding.message}.")
        if finding.is_bad:
            print(f"         {finding.advice}")
    bad = sum(finding.is_bad for finding in findings)
    print()
    if not bad:
        print(f"{sys.prefix} is in order.")
    else:
        print(f"{bad} {'thing is' if bad == 1 else 'things are'} not in order in {sys.prefix}.")

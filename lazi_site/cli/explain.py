"""``lazi-site explain``."""

from __future__ import annotations

from ..errors import UsageError
from . import status_codes
from .output import print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Says what a reason code of lazi-site means and what can be done about it.
Without a code, lists them all."""

EXAMPLES = """\
  lazi-site explain
  lazi-site explain in-try
  lazi-site explain shipped-eager-in-rule --json"""

EXIT_STATUS = """\
  0  told
  2  there is no such code"""

SEE_ALSO = "  lazi-site scan, lazi-site doctor, lazi-site why"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``explain`` to *parser*."""
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="a code, as scan, doctor and LAZI_TRACE=3 print it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(code: str | None, json: bool) -> int:
    """Explain *code*, or name all codes.

    Errors: UsageError for a code that does not exist.
    """
    from ..config.options import closest
    from ..doctor import codes as doctor
    from ..scan import codes as scan

    known = {**scan.CODES, **doctor.CODES}
    if code is not None and code not in known:
        meant = closest(code, known)
        raise UsageError(
            "unknown-code",
            f"There is no reason code '{code}'.",
            f"Did you mean '{meant}'?" if meant else "Run lazi-site explain to see them all.",
        )
    chosen = {code: known[code]} if code is not None else known
    if json:
        print_json({"codes": [{"code": name, **vars(one)} for name, one in chosen.items()]})
    elif code is not None:
        print(f"{code} ({SUBJECTS[known[code].kind]})\n\n{known[code].meaning}\n{known[code].advice}")
    else:
        for kind, subject in SUBJECTS.items():
            print(f"{subject}:")
            for name, one in known.items():
                if one.kind == kind:
                    print(f"  {name:<29} {one.meaning}")
    return status_codes.OK


SUBJECTS = {
    "import": "why an import does not wait",
    "module": "what a module does when it is loaded",
    "environment": "what doctor finds",
}

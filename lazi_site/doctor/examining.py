"""All checks, and the repairs."""

from __future__ import annotations

from ..errors import LaziSiteError
from .finding import Finding
from .installed import check_installed
from .policy import check_policy
from .surroundings import check_surroundings

MAXIMUM_ROUNDS = 3  # of repairs: one can bring to light what it hid


def examine() -> list[Finding]:
    """Return everything that is found in this interpreter's environment.

    Changes nothing itself; but a fresh interpreter is started, which stores the configuration as any does.
    """
    return [*check_installed(), *check_policy(), *check_surroundings()]


def repair() -> tuple[list[Finding], list[tuple[Finding, str]], list[Finding]]:
    """Repair what is ours and return what was repaired, what could not be, and what is found then.

    Of what could not be repaired the reason stands beside it.
    """
    repaired: list[Finding] = []
    failed: list[tuple[Finding, str]] = []
    findings = examine()
    for _ in range(MAXIMUM_ROUNDS):
        known = {(one.code, one.path) for one in (*repaired, *(one for one, _ in failed))}
        todo = [one for one in findings if one.repair is not None and (one.code, one.path) not in known]
        if not todo:
            break
        for finding in todo:
            assert finding.repair is not None
            try:
                finding.repair()
            except LaziSiteError as error:
                failed.append((finding, error.message))
            except OSError as error:
                failed.append((finding, str(error)))
            else:
                repaired.append(finding)
        findings = examine()
    return repaired, failed, findings

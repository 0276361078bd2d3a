#!/usr/bin/env python3
"""Run the conformance cases on interpreters that have lazi-site enabled.

    conformance.py [--python PATH ...] [--cases DIR] [CASE ...]

Every MUST case has to pass, and four of five SHOULD cases. The cases lie
outside of this repository, beside the checkout; without them the script says
so and ends with exit status 0.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from support.environments import (
    CHECKOUT,
    CommandFailed,
    Environment,
    build_wheel,
    describe,
    installing_environment,
)
from support.tables import table

SHOULD_SHARE = 0.8  # of the SHOULD cases must pass


def main() -> int:
    """Run the cases on every interpreter asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("cases_wanted", nargs="*", metavar="CASE", help="only these cases")
    add("--python", action="append", metavar="PATH", help="an interpreter; may be repeated")
    add("--cases", default=str(CHECKOUT.parent / "shared" / "conformance"), metavar="DIR")
    add(
        "--keep",
        default=str(CHECKOUT / ".venv-corpus"),
        metavar="DIR",
        help="where environments stay",
    )
    options = parser.parse_args()
    runner = Path(options.cases) / "run"
    if not runner.is_file():
        print("conformance: skipped, no conformance cases beside the checkout (see --cases).")
        return 0
    keep = Path(options.keep).resolve()
    try:
        wheel = build_wheel(keep / "wheel")
        rows = []
        for python in options.python or [sys.executable]:
            version, path = describe(python)
            totals = run_cases(version, path, runner, keep, wheel, options.cases_wanted)
            rows.append(row(version, totals, bool(options.cases_wanted)))
    except CommandFailed as error:
        sys.exit(f"conformance.py: a command that prepares the run failed\n{error}")
    print(table([("python", "verdict", "", "MUST", "SHOULD", "other"), *rows]))
    return 0 if all(one[1] == "passed" for one in rows) else 1


def run_cases(
    version: str, python: str, runner: Path, keep: Path, wheel: Path, cases: list[str]
) -> dict[str, tuple[int, int]]:
    """Run the cases on *python* and return {mark: (passed, all)}; failures are printed."""
    environment = Environment(keep / f"{version}-conformance")
    environment.ensure(python)
    environment.install_lazi_site(wheel)
    variables = {**installing_environment(), "LAZI_STDLIB": "include"}
    del variables["LAZI_DISABLE"]
    command = [sys.executable, str(runner), "--python", str(environment.python), "--base", python]
    done = subprocess.run([*command, *cases], env=variables, capture_output=True, text=True, check=False)
    failures, _, last = done.stdout.rstrip().rpartition("\n")
    if failures:
        print(f"{version}:\n{failures}\n")
    found = re.findall(r"(\w+) (\d+)/(\d+)", last)
    if not found:
        print(f"{version}: the runner of the cases failed\n{done.stdout}{done.stderr}")
    return {mark: (int(passed), int(total)) for mark, passed, total in found}


def row(
    version: str, totals: dict[str, tuple[int, int]], partial: bool
) -> tuple[str, str, str, str, str, str]:
    """Return the line of the table for one interpreter. *partial*: only some cases were run."""
    nothing = (0, 0) if partial else (0, 1)
    must, should = totals.get("MUST", nothing), totals.get("SHOULD", nothing)
    passed = must[0] == must[1] and should[0] >= SHOULD_SHARE * should[1]
    others = {mark: counts for mark, counts in totals.items() if mark not in ("MUST", "SHOULD")}
    return (
        version,
        "passed" if passed else "FAILED",
        "",
        f"{must[0]}/{must[1]}",
        f"{should[0]}/{should[1]}",
        ", ".join(f"{mark} {a}/{b}" for mark, (a, b) in others.items()),
    )


if __name__ == "__main__":
    sys.exit(main())

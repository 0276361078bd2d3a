#!/usr/bin/env python3
"""Run other projects' own test suites eager and lazy: every test must end the same way.

    downstream.py                              every suite, with the running interpreter
    downstream.py click jinja2 --python PATH   only these, on another interpreter
    downstream.py 'test_*' --stdlib include    CPython's own modules, the standard library lazy too

The suites come in the projects' source distributions, which pip downloads from
the caller's package index; CPython's come with the interpreter, if it has them.
Everything is kept in .venv-downstream (or --keep DIR), so only the first run
downloads and installs. Exit status 1 if a test ends differently.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from pathlib import Path

from support.comparing import DIFFERENT, NOT_INSTALLABLE
from support.environments import CHECKOUT, CommandFailed, Environment, build_wheel, describe
from support.running import Runner
from support.suites import FAILED, PASSED, SKIPPED, Outcome, Suite, compare_suite, source_distribution
from support.tables import table

# The versions are those with which this was last looked at. Deselected is what
# ends differently from one eager run to the next.
SUITES = [
    Suite("attrs", "26.1.0", ["cloudpickle", "hypothesis", "pympler"]),
    Suite("click", "8.5.1"),
    Suite(
        "httpx",
        "0.28.1",
        ["httpx[cli,http2,socks]", "chardet", "trio", "trustme", "uvicorn"],
        # Needs brotli and zstandard, which do not install on every interpreter.
        tests=["tests", "--ignore=tests/test_decoders.py"],
    ),
    Suite("itsdangerous", "2.2.0", ["freezegun"]),
    Suite("jinja2", "3.1.6", ["trio"]),
    Suite("markupsafe", "3.0.4"),
    Suite("more-itertools", "11.2.1"),
    Suite(
        "packaging",
        "26.3",
        ["hypothesis", "pretend", "tomli_w"],
        # Tens of thousands of combinations of version numbers: minutes, and no imports.
        tests=["tests", "--ignore=tests/test_specifiers.py", "--ignore=tests/test_version.py"],
    ),
    Suite("pluggy", "1.7.0", ["pytest-benchmark"], tests=["testing"]),
    Suite(
        "pyparsing",
        "3.3.3",
        ["jinja2", "railroad-diagrams"],
        # Takes minutes, and imports nothing that the others do not.
        tests=["tests", "--ignore=tests/test_unit.py"],
    ),
    Suite("requests", "2.34.2", ["requests[socks]", "httpbin", "pytest-httpbin", "pytest-mock", "trustme"]),
    Suite("tomlkit", "0.15.2", ["pyyaml"]),
    Suite(
        "urllib3",
        "2.8.0",
        ["h2", "httpx", "hypercorn", "pysocks", "pytest-socket", "pytest-timeout", "quart-trio", "trustme"],
        tests=["test"],
    ),
    Suite(
        "werkzeug",
        "3.1.9",
        ["cryptography", "ephemeral-port-reserve", "pytest-timeout", "watchdog"],
        deselect={
            "tests/test_serving.py::test_reloader_sys_path": (
                "waits without end for events of the file system on a machine that has none"
            ),
            **dict.fromkeys(
                (
                    "tests/test_utils.py::test_import_string_attribute_error",
                    "tests/test_utils.py::test_import_string_provides_traceback",
                ),
                "expects the error of an import that is not used",
            ),
        },
    ),
]

TIME_LIMIT = 1800.0  # seconds that a suite may take

# CPython's tests of the import system and of what looks into namespaces.
SUITES += [
    Suite("test_dataclasses"),
    Suite("test_doctest"),
    Suite(
        "test_import",
        # An error that an import raises comes out of the first use of the name. And 3.15 itself does
        # not look for __import__ while imports may wait, whatever a filter answers.
        deselect=dict.fromkeys(
            (
                "*CircularImportTests.test_absolute_circular_submodule",
                "*CircularImportTests.test_circular_from_import",
                "*CircularImportTests.test_crossreference2",
                "*ImportTests.test_non_module_from_import_error",
                "*ImportTests.test_script_maybe_not_shadowing_third_party",
                "*ImportTests.test_script_shadowing_third_party",
                "*RelativeImportTests.test_import_from_unloaded_package",
                "*RelativeImportTests.test_issue3221",
                "*ImportTests.test_delete_builtins_import",
                "*test_exec_failure_nested",
            ),
            "expects the error of an import that is not used, or at the line of the import",
        ),
    ),
    Suite("test_importlib"),
    Suite("test_inspect"),
    Suite("test_pickle"),
    Suite("test_pkgutil"),
    Suite(
        "test_runpy",
        # They ask for the stock loader's class itself; below 3.15 a subclass of it loads the modules.
        deselect=dict.fromkeys(
            (
                "*RunModuleTestCase.test_run_module*",
                "*RunModuleTestCase.test_run_name",
                "*RunModuleTestCase.test_run_namespace_package*",
                "*RunModuleTestCase.test_run_package*",
                "*RunPathTestCase.test_directory*",
            ),
            "compares the class of the loader",
        ),
    ),
    Suite("test_typing"),
    Suite("test_unittest"),
]


def main(arguments: list[str] | None = None) -> int:
    """Run the suites; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        suites = chosen(options.suites)
        outcomes = run_everything(suites, options)
    except ValueError as error:
        sys.exit(f"downstream.py: {error}")
    except CommandFailed as error:
        sys.exit(f"downstream.py: a command that prepares the run failed\n{error}")
    print(table([HEADINGS, *map(row, outcomes)]))
    for outcome in outcomes:
        if outcome.report:
            print(f"\n{outcome.suite.name} on {outcome.python}: {outcome.verdict}")
            print("\n".join("  " + line for line in outcome.report))
    return 1 if any(outcome.verdict == DIFFERENT for outcome in outcomes) else 0


def parser() -> argparse.ArgumentParser:
    """Return the command line of this script."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = found.add_argument
    add("suites", nargs="*", metavar="SUITE", help="name or pattern of suites (default: all)")
    add("--python", action="append", metavar="PATH", help="an interpreter; may be repeated")
    add("--stdlib", choices=("exclude", "include"), help="set LAZI_STDLIB in the lazy runs")
    add(
        "--keep",
        default=str(CHECKOUT / ".venv-downstream"),
        metavar="DIR",
        help="where environments and downloads stay",
    )
    return found


def chosen(patterns: list[str]) -> list[Suite]:
    """Return the suites whose names match one of *patterns* (all if there is none), or raise ValueError."""
    names = [suite.name for suite in SUITES]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise ValueError(f"no suite matches {pattern!r}; there are: {', '.join(names)}")
    return [one for one in SUITES if not patterns or any(fnmatch.fnmatch(one.name, p) for p in patterns)]


def run_everything(suites: list[Suite], options: argparse.Namespace) -> list[Outcome]:
    """Run *suites* on every interpreter asked for; raises CommandFailed."""
    keep = Path(options.keep).resolve()
    wheel = build_wheel(keep / "wheel")
    mode = {"LAZI_STDLIB": options.stdlib} if options.stdlib else {}
    outcomes = []
    for python in options.python or [sys.executable]:
        version, path = describe(python)
        for suite in suites:
            started = time.monotonic()
            outcome = run_one(suite, version, path, keep, wheel, mode)
            outcomes.append(outcome)
            say(f"{version}: {suite.name}: {outcome.verdict} ({time.monotonic() - started:.0f} s)")
    return outcomes


def run_one(
    suite: Suite, version: str, python: str, keep: Path, wheel: Path, mode: dict[str, str]
) -> Outcome:
    """Prepare the environment of *suite* for one interpreter and run it both ways."""
    environment = Environment(keep / f"{version}-{suite.name if suite.version else 'cpython'}")
    environment.ensure(python)
    archive = None
    try:
        if suite.version:
            archive = source_distribution(suite, Environment(keep / "builder"), keep / "sources")
            failures = environment.install([str(archive), "pytest", *suite.requires])
            if failures:
                reasons = [f"{requirement}: {reason}" for requirement, reason in failures.items()]
                return Outcome(suite, version, NOT_INSTALLABLE, reasons)
    except CommandFailed as error:
        return Outcome(suite, version, NOT_INSTALLABLE, str(error).splitlines())
    environment.install_lazi_site(wheel)
    runner = Runner(environment, keep / "runs" / f"{version}-{suite.name}", TIME_LIMIT)
    return compare_suite(suite, version, runner, archive, mode)


HEADINGS = (
    "suite",
    "python",
    "same?",
    "eager passed",
    "failed",
    "skipped",
    "lazy passed",
    "failed",
    "skipped",
)


def row(outcome: Outcome) -> tuple[str, ...]:
    """Return the cells of one line of the table."""
    numbers = [
        str(results[kind]) if results else ""
        for results in (outcome.eager, outcome.lazy)
        for kind in (PASSED, FAILED, SKIPPED)
    ]
    title = f"{outcome.suite.name} {outcome.suite.version}".strip()
    return (title, outcome.python, outcome.verdict, *numbers)


def say(text: str) -> None:
    """Report progress on standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

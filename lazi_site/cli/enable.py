"""``lazi-site enable``."""

from __future__ import annotations

import os
import sys

from . import status_codes
from .delegate import run_in_environment
from .output import print_facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Makes every Python of a virtualenv import lazily from its next start on, by a
start file in site-packages and a directory `lazi-site` in the virtualenv.
Running it again does no harm.

With --try the programs of the virtualenv are then run eagerly and lazily, as
`lazi-site top` does, to see what is saved and whether they do the same."""

EXAMPLES = """\
  lazi-site enable                       the virtualenv of this lazi-site
  lazi-site enable --venv ../app/.venv   another one that has lazi-site installed
  lazi-site enable --project .           read the configuration of this directory
  lazi-site enable --try                 then try every program of the virtualenv"""

EXIT_STATUS = """\
  0  done; imports are lazy, or eager because the configuration says so
  1  the interpreter met a fault at its start, or with --try some programs do
     not do the same; the virtualenv stays enabled
  2  refused: no virtualenv, no permission, or a Python without an engine"""

FILES = """\
  site-packages/lazi_site.pth      the start file
  VENV/lazi-site/                  the record of this command, stored configuration
  lazi-site.toml, pyproject.toml   of the project, see lazi-site config --help"""

SEE_ALSO = "  lazi-site status, lazi-site disable, lazi-site doctor, lazi-site top"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``enable`` to *parser*."""
    parser.add_argument("--venv", metavar="DIR", help="another virtualenv with lazi-site in it")
    parser.add_argument(
        "--project",
        metavar="DIR",
        help="where lazi-site.toml or pyproject.toml is (default: found around the virtualenv)",
    )
    parser.add_argument("--force", action="store_true", help="even if this Python is not in a virtualenv")
    parser.add_argument(
        "--try",
        dest="then_try",
        action="store_true",
        help="then run the programs of the virtualenv both ways and say which do the same",
    )


def run(venv: str | None, project: str | None, force: bool, then_try: bool) -> int:
    """Enable the environment, report what a fresh interpreter of it says, and try its programs if asked."""
    if venv is not None:
        arguments = ["enable"]
        if project is not None:
            arguments += ["--project", os.path.abspath(project)]
        return run_in_environment(venv, arguments + ["--force"] * force + ["--try"] * then_try)

    from ..config.refresh import Configuration
    from ..config.snapshot import store_snapshot
    from ..install.describe import describe_interpreter
    from ..install.enable import enable
    from ..install.probe import FreshInterpreter
    from ..startup.snapshot import is_fresh, stored_snapshots

    done = enable(project=project, force=force)
    fresh = FreshInterpreter()  # it starts while the configuration is read
    configuration = Configuration()
    # Making one takes 40 ms, and one that is up to date would be the same.
    if configuration.is_stored and not any(is_fresh(snapshot) for _, snapshot in stored_snapshots()):
        store_snapshot(configuration.as_snapshot())
    answer = fresh.ask()
    if answer.engine:
        print(f"Lazy imports are on in {sys.prefix}.")
    else:
        print(f"lazi-site is enabled in {sys.prefix}, but imports stay eager:")
        print(f"  {answer.reason or 'the start file did not run'}")
    print()
    used = [source.origin.partition(" ")[2] for source in configuration.sources if source.values]
    interpreter = "{implementation} {version}".format_map(describe_interpreter())
    facts = [
        ("start file", done.start_file + ("" if done.changed else " (was already there)")),
        ("engine", f"{answer.engine or 'none'} ({interpreter})"),
        ("project", done.project or "none"),
        ("configuration", used[0] if used else "no file, the defaults hold"),
        *(("", origin) for origin in used[1:]),
    ]
    print_facts(facts)
    print()
    print("One run with eager imports: LAZI_DISABLE=1 in its environment.")
    print("To undo: lazi-site disable")
    status = status_codes.NEGATIVE if answer.fault else status_codes.OK
    if then_try:
        print(flush=True)
        status = max(status, try_programs(is_lazy=bool(answer.engine)))
    return status


def try_programs(*, is_lazy: bool) -> int:
    """Run the environment's programs eagerly and lazily and show what came of it; return an exit status."""
    from ..measure.scripts import console_scripts
    from .top import show, status_of, try_scripts

    if not is_lazy:
        print("No program was tried, as imports are eager either way.")
        return status_codes.OK
    scripts = console_scripts()
    if not scripts:
        print("No program was tried, as the packages of this virtualenv install none.")
        return status_codes.OK
    found = try_scripts(scripts)
    show(found)
    status = status_of(found)
    if status != status_codes.OK:
        print("\nThe virtualenv stays enabled; until a rule is found, lazi-site disable makes it as it was.")
    return status

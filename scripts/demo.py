#!/usr/bin/env python3
"""Show what lazi-site does for a few real programs: same output, less to import.

    demo.py [--python PATH] [--runs N] [--keep DIR]

Makes a virtual environment, installs lazi-site from this checkout together
with flask, django and rich, enables it, runs the programs (and pip itself)
eagerly and lazily, compares output and exit status, and prints a table. Exit
status 1 if a program behaves differently.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from support.comparing import SAME, compare
from support.environments import CommandFailed, Environment, build_wheel, describe, kept_folder
from support.recipes import read_recipes
from support.running import Runner, write_counter
from support.tables import results_table

PROGRAMS = "flask_help flask_routes django_help manage_check rich_tables rich_markdown pip_version pip_list"


def main() -> int:
    """Run the demonstration; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="an interpreter")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="measured runs (default 5)")
    parser.add_argument("--keep", metavar="DIR", help="keep the environment in DIR")
    options = parser.parse_args()
    try:
        with kept_folder(options.keep) as folder:
            return demonstrate(options.python, options.runs, folder)
    except CommandFailed as error:
        sys.exit(f"demo.py: a command that prepares the demonstration failed\n{error}")


def demonstrate(python: str, runs: int, folder: Path) -> int:
    """Make the environment below *folder*, run the programs, and print the table."""
    version, path = describe(python)
    recipes = read_recipes(PROGRAMS.split())
    environment = Environment(folder / f"{version}-demo")
    print(f"Python {version}: making a virtual environment and installing ...", flush=True)
    environment.ensure(path)
    failures = environment.install(sorted({one for recipe in recipes for one in recipe.install}))
    if failures:
        raise CommandFailed("\n".join(f"{name}: {reason}" for name, reason in failures.items()))
    environment.install_lazi_site(build_wheel(folder / "wheel"))
    write_counter(environment)
    print("lazi-site is enabled; running each program eagerly and lazily ...", flush=True)
    results = []
    for recipe in recipes:
        runner = Runner(environment, folder / "runs" / recipe.name)
        results.append(compare(recipe, version, runner, {}, runs))
    print(results_table(results))
    for result in results:
        if result.report:
            print(f"\n{result.recipe}: {result.verdict}")
            print("\n".join("  " + line for line in result.report))
    different = sum(result.verdict != SAME for result in results)
    print(
        f"\n{different} programs behave differently."
        if different
        else "\nEvery program gave the same output and the same exit status both ways."
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Run real programs eager and lazy, and compare their output and exit status.

    corpus.py                              every recipe, with the running interpreter
    corpus.py 'flask*' rich_tables         only these
    corpus.py --quick --python PATH ...    the quick subset, on several interpreters

The recipes are the files of tests/downstream/recipes, and the programs that
tests/downstream/asked_for_help.toml names, asked for their help. Each runs in a virtual
environment that has its requirements and lazi-site, enabled, from this
checkout. Environments are kept in .venv-corpus (or --keep DIR), so only the
first run installs. Exit status 1 if a program behaves differently.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from support.benching import say
from support.comparing import DIFFERENT, NOT_INSTALLABLE, Result, compare
from support.environments import CHECKOUT, CommandFailed, build_wheel, describe
from support.groups import group_environments, missing
from support.recipes import Recipe, read_recipes
from support.running import EAGER, NATIVE_ALL, Runner
from support.tables import results_table


def main(arguments: list[str] | None = None) -> int:
    """Run the corpus; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        recipes = read_recipes(options.recipes, options.quick)
    except ValueError as error:
        sys.exit(f"corpus.py: {error}")
    try:
        results = run_everything(recipes, options)
    except CommandFailed as error:
        sys.exit(f"corpus.py: a command that prepares the run failed\n{error}")
    print(results_table(results))
    for result in results:
        if result.report:
            print(f"\n{result.recipe} on {result.python}: {result.verdict}")
            print("\n".join("  " + line for line in result.report))
    counts = Counter(result.verdict for result in results)
    print("\n" + ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())))
    excess = [one for one in results if one.modules_ratio > (options.modules_at_most or math.inf)]
    for result in excess:
        print(f"{result.recipe} on {result.python} loads more modules than the limit allows")
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(one) for one in results], indent=1) + "\n")
    return 1 if excess or (counts[DIFFERENT] and not options.native_all) else 0


def run_everything(recipes: list[Recipe], options: argparse.Namespace) -> list[Result]:
    """Run the recipes on every interpreter asked for; raises CommandFailed."""
    keep = Path(options.keep).resolve()
    wheel = None if options.self_check or options.native_all else build_wheel(keep / "wheel")
    results: list[Result] = []
    for python in options.python or [sys.executable]:
        version, path = describe(python)
        if options.native_all and version < "3.15":
            say(f"{version} has no native lazy imports: left out")
            continue
        results += run_interpreter(recipes, version, path, keep, wheel, options)
    return results


def parser() -> argparse.ArgumentParser:
    """Return the command line of this script."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = found.add_argument
    add("recipes", nargs="*", metavar="RECIPE", help="name or pattern of recipes (default: all)")
    add("--python", action="append", metavar="PATH", help="an interpreter; may be repeated")
    add("--quick", action="store_true", help="only the recipes marked as quick")
    add("--stdlib", choices=("exclude", "include"), help="set LAZI_STDLIB in the lazy runs")
    add("--eager", metavar="PATTERNS", help="set LAZI_EAGER in the lazy runs")
    add("--config", metavar="FILE", help="set LAZI_CONFIG in the lazy runs")
    add("--runs", type=int, default=3, metavar="N", help="measured runs of each kind (default 3)")
    add(
        "--modules-at-most",
        type=float,
        metavar="RATIO",
        help="fail also if a program loads more than this part of the modules of its eager run",
    )
    add(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="recipes at a time; above 1, times are noisy",
    )
    add("--json", metavar="FILE", help="write the results to FILE as well")
    add(
        "--keep",
        default=str(CHECKOUT / ".venv-corpus"),
        metavar="DIR",
        help="where environments stay",
    )
    kinds = found.add_mutually_exclusive_group()
    kinds.add_argument(
        "--native-all",
        action="store_true",
        help="for information: PYTHON_LAZY_IMPORTS=all without lazi-site (3.15)",
    )
    kinds.add_argument(
        "--self-check",
        action="store_true",
        help="compare eager runs with eager runs: are the recipes themselves repeatable?",
    )
    return found


def lazy_mode(options: argparse.Namespace) -> dict[str, str]:
    """Return the environment variables of the run that is compared with the eager one."""
    if options.self_check:
        return EAGER
    if options.native_all:
        return NATIVE_ALL
    mode = {
        "LAZI_STDLIB": options.stdlib,
        "LAZI_EAGER": options.eager,
        "LAZI_CONFIG": options.config,
    }
    return {name: value for name, value in mode.items() if value}


def run_interpreter(
    recipes: list[Recipe],
    version: str,
    python: str,
    keep: Path,
    wheel: Path | None,
    options: argparse.Namespace,
) -> list[Result]:
    """Prepare the environments of one interpreter and run the recipes in them."""
    recipes = [recipe for recipe in recipes if not recipe.python or version in recipe.python]
    environments, failures = group_environments(recipes, version, python, keep, wheel)
    mode = lazy_mode(options)

    def run(recipe: Recipe) -> Result:
        if reason := missing(recipe, failures):
            return Result(recipe.name, version, NOT_INSTALLABLE, [reason])
        started = time.monotonic()
        runner = Runner(environments[recipe.group], keep / "runs" / f"{version}-{recipe.name}")
        try:
            result = compare(recipe, version, runner, mode, options.runs)
        except CommandFailed as error:
            result = Result(recipe.name, version, DIFFERENT, str(error).splitlines())
        say(f"{version}: {recipe.name}: {result.verdict} ({time.monotonic() - started:.1f} s)")
        return result

    with ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(run, recipes))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Show that every shipped rule is needed: its program behaves with the rule and differs without it.

    check_rules.py [--python PATH ...] [--keep DIR]

For each row of lazi_site/safety/rules.toml its recipe runs twice through
corpus.py, once as shipped and once with a configuration that takes the rule
away (``lazy = [pattern]``). Exit status 1 if a rule does not cure its program,
or if the program runs as well without it. What a rule calls inert is made eager
instead: then the program has to load more modules. Where a rule is for the gain,
instructions are counted by bench_programs.py, if valgrind is there: without any
of the rule's patterns there have to be more of them.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from support.counting import NO_VALGRIND, can_count  # noqa: E402

from lazi_site.config.shipped import fits_version, patterns_of  # noqa: E402

RULES = ROOT / "lazi_site" / "safety" / "rules.toml"


def behaves(recipe: str, options: list[str], config: Path | None, runs: int = 0) -> bool:
    """Return whether the program *recipe* is the same eager and lazy; with *runs* its modules are counted."""
    command = [sys.executable, str(ROOT / "scripts" / "corpus.py"), recipe, "--runs", str(runs), *options]
    if config is not None:
        command += ["--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"check_rules: corpus.py could not run {recipe}:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def loads_less(recipe: str, options: list[str], config: Path) -> tuple[bool, bool]:
    """Return whether *recipe* is the same eager and lazy, and loads fewer modules than with *config*."""
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        for one in (None, config):
            found = Path(folder, "found.json")
            if not behaves(recipe, [*options, "--json", str(found)], one, runs=1):
                return False, False
            counts.append([result["lazy_modules"] for result in json.loads(found.read_text("utf-8"))])
    return True, all(fewer < more for fewer, more in zip(*counts, strict=True))


def instructions(recipe: str, options: list[str], config: Path | None = None) -> list[float]:
    """Return the million instructions that *recipe* takes lazily on each interpreter, inf if it differs."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "found.json")
        command = [
            sys.executable,
            str(ROOT / "scripts" / "bench_programs.py"),
            "--programs",
            recipe,
            *options,
        ]
        command += ["--ways", "lazy", "--count", "--json", str(found)]
        command += ["--config", str(config)] if config is not None else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"check_rules: bench_programs.py could not run {recipe}:\n{done.stdout}{done.stderr}")
        versions = json.loads(found.read_text("utf-8")).values()
        ways = [one["programs"][recipe]["ways"] for one in versions]
        return [one["lazy"]["cpu"][0] if "lazy" in one else math.inf for one in ways]


def version_of(python: str) -> tuple[int, int]:
    """Return (major, minor) of the interpreter *python*."""
    command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    major, minor = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(major), int(minor)


def judge(rule: dict[str, Any], common: list[str], config: Path) -> tuple[bool, bool]:
    """Return whether the *rule* cures its program, and whether the program needs it.

    common: options for the scripts that run it. config: where to write what takes the rule away.
    """
    recipe, patterns = rule["recipe"], patterns_of(rule)
    options = ["--stdlib", "include", *common]
    if rule["kind"] == "inert":
        config.write_text(f"eager = {json.dumps(patterns)}\n", "utf-8")
        return loads_less(recipe, options, config)
    cured = behaves(recipe, options, None)
    if rule.get("gain"):
        shipped = instructions(recipe, common)
        return cured, all(takes_less(recipe, common, pattern, config, shipped) for pattern in patterns)
    config.write_text(f"lazy = {json.dumps(patterns)}\n", "utf-8")
    return cured, not behaves(recipe, options, config)


def takes_less(recipe: str, options: list[str], pattern: str, config: Path, shipped: list[float]) -> bool:
    """Return whether *recipe* takes more instructions than *shipped* without the *pattern*; tell it."""
    config.write_text(f"lazy = {json.dumps([pattern])}\n", "utf-8")
    without = instructions(recipe, options, config)
    ratios = [one / other for one, other in zip(without, shipped, strict=True)]
    tell(pattern, recipe, f"without it {', '.join(f'{one:.4f}' for one in ratios)} of the instructions")
    return min(ratios) > 1


def tell(pattern: str, recipe: str, words: str) -> None:
    """Print one line about a rule."""
    print(f"{pattern:<32} {recipe:<20} {words}", flush=True)


def main() -> int:
    """Check every rule and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter")
    parser.add_argument("--keep", metavar="DIR", help="where environments stay, as for corpus.py")
    arguments = parser.parse_args()
    versions = {python: version_of(python) for python in arguments.python or [sys.executable]}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        for rule in tomllib.loads(RULES.read_text("utf-8"))["rule"]:
            patterns = patterns_of(rule)
            fits = rule.get("python", "")
            meant = [python for python, version in versions.items() if fits_version(fits, version)]
            if not meant:
                tell(patterns[0], rule["recipe"], "not for these interpreters")
                continue
            keep = ["--keep", arguments.keep] if arguments.keep else []
            common = [*keep, *(option for python in meant for option in ("--python", python))]
            if rule.get("gain") and not can_count():
                tell(patterns[0], rule["recipe"], NO_VALGRIND)
                continue
            cured, needed = judge(rule, common, config)
            failed |= not (cured and needed)
            says = "needed and enough" if cured and needed else "not needed" if cured else "not enough"
            tell(patterns[0], rule["recipe"], says)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

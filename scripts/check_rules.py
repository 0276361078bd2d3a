#!/usr/bin/env python3
"""Show that every shipped rule is needed: its program behaves with the rule and differs without it.

    check_rules.py [--python PATH ...] [--keep DIR]

For each row of lazi_site/safety/rules.toml its recipe runs twice through
corpus.py, once as shipped and once with a configuration that takes the rule
away (``lazy = [pattern]``). Exit status 1 if a rule does not cure its program,
or if the program runs as well without it. What a rule calls inert is made eager
instead: then the program has to load more modules.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lazi_site.config.shipped import fits_version  # noqa: E402

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


def version_of(python: str) -> tuple[int, int]:
    """Return (major, minor) of the interpreter *python*."""
    command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    major, minor = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(major), int(minor)


def main() -> int:
    """Check every rule and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter")
    parser.add_argument("--keep", metavar="DIR", help="where environments stay, as for corpus.py")
    arguments = parser.parse_args()
    versions = {python: version_of(python) for python in arguments.python or [sys.executable]}
    common = ["--stdlib", "include", *(["--keep", arguments.keep] if arguments.keep else [])]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        for rule in tomllib.loads(RULES.read_text("utf-8"))["rule"]:
            pattern = rule["pattern"]
            fits = rule.get("python", "")
            meant = [python for python, version in versions.items() if fits_version(fits, version)]
            if not meant:
                print(f"{pattern:<32} {rule['recipe']:<20} not for these interpreters", flush=True)
                continue
            options = [*common, *(option for python in meant for option in ("--python", python))]
            if rule["kind"] == "inert":
                config.write_text(f'eager = ["{pattern}"]\n', "utf-8")
                cured, needed = loads_less(rule["recipe"], options, config)
            else:
                config.write_text(f'lazy = ["{pattern}"]\n', "utf-8")
                cured = behaves(rule["recipe"], options, None)
                needed = not behaves(rule["recipe"], options, config)
            failed |= not (cured and needed)
            says = "needed and enough" if cured and needed else "not needed" if cured else "not enough"
            print(f"{pattern:<32} {rule['recipe']:<20} {says}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Try an enabled environment beside the tools that people have: do they work as they do without it?

    house.py                              every check, with the running interpreter
    house.py pdb coverage --python PATH   the checks with these words in their names, by this interpreter
    house.py --list                       what there is

The checks are in scripts/household. They make their own environments and install
the tools from the package index. Exit status 1 if one fails; one that cannot be
made, because a tool cannot be installed, is said and not counted as a failure.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from household.common import CHECKS, Check, House, NotHere, Wrong
from support.benching import failures_in_words, make_parser, write_json
from support.environments import CommandFailed, build_wheel, describe
from support.tables import table

MODULES = ("testing", "editable", "layouts", "upgrading", "bundles", "hooks", "flags")
WIDTH = 100  # characters of what is said that the table shows
PASSED, FAILED, NOT_TRIED = "passed", "FAILED", "not tried"


def main() -> int:
    """Run what is asked for; return the exit status."""
    for name in MODULES:
        importlib.import_module(f"household.{name}")
    options = parse()
    chosen = [one for one in CHECKS if not options.names or any(word in one.name for word in options.names)]
    if options.list:
        print(table([("name", "tool", "check"), *((one.name, one.tool, one.what) for one in chosen)]))
        return 0
    keep = Path(options.keep).resolve()
    results = []
    with failures_in_words():
        wheel = build_wheel(keep / "wheel")
        for python in options.python or [sys.executable]:
            version, path = describe(python)
            for one in chosen:
                result, said, seconds = make(one, version, path, keep, wheel)
                results.append((version, one, result, said, seconds))
                print(f"{version} {one.name}: {result} ({seconds:.1f} s)", file=sys.stderr, flush=True)
    rows: list[tuple[str, ...]] = [("tool", "check", "python", "result")]
    for version, one, result, said, _ in results:
        rows.append((one.tool, one.what, version, f"{result}: {said.partition(chr(10))[0][:WIDTH]}"))
    print(table(rows, texts=4))
    for version, one, result, said, _ in results:
        if result == FAILED:
            print(f"\n{one.name} on {version}:\n{said}")
    counts = {kind: sum(row[2] == kind for row in results) for kind in (PASSED, FAILED, NOT_TRIED)}
    print("\n" + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    write_json(options.json, [as_json(*row) for row in results])
    return int(counts[FAILED] > 0)


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="words in names of checks (default: all)")
    add("--list", action="store_true", help="print the checks and do nothing")
    add("--json", metavar="FILE", help="write the results there too")
    return parser.parse_args()


def make(one: Check, version: str, python: str, keep: Path, wheel: Path) -> tuple[str, str, float]:
    """Make the check *one*; return the result, what is said of it, and how many seconds it took."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="lazi-house-")).resolve()
    (folder / "home").mkdir()
    try:
        result, said = PASSED, one.function(House(version, python, keep, wheel, folder))
    except NotHere as reason:
        result, said = NOT_TRIED, str(reason)
    except (Wrong, CommandFailed, OSError, ValueError) as error:
        result, said = FAILED, str(error) or repr(error)
    except subprocess.TimeoutExpired as error:
        result, said = FAILED, f"it hung: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result, said, time.monotonic() - began


def as_json(version: str, one: Check, result: str, said: str, seconds: float) -> dict[str, object]:
    """Return one result as it is written into the file of --json."""
    return {
        "name": one.name,
        "tool": one.tool,
        "check": one.what,
        "python": version,
        "result": result,
        "said": said,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())

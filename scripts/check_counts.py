#!/usr/bin/env python3
"""Hold what lazi-site costs to limits, by counts, which a busy machine does not change: no times.

    check_counts.py [--python PATH ...]             exit status 1 if a count is beyond its limit
    check_counts.py --renew [--python PATH ...]     today's counts become what the limits are made from

Counted is what is more than without lazi-site:

    start         `python -c pass` in an enabled environment, its snapshot fresh
    disabled      the same with LAZI_DISABLE=1
    first module  a start that imports an empty module, which brings policy and engine
    import path   a module more, and a statement more, as bench_import_path.py has them, but
                  without the garbage collector, of which now one bears the cost and now another

For the first three against an environment whose start file is a comment:
modules loaded, files opened, files asked about (stat and its like; by strace,
without which an audit hook counts what is opened), and instructions (by
valgrind, without which they are left out). The limits are the counts in
check_counts.json and the MARGINS. They were counted with one build of each
interpreter; with another, instructions have the margin OTHER_BUILD.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from support.benching import failures_in_words, make_parser, say, write_json
from support.counting import NO_VALGRIND, can_count, instructions
from support.environments import CommandFailed, Environment, build_wheel, call, describe
from support.import_path import MODES, command, costs, generate, tasks
from support.starts import COMMENT, plain_variables, start_environments
from support.syscalls import files_counted
from support.tables import table

FILE = Path(__file__).with_suffix(".json")
MARGINS = {"modules": 0.0, "opened": 0.0, "asked": 0.0, "instructions": 0.05}  # as a part of the count
OTHER_BUILD = 1.0
SMALLEST = 2_000  # instructions: what a margin is at least
STARTS = {
    "start": ("pass", {}),
    "disabled": ("pass", {"LAZI_DISABLE": "1"}),
    "first module": ("import sys; sys.path.insert(0, sys.argv[1]); import empty", {}),
}
SIZES = (10, 40)  # modules of the import path
Counts = dict[str, int]  # "start: modules" and so on


def main() -> int:
    """Count on every interpreter asked for; return the exit status."""
    parser = make_parser(__doc__)
    parser.add_argument("--renew", action="store_true", help="write today's counts into check_counts.json")
    parser.add_argument("--json", metavar="FILE", help="write the counts there too")
    options = parser.parse_args()
    keep = Path(options.keep).resolve()
    if not can_count():
        print(f"check_counts.py: {NO_VALGRIND}.")
    if shutil.which("strace") is None:
        print("check_counts.py: there is no strace here, so only opened files are counted, by an audit hook.")
    known: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    found: dict[str, Any] = {}
    with failures_in_words():
        wheel = build_wheel(keep / "wheel")
        for python in options.python or [sys.executable]:
            version, path = describe(python)
            environments = start_environments(keep, version, path, wheel)
            build = call([path, "-c", "import sys; print(sys.version)"]).strip()
            found[version] = {"interpreter": build, "counts": count(environments)}
    write_json(options.json, found)
    if options.renew:
        write_json(str(FILE), dict(sorted({**known, **found}.items())))
        known = found
    return show(found, known)


def count(environments: dict[str, Environment]) -> Counts:
    """Return all counts of one interpreter."""
    found: Counts = {}
    with tempfile.TemporaryDirectory(prefix="lazi-site-") as name:
        folder = Path(name)
        (folder / "empty.py").write_text("")
        for start, (code, more) in STARTS.items():
            base = count_start(environments[COMMENT], code, more, folder)
            ours = count_start(environments["enabled"], code, more, folder)
            found |= {f"{start}: {what}": ours[what] - base[what] for what in ours}
        if can_count():
            found |= count_import_path(environments["enabled"], folder)
    return found


def count_start(environment: Environment, code: str, more: dict[str, str], folder: Path) -> Counts:
    """Return {"modules", "opened", "asked", "instructions": number} of a start that runs *code*."""
    say(f"{environment.folder.name}: {code!r} {more or ''}")
    variables = {**plain_variables(environment), **more}
    arguments = ["-c", code, str(folder)]
    # Not an import statement: it would bring what makes those of the program wait.
    counting = ["-c", f"{code}\nprint(len(__import__('sys').modules))", str(folder)]
    for _ in range(3):  # the first runs write byte code and snapshot
        modules = run([str(environment.python), *counting], variables)
    found = {"modules": int(modules), **files_counted(environment, arguments, variables)}
    if can_count():
        found["instructions"] = instructions([str(environment.python), *arguments], variables)
    return found


def count_import_path(environment: Environment, folder: Path) -> Counts:
    """Return the instructions of a module and of a statement, by the names in import_path.KINDS."""
    say(f"{environment.folder.name}: import path")
    generate(folder)
    python = str(environment.python)
    few, many = SIZES
    todo = [(*task, size) for task in tasks() for size in SIZES]

    def measure(package: str, mode: str, size: int, count: bool) -> float:
        variables = {**plain_variables(environment), **MODES[mode]}
        arguments = command(python, str(folder), package, size, collect=False)
        return instructions(arguments, variables) if count else len(run(arguments, variables))

    for one in todo:
        measure(*one, count=False)  # writes the byte code
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # counts are the same side by side
        counted = dict(zip(todo, pool.map(lambda one: measure(*one, count=True), todo), strict=True))
    measured = {task: (counted[*task, many] - counted[*task, few]) / (many - few) for task in tasks()}
    return {f"import path, {kind}: instructions": round(cost) for kind, cost in costs(measured).items()}


def run(arguments: list[str], variables: dict[str, str]) -> str:
    """Return what a command prints; CommandFailed."""
    done = subprocess.run(arguments, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise CommandFailed(f"{' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def limit_of(name: str, known: dict[str, Any], build: str) -> int | None:
    """Return the limit of the count *name*, None if there is none. known: of the version, from FILE."""
    counted: int | None = known.get("counts", {}).get(name)
    what = name.rpartition(": ")[2]
    if counted is None or what != "instructions":
        return counted
    margin = MARGINS[what] if known["interpreter"] == build else OTHER_BUILD
    return counted + max(SMALLEST, round(abs(counted) * margin))


def show(found: dict[str, Any], known: dict[str, Any]) -> int:
    """Print counts and limits; return the exit status."""
    rows: list[tuple[str, ...]] = [("python", "what", "more than without", "limit")]
    complaints = []
    for version, one in found.items():
        limits = known.get(version, {})
        if not limits:
            print(f"{version} has no limits yet: --renew makes them.")
        elif limits["interpreter"] != one["interpreter"]:
            print(f"{version}: not the build of the limits; instructions may be {1 + OTHER_BUILD:g} times.")
        for name, number in one["counts"].items():
            limit = limit_of(name, limits, one["interpreter"])
            rows.append((version, name, f"{number:,}", "-" if limit is None else f"{limit:,}"))
            if limit is not None and number > limit:
                complaints.append(f"{version}: {name}: {number:,}, the limit is {limit:,}.")
    print(table(rows))
    print(*complaints, sep="\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())

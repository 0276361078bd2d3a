#!/usr/bin/env python3
"""Damage every file that lazi-site reads or writes, kill its commands, and see that nothing breaks.

    faults.py [--python PATH | --environment DIR] [--quick] [--every-byte]
              [--kills N] [--only FILE] [--seed N] [--json FILE]

For every file and every state (missing, empty, truncated, random bytes, huge, a
FIFO ...) a program that imports two modules of its own has to print the same,
end with the same status, write nothing on standard error and not hang; and
`lazi-site doctor` has to name what is wrong. Commands are killed at random
moments; the environment has to be in the old or the new state then.
--environment uses (and changes) a virtualenv that has lazi-site in it, else one
is made. --quick tries little of each. --only takes a part of a file's name.
Exit status 1 if something was not survived.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from support.damage import Variant, skipped, states
from support.environments import CHECKOUT, Environment, build_wheel, describe
from support.killing import OPERATIONS, kill_often
from support.surroundings import EXIT, RULES, Outcome, Surroundings, without_report
from support.tables import table

DAMAGED = ("truncated", "random bytes", "huge", "a directory", "a FIFO", "no permission", "link to itself")
OWNERS = ("world-writable", "wrong owner")
# What the interpreter itself does with such a start file, whoever wrote it: it waits for
# the FIFO, reads all of the huge one (neither is tried), and reports a damaged line.
INTERPRETERS_OWN = ("a FIFO", "huge")
REPORTED_BY_INTERPRETER = ("truncated", "random bytes")


class File(NamedTuple):
    """One of the files. find: its path. content: of an intact one; None: as it is.

    named: the codes of which doctor must name one, by state. run: what is run and has to do the same.
    """

    name: str
    find: Callable[[Surroundings], Path]
    content: bytes | None
    named: dict[str, tuple[str, ...]]
    run: Callable[[Surroundings, bool], Outcome]
    variables: Callable[[Surroundings], dict[str, str]] = lambda _: {}


def program(place: Surroundings, full: bool) -> Outcome:
    return place.run_program(full)


def recorded(place: Surroundings, full: bool) -> Outcome:
    return place.run_program(full, LAZI_REPORT=str(place.report))


def configured(place: Surroundings, full: bool) -> Outcome:
    return place.run_program(full, LAZI_CONFIG=str(place.extra))


def scanned(place: Surroundings, full: bool) -> Outcome:
    return place.run("-m", "lazi_site", "scan", "--json", full=full)


def wrong(*codes: str, states: tuple[str, ...] = DAMAGED) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(states, codes)


BROKEN = wrong("configuration-wrong")
FILES = [
    File(
        "start file",
        lambda place: place.start_file,
        None,
        wrong("start-file-changed", "start-file-of-another-place", states=("empty", *DAMAGED))
        | wrong("start-file-missing", "start-file-changed", states=("missing", "dangling link"))
        | wrong("start-file-unsafe", states=OWNERS),
        program,
    ),
    File(
        "snapshot",
        lambda place: place.snapshot,
        None,
        wrong("snapshot-damaged", states=("empty", "dangling link", *DAMAGED))
        | wrong("snapshot-missing", states=("missing",))
        | wrong("snapshot-not-trusted", states=OWNERS)
        | wrong("state-directory-read-only", states=("read-only directory",)),
        program,
    ),
    File("decisions", lambda place: min(place.state.glob("decisions-*.snapshot")), None, {}, program),
    File("program's decisions", lambda place: min(place.state.glob("program-*.snapshot")), None, {}, program),
    File(
        "environment's record",
        lambda place: place.state / "environment.json",
        None,
        wrong("record-damaged", states=("empty", *DAMAGED, *OWNERS))
        | wrong("record-missing", states=("missing", "dangling link")),
        program,
    ),
    File("site file", lambda place: place.folder / "site/lazi-site/config.toml", RULES, BROKEN, program),
    File("user file", lambda place: place.home / ".config/lazi-site/config.toml", RULES, BROKEN, program),
    File("lazi-site.toml", lambda place: place.project / "lazi-site.toml", RULES, BROKEN, program),
    File(
        "pyproject.toml",
        lambda place: place.project / "pyproject.toml",
        b"[tool.lazi-site]\n" + RULES,
        BROKEN,
        program,
    ),
    File(
        "LAZI_CONFIG file",
        lambda place: place.extra,
        RULES,
        BROKEN | wrong("configuration-wrong", states=("missing", "dangling link")),
        configured,
        lambda place: {"LAZI_CONFIG": str(place.extra)},
    ),
    File("note of a fault", lambda place: place.state / "last-fault.txt", b"start-up: no\n", {}, program),
    File("report file", lambda place: place.report, b'{"event": "process"}\n', {}, recorded),
    File("scan cache", lambda place: min(place.state.glob("scan-*.data")), None, {}, scanned),
]


class Tally:
    """Counts, by file and state, and what was not survived."""

    def __init__(self) -> None:
        self.tried: dict[tuple[str, str], int] = {}
        self.named: dict[tuple[str, str], int] = {}
        self.failures: list[str] = []

    def count(self, file: str, state: str) -> None:
        self.tried[file, state] = self.tried.get((file, state), 0) + 1


def try_file(place: Surroundings, file: File, options: argparse.Namespace, tally: Tally) -> None:
    """Put *file* into every state and run what uses it."""
    place.restore()
    path = file.find(place)
    content = path.read_bytes() if file.content is None else file.content
    is_small = len(content) < 1000 and file.name != "scan cache"
    most = 2 if options.quick else 6 if file.name == "scan cache" else 60
    found = states(
        content,
        every_byte=options.every_byte or (is_small and not options.quick),
        most=most,
        random_files=1 if options.quick else 10,
        dice=random.Random(options.seed),  # noqa: S311
    )
    if file.name == "start file":
        found["random bytes"] = [as_text(variant) for variant in found["random bytes"]]
    expected = file.run(place, False)
    for state, variants in found.items():
        if file.name == "start file" and state in INTERPRETERS_OWN:
            continue
        if options.quick and state in options.left_out:
            continue
        for number, variant in enumerate(variants):
            # The middle one: the last byte of a truncated file need not be missed.
            asks_doctor = number == len(variants) // 2
            try_variant(place, file, state, variant, content, expected, asks_doctor, tally)


def as_text(variant: Variant) -> Variant:
    """Return *variant* with ASCII bytes: of others in any .pth file 3.12.1 itself dies."""

    def apply(path: Path) -> None:
        variant(path)
        path.write_bytes(bytes(byte & 0x7F for byte in path.read_bytes()))

    return apply


def try_variant(
    place: Surroundings,
    file: File,
    state: str,
    variant: Variant,
    content: bytes,
    expected: Outcome,
    asks_doctor: bool,
    tally: Tally,
) -> None:
    """Apply one variant and look what becomes of program and doctor."""

    def damage() -> None:
        place.restore()
        path = file.find(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.content is not None:
            path.write_bytes(content)
        variant(path)

    if asks_doctor:
        damage()
        codes = place.findings(**file.variables(place))
        wanted = file.named.get(state, ())
        if isinstance(codes, str):
            tally.failures.append(f"{file.name}, {state}: {codes}")
        elif wanted and codes.isdisjoint(wanted):
            tally.failures.append(f"{file.name}, {state}: doctor found {sorted(codes)}, not {wanted[0]}")
        elif wanted:
            tally.named[file.name, state] = 1
    damage()
    for _ in range(2):  # the second time with what the first one left
        tally.count(file.name, state)
        done = file.run(place, state == "nothing can be written")
        if file.name == "start file" and state in REPORTED_BY_INTERPRETER:
            done = done._replace(errors=without_report(done.errors))
        if done != expected:
            tally.failures.append(f"{file.name}, {state}: {done}")


@contextmanager
def rewriting(path: Path, contents: list[bytes]) -> Iterator[None]:
    """Rewrite the file *path* all the time, not atomically, from a thread."""
    stop = threading.Event()

    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        while not stop.is_set():
            for content in contents:
                path.write_bytes(content)
                time.sleep(0.0005)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def try_changing(place: Surroundings, file: File, runs: int, tally: Tally) -> None:
    """Run the program while *file* is being rewritten."""
    place.restore()
    path = file.find(place)
    content = path.read_bytes() if file.content is None else file.content
    expected = file.run(place, False)
    with rewriting(path, [content, content[: len(content) // 2], content * 2]):
        for _ in range(runs):
            tally.count(file.name, "changing while read")
            done = file.run(place, False)
            if done != expected:
                tally.failures.append(f"{file.name}, changing while read: {done}")


def show(tally: Tally, kills: dict[str, dict[str, int]]) -> None:
    """Print the tables and what was not survived."""
    rows: list[tuple[str, ...]] = [("file", "states", "runs", "survived", "named by doctor")]
    for file in dict.fromkeys(name for name, _ in tally.tried):
        counts = {state: count for (name, state), count in tally.tried.items() if name == file}
        failed = sum(failure.startswith(f"{file}, ") for failure in tally.failures)
        named = sum(name == file for name, _ in tally.named)
        total = sum(counts.values())
        rows.append((file, str(len(counts)), str(total), str(total - failed), str(named)))
    print(table(rows))
    if kills:
        outcomes = ("old", "new", "between")
        rows = [("killed in", "kills", "old state", "new state", "between")]
        for name, found in kills.items():
            rows.append((name, str(sum(found.values())), *(str(found.get(one, 0)) for one in outcomes)))
        print(f"\n{table(rows)}")
    if skipped():
        print(f"\nNot tried: {skipped()}")
    for failure in tally.failures:
        print(f"not survived: {failure}")


def main() -> int:
    """Try everything; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--python", default=sys.executable, metavar="PATH", help="the interpreter of a new environment")
    add("--environment", metavar="DIR", help="an environment that has lazi-site in it; it is changed")
    add("--quick", action="store_true", help="few variants of each state")
    add("--every-byte", action="store_true", help="cut off the snapshot at every byte too: takes hours")
    add("--kills", type=int, default=600, metavar="N", help="how often commands are killed (default 600)")
    add("--only", default="", metavar="FILE", help="only files whose name has this in it")
    add(
        "--leave-out", default="", metavar="STATES", help="with --quick: states that are not tried, by commas"
    )
    add("--seed", type=int, default=1, metavar="N", help="of everything random (default 1)")
    add("--json", metavar="FILE", help="write the counts there too")
    options = parser.parse_args()
    options.left_out = options.leave_out.split(",")
    tally = Tally()
    kills: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="lazi-site-faults-") as folder:
        place = Surroundings(Path(options.environment or new_environment(options.python)), Path(folder))
        place.enable()
        if place.run_program() != Outcome(EXIT, "one oneone\n", ""):
            sys.exit("faults.py: the program does not run at all")
        try:
            for file in FILES:
                if options.only in file.name:
                    try_file(place, file, options, tally)
                    if file.content is not None and not options.quick:
                        try_changing(place, file, 20, tally)
            place.restore()
            if options.kills:
                each = -(-options.kills // len(OPERATIONS))
                kills, failures = kill_often(place, each, options.seed)
                tally.failures += failures
        finally:
            place.restore()
    show(tally, kills)
    if options.json:
        counts = [{"file": file, "state": state, "runs": n} for (file, state), n in tally.tried.items()]
        found = {"files": counts, "kills": kills, "failures": tally.failures}
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if tally.failures else 0


def new_environment(python: str) -> Path:
    """Return the folder of an environment of the interpreter *python* with the checkout in it."""
    keep = CHECKOUT / ".venv-corpus"
    version, path = describe(python)
    environment = Environment(keep / f"{version}-faults")
    environment.ensure(path)
    environment.install_lazi_site(build_wheel(keep / "wheel"))
    return environment.folder


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Feed the patcher of bytecode and all readers with generated input (needs hypothesis).

    fuzz.py [TARGET ...] [--inputs N] [--batch N] [--seed N]

patcher     a generated module does the same patched and unpatched when every name
            of it is used, and dis goes through it (3.11 to 3.14)
config      any file is read into valid values and problems, and never raises
snapshot    any bytes are None or a dict, and are fresh or not, and never raise
record      any record is absolute directories or a problem
start       the start line of any environment is one line that names its path
startfiles  start files of any bytes are told what they are, and never raise

From each input that hypothesis draws --batch of them are derived, which takes
microseconds instead of milliseconds. Runs in this interpreter. Exit status 1 if
something failed, after a smallest example. Real modules: real_modules.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hypothesis
from hypothesis import strategies as st
from support.benching import check_names
from support.derived import change_statements, derive
from support.generated import STATEMENTS, check, make_package, source_of
from support.patching import load_engine
from support.readers import READERS, Reader

IS_NATIVE = sys.version_info >= (3, 15)


def patcher(folder: Path) -> Reader:
    """A module of generated statements, and others of the same statements in another order."""
    make_package(folder)
    engine = load_engine()

    def test(drawn: tuple[list[str], bool], seed: int, count: int) -> Iterator[int]:
        statements, is_long = drawn
        others = derive(statements, lambda _, dice: change_statements(statements, dice), seed, count)
        for number, some in enumerate(others):
            source = source_of(some, is_long=is_long and not number)
            check(engine, source)
            yield hash(source)

    return st.tuples(
        st.lists(STATEMENTS, min_size=3, max_size=12), st.sampled_from([False, False, False, True])
    ), test


TARGETS: dict[str, Callable[[Path], Reader]] = {"patcher": patcher, **READERS}


def main() -> int:
    """Fuzz what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (default: all)")
    add("--inputs", type=int, default=1000, metavar="N", help="for each target (default 1000)")
    add("--batch", type=int, default=20, metavar="N", help="inputs derived from one drawn (default 20)")
    add("--seed", type=int, default=0, metavar="N", help="of the inputs (default 0)")
    options = parser.parse_args()
    check_names(parser, options.targets, TARGETS)
    sys.dont_write_bytecode = True
    failures = []
    for name in options.targets or TARGETS:
        if name == "patcher" and IS_NATIVE:
            print("patcher: not on 3.15, whose interpreter defers by itself")
            continue
        failures += fuzz(name, options.inputs, options.batch, options.seed)
    print("\n".join(failures))
    return 1 if failures else 0


def fuzz(name: str, inputs: int, batch: int, seed: int) -> list[str]:
    """Check that many *inputs* of one target, *batch* for each one drawn; return what failed."""
    settings = hypothesis.settings(
        max_examples=-(-inputs // batch),
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    count = 0
    different: set[int] = set()
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="lazi-site-fuzz-") as folder:
        strategy, check_all = TARGETS[name](Path(folder))

        def test(drawn: Any, number: int) -> None:
            nonlocal count
            for one in check_all(drawn, number, batch):
                count += 1
                different.add(one)

        given = hypothesis.given(strategy, st.integers(0, 2**32))(test)
        try:
            hypothesis.seed(seed)(settings(given))()
        except BaseException:
            print(f"{name}: failed after {count} inputs")
            return [f"{name}: {traceback.format_exc()}"]
    rate = count / max(time.process_time() - began, 0.01)
    print(f"{name}: {count} inputs, {len(different)} different, {rate:.0f} in a second of CPU", flush=True)
    return []


if __name__ == "__main__":
    sys.exit(main())

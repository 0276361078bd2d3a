#!/usr/bin/env python3
"""Feed the patcher of bytecode and all readers with generated input (needs hypothesis).

    fuzz.py [TARGET ...] [--examples N] [--stdlib] [--seed N]

patcher   a generated module does the same patched and unpatched when every name
          of it is used, and dis goes through it (3.11 to 3.14)
config    any file is read into valid values and problems, and never raises
snapshot  any bytes are None or a dict, and are fresh or not, and never raise
record    any record is absolute directories or a problem
start     the start line of any environment is one line that names its path

--stdlib patches every module of this interpreter's standard library without
running it; on 3.15 its statements are read. Runs in this interpreter. Exit
status 1 if something failed, after a smallest example.
"""

from __future__ import annotations

import argparse
import ast
import json
import marshal
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import hypothesis
from hypothesis import strategies as st
from support.benching import check_names
from support.generated import SOURCES, check, load_engine, make_package, walk

IS_NATIVE = sys.version_info >= (3, 15)
MEMORY = 4 << 30  # bytes: mutated lengths must not take the machine's

# Text that looks like a configuration: keys, values and what joins them, in any order.
PIECES = st.sampled_from(
    [
        *("enabled", "mode", "stdlib", "eager", "eager-in", "lazy", "trace", "snapshot", "Eager", "tool"),
        *("=", " = ", "\n", ".", "[", "]", "[[", "]]", "{", "}", ",", "#", '"', "'", '"""', "\\", "\t", "\0"),
        *("true", "false", '"all"', '"declared"', '"exclude"', "'a.b'", "'a.*'", "'*'", "'é'", "'a..b'"),
        *(
            "0",
            "4",
            "9",
            "-1",
            "1e400",
            "nan",
            "inf",
            "0x" + "f" * 5000,
            "9" * 5000,
            "1979-05-27",
            "07:32:00",
        ),
        *("[tool.lazi-site]\n", "eager = [\n", "]\n", "trace = 1\n", "mode = 'all'\n", "[" * 500, "\ufeff"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text(max_size=60)).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
CONFIGS = st.one_of(TEXTS, TEXTS, st.binary(max_size=80))
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["/a", "b/c", "/a\0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["project", "libraries", "version", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def mutate(data: bytes, changes: list[tuple[int, int]], length: int) -> bytes:
    """Return *data* with bytes changed, cut off at *length* unless that is beyond it."""
    changed = bytearray(data)
    for place, value in changes:
        changed[place % len(changed)] = value
    return bytes(changed[: length or None])


def fuzz_config(folder: Path) -> Callable[[], None]:
    from lazi_site.config.options import BY_NAME
    from lazi_site.config.resolve import merge_sources
    from lazi_site.config.sources import Source, read_source

    path = folder / "config.toml"

    @hypothesis.given(CONFIGS, st.sampled_from([(), ("tool", "lazi-site")]))
    def test(data: bytes, table: tuple[str, ...]) -> None:
        path.write_bytes(data)
        source = Source("user file", str(path), table)
        read_source(source)
        assert source.present
        for name, value in source.values.items():
            assert BY_NAME[name].mistake(value) is None
        for problem in source.problems:
            assert problem.sentence.startswith(str(path))
            json.dumps(problem.as_dict())
        merge_sources([source])

    return test


def fuzz_snapshot(folder: Path) -> Callable[[], None]:
    import _imp

    from lazi_site.config.snapshot import pack_snapshot
    from lazi_site.startup.snapshot import FORMAT, MAGIC, is_fresh, read_snapshot

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    code = marshal.dumps(compile("import a\nfrom b import c\n", "f", "exec"))
    valid: dict[str, Any] = {
        "format": FORMAT,
        "prefix": sys.prefix,
        "sources": [("/a", -1, -1), ("/b", 5, 6)],
        "code": {"a": ("/a.py", False, code)},
        "settings": {"trace": 0, "eager": {}},
        "problems": [],
    }
    packed = pack_snapshot(valid)
    path = folder / "policy.snapshot"

    @hypothesis.given(CHANGES, st.integers(0, 2 * len(packed)), st.booleans())
    def test(changes: list[tuple[int, int]], length: int, rehash: bool) -> None:
        data = mutate(packed, changes, length)
        if rehash:  # what somebody makes on purpose
            body = mutate(packed[16:], changes, length)
            data = MAGIC + _imp.source_hash(FORMAT, body) + body
        path.write_bytes(data)
        path.chmod(0o644)
        found = read_snapshot(str(path))
        assert found is None or type(found) is dict
        if found is not None:
            assert is_fresh(found) in (True, False)

    return test


def fuzz_record(folder: Path) -> Callable[[], None]:
    from lazi_site.config.record import NAME, read_record, state_directory

    sys.prefix = str(folder)
    path = Path(state_directory()) / NAME
    path.parent.mkdir()

    @hypothesis.given(JSON.map(json.dumps).map(str.encode) | st.binary(max_size=40))
    def test(data: bytes) -> None:
        path.write_bytes(data)
        path.chmod(0o644)
        record = read_record()
        for directory in (record.project, record.libraries):
            assert directory is None or os.path.isabs(directory)
        for problem in record.source.problems:
            assert str(path) in problem.sentence

    return test


def fuzz_start(folder: Path) -> Callable[[], None]:
    from lazi_site.install.describe import classify_line
    from lazi_site.install.start_line import PTH_LINE, START_SOURCE

    @hypothesis.given(st.text(st.characters(exclude_characters="\0"), max_size=40))
    def test(path: str) -> None:
        line = PTH_LINE.format(source=START_SOURCE.format(path=ascii(path)))
        assert line.isascii()
        assert len(line.splitlines()) == 1
        strings = [node.value for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Constant)]
        source = max((one for one in strings if isinstance(one, str)), key=len)
        said = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        assert path in said
        kind, target = classify_line(path.strip(), str(folder))
        assert bool(kind) == bool(target)

    return test


def fuzz_patcher(folder: Path) -> Callable[[], None]:
    make_package(folder)
    engine = load_engine()

    @hypothesis.given(SOURCES)
    def test(source: str) -> None:
        check(engine, source)

    return test


TARGETS = {
    "patcher": fuzz_patcher,
    "config": fuzz_config,
    "snapshot": fuzz_snapshot,
    "record": fuzz_record,
    "start": fuzz_start,
}


def patch_standard_library() -> list[str]:
    """Patch every module of the standard library, tests left out, and return what went wrong."""
    folder = Path(os.__file__).parent
    failures = []
    count = statements = instructions = 0
    engine = None if IS_NATIVE else load_engine()
    for path in sorted(filter(Path.is_file, folder.rglob("*.py"))):
        parts = path.relative_to(folder).with_suffix("").parts
        if {"site-packages", "dist-packages", "test", "tests", "idle_test", "lib2to3"} & set(parts):
            continue
        name = ".".join(parts).removesuffix(".__init__")
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            statements += read_statements(code)
            instructions += walk(code if engine is None else engine.prepare(code, name))
            count += 1
        except Exception:
            failures.append(f"{name}: {traceback.format_exc()}")
    done = "read" if IS_NATIVE else "patched"
    print(f"standard library: {count} modules {done}, {statements} imports, {instructions} instructions")
    return failures


def read_statements(code: Any) -> int:
    """Return how many import statements bytecode.py finds in *code*, after asking all it can be asked."""
    from lazi_site.startup import bytecode, usage

    bytecode.covered_ranges(code.co_exceptiontable)
    bytecode.for_type_checkers(code)
    usage.scans_namespace(code)
    asked = usage.Usage(code)
    found = list(bytecode.statements(code))
    for statement in found:
        asked.is_for_effect(statement.name, statement.fromlist, statement.bound)
    return len(found)


def main() -> int:
    """Fuzz what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (default: all)")
    add("--examples", type=int, default=1000, metavar="N", help="inputs for each target (default 1000)")
    add("--stdlib", action="store_true", help="patch the standard library, nothing else")
    add("--seed", type=int, default=0, metavar="N", help="of the inputs (default 0)")
    options = parser.parse_args()
    check_names(parser, options.targets, TARGETS)
    sys.dont_write_bytecode = True
    failures = patch_standard_library() if options.stdlib else []
    for name in [] if options.stdlib else options.targets or TARGETS:
        if name == "patcher" and IS_NATIVE:
            print("patcher: not on 3.15, whose interpreter defers by itself")
            continue
        failures += fuzz(name, options.examples, options.seed)
    print("\n".join(failures))
    return 1 if failures else 0


def fuzz(name: str, examples: int, seed: int) -> list[str]:
    """Run one target and return what failed."""
    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    with tempfile.TemporaryDirectory(prefix="lazi-site-fuzz-") as folder:
        test: Any = TARGETS[name](Path(folder))
        count = 0
        inner = test.hypothesis.inner_test

        def counted(*arguments: Any, **more: Any) -> None:
            nonlocal count
            count += 1
            inner(*arguments, **more)

        test.hypothesis.inner_test = counted
        try:
            hypothesis.seed(seed)(settings(test))()
        except BaseException:
            print(f"{name}: failed after {count} inputs")
            return [f"{name}: {traceback.format_exc()}"]
    print(f"{name}: {count} inputs", flush=True)
    return []


if __name__ == "__main__":
    sys.exit(main())

"""bench: what it measures and in which order, what is said of it, what it is compared with, when it fails."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment
from tests.support.template import copy_template

WAYS = 3 if IS_NATIVE else 2
# Tells what the runs found: in which way, and whether byte code was to be written.
APP = """\
import heavy
import os, sys
def work():
    way = "lazy" if "LAZI_DISABLE" not in os.environ else os.environ.get("PYTHON_LAZY_IMPORTS", "eager")
    with open("runs", "a") as file:
        print(way, sys.dont_write_bytecode, "LAZI_REPORT" in os.environ, file=file)
    sys.exit(3 if way in sys.argv[1:] else 0)
def not_called():
    return heavy
work()
"""
HEAVY = """\
import below
for number in range(2_000_000):
    pass
MEMORY = bytearray(b"x") * (50 << 20)
USED = below
"""
COMMAND = ("--", "python", "-m", "app")


@pytest.fixture(scope="module")
def program(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An enabled environment with ``python -m app``, which imports time and memory that it does not use."""
    environment = copy_template(template, tmp_path_factory.mktemp("bench"))
    environment.enable()
    for name, text in (("app", APP), ("heavy", HEAVY), ("below", "")):
        environment.add_module(name, text)
    return environment


def bench(environment: Environment, *arguments: str, status: int = 0) -> dict[str, Any]:
    """Return what ``lazi-site bench --json`` says."""
    done = environment.lazi("bench", "--json", *arguments)
    assert done.returncode == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_lazy_imports_save_is_measured(program: Environment) -> None:
    found = bench(program, "--runs", "3", *COMMAND)
    eager, lazy = found["ways"]["eager"], found["ways"]["lazy"]
    for figure in ("cpu_ms", "wall_ms", "peak_mib"):
        assert [len(way[figure]["values"]) for way in (eager, lazy)] == [3, 3]
        ratio = found["ratios"]["lazy"][figure]
        assert 0 < ratio["low"] <= ratio["ratio"] <= ratio["high"] < 0.9, figure
        assert ratio["ratio"] == pytest.approx(lazy[figure]["median"] / eager[figure]["median"], abs=0.001)
    assert eager["peak_mib"]["median"] - lazy["peak_mib"]["median"] == pytest.approx(50, abs=5)
    assert eager["wall_ms"]["lower"] >= eager["cpu_ms"]["lower"] * 0.9
    assert (eager["statuses"], lazy["statuses"]) == ([0], [0])
    # Lazily without `heavy` and what is below, but with ours, which may be as many.
    assert all(20 < way["modules"] < 200 for way in (eager, lazy))
    native = found["ways"]["native_all"]
    if IS_NATIVE:
        assert found["ratios"]["native_all"]["cpu_ms"]["high"] < 0.9
        assert native["modules"] <= eager["modules"] - 2  # heavy and below
    else:
        assert (native, found["ratios"]["native_all"]) == (None, None)


def test_ways_take_turns_and_byte_code_is_written(program: Environment) -> None:
    (program.root / "runs").unlink(missing_ok=True)
    done = program.lazi(
        "bench", "--runs", "5", *COMMAND, env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHON_LAZY_IMPORTS": ""}
    )
    assert done.returncode == 0, done.stderr
    runs = [line.split() for line in (program.root / "runs").read_text().splitlines()]
    assert {no_byte_code for _, no_byte_code, _ in runs} == {"False"}
    ways = [way for way, *_ in runs]
    turns = [tuple(ways[at : at + WAYS]) for at in range(0, 6 * WAYS, WAYS)]
    assert {len(set(turn)) for turn in turns} == {WAYS}
    assert len(set(turns)) > 1  # the order changes
    assert Counter(recorded for *_, recorded in runs[: 6 * WAYS]) == {"False": 6 * WAYS}
    assert Counter(recorded for *_, recorded in runs[6 * WAYS :]) == {"True": 1, "False": WAYS}


def test_peak_memory_is_that_of_the_command_alone(program: Environment) -> None:
    # The process that measures has more than the command, which must not be told as the command's.
    code = (
        "import sys; kept = bytearray(b'x') * (200 << 20); from lazi_site.cli import main;"
        "main(['bench', '--json', '--runs', '2', '--', 'python', '-c', 'pass'])"
    )
    found = json.loads(program.run("-c", code, check=True).stdout)
    assert 3 < found["ways"]["lazy"]["peak_mib"]["median"] < 50


def test_text_says_it_in_columns_and_a_sentence(program: Environment) -> None:
    done = program.lazi("bench", "--runs", "3", *COMMAND, check=True)
    assert done.stdout.startswith("python -m app: 3 runs of each, Python 3.")
    assert re.search(r"^eager +\d+\.\d \(\d+\.\d-\d+\.\d\) .* \d+$", done.stdout, re.MULTILINE)
    assert re.search(r"^lazy / eager +0\.\d{3} \(0\.\d{3}-0\.\d{3}\)", done.stdout, re.MULTILINE)
    assert re.search(r"^Lazy imports take \d+\.\d ms less of CPU time, \d+ %", done.stdout, re.MULTILINE)
    assert ("native-all / eager" in done.stdout) == IS_NATIVE
    assert "\033" not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("limit", "status", "side"),
    [("0.001", 1, "over"), ("90000 ms", 0, "within")],
)
def test_budget_fails_when_it_is_exceeded(program: Environment, limit: str, status: int, side: str) -> None:
    done = program.lazi("bench", "--runs", "2", "--fail-over", limit, *COMMAND)
    assert done.returncode == status, done.stderr
    unit = "ms" if "ms" in limit else "of eager's"
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(
        rf"CPU time of lazy, \d+\.\d+ {unit}, is {side} the limit of {re.escape(limit)}\.", last
    )


def test_sentence_on_the_budget_does_not_disturb_the_json(program: Environment) -> None:
    done = program.lazi("bench", "--json", "--runs", "2", "--fail-over", "1ms", *COMMAND)
    assert json.loads(done.stdout)["fail_over"]["exceeded"] is True
    assert "is over the limit of 1ms." in done.stderr


def test_later_benchmark_is_compared_with_a_saved_one(program: Environment, tmp_path: Path) -> None:
    file = str(tmp_path / "saved.json")
    bench(program, "--runs", "2", "--save", file, *COMMAND)
    same = bench(program, "--runs", "2", "--compare", file, *COMMAND)["compared"]
    assert same["differs"] == {}
    saved = json.loads(Path(file).read_text())
    saved["python"] = "3.1"
    for way in filter(None, saved["ways"].values()):
        way["cpu_ms"]["values"] = [10_000.0, 10_000.0]
    Path(file).write_text(json.dumps(saved))
    other = ("--", "python", "-c", "pass")
    found = bench(program, "--runs", "2", "--compare", file, *other)["compared"]
    assert set(found["differs"]) == {"command", "python"}
    change = found["changes"]["lazy"]["cpu_ms"]
    assert change["old"] == 10_000
    assert (
        change["ratio"]["low"] <= change["ratio"]["ratio"] == pytest.approx(change["new"] / 10_000, abs=1e-3)
    )
    text = program.lazi("bench", "--runs", "2", "--compare", file, *other, check=True).stdout
    assert "Not the same command: python -m app then, python -c pass now." in text
    assert "Not the same python: 3.1 then, " in text
    assert "Eager runs do not take what they took" in text
    assert re.search(r"^lazy CPU ms +10000\.0 ", text, re.MULTILINE)


def test_failing_command_and_different_statuses_are_said(program: Environment) -> None:
    done = program.lazi("bench", "--runs", "2", *COMMAND, "eager", "lazy", "all")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "The command fails: exit status 3.")
    done = program.lazi("bench", "--runs", "2", *COMMAND, "lazy")
    assert done.returncode == 1
    assert "end differently: exit status 0 eager, 3 lazy." in done.stdout
    assert "lazi-site verify" in done.stdout
    done = program.lazi("bench", "--runs", "2", *COMMAND, "all")
    assert done.returncode == 0
    assert ("native-all runs end with exit status 3" in done.stdout) == IS_NATIVE


def test_command_that_runs_no_python_of_the_environment(program: Environment) -> None:
    found = bench(program, "--runs", "2", "--", "true")
    assert found["recorded"] is False
    assert found["ways"]["lazy"]["modules"] is None
    done = program.lazi("bench", "--runs", "2", "--", sys.executable, "-I", "-c", "pass", check=True)
    assert "Lazy imports make no difference to " in done.stdout


def test_modules_are_not_told_if_the_list_of_them_is_caught(program: Environment) -> None:
    code = (
        "import os; os.dup2(os.open(os.devnull, os.O_WRONLY), 2); import argparse, csv, app, shutil, decimal"
    )
    hidden = bench(program, "--runs", "2", "--", "python", "-c", "import sys; sys.argv = ['']; " + code)
    assert hidden["recorded"] is True
    assert [way["modules"] for way in hidden["ways"].values() if way] == [None] * WAYS


def test_wrong_usage(program: Environment) -> None:
    (program.root / "other.json").write_text('{"version": 1, "packages": []}')
    for arguments, words in (
        ([], "No program is named."),
        (["--", "no-such-program"], "There is no program 'no-such-program'"),
        (["--", "./runs"], "cannot be run"),
        (["--runs", "1", *COMMAND], "--runs must be 2 or more."),
        (["--fail-over", "80%", *COMMAND], "--fail-over '80%' is neither a ratio nor milliseconds."),
        (["--compare", "no-such-file", *COMMAND], "'no-such-file' cannot be read: No such file"),
        (["--compare", "other.json", *COMMAND], "'other.json' is not what --save"),
        (["--save", "no/such/file", *COMMAND], "The folder of 'no/such/file' does not exist."),
        (["--timeout", "0.3", "--", "sleep", "60"], "longer than 0.3 seconds"),
    ):
        done = program.lazi("bench", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert words in done.stderr


def test_environment_that_is_not_lazy_is_refused(environment: Environment) -> None:
    done = environment.lazi("bench", *COMMAND)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Imports are not lazy here" in done.stderr

"""top, and enable --try: which programs are found, what is the same, what is told apart from a difference."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.programs import add_shop
from tests.support.environment import Environment

# The body of main() of each program, below imports of its module.
PROGRAMS = {
    "plain": ("import other.all", "other.all.go(); print('plain 1.0')"),
    "helpful": ("import other.all", "print('usage') if sys.argv[1] == '--help' else sys.exit(2)"),
    "broken": ("import shop.catalogue", "shop.catalogue.show()"),
    "failing": ("import shop.catalogue, shop.check", "shop.catalogue.registry; shop.check.check()"),
    "mute": ("", "sys.exit('what?')"),
    "unfit": ("import unfit_part", "unfit_part.use()"),
    "hangs": ("import time", "time.sleep(60)"),
    "stuck": ("import time", "time.sleep(0 if 'LAZI_DISABLE' in os.environ else 60)"),
}
TIMEOUT = "3"


def add_programs(environment: Environment, *names: str) -> None:
    """Install the programs *names* as a package manager does."""
    add_shop(environment, known="apples pears")
    environment.add_module("unfit_part", "raise RuntimeError('no part')\n")
    for name in names:
        add_program(environment, name, *PROGRAMS[name])


def add_program(environment: Environment, name: str, imports: str, body: str, *also: str) -> None:
    """Install the program *name*, and under the names *also*."""
    module = f"{name}_program"
    environment.add_module(module, f"import os, sys\n{imports}\ndef main():\n    {body}\n")
    metadata = environment.purelib / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    points = "".join(f"{one} = {module}:main\n" for one in (name, *also))
    (metadata / "entry_points.txt").write_text(f"[console_scripts]\n{points}{name}-gone = gone:main\n")
    for one in (name, *also):
        script = environment.python.with_name(one)
        script.write_text(f"#!{environment.python}\nimport {module}\n{module}.main()\n")
        script.chmod(0o755)


def top(environment: Environment, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status of ``top --json`` and what it printed."""
    done = environment.lazi("top", "--json", "--runs", "2", "--timeout", TIMEOUT, *arguments)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, found


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {program["name"]: program for program in found["programs"]}


def test_each_program_is_told_as_what_it_is(enabled: Environment) -> None:
    add_programs(enabled, *PROGRAMS)
    status, found = top(enabled, *PROGRAMS)
    programs = by_name(found)
    assert {name: (one["outcome"], one["option"]) for name, one in programs.items()} == {
        "plain": ("same", "--version"),
        "helpful": ("same", "--help"),
        "broken": ("different", "--version"),
        "failing": ("different", "--version"),
        "mute": ("no-answer", "--help"),
        "unfit": ("no-answer", "--help"),
        "hangs": ("too-long", "--version"),
        "stuck": ("different", "--version"),
    }
    assert status == 1
    assert [one["stream"] for one in programs["broken"]["differences"]] == ["stdout"]
    assert programs["failing"]["problem"] == "LookupError: apples"
    assert programs["unfit"]["problem"] == "RuntimeError: no part"
    assert programs["stuck"]["differences"][0] == {
        "stream": "exit status",
        "diff": ["-0", f"+none after {TIMEOUT} seconds"],
    }
    plain = programs["plain"]
    assert plain["exit_status"] == 0
    assert plain["saved_ms"] == pytest.approx(plain["eager_cpu_ms"] - plain["lazy_cpu_ms"], abs=0.2)
    assert programs["hangs"]["eager_cpu_ms"] is None
    totals = found["totals"]
    assert totals["programs"] == 2  # only what is the same counts
    both = plain, programs["helpful"]
    assert totals["eager_cpu_ms"] == pytest.approx(sum(one["eager_cpu_ms"] for one in both), abs=0.2)
    assert totals["geometric_mean"] ** 2 == pytest.approx(both[0]["ratio"] * both[1]["ratio"], abs=0.01)
    assert totals["outcomes"] == {"different": 3, "no-answer": 2, "same": 2, "too-long": 1}
    assert found["version"] == 1


def test_programs_of_the_environment_are_found_once(enabled: Environment) -> None:
    add_shop(enabled)
    add_program(enabled, "plain", *PROGRAMS["plain"], "plain3", "plain3.1")
    status, found = top(enabled)
    programs = by_name(found)
    assert status == 0
    assert (programs["plain"]["also"], programs["plain"]["distribution"]) == (["plain3", "plain3.1"], "plain")
    assert programs["pygmentize"]["outcome"] == "same"
    assert not programs.keys() & {"lazi-site", "plain-gone", "plain3"}
    saved = [program["saved_ms"] for program in found["programs"] if program["outcome"] == "same"]
    assert saved == sorted(saved, reverse=True)


def test_text_ranks_sums_up_and_names_bisect(enabled: Environment) -> None:
    add_programs(enabled, "plain", "helpful", "broken", "mute")
    done = enabled.lazi("top", "--runs", "2", "--top", "1", "plain", "helpful", "broken", "mute")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["saved", "ms", "eager", "ms", "lazy", "ms", "lazy/eager", "command"]
    assert " ".join(lines[1].split()[4:]) in ("plain --version", "helpful --help")
    assert lines[2] == "and 1 more"
    assert lines[4].startswith("2 programs do the same: ")
    assert lines[5].startswith("Geometric mean of lazy/eager: ")
    assert lines[6] == "Answers neither --version nor --help, eager too: mute"
    assert lines[8:] == [
        "Different when imports wait:",
        "  broken --version: stdout",
        "    to find the import that must not wait: lazi-site bisect -- broken --version",
    ]


def test_program_runs_where_it_harms_nobody_and_reads_nothing(enabled: Environment, tmp_path: Path) -> None:
    add_program(enabled, "writes", "", "open('trace.txt', 'w').close(); print(sys.stdin.read() == '')")
    status, found = top(enabled, "writes")
    assert (status, found["programs"][0]["outcome"]) == (0, "same")
    assert not list(enabled.root.glob("**/trace.txt"))


def test_script_without_its_interpreter_stops_nothing(enabled: Environment) -> None:
    add_programs(enabled, "plain", "mute")
    enabled.python.with_name("mute").write_text("#!/does/not/exist/python\n")
    status, found = top(enabled, "mute", "plain")
    outcomes = {name: one["outcome"] for name, one in by_name(found).items()}
    assert (status, outcomes) == (0, {"mute": "not-runnable", "plain": "same"})


def test_enable_tries_and_leaves_the_environment_enabled(environment: Environment) -> None:
    add_programs(environment, "plain", "broken")
    done = environment.lazi("enable", "--try")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Lazy imports are on in ")
    assert " plain --version\n" in done.stdout
    assert "lazi-site bisect -- broken --version\n" in done.stdout
    assert "stays enabled" in done.stdout.splitlines()[-1]
    assert "lazi-site disable" in done.stdout.splitlines()[-1]
    assert environment.evaluate("startup.state.engine") != ""


def test_enable_does_not_try_where_imports_stay_eager(environment: Environment) -> None:
    add_programs(environment, "broken")
    (environment.project / "lazi-site.toml").write_text("enabled = false\n")
    done = environment.lazi("enable", "--try", check=True)
    assert done.stdout.endswith("No program was tried, as imports are eager either way.\n")


def test_wrong_usage(enabled: Environment, template: Environment) -> None:
    for environment, arguments, words in (
        (enabled, ["--runs", "1"], "At least 2 runs"),
        (enabled, ["--timeout", "0"], "must be above 0"),
        (enabled, ["no-such-program"], "There is no program 'no-such-program'"),
        (template, ["python"], "Imports are not lazy here"),
    ):
        done: subprocess.CompletedProcess[str] = environment.lazi("top", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert words in done.stderr

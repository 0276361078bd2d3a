"""The programs of scripts/stress.py in short: threads, forks, signals, subinterpreters, ends of processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.environment import Environment
from tests.support.template import CHECKOUT

PROGRAMS = CHECKOUT / "scripts" / "stressing"


@pytest.mark.parametrize(
    ("program", "rounds"),
    [("circles", 3), ("meddling", 3), ("forks", 10), ("signals", 10), ("tasks", 3), ("interpreters", 5)],
)
def test_strained(program: str, rounds: int, enabled_template: Environment, tmp_path: Path) -> None:
    done = enabled_template.run(
        PROGRAMS / f"{program}.py", str(rounds), env={"LAZI_STDLIB": "include"}, cwd=tmp_path
    )
    fault = enabled_template.state / "last-fault.txt"
    assert (done.returncode, done.stderr, fault.exists()) == (0, "", False)
    assert f'"rounds": {rounds}' in done.stdout


def test_subinterpreter_that_resolved_names_is_freed(enabled_template: Environment, tmp_path: Path) -> None:
    """Its modules take 800 KiB; what the interpreter itself loses is about 100."""
    done = enabled_template.run(
        PROGRAMS / "interpreters.py", "25", env={"LAZI_STDLIB": "include"}, cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert found["KiB_after_25"] - found["KiB_after_5"] < 20 * 400


def test_process_ends_while_daemon_threads_resolve(enabled_template: Environment, tmp_path: Path) -> None:
    done = enabled_template.run(PROGRAMS / "ending.py", "1", env={"LAZI_STDLIB": "include"}, cwd=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "end True\natexit 35\n")


# The handler's exception arrives while the policy is asked about an import.
TIME_LIMIT = """\
import importlib
import os
import signal
import app

app.heavy

def too_late(number, frame):
    raise TimeoutError("too late")

signal.signal(signal.SIGUSR1, too_late)
policy = importlib.import_module("lazi_site.startup.policy").Policy
decide = policy.decide_target

def interrupted(*arguments):
    policy.decide_target = decide
    os.kill(os.getpid(), signal.SIGUSR1)
    return decide(*arguments)

policy.decide_target = interrupted
try:
    importlib.import_module("other")
except TimeoutError as error:
    print(error)
print(importlib.import_module("other").heavy.A)
"""


def test_exception_of_a_signal_handler_reaches_the_program(
    enabled_template: Environment, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("import heavy\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("import late as heavy\n", encoding="utf-8")
    for name in ("heavy", "late"):
        (tmp_path / f"{name}.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "main.py").write_text(TIME_LIMIT, encoding="utf-8")
    done = enabled_template.run("main.py", cwd=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "too late\n1\n")
    assert not (enabled_template.state / "last-fault.txt").exists()


# Running the module that answers hasattr() takes so long here that another thread needs it meanwhile.
TWO_THREADS = """\
import package, sys, threading, time

def slow(event, arguments):
    if event == "exec" and arguments[0].co_filename.endswith("/startup/waiting.py"):
        times.append(time.sleep(0.3))

def work(number):
    time.sleep(number * 0.1)
    try:
        found.append(hasattr(package, "missing"))
    except BaseException as error:
        found.append(error)

times, found = [], []
sys.addaudithook(slow)
threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
for one in threads:
    one.start()
for one in threads:
    one.join()
print(found, len(times))
"""


def test_thread_waits_for_another_that_loads_a_module_of_ours(
    enabled_template: Environment, tmp_path: Path
) -> None:
    files = {"__init__": "from . import part\n", "part": "", "missing": ""}
    (tmp_path / "package").mkdir()
    for name, source in files.items():
        (tmp_path / "package" / f"{name}.py").write_text(source, encoding="utf-8")
    (tmp_path / "main.py").write_text(TWO_THREADS, encoding="utf-8")
    done = enabled_template.run("main.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("[False, False] 1\n", "")

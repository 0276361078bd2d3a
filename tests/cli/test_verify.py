"""verify: the same or different, shown with the import that failed; what is not compared."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

from tests.cli.programs import CHECKING, SHOWING, add_shop
from tests.support.environment import Environment


def test_program_that_is_the_same(enabled: Environment) -> None:
    add_shop(enabled)
    done = enabled.lazi("verify", "--", "python", "-c", "import other.all; other.all.go(); print('done')")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("same: exit status 0, stdout 1 line, stderr 0 lines\n")


def test_difference_is_shown(enabled: Environment) -> None:
    add_shop(enabled)
    done = enabled.lazi("verify", "--", "python", "-c", SHOWING)
    assert done.returncode == 1
    assert done.stdout.startswith("different: stdout\n  stdout:\n    -['apples', 'pears']\n    +[]\n")


def test_json_says_what_each_run_did(enabled: Environment) -> None:
    add_shop(enabled)
    done = enabled.lazi("verify", "--json", "--", "python", "-c", CHECKING)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["version"], found["same"], found["lazy_runs_that_differ"]) == (1, False, 2)
    assert [one["stream"] for one in found["differences"]] == ["exit status", "stdout", "stderr"]
    assert found["differences"][0]["diff"] == ["-0", "+1"]
    assert [run["status"] for run in found["eager"] + found["lazy"]] == [0, 0, 1, 1]
    assert found["command"][0] == "python"
    assert found["failed_import"] is None


def test_first_failed_import_is_named(enabled: Environment) -> None:
    # It is there for the eager run, and gone when the name is used.
    source = (
        "import sys\nimport fading.soon\nname = 'fading.soon'\nsys.modules[name] = None\n"
        "fading.soon\nprint('there')\n"
    )
    enabled.add_module("fading.soon", "")
    path = enabled.add_module("fading.user", source)
    done = enabled.lazi("verify", "--json", "--", "python", "-c", "import fading.user; fading.user.sys")
    failed = json.loads(done.stdout)["failed_import"]
    assert failed["target"] == "fading.soon"
    assert (failed["file"], failed["line"]) == (str(path), 2)
    shown = enabled.lazi("verify", "--", "python", "-c", "import fading.user; fading.user.sys")
    assert (
        f"First deferred import that failed: fading.soon, {path.relative_to(enabled.root)}:2\n"
        in shown.stdout
    )


def test_what_differs_between_eager_runs_is_not_counted(enabled: Environment) -> None:
    add_shop(enabled)
    noise = "import random; print('first'); print(random.random()); print('last'); "
    done = enabled.lazi("verify", "--", "python", "-c", noise)
    assert done.returncode == 0, done.stdout
    assert "Not deterministic, and not counted: what differs between two eager runs in stdout." in done.stdout
    done = enabled.lazi("verify", "--", "python", "-c", noise + SHOWING)
    assert done.returncode == 1
    assert "    -['apples', 'pears']\n    +[]\n" in done.stdout


def test_addresses_durations_processes_and_temporary_paths_are_not_compared(enabled: Environment) -> None:
    code = (
        "import os, tempfile, time; print(object(), os.getpid(), tempfile.mkdtemp()[:-8]);"
        "print(f'took {time.perf_counter():.3f} s at', time.strftime('%H:%M:%S'))"
    )
    done = enabled.lazi("verify", "--json", "--", "python", "-c", code)
    found = json.loads(done.stdout)
    assert (found["same"], found["not_deterministic"]) == (True, [])


def test_ignored_expression_is_not_compared(enabled: Environment) -> None:
    add_shop(enabled)
    done = enabled.lazi("verify", "--ignore", r"\[.*\]", "--", "python", "-c", SHOWING)
    assert done.returncode == 0, done.stdout


def test_exit_only_compares_nothing_else(enabled: Environment) -> None:
    add_shop(enabled)
    assert enabled.lazi("verify", "--exit-only", "--", "python", "-c", SHOWING).returncode == 0
    assert enabled.lazi("verify", "--exit-only", "--", "python", "-c", CHECKING).returncode == 1


def test_eager_run_that_fails_the_same_way_is_the_same(enabled: Environment) -> None:
    done = enabled.lazi("verify", "--", "python", "-c", "import sys; sys.exit(3)")
    assert done.returncode == 0
    assert "The eager run fails too (exit status 3)." in done.stdout


def test_files_are_compared_and_left_as_they_were(enabled: Environment) -> None:
    add_shop(enabled)
    folder = enabled.root / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("as it was\n")
    write = "open('out/kept.txt', 'a').write(str(shop.catalogue.registry.known)); "
    code = f"import shop.catalogue; {write} open('out/new.txt', 'x').write('same'); print('done')"
    enabled.lazi("verify", "--", "python", "-c", "pass")
    done = enabled.lazi("verify", "--files", "out", "--", "python", "-c", code)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("different: file kept.txt\n")
    assert "    -['apples', 'pears']\n    +[]\n" in done.stdout
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"kept.txt": "as it was\n"}
    assert not list(enabled.root.glob("out.*"))


def test_folder_is_put_back_when_verify_is_told_to_end(enabled: Environment) -> None:
    folder = enabled.root / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("as it was\n")
    code = "import pathlib, time; pathlib.Path('started').touch(); time.sleep(60)"
    command = ("-m", "lazi_site", "verify", "--files", "out", "--", "python", "-c", code)
    process = subprocess.Popen([enabled.python, *command], env=enabled.variables(), cwd=enabled.root)
    deadline = time.monotonic() + 60
    while not (enabled.root / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert (folder / "kept.txt").read_text() == "as it was\n"
    assert not list(enabled.root.glob("out.*"))


def test_run_that_takes_too_long_is_ended(enabled: Environment) -> None:
    code = "import os, time; time.sleep(60 if 'LAZI_DISABLE' not in os.environ else 0)"
    done = enabled.lazi("verify", "--timeout", "1.5", "--", "python", "-c", code)
    assert "  exit status: 0 eager, none after 1.5 seconds lazy\n" in done.stdout


def test_switches_of_the_caller_do_not_count(enabled: Environment) -> None:
    add_shop(enabled)
    env: dict[str, str | None] = {"LAZI_DISABLE": "1", "LAZI_TRACE": "3"}
    done = enabled.lazi("verify", "--", "python", "-c", SHOWING, env=env)
    assert done.stdout.startswith("different: stdout\n"), done.stdout


def test_program_is_looked_for_in_the_environment_first(enabled: Environment, tmp_path: Path) -> None:
    script = enabled.python.with_name("hello")
    script.write_text("#!/bin/sh\nexec python -c 'import sys; print(sys.prefix)'\n")
    script.chmod(0o755)
    done = enabled.lazi("verify", "--json", "--ignore", "nothing", "--", "hello")
    assert json.loads(done.stdout)["same"] is True
    test = "test $(python -c 'import sys; print(sys.prefix)') = " + str(enabled.path)
    done = enabled.lazi("verify", "--", "sh", "-c", test)
    assert done.stdout.startswith("same: exit status 0")


def test_wrong_usage(enabled: Environment) -> None:
    for arguments, words in (
        ([], "No program is named."),
        (["--", "no-such-program"], "There is no program 'no-such-program'"),
        (["--ignore", "(", "--", "python"], "--ignore '(' is wrong"),
        (["--files", str(enabled.project), "--", "python"], "holds the virtualenv"),
        (["--timeout", "0", "--", "python"], "must be above 0"),
    ):
        done = enabled.lazi("verify", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert words in done.stderr


def test_environment_that_is_not_lazy_is_refused(environment: Environment) -> None:
    done = environment.lazi("verify", "--", "python", "-c", "pass")
    assert done.returncode == 2
    assert "Imports are not lazy here" in done.stderr
    assert "lazi-site enable" in done.stderr

"""``lazi-site report``: what a run imported, as text, JSON, a page, and for other viewers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import Environment
from tests.support.template import copy_template
from tests.unit.test_report import check_profile

APP = """\
import heavy
import early
import idle
import subprocess, sys
def work():
    print(heavy.V, early.V)
    subprocess.run([sys.executable, "-c", "import heavy; heavy.V"])
    sys.exit("</script> is the problem")
def not_called():
    return idle
work()
"""
FILES = {
    "app": APP,
    "heavy": "import idle\nV = 1\n",
    "early": "import part\nV = part.V\n",
    "part": "import time\ntime.sleep(0.3)\nV = 2\n",
    "idle": "import below\nV = below.V\n",
    "below": "V = 3\n",
}
COMMAND = ("--", "python", "-m", "app")


@pytest.fixture(scope="module")
def program(template: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An enabled environment with the program ``python -m app``, which fails; only read by the tests."""
    environment = copy_template(template, tmp_path_factory.mktemp("report"))
    environment.enable()
    for name, text in FILES.items():
        environment.add_module(name, text)
    config = environment.project / "lazi-site.toml"
    config.write_text("eager = ['early', 'part']\n")
    # What was written a moment ago may change again unnoticed, so that each start reads it anew.
    os.utime(config, (1e9, 1e9))
    return environment


@pytest.fixture(scope="module")
def made(program: Environment) -> dict[str, Any]:
    """Everything that one report makes: "json", and the text of the files by their names."""
    names = ("page.html", "speedscope.json", "importtime.txt")
    options = [f"--{name.partition('.')[0].replace('page', 'html')}={program.root / name}" for name in names]
    done = program.lazi("report", "--json", *options, *COMMAND, check=True)
    return {
        "json": json.loads(done.stdout),
        **{name: (program.root / name).read_text("utf-8") for name in names},
    }


def test_json_adds_up(made: dict[str, Any]) -> None:
    document = made["json"]
    assert document["command"] == list(COMMAND[1:])
    main = document["processes"][0]
    assert all(main[kind] for kind in ("statements", "modules", "reasons", "cuts"))
    assert sum(one["own_ns"] for one in main["modules"]) == main["totals"]["import_ns"]
    assert main["totals"]["statements"] == len(main["statements"])


def test_json_tells_what_became_of_each_import(made: dict[str, Any], program: Environment) -> None:
    process = made["json"]["processes"][0]
    app = str(program.purelib / "app.py")
    states = {one["target"]: one for one in process["statements"] if one["file"] == app}
    assert states["heavy"]["state"] == "loaded-later"
    assert states["heavy"]["place"][1:] == [app, 6, "work"]
    assert (states["idle"]["state"], states["idle"]["spared"]) == ("never-needed", 0)  # heavy's came first
    assert (states["early"]["state"], states["early"]["code"]) == ("eager", "eager-rule")
    assert process["eager_run"]["never_loaded"] == ["idle", "below"]
    (unneeded,) = [one for one in process["statements"] if one["importer"] == "heavy"]
    assert (unneeded["state"], unneeded["spared"]) == ("never-needed", 2)
    assert 0 < unneeded["saved_ns"] < 10_000_000_000


def test_best_cut_is_the_import_that_takes_longest(made: dict[str, Any], program: Environment) -> None:
    best, second = made["json"]["processes"][0]["cuts"][:2]
    assert (best["file"], best["line"]) == (str(program.purelib / "app.py"), 2)
    assert best["code"] == "eager-rule"
    assert {"early", "part"} <= set(best["modules"])
    assert best["saves_ns"] > second["saves_ns"] >= 300_000_000
    assert second["file"] == str(program.purelib / "early.py")


def test_child_is_a_process_of_its_own(made: dict[str, Any]) -> None:
    main, child = made["json"]["processes"]
    assert child["argv"][1] == "-c"
    assert child["pid"] != main["pid"]
    assert child["modules"][0]["module"] == "heavy"
    assert child["eager_run"]["never_loaded"] == ["idle", "below"]


def test_failing_command_is_reported_with_its_status(made: dict[str, Any], program: Environment) -> None:
    document = made["json"]
    assert (document["status"], document["eager_status"]) == (1, 1)
    assert document["problem"] == "</script> is the problem"
    done = program.lazi("report", "--once", *COMMAND)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("python -m app: exit status 1\n  </script> is the problem\n")


def test_page_holds_the_data_and_refers_to_nothing_outside(made: dict[str, Any]) -> None:
    page = made["page.html"]
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == made["json"]
    assert "{{" not in page.replace("{{}}", "")
    assert not re.search(r"https?:|//cdn|@import|url\(", page)
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == ["data:,"]


def test_speedscope_profiles_are_balanced(made: dict[str, Any]) -> None:
    found = json.loads(made["speedscope.json"])
    assert found["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    kinds = [profile["name"].partition(":")[0] for profile in found["profiles"]]
    assert kinds == ["lazy", "eager"] * 2
    frames = found["shared"]["frames"]
    assert {"heavy", "below"} <= {frame["name"] for frame in frames}
    for profile in found["profiles"]:
        assert (profile["type"], profile["unit"]) == ("evented", "nanoseconds")
        check_profile(profile, len(frames))


def test_importtime_is_what_the_interpreter_would_print(made: dict[str, Any], program: Environment) -> None:
    line = re.compile(r"import time: +\d+ \| +\d+ \| (( {2})*\S+)$")
    real = program.run("-X", "importtime", "-c", "import app", env={"LAZI_DISABLE": "1"}).stderr
    header, *lines = made["importtime.txt"].splitlines()
    assert header == real.splitlines()[0]
    for text in (*lines, *[one for one in real.splitlines()[1:] if one.startswith("import time:")]):
        assert line.match(text), text
    order = [text.rpartition("| ")[2] for text in lines]
    assert order.index("  part") < order.index("early")


def test_text_says_what_was_saved_and_why_not(program: Environment) -> None:
    done = program.lazi("report", "--top", "3", *COMMAND, check=True)
    assert re.search(r"^  never loaded +2 +-?\d+\.\d ms  \(\d+ % (less|more)\)$", done.stdout, re.MULTILINE)
    assert "a rule of the configuration names the module (eager-rule)" in done.stdout
    for title in ("Never needed", "Loaded later", "Slowest modules still loaded", "Best cuts"):
        assert f"\n{title}" in done.stdout
    assert re.search(r"^ +\d+\.\d  heavy +app.py:6 in work$", done.stdout, re.MULTILINE)
    assert "\nand " not in done.stdout
    assert re.search(r"^  and \d+ more$", done.stdout, re.MULTILINE)
    assert "\033" not in done.stdout


def test_records_written_earlier_are_read(program: Environment, tmp_path: Path) -> None:
    for name, variables in (("lazy", {}), ("eager", {"LAZI_EAGER": "*"})):
        program.run("-m", "app", env={**variables, "LAZI_REPORT": str(tmp_path / name)})
    with (tmp_path / "lazy").open("a") as file:
        file.write('{"event": "import", "cut o')
    options = ("--from", tmp_path / "lazy", "--eager-from", tmp_path / "eager")
    document = json.loads(program.lazi("report", "--json", *options, check=True).stdout)
    assert (document["command"], document["status"]) == (None, None)
    assert [one["eager_run"]["never_loaded"] for one in document["processes"]] == [["idle", "below"]] * 2
    alone = json.loads(program.lazi("report", "--json", *options[:2], check=True).stdout)
    assert alone["processes"][0]["eager_run"] is None
    assert "modules were loaded in" in program.lazi("report", *options[:2], check=True).stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "needs a command or a file of records"),
        (("--from", "records", "--", "true"), "and not both"),
        (("--from", "no-such-file"), "'no-such-file' cannot be read: No such file"),
        (("--from", "pyvenv.cfg"), "no records of imports in 'pyvenv.cfg'"),
        (("--eager-from", "x", "--", "true"), "--eager-from goes with --from"),
        (("--html", "no/such/page", "--", "python"), "The folder of 'no/such/page' does not exist"),
        (("--", "surely-no-such-command"), "There is no program 'surely-no-such-command'"),
        (("--", "true"), "recorded no imports"),
    ],
)
def test_what_cannot_be_reported_is_said_in_a_sentence(
    program: Environment, arguments: tuple[str, ...], complaint: str
) -> None:
    done: subprocess.CompletedProcess[str] = program.lazi("report", *arguments, cwd=program.path)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""

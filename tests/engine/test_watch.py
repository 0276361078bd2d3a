"""What LAZI_REPORT and LAZI_TRACE tell of a program's imports, and that telling changes nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

APP = """\
import used
from used import V as first, W
import bad
import never
import json
def inner():
    return first
def work():
    print(inner())
    try:
        bad.x
    except ZeroDivisionError as error:
        print(type(error).__name__)
"""
FILES = {"used.py": "V, W = 'value', 'é😀\"'\n", "bad.py": "1 / 0\n", "never.py": "", "app.py": APP}
PROGRAM = "import app\ndef run():\n    app.work()\nrun()\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {**FILES, "main.py": PROGRAM}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def records(environment: Environment, folder: Path, **env: str) -> list[dict[str, Any]]:
    """Return the records of a run of the program, whose output must be as always."""
    path = folder / "report.jsonl"
    path.unlink(missing_ok=True)
    done = environment.run("main.py", cwd=folder, env={"LAZI_REPORT": str(path), **env}, check=True)
    assert (done.stdout, done.stderr) == ("value\nZeroDivisionError\n", "")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def having(found: list[dict[str, Any]], **fields: object) -> list[dict[str, Any]]:
    return [one for one in found if all(one.get(name) == value for name, value in fields.items())]


def test_report_tells_what_waits_and_what_does_not(enabled_template: Environment, folder: Path) -> None:
    found = records(enabled_template, folder)
    assert found[0]["event"] == "process"
    assert found[0]["engine"] == ("native" if IS_NATIVE else "backport")
    assert found[0]["argv"][-1] == "main.py"
    app = str(folder / "app.py")
    waits = [(one["target"], one["line"], one["names"]) for one in having(found, event="deferred", file=app)]
    assert ("used", 1, ["used"]) in waits
    assert ("bad", 3, ["bad"]) in waits
    assert next(names for _, line, names in waits if line == 2)[0] == "first"
    (eager,) = having(found, event="eager", target="json", importer="app")
    assert (eager["code"], eager["line"]) == ("stdlib-target", 5)


def test_report_tells_what_was_loaded_by_which_line(enabled_template: Environment, folder: Path) -> None:
    found = records(enabled_template, folder)
    (used,) = having(found, event="import", module="used")
    assert used["lazy"] is True
    assert used["error"] is None
    assert 0 < used["own"] <= used["ns"] < 10_000_000_000
    app, main = str(folder / "app.py"), str(folder / "main.py")
    assert used["stack"] == [
        ["app", app, 7, "inner"],
        ["app", app, 9, "work"],
        ["__main__", main, 3, "run"],
        ["__main__", main, 4, "<module>"],
    ]
    (bad,) = having(found, event="import", module="bad")
    assert bad["error"] == "ZeroDivisionError: division by zero"
    assert bad["stack"][0] == ["app", app, 11, "work"]
    assert not having(found, event="import", module="never")
    assert not [one for one in having(found, event="import") if one["module"].startswith("lazi_site")]


def test_eager_import_is_told_with_its_statement(enabled_template: Environment, folder: Path) -> None:
    found = records(enabled_template, folder, LAZI_EAGER="used,app")
    (used,) = having(found, event="import", module="used")
    assert used["lazy"] is False
    assert used["stack"] == [["app", str(folder / "app.py"), 1, "<module>"]]
    assert used["depth"] == 1
    told = having(found, event="eager", target="used", importer="app")
    assert {one["code"] for one in told} == {"eager-rule"}
    assert "LAZI_EAGER" in told[0]["detail"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("try:\n    import used\nfinally:\n    pass\n", None if IS_NATIVE else "in-try"),
        ("import used\nprint(len(globals()) > 1 and '', end='')\n", "scans-namespace"),
        ("__lazy_modules__ = []\nimport used\n", "not-declared" if not IS_NATIVE else None),
    ],
)
def test_report_gives_the_reason_that_the_code_gives(
    enabled_template: Environment, folder: Path, text: str, code: str | None
) -> None:
    """The interpreter of 3.15 asks nobody about an import in a try, or in the mode "declared"."""
    (folder / "app.py").write_text(text + "def work():\n    print('value\\nZeroDivisionError')\n", "utf-8")
    configuration = folder / "extra.toml"
    configuration.write_text("mode = 'declared'\n" if "__lazy" in text else "")
    found = records(enabled_template, folder, LAZI_CONFIG=str(configuration))
    codes = [one["code"] for one in having(found, event="eager", target="used")]
    assert codes == ([] if code is None else [code])


def test_each_process_may_have_a_file_of_its_own(enabled_template: Environment, folder: Path) -> None:
    (folder / "main.py").write_text(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import used; used.V'])\n"
        "import used\nprint(used.V)\n"
    )
    env = {"LAZI_REPORT": str(folder / "report-%p.jsonl")}
    enabled_template.run("main.py", cwd=folder, env={**env}, check=True)
    files = list(folder.glob("report-*.jsonl"))
    assert len(files) == 2
    for file in files:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert {line["pid"] for line in lines} == {int(file.stem.partition("-")[2])}
        assert having(lines, event="import", module="used", lazy=True)


@pytest.mark.skipif(not IS_NATIVE, reason="the standard library's loader is not ours below 3.15")
def test_report_of_a_program_of_the_standard_library(enabled_template: Environment, folder: Path) -> None:
    file = folder / "report.jsonl"
    enabled_template.run("-m", "calendar", "2026", "1", env={"LAZI_REPORT": str(file)}, check=True)
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert having(found, event="eager", importer="__main__", target="datetime")


@pytest.mark.parametrize("path", ["/does/not/exist/report", "/dev/full", "."])
def test_report_that_cannot_be_written_changes_nothing(
    enabled_template: Environment, folder: Path, path: str
) -> None:
    done = enabled_template.run("main.py", cwd=folder, env={"LAZI_REPORT": path}, check=True)
    assert (done.stdout, done.stderr) == ("value\nZeroDivisionError\n", "")


def test_traceback_of_a_failed_import_is_the_same_while_it_is_told(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "main.py").write_text("def f():\n    import outer\nf()\n")
    (folder / "outer.py").write_text("def g():\n    import surely_missing\ng()\n")
    plain = enabled_template.run("main.py", cwd=folder)
    told = enabled_template.run("main.py", cwd=folder, env={"LAZI_REPORT": str(folder / "r")})
    assert "surely_missing" in plain.stderr
    assert told.stderr == plain.stderr


def test_submodule_and_attribute_of_a_package_may_be_told(
    enabled_template: Environment, folder: Path
) -> None:
    """3.15 then asks importlib with an argument more, and for the attribute as if it were a submodule."""
    (folder / "package").mkdir()
    (folder / "package/__init__.py").write_text("other = 'other'\n")
    (folder / "package/part.py").write_text("V = 'value'\n")
    (folder / "app.py").write_text(
        "from package import part\nfrom package import other\ndef work():\n"
        "    print(part.V)\n    print('ZeroDivisionError' if other == 'other' else other)\n"
    )
    found = records(enabled_template, folder)
    told = [one["module"] for one in having(found, event="import", error=None)]
    assert told == ["app", "package", "package.part"]


def test_trace_tells_loads_on_every_engine(enabled_template: Environment, folder: Path) -> None:
    done = enabled_template.run("main.py", cwd=folder, env={"LAZI_TRACE": "1"}, check=True)
    lines = [line.split()[1:3] for line in done.stderr.splitlines()]
    assert next(state for state, target in lines if target.startswith("used")) == "loaded"
    assert ["failed", "bad"] in lines
    assert not [line for line in lines if line[0] in ("pending", "eager", "bound")]


def test_error_of_a_waiting_import_says_what_to_add(enabled_template: Environment, folder: Path) -> None:
    (folder / "main.py").write_text("import bad\ndef f(): return bad.x\nf()\n")
    lines = enabled_template.run("main.py", cwd=folder).stderr.splitlines()
    assert lines[-1] == "ZeroDivisionError: division by zero"
    (told,) = [at for at, line in enumerate(lines) if line.startswith("lazi-site: ")]
    assert lines[told - 1] == "ImportError: lazy import of 'bad' raised an exception during resolution"
    assert ' eager = ["bad"] ' in lines[told]
    assert lines[told].endswith(" lazi-site bisect -- COMMAND")


def test_error_of_an_eager_import_carries_no_note(enabled_template: Environment, folder: Path) -> None:
    (folder / "main.py").write_text("try:\n    import bad\nfinally:\n    pass\n")
    assert "lazi" not in enabled_template.run("main.py", cwd=folder).stderr

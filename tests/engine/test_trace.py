"""What LAZI_TRACE prints at each level: a line for each state of an import, in the order of what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

APP = """\
__lazy_modules__ = ["said"]
import said
import outer
import bad
import never
import colorsys
import outer.part
from outer import value
def work():
    print(outer.value, value, said.V)
    if not colorsys:
        never.use
    try:
        bad.x
    except ZeroDivisionError:
        pass
"""
FILES = {
    "main.py": "import app\ndef run():\n    app.work()\nrun()\n",
    "app.py": APP,
    "said.py": "V = 'said'\n",
    "bad.py": "1 / 0\n",
    "never.py": "",
    "inner.py": "V = 'inner'\n",
    "outer/__init__.py": "import inner\nvalue = inner.V\n",
    "outer/part.py": "",
}
STDOUT = "inner inner said\n"

# (level from which on it is told, state, the rest), in which {folder} stands for the program's folder.
LINES = [
    (2, "pending", "app  in __main__  {folder}/main.py:1"),
    (3, "resolving", "app  in __main__"),
    (2, "declared", "said  in app  {folder}/app.py:2"),
    (2, "pending", "outer  in app  {folder}/app.py:3"),
    (2, "pending", "bad  in app  {folder}/app.py:4"),
    (2, "pending", "never  in app  {folder}/app.py:5"),
    (3, "eager", "colorsys  in app  stdlib-target the standard library is excluded, as by default"),
    (2, "pending", "outer.part  in app  {folder}/app.py:7"),
    (2, "pending", "outer  in app  {folder}/app.py:8"),
    (1, "loaded", "app  in __main__"),
    (3, "resolving", "outer  in app"),
    (2, "pending", "inner  in outer  {folder}/outer/__init__.py:1"),
    (3, "resolving", "inner  in outer"),
    (1, "loaded", "inner  in outer"),
    (1, "loaded", "outer  in app"),
    (3, "resolving", "said  in app"),
    (1, "loaded", "said  in app"),
    (3, "resolving", "bad  in app"),
    (1, "failed", "bad  in app  ZeroDivisionError: division by zero"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def trace(environment: Environment, folder: Path, level: str | None) -> list[str]:
    """Return the lines that a run of the program prints on standard error."""
    done = environment.run("main.py", cwd=folder, env={"LAZI_TRACE": level}, check=True)
    assert done.stdout == STDOUT
    return done.stderr.splitlines()


def expected(level: int, folder: Path) -> list[str]:
    return [
        f"lazi-site: {state:<9} {rest.format(folder=folder)}"
        for least, state, rest in LINES
        if level >= least
    ]


@pytest.mark.parametrize("level", [None, "", "0"])
def test_without_a_level_nothing_is_printed_and_the_trace_is_not_read(
    enabled_template: Environment, folder: Path, level: str | None
) -> None:
    assert trace(enabled_template, folder, level) == []
    told = "[name for name in sys.modules if name.endswith(('.watch', '.trace'))]"
    code = f"import app; app.work(); import sys; print({told})"
    done = enabled_template.run("-c", code, cwd=folder, env={"LAZI_TRACE": level}, check=True)
    assert (done.stdout, done.stderr) == (STDOUT + "[]\n", "")


@pytest.mark.parametrize("level", [1, 2, 3])
def test_level_prints_exactly_its_states(enabled_template: Environment, folder: Path, level: int) -> None:
    found = trace(enabled_template, folder, str(level))
    assert in_order_of_statements(found) == in_order_of_statements(expected(level, folder))


def in_order_of_statements(lines: list[str]) -> list[str]:
    """Return *lines*, that of the eager statement last: below 3.15 it is told before the module runs."""
    return sorted(lines, key=lambda line: " eager " in line)


def test_level_four_adds_the_stack_of_each_use(enabled_template: Environment, folder: Path) -> None:
    found = trace(enabled_template, folder, "4")
    plain = [line for line in found if not line.startswith("    ")]
    assert in_order_of_statements(plain) == in_order_of_statements(expected(3, folder))
    before = [
        line for at, line in enumerate(found) if found[at + 1 : at + 2] and found[at + 1].startswith("    ")
    ]
    assert {line.split()[1] for line in before if not line.startswith("    ")} == {"resolving"}
    at = found.index("lazi-site: resolving inner  in outer")
    assert found[at + 1 : at + 6] == [
        f"    {folder}/outer/__init__.py:2 in <module>",
        f"    {folder}/app.py:10 in work",
        f"    {folder}/main.py:3 in run",
        f"    {folder}/main.py:4 in <module>",
        "lazi-site: loaded    inner  in outer",
    ]


def test_what_is_there_already_is_bound(enabled_template: Environment, folder: Path) -> None:
    """3.15 resolves such a name without us, unless its package has to be asked for it."""
    (folder / "outer/__init__.py").write_text("def __getattr__(name):\n    return name\n")
    (folder / "app.py").write_text(
        "import outer\nouter.first\nimport outer as again\nfrom outer import value\n"
        "def work():\n    print('inner', again.inner, value[:0] + 'said')\n"
    )
    told = [line.split()[1:3] for line in trace(enabled_template, folder, "3")]
    assert told[:4] == [
        ["pending", "app"],
        ["resolving", "app"],
        ["pending", "outer"],
        ["resolving", "outer"],
    ]
    assert told[4] == ["loaded", "outer"]
    if IS_NATIVE:
        assert told[-2:] == [["resolving", "outer.value"], ["bound", "outer.value"]]
    else:
        assert ["bound", "outer"] in told[5:]


@pytest.mark.skipif(not IS_NATIVE, reason="the statement is new in 3.15")
def test_lazy_statement_is_declared_even_if_it_is_the_first(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "main.py").write_text("lazy import json\nlazy import outer as other\nprint(other.value)\n")
    done = enabled_template.run("main.py", cwd=folder, env={"LAZI_TRACE": "2"}, check=True)
    assert [line.split()[1:3] for line in done.stderr.splitlines()][:2] == [
        ["declared", "json"],
        ["declared", "outer"],
    ]
    assert done.stdout == "inner\n"


@pytest.mark.skipif(not IS_NATIVE, reason="the statement is new in 3.15")
def test_module_that_getattr_loads_under_another_name_is_told(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "main.py").write_text(
        "import sys\nlazy import said as other\ngetattr(sys.modules[__name__], 'oth' + 'er')\n"
    )
    done = enabled_template.run("main.py", cwd=folder, env={"LAZI_TRACE": "1"}, check=True)
    assert done.stderr == "lazi-site: loaded    said  in __main__\n"


def test_lines_go_past_a_stream_of_the_programs_own(enabled_template: Environment, folder: Path) -> None:
    """It may use names that wait itself; here the very one whose import is told."""
    (folder / "stream.py").write_text(
        "import sys\nimport inner\nclass Stream:\n    def write(self, text):\n        inner.V\n"
        "        print('seen', text)\n    def flush(self):\n        pass\nsys.stderr = Stream()\n"
    )
    (folder / "main.py").write_text("import stream\nstream.sys\nimport said\nprint(said.V)\n")
    done = enabled_template.run("main.py", cwd=folder, env={"LAZI_TRACE": "3"}, check=True)
    assert done.stdout == "said\n"
    assert "lazi-site: loaded    said  in __main__\n" in done.stderr


def test_error_of_several_lines_is_told_on_one(enabled_template: Environment, folder: Path) -> None:
    (folder / "bad.py").write_text("raise ZeroDivisionError('one\\ntwo')\n")
    assert trace(enabled_template, folder, "1")[-1].endswith("in app  ZeroDivisionError: one two")


def test_standard_error_that_is_closed_changes_nothing(enabled_template: Environment, folder: Path) -> None:
    code = "import os, sys; os.close(2); import app; app.work(); sys.stdout.flush(); os._exit(0)"
    done = enabled_template.run("-c", code, cwd=folder, env={"LAZI_TRACE": "4"}, check=True)
    assert done.stdout == STDOUT

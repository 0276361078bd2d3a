"""The program itself: scripts, -c code and standard input import lazily and find their builtins as always."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

HEAVY = 'print("load heavy")\nA = 1\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "heavy.py").write_text(HEAVY, encoding="utf-8")
    return tmp_path


def run(environment: Environment, folder: Path, source: str, how: str = "script") -> str:
    if how == "script":
        (folder / "main.py").write_text(source, encoding="utf-8")
        done = environment.run("main.py", cwd=folder)
    elif how == "stdin":
        done = environment.run("-", cwd=folder, input=source)
    else:
        done = environment.run("-c", source, cwd=folder)
    assert done.stderr == ""
    return done.stdout


WAYS = pytest.mark.parametrize("how", ["script", "stdin", "-c"])


@WAYS
def test_imports_of_the_program_wait(enabled_template: Environment, folder: Path, how: str) -> None:
    source = "import heavy\nfrom heavy import A\nprint('declared')\nprint(heavy.A + A)\n"
    assert run(enabled_template, folder, source, how) == "declared\nload heavy\n2\n"


@WAYS
def test_builtins_are_the_module_again_after_the_first_import(
    enabled_template: Environment, folder: Path, how: str
) -> None:
    source = (
        "from heavy import A\n"
        "import sys\n"
        "found = globals()['__built' 'ins__']\n"
        "print(type(found).__name__, found is sys.modules['built' 'ins'])\n"
        "def f(): return getattr(sys._getframe(), 'f_built' 'ins')\n"
        "print(f() is vars(found), type(f()) is dict)\n"
    )
    assert run(enabled_template, folder, source, how) == "module True\nTrue True\n"


@WAYS
def test_names_added_to_builtins_later_are_found(
    enabled_template: Environment, folder: Path, how: str
) -> None:
    (folder / "adder.py").write_text(
        "import builtins\nbuiltins.added = 'found'\nbuiltins.ascii = lambda x: 'other'\n",
        encoding="utf-8",
    )
    source = (
        "from heavy import A\nimport adder\nadder.x = 1\n"
        "def f(): return added, ascii('abc')\nprint(added)\nprint(f())\n"
    )
    assert run(enabled_template, folder, source, how) == "found\n('found', 'other')\n"


@WAYS
def test_import_whose_name_the_program_never_mentions_is_performed(
    enabled_template: Environment, folder: Path, how: str
) -> None:
    assert run(enabled_template, folder, "import heavy\nprint('end')\n", how) == "load heavy\nend\n"


def test_missing_module_that_a_program_only_imports_fails(
    enabled_template: Environment, folder: Path
) -> None:
    done = enabled_template.run("-c", "import surely_missing_mod", cwd=folder)
    assert done.returncode == 1
    assert "No module named 'surely_missing_mod'" in done.stderr


@pytest.mark.skipif(IS_NATIVE, reason="the backport's")
@pytest.mark.parametrize("how", ["script", "-c"])
def test_program_that_mentions_builtins_is_left_alone(
    enabled_template: Environment, folder: Path, how: str
) -> None:
    source = "import heavy\nimport builtins\nprint(builtins.len('ab'))\nheavy\n"
    assert run(enabled_template, folder, source, how) == "load heavy\n2\n"


def test_replaced_import_function_is_used(enabled_template: Environment, folder: Path) -> None:
    source = (
        "import sys\nbi = sys.modules['built' + 'ins']\nstock = bi.__import__\nseen = []\n"
        "def hook(name, *rest):\n    seen.append(name)\n    return stock(name, *rest)\n"
        "bi.__import__ = hook\n"
        "def f():\n    import heavy\nf()\nprint('heavy' in seen)\n"
    )
    assert run(enabled_template, folder, source) == "load heavy\nTrue\n"


@WAYS
def test_uncaught_error_shows_the_program_s_lines_only(
    enabled_template: Environment, folder: Path, how: str
) -> None:
    source = "import heavy\ntry:\n    import nosuch\nfinally:\n    print('finally')\n"
    if how == "script":
        (folder / "main.py").write_text(source, encoding="utf-8")
        lazy, eager = (
            enabled_template.run("main.py", cwd=folder, env={"LAZI_DISABLE": switch}) for switch in ("", "1")
        )
    else:
        option, text = ("-", source) if how == "stdin" else ("-c", None)
        arguments = [option] if text else [option, source]
        lazy, eager = (
            enabled_template.run(*arguments, cwd=folder, input=text, env={"LAZI_DISABLE": switch})
            for switch in ("", "1")
        )
    assert lazy.returncode == eager.returncode == 1
    assert lazy.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'nosuch'"
    assert "lazi_site" not in lazy.stderr
    assert lazy.stderr.count("  File ") == eager.stderr.count("  File ")


def test_warning_of_an_import_names_the_program_s_line(enabled_template: Environment, folder: Path) -> None:
    old = "import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n"
    (folder / "old.py").write_text(old, encoding="utf-8")
    (folder / "main.py").write_text("x = 1\nimport old\nold.x = 1\n", encoding="utf-8")
    # The interpreter's own lazy imports have no frame of the statement.
    for switch, line in (("", 3 if IS_NATIVE else 2), ("1", 2)):
        env: dict[str, str | None] = {"LAZI_DISABLE": switch}
        done = enabled_template.run("-W", "always", "main.py", cwd=folder, env=env)
        assert f"main.py:{line}: DeprecationWarning: old" in done.stderr


def test_functions_and_classes_of_a_script_are_ordinary(enabled_template: Environment, folder: Path) -> None:
    source = (
        "from heavy import A\nimport sys\n"
        "def f():\n    import os\n"
        "    stock = vars(globals()['__built' 'ins__'])\n"
        "    return os.__name__, getattr(sys._getframe(), 'f_built' 'ins') is stock\n"
        "class C:\n    import os\n"
        "print(f(), C.os.__name__, C.__module__, f.__module__)\n"
        "print(sorted(n for n in sys.modules['__main__'].__dict__ if n[0] != '_'))\n"
    )
    expected = "('os', True) os __main__ __main__\n['A', 'C', 'f', 'sys']\n"
    assert run(enabled_template, folder, source) == expected


def test_script_that_cannot_be_read_as_text_runs(enabled_template: Environment, folder: Path) -> None:
    source = "# -*- coding: latin-1 -*-\nimport heavy\nprint('déclaré', heavy.A)\n"
    (folder / "main.py").write_bytes(source.encode("latin-1"))
    done = enabled_template.run("-X", "utf8", "main.py", cwd=folder, check=True)
    assert done.stdout == "load heavy\ndéclaré 1\n"


def test_script_through_a_pipe_runs(enabled_template: Environment, folder: Path) -> None:
    source = "import colorsys\nprint(colorsys.ONE_THIRD > 0)\n"
    done = enabled_template.run("/dev/stdin", cwd=folder, input=source, check=True)
    assert done.stdout == "True\n"


def test_interactive_option_runs_the_script(enabled_template: Environment, folder: Path) -> None:
    (folder / "main.py").write_text("import heavy\nprint('declared')\n", encoding="utf-8")
    done = enabled_template.run("-i", "main.py", cwd=folder, input="print(heavy.A)\n", check=True)
    assert "1" in done.stdout.splitlines()
    assert "Traceback" not in done.stderr


AT_THE_END = """\
import gc, os, sys
from heavy import A
import threading
print(A)

class Last:
    # The interpreter clears ``sys`` after it has collected what the modules left behind.
    def __init__(self):
        self.gc, self.os, self.function = gc.get_objects, os.write, type(lambda: 0)

    def __del__(self, str=str, set=set, type=type, getattr=getattr):
        left = set()
        for one in self.gc():
            if type(one) is self.function and "lazi_site" in one.__code__.co_filename:
                left.add(one.__code__.co_filename.rpartition("lazi_site")[2] + " " + one.__name__)
        self.os(1, f"{left or 'nothing'}".encode())

sys.last = Last()
"""


def test_modules_of_ours_are_freed_with_the_program_s(enabled_template: Environment, folder: Path) -> None:
    """``threading`` keeps the hook for errors that it finds, and the import system what is put into it."""
    end = run(enabled_template, folder, AT_THE_END).removeprefix("load heavy\n1\n")
    assert end == ("{'/native/engine.py excepthook'}" if IS_NATIVE else "nothing")

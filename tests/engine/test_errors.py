"""Errors of waiting imports as a person sees them: what is printed at the end of a program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

CAUSE = "The above exception was the direct cause of the following exception:"
USE = "import user\ndef work():\n    return user.use()\nwork()\n"


def printed(environment: Environment, folder: Path, **files: str) -> list[str]:
    """Return the lines of the error that ends a program made of *files*; its use of user.use() fails.

    The line that says what may help, of which there is one, is not among them.
    """
    for name, text in {"main": USE, **files}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    done = environment.run("main.py", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [line.strip() for line in done.stderr.splitlines() if set(line.strip()) - set("^~")]
    rest = [line for line in lines if not line.startswith("lazi-site: ")]
    assert len(lines) == len(rest) + 1
    return rest


def frames(lines: list[str]) -> list[str]:
    """Return the frames of a printed error as "file:line function"."""
    found = [re.fullmatch(r'File ".*?([^/\\]+)", line (\d+), in (.*)', line) for line in lines]
    return [f"{match[1]}:{match[2]} {match[3]}" for match in found if match]


USER = "x = 1\nimport surely_missing_mod\ndef use():\n    return surely_missing_mod\n"


def test_missing_module_is_told_with_use_and_statement(enabled_template: Environment, tmp_path: Path) -> None:
    lines = printed(enabled_template, tmp_path, user=USER)
    middle = lines.index(CAUSE)
    assert frames(lines[:middle]) == ["user.py:2 <module>"]
    assert "import surely_missing_mod" in lines[:middle]
    told = "ImportError: lazy import of 'surely_missing_mod' raised an exception during resolution"
    assert told in lines[:middle]
    found = frames(lines[middle:])
    assert [place for place in found if not place.startswith("keys.py")] == [
        *("main.py:4 <module>", "main.py:3 work", "user.py:4 use")
    ]
    assert lines[-1].startswith("ModuleNotFoundError: No module named 'surely_missing_mod'")


@pytest.mark.parametrize(
    ("target", "error", "place"),
    [
        ("x = 1\n1 / 0\n", "ZeroDivisionError: division by zero", "target.py:2 <module>"),
        ("def f():\n    raise KeyError(5)\nf()\n", "KeyError: 5", "target.py:2 f"),
        ("x = 1\nx.y\n", "AttributeError: 'int' object has no attribute 'y'", "target.py:2 <module>"),
        ("y\n", "NameError: name 'y' is not defined", "target.py:1 <module>"),
    ],
)
def test_error_of_the_target_s_body_ends_where_it_was_raised(
    enabled_template: Environment, tmp_path: Path, target: str, error: str, place: str
) -> None:
    user = "import target\ndef use():\n    return target\n"
    lines = printed(enabled_template, tmp_path, user=user, target=target)
    assert lines[-1] == error
    assert frames(lines)[-1] == place
    assert "importlib" not in "".join(lines)


@pytest.mark.skipif(IS_NATIVE, reason="the backport's")
def test_one_frame_of_ours_at_most(enabled_template: Environment, tmp_path: Path) -> None:
    user = "import target\ndef use():\n    return target\n"
    lines = printed(enabled_template, tmp_path, user=user, target="1 / 0\n")
    assert sum("lazi_site" in line for line in lines) <= 1


def test_missing_name_is_told_with_the_file_it_is_missing_in(
    enabled_template: Environment, tmp_path: Path
) -> None:
    user = "from target import nothere\ndef use():\n    return nothere\n"
    lines = printed(enabled_template, tmp_path, user=user, target="x = 1\n")
    path = tmp_path / "target.py"
    assert lines[-1] == f"ImportError: cannot import name 'nothere' from 'target' ({path})"


def test_syntax_error_shows_the_line_in_the_target(enabled_template: Environment, tmp_path: Path) -> None:
    user = "import target\ndef use():\n    return target\n"
    lines = printed(enabled_template, tmp_path, user=user, target="x = 1\ny = (\n")
    assert lines[-1] == "SyntaxError: '(' was never closed"
    assert "y = (" in lines

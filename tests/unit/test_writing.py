"""Patterns are added to a configuration file; the rest of it stays as it is written."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from lazi_site.config.sources import Source, read_source
from lazi_site.config.writing import add_patterns, choose_source
from lazi_site.errors import RefusedError, UsageError

PATTERNS = {"eager": ["p.extra"], "eager-in": ["q.*"]}
OPTIONS = {"eager": ["p.extra"], "eager-in": ["q.*"]}


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# mine\nstdlib = 'include'   # why\n",
        "eager = [\n  'a', # one\n  'b'\n]\n\n# end\n",
        "eager = ['a', \"p.extra\"] # said\neager-in = []\n",
    ],
)
def test_everything_else_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "lazi-site.toml"
    path.write_text(before)
    assert add_patterns(Source("project file", str(path)), PATTERNS, "2026-01-01") is True
    after = path.read_text()
    expected = tomllib.loads(before)
    for option, patterns in PATTERNS.items():
        known = expected.setdefault(option, [])
        known += [pattern for pattern in patterns if pattern not in known]
    assert tomllib.loads(after) == expected
    for comment in ("# mine", "# why", "# one", "# end", "# said"):
        assert (comment in before) == (comment in after)
    assert after.count("# 2026-01-01") == 2 - before.count("p.extra")
    assert add_patterns(Source("project file", str(path)), PATTERNS, "later") is False
    assert path.read_text() == after


def test_pyproject_gets_its_table(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    before = "[project]\nname = 'x'\n\n[tool.other]\nline = 1\n"
    path.write_text(before)
    path.chmod(0o600)
    add_patterns(Source("project file", str(path), ("tool", "lazi-site")), PATTERNS, "2026-01-01")
    assert path.read_text().startswith(before)
    assert tomllib.loads(path.read_text())["tool"]["lazi-site"] == OPTIONS
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("before", ["eager = 'a'\n", "eager = [\n"])
def test_file_that_is_wrong_is_refused_and_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "lazi-site.toml"
    path.write_text(before)
    with pytest.raises(RefusedError):
        add_patterns(Source("project file", str(path)), PATTERNS, "2026-01-01")
    assert path.read_text() == before


def test_project_file_is_the_one_that_is_read(tmp_path: Path) -> None:
    pyproject = Source("project file", str(tmp_path / "pyproject.toml"), ("tool", "lazi-site"))
    own = Source("project file", str(tmp_path / "lazi-site.toml"))
    assert choose_source([pyproject, own], "project") is own
    Path(pyproject.path).touch()
    read_source(pyproject)
    assert choose_source([pyproject, own], "project") is pyproject
    Path(own.path).touch()
    read_source(own)
    assert choose_source([pyproject, own], "project") is own
    with pytest.raises(UsageError):
        choose_source([pyproject, own], "user")


@pytest.mark.parametrize("kind", ["fifo", "directory", "not UTF-8"])
def test_what_is_no_text_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path.write_bytes(b"\xff = 1\n")
    with pytest.raises(RefusedError):
        add_patterns(Source("file", str(path)), {"eager": ["a"]}, "why")

"""Reading one configuration file: what is kept, what is a problem, and on which line."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazi_site.config import sources
from lazi_site.config.options import BY_NAME
from lazi_site.config.problems import Problem
from lazi_site.config.sources import ABSENT, UNKNOWN, Source, read_source, read_sources

PYPROJECT = ("tool", "lazi-site")


def read(path: Path, text: str | bytes, table: tuple[str, ...] = ()) -> Source:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    source = Source("file", str(path), table)
    read_source(source)
    return source


def only_problem(source: Source) -> Problem:
    (problem,) = source.problems
    assert problem.path == source.path
    assert problem.sentence.startswith(source.path)
    return problem


def test_valid_settings_are_kept(tmp_path: Path) -> None:
    source = read(tmp_path / "a.toml", "enabled = false\neager = ['a', 'b.*']\n")
    assert source.values == {"enabled": False, "eager": ["a", "b.*"]}
    assert source.problems == []


def test_pyproject_is_read_in_its_table_only(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.other]\nmode = 5\n[tool.lazi-site]\nmode = 'declared'\n"
    source = read(tmp_path / "pyproject.toml", text, PYPROJECT)
    assert source.values == {"mode": "declared"}
    assert source.problems == []


@pytest.mark.parametrize(
    ("text", "line", "key", "value", "expected"),
    [
        ("trace = 0\n\nmode = 'some'\n", 3, "mode", "some", "'all' or 'declared'"),
        ("# mode = 1\nmode = 1\n", 2, "mode", 1, "'all' or 'declared'"),
        ("eager = [\n 'a',\n 'b c',\n]\n", 3, "eager", "b c", "module name"),
        ("lazy = ['ok', 7]\n", 1, "lazy", 7, "module name"),
        ("[eager]\na = 1\n", 1, "eager", {"a": 1}, "list of module patterns"),
        ("eager.x = 1\n", 1, "eager", {"x": 1}, "list of module patterns"),
        ('"eager-in" = true\n', 1, "eager-in", True, "list of module patterns"),
        ("\n\nstdlb = 'include'\n", 3, "stdlb", "include", "'stdlib'"),
        ("eager_in = []\n", 1, "eager_in", [], "'eager-in'"),
        ("colour = 1\n", 1, "colour", 1, "one of enabled, mode"),
    ],
)
def test_wrong_value_is_named_with_line_key_and_expectation(
    tmp_path: Path, text: str, line: int, key: str, value: object, expected: str
) -> None:
    problem = only_problem(read(tmp_path / "config.toml", text))
    assert (problem.line, problem.key, problem.value) == (line, key, value)
    assert expected in problem.expected
    assert f"line {line}, key '{key}'" in problem.sentence


def test_unknown_key_asks_whether_another_was_meant(tmp_path: Path) -> None:
    problem = only_problem(read(tmp_path / "config.toml", "stdlb = 'include'\n"))
    assert "did you mean 'stdlib'?" in problem.sentence


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.ruff]\ntrace = 1\n[tool.lazi-site]\ntrace = 9\n", 4),
        ("[tool]\nlazi-site.trace = 9\n", 2),
        ("tool.lazi-site.trace = 9\n", 1),
        ('[tool."lazi-site"]\n\ntrace = 9\n', 3),
    ],
)
def test_line_in_pyproject_is_that_of_our_table(tmp_path: Path, text: str, line: int) -> None:
    problem = only_problem(read(tmp_path / "pyproject.toml", text, PYPROJECT))
    assert (problem.line, problem.key) == (line, "tool.lazi-site.trace")


@pytest.mark.parametrize("text", ["tool = 1\n", "[tool]\nlazi-site = 'x'\n"])
def test_table_that_is_none_is_a_problem(tmp_path: Path, text: str) -> None:
    problem = only_problem(read(tmp_path / "pyproject.toml", text, PYPROJECT))
    assert problem.expected == "a table"
    assert problem.line


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"mode = 'all'\nmode =\n", 2),
        (b"mode = 'all'\nmode = 'all'\n", 2),
        (b"mode = 'all'\n\xff\n", 2),
        (b"mode = 'all", 1),
        (b"x = " + b"[" * 5000, 0),
        (b"x = " + b"9" * 5000, 0),
        (b"\x00", 1),
    ],
)
def test_text_that_is_not_toml_is_a_problem(tmp_path: Path, data: bytes, line: int) -> None:
    problem = only_problem(read(tmp_path / "config.toml", data))
    assert problem.expected.startswith("TOML")
    if line:
        assert problem.line == line


@given(data=st.binary(max_size=200))
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "any.toml", data)


@given(
    table=st.dictionaries(
        st.sampled_from(sorted(BY_NAME)),
        st.one_of(st.booleans(), st.integers(-9, 9), st.sampled_from(["all", "include", "a.*"])),
    )
)
def test_every_key_is_either_kept_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, object]
) -> None:
    text = "".join(
        f"{key} = {repr(value).lower() if isinstance(value, bool) else repr(value)}\n"
        for key, value in table.items()
    )
    source = read(tmp_path_factory.getbasetemp() / "table.toml", text)
    assert {*source.values, *(problem.key for problem in source.problems)} == set(table)


def test_absent_file_is_no_problem(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path / "none" / "none.toml"):
        source = Source("file", str(path))
        read_source(source)
        assert (source.stamp, source.problems, source.present) == (ABSENT, [], False)


def test_path_below_a_file_is_absent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = Source("file", str(tmp_path / "file" / "config.toml"))
    read_source(source)
    assert (source.stamp, source.problems) == (ABSENT, [])


@pytest.mark.parametrize("kind", ["directory", "fifo", "device", "large"])
def test_what_is_no_small_regular_file_is_a_problem(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.toml"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no FIFOs here")
        os.mkfifo(path)
    elif kind == "device":
        path = Path(os.devnull)
    else:
        path.write_bytes(b"#" * (sources.MAXIMUM_SIZE + 1))
    source = Source("file", str(path))
    read_source(source)
    problem = only_problem(source)
    assert ("1 MB" if kind == "large" else "regular file") in problem.sentence


def test_file_of_the_maximum_size_is_read(tmp_path: Path) -> None:
    assert read(tmp_path / "config.toml", b"#" * sources.MAXIMUM_SIZE).problems == []


def test_path_that_no_system_call_takes_is_a_problem(tmp_path: Path) -> None:
    for path in (str(tmp_path / ("x" * 5000)), "\0"):
        source = Source("file", path)
        read_source(source)
        assert len(source.problems) == 1
        assert source.stamp == UNKNOWN


def test_file_changed_just_now_is_read_again_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert read(path, "trace = 1\n").stamp == UNKNOWN
    old = time.time_ns() - 10**9
    os.utime(path, ns=(old, old))
    source = Source("file", str(path))
    read_source(source)
    assert source.stamp == (path.stat().st_mtime_ns, path.stat().st_size)


def project_files(directory: Path) -> list[Source]:
    return [
        Source("project file", str(directory / "pyproject.toml"), PYPROJECT),
        Source("project file", str(directory / "lazi-site.toml")),
    ]


def test_own_project_file_is_the_only_one_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lazi-site]\ntrace = 99\n")
    (tmp_path / "lazi-site.toml").write_text("trace = 1\n")
    pyproject, own = files = project_files(tmp_path)
    read_sources(files)
    assert (pyproject.values, pyproject.problems, own.values) == ({}, [], {"trace": 1})
    assert pyproject.note
    assert pyproject.present


def test_pyproject_is_read_where_no_own_file_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.lazi-site]\ntrace = 2\n")
    pyproject, own = files = project_files(tmp_path)
    read_sources(files)
    assert (pyproject.values, own.present) == ({"trace": 2}, False)


def test_file_named_by_lazi_config_must_exist(tmp_path: Path) -> None:
    files = [Source("LAZI_CONFIG file", str(tmp_path / "none.toml"))]
    read_sources(files)
    assert "LAZI_CONFIG" in only_problem(files[0]).sentence


def test_number_that_python_does_not_print_is_a_problem(tmp_path: Path) -> None:
    problem = only_problem(read(tmp_path / "file", f"trace = 0x{'f' * 5000}\n"))
    assert "too long to be shown" in problem.sentence
    assert problem.as_dict()["value"] == "a value that is too long to be shown"


def test_file_with_thousands_of_mistakes_is_read_in_no_time(tmp_path: Path) -> None:
    began = time.process_time()
    source = read(tmp_path / "file", "".join(f"key{number} = 1\n" for number in range(50_000)))
    assert len(source.problems) == sources.MAXIMUM_PROBLEMS
    assert time.process_time() - began < 10

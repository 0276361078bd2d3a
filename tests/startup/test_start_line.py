"""The start line: obeys the switch, survives everything, says nothing, under every flag."""

from __future__ import annotations

import shutil
import sys

import pytest

from lazi_site.install.start_line import START_ENTRY, START_SOURCE, start_file_content, start_file_name
from tests.support.environment import Environment

STARTED = "startup.state.started"
FLAGS = [
    "-I",
    "-E",
    "-s",
    "-P",
    "-O",
    "-OO",
    "-B",
    "-X dev",
    "-W error",
    "-bb -W error -X dev",
    "-X frozen_modules=off",
]


@pytest.mark.parametrize("flags", FLAGS)
def test_start_runs_and_prints_nothing_under(enabled: Environment, flags: str) -> None:
    silent = enabled.run(*flags.split(), "-c", "pass", check=True)
    assert (silent.stdout, silent.stderr) == ("", "")
    assert enabled.evaluate(STARTED, flags=flags) is True


def test_dash_s_upper_is_obeyed(enabled: Environment) -> None:
    code = "import sys; print('lazi_site' in sys.modules)"
    assert enabled.run("-S", "-c", code, check=True).stdout == "False\n"


@pytest.mark.parametrize("value", ["", "0", "false", "no", "off", " OFF ", "False", None])
def test_switch_that_is_off_leaves_imports_lazy(enabled: Environment, value: str | None) -> None:
    assert enabled.evaluate(STARTED, env={"LAZI_DISABLE": value}) is True


@pytest.mark.parametrize("value", ["1", "yes", "true", "on", "anything", " 1 "])
def test_switch_is_read_before_anything_is_imported(enabled: Environment, value: str) -> None:
    code = "import sys; print([name for name in sys.modules if name.startswith('lazi')])"
    # What else than 1 means on is found out by the one module that looks at all switches.
    loaded = [] if value == "1" else ["lazi_site.startup.bootstrap"]
    env = {"LAZI_DISABLE": value}
    assert enabled.run("-c", code, env=env).stdout == f"{loaded}\n"
    assert enabled.evaluate("startup.state.engine", env=env) == ""


def test_switch_puts_nothing_in_place(enabled: Environment) -> None:
    code = (
        "import sys\n"
        "from importlib.machinery import FileFinder\n"
        "print([str(finder).partition(' at ')[0] for finder in sys.meta_path])\n"
        "print([hook.__module__ for hook in sys.path_hooks])\n"
        "print(FileFinder.find_spec.__module__)\n"
        "for name in ('get_lazy_imports', 'get_lazy_imports_filter'):\n"
        "    print(hasattr(sys, name) and getattr(sys, name)())\n"
    )
    told = [enabled.run("-c", code, env={"LAZI_DISABLE": value}, check=True).stdout for value in ("1", "yes")]
    (enabled.purelib / "lazi_site.pth").unlink()
    without = enabled.run("-c", code, check=True).stdout
    assert told == [without, without]


def test_start_line_is_silent_after_the_package_is_gone(enabled: Environment) -> None:
    shutil.rmtree(enabled.purelib / "lazi_site")
    done = enabled.run("-W", "error", "-X", "dev", "-c", "print('ran')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


def test_package_that_comes_back_is_started_again(enabled: Environment) -> None:
    """As by pip uninstall and pip install, the start file staying."""
    package = enabled.purelib / "lazi_site"
    package.rename(enabled.root / "away")
    code = "import rich, sys; print([name for name in sys.modules if name.startswith('lazi')])"
    done = enabled.run("-c", code, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    (enabled.root / "away").rename(package)
    assert enabled.evaluate(STARTED) is True


@pytest.mark.parametrize("damage", ["raise RuntimeError('no')", "syntax error", "start = None", "\0", ""])
def test_start_line_is_silent_with_a_damaged_package(enabled: Environment, damage: str) -> None:
    (enabled.purelib / "lazi_site" / "startup" / "bootstrap.py").write_text(damage)
    done = enabled.run("-c", "print('ran')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


def test_version_of_python_that_is_not_known_imports_eagerly(enabled: Environment) -> None:
    # Started once more, by an interpreter that says that it is another one.
    code = (
        "import sys; sys.version_info = (3, 16, 0, 'final', 0)\n"
        "from lazi_site.startup import bootstrap\n"
        "bootstrap.restore(); bootstrap.state.started = False; bootstrap.start()\n"
        "print(bootstrap.state.engine, bootstrap.state.reason)"
    )
    assert (
        enabled.run("-c", code, check=True).stdout == " this version of lazi-site knows CPython up to 3.15\n"
    )


def test_start_line_leaves_no_names_behind(enabled: Environment) -> None:
    code = "import site; print(sorted(n for n in vars(site) if n in ('start', 'lazi_site', 'e')))"
    assert enabled.run("-c", code, check=True).stdout == "[]\n"


def test_start_line_is_one_line_made_of_the_readable_source() -> None:
    line = start_file_content("lazi_site.pth").decode()
    assert line.startswith("import ")
    assert line.count("\n") == 1
    assert line.isascii()
    compile(START_SOURCE.format(path="path"), "start", "exec")


def test_start_file_belongs_to_the_version() -> None:
    assert start_file_name((3, 11)) == start_file_name((3, 17)) == "lazi_site.pth"
    assert start_file_name((3, 18)) == start_file_name((4, 0)) == "lazi_site.start"
    assert start_file_content("lazi_site.start") == START_ENTRY.encode()


@pytest.mark.parametrize("variable", ["PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONSAFEPATH"])
def test_variables_of_the_interpreter_leave_imports_lazy(enabled: Environment, variable: str) -> None:
    folder = enabled.root / "folder"
    folder.mkdir()
    (folder / "user.py").write_text("import heavy\ndef use(): return heavy.A\n")
    (folder / "heavy.py").write_text("A = 1\n")
    base = enabled.run("-c", "import sys; print(sys.base_prefix)", check=True).stdout.strip()
    values = {"PYTHONHOME": base, "PYTHONPYCACHEPREFIX": str(enabled.root / "cache"), "PYTHONSAFEPATH": "1"}
    env = {**({variable: values[variable]} if variable in values else {}), "PYTHONPATH": str(folder)}
    code = "import sys, user; user.__name__; print('heavy' in sys.modules, user.use())"
    assert enabled.run("-c", code, env=env | {"LAZI_DISABLE": "1"}, check=True).stdout == "True 1\n"
    assert enabled.run("-c", code, env={**env}, check=True).stdout == "False 1\n"


def test_subprocess_starts_lazily_too(enabled: Environment) -> None:
    code = (
        "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', "
        "'from lazi_site.startup.bootstrap import state; print(state.started)'], text=True), end='')"
    )
    assert enabled.run("-c", code, check=True).stdout == "True\n"


def test_script_file_starts_lazily_too(enabled: Environment) -> None:
    script = enabled.root / "script.py"
    script.write_text("from lazi_site.startup.bootstrap import state\nprint(state.started)\n")
    assert enabled.run(script, check=True).stdout == "True\n"


@pytest.mark.skipif(sys.platform == "win32", reason="names of the interpreter differ")
def test_environment_reached_by_another_name_starts_lazily(enabled: Environment) -> None:
    link = enabled.root / "link"
    link.symlink_to(enabled.path, target_is_directory=True)
    other = Environment(enabled.root)
    other.python = link / "bin" / "python"
    assert other.evaluate(STARTED) is True


def test_start_file_of_later_versions_starts_too(enabled: Environment) -> None:
    """PEP 829, known from 3.15 on; what ``enable`` writes from 3.18 on."""
    if enabled.run("-c", "import sys; sys.exit(sys.version_info < (3, 15))").returncode:
        pytest.skip("this Python knows no .start files")
    (enabled.purelib / "lazi_site.pth").unlink()
    (enabled.purelib / "lazi_site.start").write_text(START_ENTRY)
    assert enabled.evaluate(STARTED) is True
    silent = enabled.run("-W", "error", "-X", "dev", "-c", "pass", check=True)
    assert (silent.stdout, silent.stderr) == ("", "")

"""What the README says under "Security": whose files count, and which places are never looked into."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import SETTLED, Environment

NOBODY = 65534
pytestmark = pytest.mark.skipif(os.name == "nt", reason="owners and modes of POSIX")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)

# Names that the slow path needs, and ours: in the program's own directory they print when they run.
SHADOWS = ("platformdirs", "string", "tomllib", "lazi_site", "lazi_site_rules")
MODE = "startup.state.snapshot['settings']['mode']"


def snapshot_of(environment: Environment) -> Path:
    (path,) = environment.state.glob("policy-*.snapshot")
    return path


def make_stale(environment: Environment) -> None:
    """Have the next start take the slow path."""
    snapshot_of(environment).unlink(missing_ok=True)
    environment.user_config.parent.mkdir(parents=True, exist_ok=True)
    environment.user_config.write_text("trace = 0\n")


def shadow(folder: Path) -> Path:
    """Write modules of the names that we use ourselves, and a program, into *folder*."""
    folder.mkdir()
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(f"print('ran {name}')\nown = True\n")
    (folder / "mine.py").write_text("x = 1\n")
    (folder / "program.py").write_text("import mine\nprint(mine.x)\nimport string\nprint(string.own)\n")
    return folder


@pytest.mark.parametrize("how", ["script", "link", "current directory", "PYTHONPATH"])
def test_modules_of_the_program_neither_run_nor_are_hidden(enabled: Environment, how: str) -> None:
    folder = shadow(enabled.root / "shadow")
    (enabled.root / "link.py").symlink_to(folder / "program.py")
    arguments: tuple[object, ...] = {
        "script": (folder / "program.py",),
        "link": (enabled.root / "link.py",),
    }.get(how, ("-c", (folder / "program.py").read_text()))  # type: ignore[arg-type]
    cwd = folder if how == "current directory" else enabled.root
    env: dict[str, str | None] = {"PYTHONPATH": str(folder)} if how == "PYTHONPATH" else {}
    make_stale(enabled)
    for _ in range(2):
        done = enabled.run(*map(str, arguments), cwd=cwd, env=env)
        assert (done.stdout, done.stderr) == ("1\nran string\nTrue\n", ""), how
    assert snapshot_of(enabled).exists()  # the slow path came to its end
    assert not (enabled.state / "last-fault.txt").exists()


def test_configuration_in_the_current_directory_is_not_read(enabled: Environment) -> None:
    folder = enabled.root / "elsewhere"
    folder.mkdir()
    for name in ("lazi-site.toml", "config.toml", "lazi_site.toml"):
        (folder / name).write_text("mode = 'declared'\n")
    make_stale(enabled)
    code = f"{SETTLED}; print(state.snapshot['settings']['mode'])"
    env: dict[str, str | None] = {"XDG_CONFIG_HOME": ".", "XDG_CACHE_HOME": ".", "TMPDIR": str(folder)}
    assert enabled.run("-c", code, cwd=folder, env=env, check=True).stdout == "all\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.toml",
        "lazi-site.toml",
        "lazi_site.toml",
    ]


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_snapshot_that_others_may_write_is_not_read(enabled: Environment, mode: int) -> None:
    path = snapshot_of(enabled)
    path.chmod(mode)
    before = path.stat().st_ino
    assert enabled.evaluate(MODE) == "all"
    assert (path.stat().st_ino, path.stat().st_mode & 0o777) != (before, mode)


@needs_root
@pytest.mark.parametrize("which", ["snapshot", "record"])
def test_file_of_somebody_else_is_not_used(enabled: Environment, which: str) -> None:
    path = snapshot_of(enabled) if which == "snapshot" else enabled.state / "environment.json"
    content = path.read_bytes()
    make_stale(enabled)
    path.write_bytes(content)
    os.chown(path, NOBODY, NOBODY)
    reason = enabled.evaluate("startup.state.reason")
    if which == "record":
        assert "others than the environment's owner can change it" in reason
    else:
        assert reason == ""
        assert path.stat().st_uid == 0


def test_record_that_others_may_write_names_no_directory_to_load_from(enabled: Environment) -> None:
    evil = enabled.root / "evil"
    evil.mkdir()
    (evil / "platformdirs.py").write_text("print('evil')\n")
    (enabled.purelib / "platformdirs").unlink()  # a link; see copy_template()
    record = enabled.state / "environment.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "libraries": str(evil)}))
    record.chmod(0o666)
    make_stale(enabled)
    done = enabled.run("-c", f"{SETTLED}; print(state.engine)")
    assert (done.stdout, done.stderr) == ("\n", "")
    record.chmod(0o644)  # the owner's own word counts
    assert "evil" in enabled.run("-c", f"{SETTLED}; print(state.engine)").stdout


def test_fault_is_not_written_through_a_link(enabled: Environment) -> None:
    other = enabled.root / "precious"
    other.write_text("mine\n")
    (enabled.state / "last-fault.txt").symlink_to(other)
    (enabled.purelib / "lazi_site" / "startup" / "policy.py").write_text("raise RuntimeError('broken')\n")
    code = "import platformdirs; from lazi_site.startup.bootstrap import state; print(state.fault)"
    done = enabled.run("-c", code)
    assert "broken" in done.stdout
    assert other.read_text() == "mine\n"
    assert "broken" in (enabled.state / "last-fault.txt").read_text()


def test_configuration_is_data(enabled: Environment) -> None:
    make_stale(enabled)
    enabled.user_config.write_text('eager = [\'__import__("os").system("echo ran")\']\n')
    done = enabled.run("-c", f"{SETTLED}; print('does not fit' in state.reason)")
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("flag", ["-I", "-E"])
def test_isolation_is_about_the_variables_of_python(enabled: Environment, flag: str) -> None:
    """LAZI_* is ours and is obeyed under -I and -E; PYTHON_LAZY_IMPORTS is the interpreter's and is not."""
    code = f"{SETTLED}; print(repr(state.engine), state.reason)"
    off = enabled.run(flag, "-c", "import sys; print('lazi_site.startup.bootstrap' in sys.modules)",
                      env={"LAZI_DISABLE": "1"})  # fmt: skip
    assert off.stdout == "False\n"
    wrong = enabled.run(flag, "-c", code, env={"LAZI_TRACE": "9"}).stdout
    assert wrong.startswith("'' LAZI_TRACE is '9'")
    ignored = enabled.run(flag, "-c", code, env={"PYTHON_LAZY_IMPORTS": "normal"}).stdout
    assert ignored != "'' \n"
    assert not ignored.startswith("''")
    obeyed = enabled.run("-c", code, env={"PYTHON_LAZY_IMPORTS": "normal"}).stdout
    assert obeyed.startswith("''") == IS_NATIVE


@needs_root
def test_process_with_other_rights_than_its_caller_reads_nothing(enabled: Environment) -> None:
    """An interpreter with the set-group-ID bit, as a set-user-ID program starts one."""
    report = enabled.root / "report.jsonl"
    code = (
        "import os, sys\nos.setresgid(0, 65534, 0)\n"
        "from lazi_site.startup import bootstrap\nbootstrap.state.started = False\nbootstrap.start()\n"
        "import platformdirs\nprint(repr(bootstrap.state.engine), bootstrap.state.reason)"
    )
    env: dict[str, str | None] = {"LAZI_DISABLE": None, "LAZI_REPORT": str(report)}
    # -S: no start file ran before, as none has when the rights are those of the file that is executed.
    path = f"import sys; sys.path.append({str(enabled.purelib)!r})\n"
    done = enabled.run("-S", "-c", path + code, env=env, check=True)
    assert done.stdout.startswith("'' the process has other rights than its caller")
    assert not report.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
@pytest.mark.parametrize("which", ["report", "fault", "record", "start file of doctor"])
def test_fifo_stops_nobody(enabled: Environment, which: str) -> None:
    env: dict[str, str | None] = {}
    path = {"fault": enabled.state / "last-fault.txt", "record": enabled.state / "environment.json"}.get(
        which, enabled.root / "fifo"
    )
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    if which == "report":
        env["LAZI_REPORT"] = str(path)
    if which == "fault":
        (enabled.purelib / "lazi_site" / "startup" / "policy.py").write_text("raise RuntimeError('no')\n")
    if which == "start file of doctor":
        if IS_NATIVE:
            pytest.skip("the interpreter itself reads it, and waits")
        (enabled.purelib / "lazi_site.start").symlink_to(path)
        assert enabled.lazi("doctor", "--json", env={"LAZI_DISABLE": "1"}).returncode == 1
        return
    done = enabled.run("-c", "import platformdirs; print('ran')", env=env)
    assert (done.stdout, done.stderr, done.returncode) == ("ran\n", "", 0)
    if which == "record":
        enabled.enable()
        assert path.is_file()

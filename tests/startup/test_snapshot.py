"""The snapshot: follows its sources without a command, is safe to read, and has no races."""

from __future__ import annotations

import _imp
import marshal
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lazi_site.startup import snapshot
from tests.support.environment import SETTLED, Environment

SETTING = "startup.state.snapshot['settings']"


def snapshots(directory: Path) -> list[str]:
    return sorted(p.name for p in directory.iterdir() if p.name.startswith("policy-"))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_enable_leaves_a_fresh_snapshot(enabled: Environment) -> None:
    assert len(snapshots(enabled.state)) == 1
    loaded = enabled.run("-c", "import sys; print('tomllib' in sys.modules)", check=True)
    assert loaded.stdout == "False\n"


@pytest.mark.parametrize("which", ["site", "user", "lazi-site.toml", "pyproject.toml"])
def test_edit_takes_effect_at_the_next_start(enabled: Environment, which: str) -> None:
    path = {
        "site": enabled.site_config,
        "user": enabled.user_config,
        "lazi-site.toml": enabled.project / "lazi-site.toml",
        "pyproject.toml": enabled.project / "pyproject.toml",
    }[which]
    table = "[tool.lazi-site]\n" if which == "pyproject.toml" else ""
    assert enabled.evaluate(SETTING + "['eager']") == {}
    write(path, table + "eager = ['one']\n")
    assert list(enabled.evaluate(SETTING + "['eager']")) == ["one"]
    write(path, table + "eager = ['two']\n")  # of the same size
    assert list(enabled.evaluate(SETTING + "['eager']")) == ["two"]
    path.unlink()
    assert enabled.evaluate(SETTING + "['eager']") == {}


def test_edit_at_once_after_a_read_is_seen(enabled: Environment) -> None:
    for number in range(5):
        write(enabled.user_config, f"trace = {number}\n")
        assert enabled.evaluate(SETTING + "['trace']") == number


def test_lazi_config_has_a_snapshot_of_its_own(enabled: Environment) -> None:
    extra = enabled.root / "extra.toml"
    write(extra, "mode = 'declared'\n")
    env: dict[str, str | None] = {"LAZI_CONFIG": str(extra)}
    assert enabled.evaluate(SETTING + "['mode']", env=env) == "declared"
    assert enabled.evaluate(SETTING + "['mode']") == "all"
    assert len(snapshots(enabled.state)) == 2


def test_two_users_have_their_own_files(enabled: Environment) -> None:
    write(enabled.user_config, "mode = 'declared'\n")
    other = enabled.root / "other"
    env: dict[str, str | None] = {"HOME": str(other), "XDG_CONFIG_HOME": str(other / ".config")}
    assert enabled.evaluate(SETTING + "['mode']", env=env) == "all"
    assert enabled.evaluate(SETTING + "['mode']") == "declared"


def test_broken_file_makes_imports_eager_until_it_is_mended(enabled: Environment) -> None:
    write(enabled.user_config, "eager = 'one'\n")
    reason = enabled.evaluate("startup.state.reason")
    assert str(enabled.user_config) in reason
    assert "line 1, key 'eager'" in reason
    write(enabled.user_config, "eager = ['one']\n")
    assert "error" not in enabled.evaluate("startup.state.reason")


def test_start_without_record_has_no_project(enabled: Environment) -> None:
    write(enabled.project / "lazi-site.toml", "mode = 'declared'\n")
    assert enabled.evaluate(SETTING + "['mode']") == "declared"
    (enabled.state / "environment.json").unlink()
    assert enabled.evaluate(SETTING + "['mode']") == "all"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"project": 1, "libraries": null}',
        '{"project": "relative", "libraries": null}',
    ],
)
def test_damaged_record_is_a_problem(enabled: Environment, content: str) -> None:
    (enabled.state / "environment.json").write_text(content)
    assert "environment.json" in enabled.evaluate("startup.state.reason")


@pytest.mark.parametrize("damage", [b"", b"lazisnap", b"x" * 100])
def test_damaged_snapshot_is_built_anew(enabled: Environment, damage: bytes) -> None:
    (name,) = snapshots(enabled.state)
    (enabled.state / name).write_bytes(damage)
    assert enabled.evaluate(SETTING + "['mode']") == "all"
    assert len((enabled.state / name).read_bytes()) > 100


def with_head(head: bytes) -> bytes:
    """Return a snapshot file that has the right hash over whatever *head* is."""
    hashed = _imp.source_hash(snapshot.FORMAT, head)
    return snapshot.MAGIC + hashed + len(head).to_bytes(8, "little") + head


@pytest.mark.parametrize(
    "body", [b"[", b"\\x00", marshal.dumps([1]), marshal.dumps({"key": 1, "modules": {}})]
)
def test_snapshot_of_another_content_with_the_right_hash_is_built_anew(
    enabled: Environment, body: bytes
) -> None:
    (name,) = snapshots(enabled.state)
    (enabled.state / name).write_bytes(with_head(body))
    assert enabled.evaluate(SETTING + "['mode']") == "all"
    assert enabled.evaluate("startup.state.fault") == ""


def test_code_that_marshal_refuses_is_no_snapshot(enabled: Environment) -> None:
    """A code object with -1 arguments is a SystemError."""
    (name,) = snapshots(enabled.state)
    code = bytearray(enabled.evaluate("list(__import__('marshal').dumps(compile('1', 'f', 'exec')))"))
    code[1:5] = b"\xff" * 4
    (enabled.state / name).write_bytes(with_head(bytes(code)))
    assert enabled.evaluate(SETTING + "['mode']") == "all"
    assert enabled.evaluate("startup.state.fault") == ""


def test_snapshot_is_readable_whatever_the_umask(environment: Environment) -> None:
    code = (
        "import os; os.umask(0o077); from lazi_site.cli import main; main(['enable']); "
        "os.umask(0); from lazi_site.config.refresh import refresh; refresh()"
    )
    environment.run("-c", code, check=True)
    for path in environment.state.iterdir():
        assert path.stat().st_mode & 0o777 == 0o644, path


def test_start_does_not_make_the_state_directory(enabled: Environment) -> None:
    """A process that outlives ``disable`` must not bring the directory back."""
    for path in enabled.state.iterdir():
        path.unlink()
    enabled.state.rmdir()
    assert enabled.evaluate("startup.state.started") is True
    assert not enabled.state.exists()
    (cache,) = (enabled.home / ".cache" / "lazi-site").iterdir()
    assert len(snapshots(cache)) == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_directory_that_anybody_may_write_is_not_used(enabled: Environment) -> None:
    for name in snapshots(enabled.state):
        (enabled.state / name).unlink()
    enabled.state.chmod(0o777)
    enabled.evaluate("startup.state.started")
    assert snapshots(enabled.state) == []


def test_at_most_eight_snapshots_are_kept(enabled: Environment) -> None:
    for number in range(12):
        enabled.evaluate("0", env={"LAZI_CONFIG": str(enabled.root / str(number))})
    assert len(snapshots(enabled.state)) == 8


def test_abandoned_files_are_removed(enabled: Environment) -> None:
    abandoned = enabled.state / "policy-x.snapshot.1-2.new"
    abandoned.touch()
    young = enabled.state / "policy-x.snapshot.3-4.new"
    young.touch()
    os.utime(abandoned, (time.time() - 3600,) * 2)
    write(enabled.user_config, "trace = 0\n")
    enabled.evaluate("0")
    assert not abandoned.exists()
    assert young.exists()


def test_many_starts_at_once_agree(enabled: Environment) -> None:
    code = f"{SETTLED}; print(state.snapshot['settings']['trace'], state.fault)"
    for trace in range(3):
        write(enabled.user_config, f"trace = {trace}\n")
        started = [
            subprocess.Popen(
                [enabled.python, "-c", code],
                stdout=subprocess.PIPE,
                env=enabled.variables(),
                text=True,
            )
            for _ in range(6)
        ]
        assert {process.communicate()[0] for process in started} == {f"{trace} \n"}
    assert all(name.endswith(".snapshot") for name in snapshots(enabled.state))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_fifo_in_place_of_a_file_never_blocks(enabled: Environment) -> None:
    enabled.user_config.parent.mkdir(parents=True)
    os.mkfifo(enabled.user_config)
    assert "regular file" in enabled.evaluate("startup.state.reason")


def test_user_who_may_not_write_the_environment_has_the_snapshot_in_his_cache(
    enabled: Environment,
) -> None:
    write(enabled.user_config, "trace = 0\n")
    enabled.state.chmod(0o555)
    code = f"{SETTLED}; print(state.fault)"
    assert enabled.run("-c", code, ordinary=True, check=True).stdout == "\n"
    enabled.state.chmod(0o755)
    (cache,) = (enabled.home / ".cache" / "lazi-site").iterdir()
    assert len(snapshots(cache)) == 1


def test_file_that_may_not_be_read_is_a_problem_known_without_looking_again(
    enabled: Environment,
) -> None:
    write(enabled.user_config, "trace = 0\n")
    enabled.user_config.chmod(0)
    code = f"import sys; {SETTLED}; print(state.reason, 're' in sys.modules)"
    enabled.run("-c", code, ordinary=True, check=True)
    again = enabled.run("-c", code, ordinary=True, check=True).stdout
    assert f"{enabled.user_config}: it cannot be read: Permission denied" in again
    assert again.endswith("False\n")


def test_home_of_another_user_has_no_user_file(enabled: Environment) -> None:
    """A service started with root's HOME is not broken by it."""
    write(enabled.user_config, "trace = 9\n")
    enabled.home.chmod(0)
    code = f"{SETTLED}; print(state.started, state.snapshot['problems'])"
    done = enabled.run("-c", code, ordinary=True)
    enabled.home.chmod(0o755)
    assert done.stdout == "True []\n"


@pytest.mark.parametrize("flags", ["-I", "-bb -W error -X dev", "-OO"])
def test_slow_path_prints_nothing_under(enabled: Environment, flags: str) -> None:
    write(enabled.user_config, "trace = 0\n")
    code = f"{SETTLED}; print(state.fault)"
    done = enabled.run(*flags.split(), "-c", code, check=True)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_slow_path_does_not_stand_in_for_modules_of_the_program(enabled: Environment) -> None:
    write(enabled.user_config, "trace = 0\n")
    (enabled.root / "platformdirs.py").write_text("own = True\n")
    (enabled.root / "program.py").write_text("import platformdirs; print(platformdirs.own)\n")
    assert enabled.run(enabled.root / "program.py", check=True).stdout == "True\n"


def test_slow_path_finds_platformdirs_among_the_systems_packages(enabled: Environment) -> None:
    """Start files are read before the system's packages come onto the path."""
    system = enabled.root / "system"
    system.mkdir()
    (enabled.purelib / "platformdirs").rename(system / "platformdirs")
    (enabled.purelib / "zzz.pth").write_text(f"{system}\n")
    enabled.enable()
    write(enabled.user_config, "trace = 3\n")
    assert enabled.evaluate("startup.state.fault") == ""
    assert enabled.evaluate(SETTING + "['trace']") == 3


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the names of XDG")
def test_cache_directory_is_the_one_platformdirs_names(enabled: Environment) -> None:
    code = (
        "import os, platformdirs, lazi_site.startup.snapshot as snapshot;"
        "print(os.path.dirname(snapshot.snapshot_directories()[1])"
        " == platformdirs.user_cache_dir('lazi-site', appauthor=False))"
    )
    for value in (None, "", " ", str(enabled.root / "cache")):
        env: dict[str, str | None] = {"XDG_CACHE_HOME": value, "LAZI_DISABLE": "1"}
        assert enabled.run("-c", code, env=env, check=True).stdout == "True\n", value


def test_program_that_changes_its_home_keeps_the_policy_of_its_start(enabled: Environment) -> None:
    """The policy is read when the first import needs it, by the variables that the process was given."""
    before = snapshots(enabled.state)
    (enabled.root / "other.py").write_text("")
    # No import statement before: it would have the policy read.
    code = (
        "os = __import__('os')\nos.environ.update(HOME='/no', XDG_CONFIG_HOME='/no', XDG_CACHE_HOME='/no')\n"
        "import other\nloaded = os.sys.modules\n"
        "print(other.__name__, 'tomllib' in loaded, 'lazi_site.config' in loaded)"
    )
    done = enabled.run("-c", code, check=True)
    assert done.stdout == "other False False\n"
    assert snapshots(enabled.state) == before


def kept_files(environment: Environment) -> list[str]:
    """Return the names of all snapshots, in the environment and in the user's cache."""
    return [path.name for path in environment.root.rglob("policy-*")]


@pytest.mark.parametrize("how", ["variable", "option"])
def test_no_snapshot_is_written_or_read_if_that_is_wanted(environment: Environment, how: str) -> None:
    env: dict[str, str | None] = {"LAZI_NO_SNAPSHOT": "1"} if how == "variable" else {}
    text = "" if how == "variable" else "snapshot = false\n"
    write(environment.user_config, text)
    environment.lazi("enable", env=env, check=True)
    for mode in ("declared", "all"):
        write(environment.user_config, f"{text}mode = '{mode}'\n")
        assert environment.evaluate(SETTING + "['mode']", env=env) == mode
    assert kept_files(environment) == []
    write(environment.user_config, "")
    assert environment.evaluate(SETTING + "['mode']") == "all"
    assert len(kept_files(environment)) == 1


def test_snapshot_that_is_there_is_not_read_if_none_is_wanted(enabled: Environment) -> None:
    loaded = "'tomllib' in sys.modules or 'platformdirs' in sys.modules or 'lazi_site.config' in sys.modules"
    assert enabled.evaluate(loaded) is False
    assert enabled.evaluate(loaded, env={"LAZI_NO_SNAPSHOT": "0"}) is False
    assert enabled.evaluate(loaded, env={"LAZI_NO_SNAPSHOT": "1"}) is True
    assert len(kept_files(enabled)) == 1

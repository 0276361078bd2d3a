"""enable and disable: what they write, what they leave, what they refuse."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import SETTLED, Environment
from tests.support.template import copy_template

STARTED = "startup.state.started"
RECORD = "environment.json"


def hash_tree(directory: Path) -> dict[str, str]:
    """Return a digest of every file, link and directory below *directory* but compiled code."""
    found = {}
    for path in directory.rglob("*"):
        if "__pycache__" in path.parts:
            continue
        name = str(path.relative_to(directory))
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_dir():
            found[name] = f"directory {path.stat().st_mode}"
        else:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[name] = f"{digest} {path.stat().st_mode}"
    return found


def recorded_project(environment: Environment) -> object:
    return json.loads((environment.state / RECORD).read_text())["project"]


def test_environment_is_byte_identical_after_disable(environment: Environment) -> None:
    before = hash_tree(environment.path)
    environment.enable()
    environment.run("-c", "import rich.table, platformdirs, tomlkit", check=True)
    environment.status()
    assert hash_tree(environment.path) != before
    environment.disable()
    assert hash_tree(environment.path) == before


def test_disable_removes_this_users_cached_snapshots(enabled: Environment) -> None:
    shutil.rmtree(enabled.state)
    enabled.run("-c", "import json", check=True)
    cache = enabled.home / ".cache" / "lazi-site"
    assert list(cache.glob("*/policy-*"))
    enabled.disable()
    assert not cache.exists()


def test_enable_twice_changes_nothing_and_says_so(enabled: Environment) -> None:
    for _ in range(3):
        enabled.status()  # what is decided about the command's own imports is kept after the first runs
    before = hash_tree(enabled.path)
    done = enabled.lazi("enable", check=True)
    assert "already" in done.stdout
    assert hash_tree(enabled.path) == before


def test_disable_twice_is_fine_and_says_so(enabled: Environment) -> None:
    enabled.disable()
    done = enabled.lazi("disable", check=True)
    assert "nothing to do" in done.stdout


def test_enable_says_what_was_written_and_how_to_undo_it(environment: Environment) -> None:
    done = environment.lazi("enable", check=True)
    assert str(environment.purelib / "lazi_site.pth") in done.stdout
    assert "lazi-site disable" in done.stdout
    assert str(environment.project) in done.stdout
    assert done.stderr == ""


def test_enable_names_the_configuration_in_use(environment: Environment) -> None:
    (environment.project / "pyproject.toml").write_text("[tool.lazi-site]\neager = ['a']\n")
    done = environment.lazi("enable", check=True)
    assert str(environment.project / "pyproject.toml") in done.stdout


def test_enable_says_why_imports_stay_eager(environment: Environment) -> None:
    (environment.project / "lazi-site.toml").write_text("enabled = false\n")
    done = environment.lazi("enable", check=True)
    assert "imports stay eager" in done.stdout
    assert "'enabled' is false" in done.stdout


def test_enable_works_while_the_switch_is_set(environment: Environment) -> None:
    environment.lazi("enable", env={"LAZI_DISABLE": "1"}, check=True)
    assert environment.evaluate(STARTED) is True


def test_start_file_of_another_version_is_removed(environment: Environment) -> None:
    other = environment.purelib / "lazi_site.start"
    other.write_bytes(b"lazi_site.startup.bootstrap:start\n")
    environment.enable()
    assert not other.exists()
    assert environment.evaluate(STARTED) is True


def test_changed_start_file_is_written_anew(enabled: Environment) -> None:
    path = enabled.purelib / "lazi_site.pth"
    before = path.read_bytes()
    path.write_text("# nothing\n")
    enabled.enable()
    assert path.read_bytes() == before


def test_enable_forgets_earlier_faults(enabled: Environment) -> None:
    fault = enabled.state / "last-fault.txt"
    fault.write_text("old\n")
    assert enabled.status()["last_fault"] == "old"
    enabled.lazi("enable")
    assert not fault.exists() or "old" not in fault.read_text()


def test_copy_in_the_current_directory_is_not_what_is_enabled(environment: Environment) -> None:
    shutil.copytree(environment.purelib / "lazi_site", environment.root / "lazi_site")
    environment.lazi("enable", cwd=environment.root, check=True)
    assert str(environment.root / "lazi_site") not in (environment.purelib / "lazi_site.pth").read_text()
    assert environment.evaluate(STARTED) is True


def test_files_of_others_in_the_state_directory_stay(enabled: Environment) -> None:
    foreign = enabled.state / "notes.txt"
    foreign.write_text("mine")
    enabled.disable()
    assert [path.name for path in enabled.state.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["pyproject.toml", "lazi-site.toml"])
def test_project_is_the_nearest_parent_with_a_configuration_file(environment: Environment, name: str) -> None:
    (environment.root / name).touch()
    environment.enable()
    assert recorded_project(environment) == str(environment.root)
    (environment.project / name).touch()
    environment.enable()
    assert recorded_project(environment) == str(environment.project)


def test_project_is_the_holder_of_the_virtualenv_where_no_file_is(enabled: Environment) -> None:
    assert recorded_project(enabled) == str(enabled.project)


def test_project_can_be_named(environment: Environment) -> None:
    project = environment.root / "elsewhere"
    project.mkdir()
    (project / "lazi-site.toml").write_text("eager = ['a']\n")
    environment.lazi("enable", "--project", "elsewhere", cwd=environment.root, check=True)
    assert recorded_project(environment) == str(project)
    assert environment.evaluate("list(startup.state.snapshot['settings']['eager'])") == ["a"]


def test_project_is_never_the_current_directory(enabled: Environment) -> None:
    elsewhere = enabled.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lazi-site.toml").write_text("mode = 'declared'\n")
    code = f"{SETTLED}; print(state.snapshot['settings']['mode'])"
    assert enabled.run("-c", code, cwd=elsewhere, check=True).stdout == "all\n"


def test_project_that_is_missing_is_refused(environment: Environment) -> None:
    before = hash_tree(environment.path)
    done = environment.lazi("enable", "--project", environment.root / "none")
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert hash_tree(environment.path) == before


def test_enable_outside_a_virtualenv_is_refused(environment: Environment) -> None:
    done = outside(environment, "enable")
    assert done.returncode == 2
    assert "not in a virtualenv" in done.stderr
    assert "--force" in done.stderr
    assert "Traceback" not in done.stderr


def outside(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run lazi-site by the interpreter from which the environment was made."""
    base = environment.run("-c", "import sys; print(sys._base_executable)").stdout.strip()
    return subprocess.run(
        [base, "-m", "lazi_site", *arguments],
        env=environment.variables({"PYTHONPATH": str(environment.purelib)}),
        capture_output=True,
        text=True,
    )


def test_enable_where_site_packages_is_not_writable_is_refused(environment: Environment) -> None:
    before = hash_tree(environment.path)
    environment.purelib.chmod(0o555)
    try:
        done = environment.run("-m", "lazi_site", "enable", ordinary=True)
    finally:
        environment.purelib.chmod(0o755)
    assert done.returncode == 2, done
    assert str(environment.purelib) in done.stderr
    assert "Run the command as the owner" in done.stderr
    assert hash_tree(environment.path) == before


def test_failing_write_leaves_nothing_behind(environment: Environment) -> None:
    blocked = environment.purelib / "lazi_site.pth"
    blocked.mkdir()
    before = hash_tree(environment.path)
    done = environment.lazi("enable")
    assert done.returncode == 2
    assert "lazi_site.pth" in done.stderr
    assert "Traceback" not in done.stderr
    assert hash_tree(environment.path) == before


def test_unfinished_files_are_removed_by_disable(enabled: Environment) -> None:
    unfinished = enabled.purelib / "lazi_site.pth.1-2.new"
    unfinished.touch()
    enabled.disable()
    assert not unfinished.exists()


def test_other_environment_is_enabled_and_disabled_by_venv(
    template: Environment, environment: Environment
) -> None:
    other = copy_template(template, environment.root / "other")
    before = hash_tree(environment.path)
    done = environment.lazi("enable", "--venv", other.path, check=True)
    assert str(other.path) in done.stdout
    assert other.evaluate(STARTED) is True
    assert hash_tree(environment.path) == before
    environment.lazi("disable", "--venv", other.path, check=True)
    assert other.evaluate(STARTED) is False
    assert environment.lazi("status", "--venv", other.path).returncode == 1


def test_venv_takes_a_relative_project(template: Environment, environment: Environment) -> None:
    other = copy_template(template, environment.root / "other")
    environment.lazi(
        "enable",
        "--venv",
        "other/project/.venv",
        "--project",
        "home",
        cwd=environment.root,
        check=True,
    )
    assert recorded_project(other) == str(environment.home)


def test_refusal_of_the_other_environment_is_passed_on(
    template: Environment, environment: Environment
) -> None:
    other = copy_template(template, environment.root / "other")
    done = environment.lazi("enable", "--venv", other.path, "--project", "none")
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_venv_that_is_no_virtualenv_is_refused(environment: Environment) -> None:
    done = environment.lazi("enable", "--venv", environment.home)
    assert done.returncode == 2
    assert "is not a virtualenv" in done.stderr


def test_venv_without_lazi_site_is_refused_with_what_to_run(environment: Environment) -> None:
    bare = environment.root / "bare"
    subprocess.run([sys.executable, "-m", "virtualenv", "-q", "--no-seed", str(bare)], check=True)
    done = environment.lazi("enable", "--venv", bare)
    assert done.returncode == 2
    assert "is not installed" in done.stderr
    assert "pip install lazi-site" in done.stderr


def test_free_threaded_or_foreign_interpreter_is_refused() -> None:
    from lazi_site.errors import RefusedError
    from lazi_site.install import enable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lazi_site.install.enable.unsupported", lambda: "it is too strange")
        with pytest.raises(RefusedError, match="it is too strange"):
            enable.refuse_unsuitable(force=True)

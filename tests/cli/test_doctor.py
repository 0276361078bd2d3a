"""doctor, clean and disable --purge: what is found, what --fix mends, what is removed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lazi_site.doctor.codes import CODES
from lazi_site.doctor.surroundings import replaces_finders
from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

DISABLED: dict[str, str | None] = {"LAZI_DISABLE": "1"}  # so that doctor's own start mends nothing
OLD = time.time() - 1000


def examine(
    environment: Environment, *arguments: str, env: dict[str, str | None] | None = None
) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
    """Return exit status, findings by code, and the whole JSON of ``doctor``."""
    done = environment.lazi("doctor", "--json", *arguments, env=env)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    for finding in found["findings"]:
        assert set(finding) == {"code", "level", "message", "path", "advice", "fixable"}
        assert finding["code"] in CODES
        assert finding["level"] in ("ok", "info", "warning", "error")
    return done.returncode, {one["code"]: one for one in found["findings"]}, found


def snapshot_of(environment: Environment) -> Path:
    (path,) = environment.state.glob("policy-*.snapshot")
    return path


def test_enabled_environment_is_in_order(enabled: Environment) -> None:
    status, found, _ = examine(enabled)
    assert status == 0, found
    assert {code for code, one in found.items() if one["level"] == "ok"} == {
        *("start-file-right", "record-right", "state-directory-right", "snapshot-right"),
        *("configuration-right", "fresh-start-lazy"),
    }
    done = enabled.lazi("doctor", check=True)
    assert done.stdout.rstrip().endswith("is in order.")


def test_environment_that_is_not_enabled_is_told_how(environment: Environment) -> None:
    status, found, _ = examine(environment, "--fix")
    assert (status, found["not-enabled"]["level"]) == (1, "warning")
    assert "lazi-site enable" in found["not-enabled"]["advice"]
    assert not environment.state.exists()


def shift(text: bytes) -> bytes:
    return text.replace(b"lib", b"old-lib")


# What is done to the environment, which is then mended by --fix.
DAMAGE: dict[str, Callable[[Environment], object]] = {
    "start-file-missing": lambda e: (e.purelib / "lazi_site.pth").unlink(),
    "start-file-changed": lambda e: (e.purelib / "lazi_site.pth").write_text("import os\n"),
    "start-file-of-another-place": lambda e: (e.purelib / "lazi_site.pth").write_bytes(
        shift((e.purelib / "lazi_site.pth").read_bytes())
    ),
    "start-file-of-another-version": lambda e: (e.purelib / "lazi_site.start").write_text("# none\n"),
    "record-missing": lambda e: (e.state / "environment.json").unlink(),
    "record-damaged": lambda e: (e.state / "environment.json").write_text("{"),
    "record-of-another-version": lambda e: (e.state / "environment.json").write_text(
        (e.state / "environment.json").read_text().replace('"version": "', '"version": "9')
    ),
    "state-directory-unsafe": lambda e: e.state.chmod(0o777),
    "snapshot-missing": lambda e: snapshot_of(e).unlink(),
    "snapshot-stale": lambda e: (e.project / "lazi-site.toml").write_text("mode = 'all'\n"),
    "snapshot-damaged": lambda e: snapshot_of(e).write_bytes(b"x"),
    "snapshot-not-trusted": lambda e: snapshot_of(e).chmod(0o666),
    "fault-noted": lambda e: (e.state / "last-fault.txt").write_text("start-up: OSError: odd\n"),
    "abandoned-files": lambda e: [
        (path.touch(), os.utime(path, (OLD, OLD)))
        for path in (e.state / "policy-x.1-2.new", e.purelib / "lazi_site.pth.1-2.new")
    ],
}


MENDS_ITSELF = ("snapshot-missing", "snapshot-stale")


@pytest.mark.parametrize("code", DAMAGE)
def test_what_is_ours_is_found_and_mended(enabled: Environment, code: str) -> None:
    (enabled.purelib / "lazi_site.start").unlink(missing_ok=True)
    DAMAGE[code](enabled)
    status, found, whole = examine(enabled, "--fix", env=DISABLED)
    repaired = {one["code"]: one for one in whole["repaired"]}
    assert (repaired[code]["level"] == "info") == (code in MENDS_ITSELF)
    assert code not in found
    assert [one["code"] for one in found.values() if one["level"] in ("warning", "error")] == ["switched-off"]
    status, found, _ = examine(enabled)
    assert status == 0, found
    recorded = json.loads((enabled.state / "environment.json").read_text())
    assert recorded["project"] == str(enabled.project)


@pytest.mark.parametrize(
    ("code", "level", "env", "text"),
    [
        ("configuration-wrong", "error", {}, "stdlib = 'some'\n"),
        ("variable-wrong", "error", {"LAZI_TRACE": "9"}, ""),
        ("configuration-off", "info", {}, "enabled = false\n"),
        ("snapshot-off", "info", {}, "snapshot = false\n"),
        ("switched-off", "warning", DISABLED, ""),
    ],
)
def test_what_the_user_wrote_is_told_and_left(
    enabled: Environment, code: str, level: str, env: dict[str, str | None], text: str
) -> None:
    path = enabled.project / "lazi-site.toml"
    path.write_text(text)
    status, found, _ = examine(enabled, "--fix", env=env)
    assert found[code]["level"] == level
    assert status == (level != "info")
    assert path.read_text() == text
    if code == "configuration-wrong":
        assert f"{path}, line 1, key 'stdlib': 'some'" in found[code]["message"]


@pytest.mark.skipif(not IS_NATIVE, reason="an option of 3.15")
def test_option_of_the_interpreter_is_told(enabled: Environment) -> None:
    status, found, _ = examine(enabled, env={"PYTHON_LAZY_IMPORTS": "normal"})
    assert (status, found["switched-off"]["level"]) == (1, "warning")
    assert "lazy_imports=normal" in found["fresh-start-eager"]["message"]


def customized(environment: Environment, source: str) -> dict[str, str | None]:
    """Return variables by which *source* is the sitecustomize, before that which Debian's Python brings."""
    folder = environment.root / "customized"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(source, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def test_others_in_the_house_are_named(enabled: Environment) -> None:
    (enabled.purelib / "hooks.pth").write_text("import os\n")
    (enabled.purelib / "paths.pth").write_text("# nothing\n")
    (enabled.purelib / "three-editable.pth").write_text("import _three_editable_loader\n")
    enabled.add_module("_three_editable_loader", "")
    env = customized(enabled, "import sys\nsys.meta_path[:] = list(sys.meta_path)\n")
    status, found, _ = examine(enabled, "--fix", env=env)
    assert status == 1
    message = found["other-start-files"]["message"]
    assert "hooks.pth" in message
    assert "paths.pth" not in message
    assert found["customize-replaces-finders"]["path"].endswith("sitecustomize.py")
    assert ("editable-eager" in found) == (not IS_NATIVE)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("sys.meta_path = []", True),
        ("sys.path_hooks.clear()", True),
        ("del sys.meta_path[:]", True),
        ("sys.meta_path.insert(0, x)\nfor f in sys.meta_path[:]: print(f)", False),
        ("not python", False),
    ],
)
def test_replacing_the_finders_is_told_from_adding_to_them(source: str, answer: bool) -> None:
    assert replaces_finders(source.encode()) is answer


def test_start_file_of_the_users_own_site_directory_is_told(enabled: Environment) -> None:
    code = "import site; print(site.getsitepackages()[-1])"
    other = enabled.root / "more"
    other.mkdir()
    env = customized(
        enabled,
        "import site\nfound = site.getsitepackages\n"
        f"site.getsitepackages = lambda *a: [*found(*a), {str(other)!r}]\n",
    )
    (other / "lazi_site.pth").write_bytes((enabled.purelib / "lazi_site.pth").read_bytes())
    assert enabled.run("-c", code, env=env, check=True).stdout.strip() == str(other)
    status, found, _ = examine(enabled, "--fix", env=env)
    assert (status, found["start-file-twice"]["path"]) == (1, str(other / "lazi_site.pth"))
    enabled.lazi("disable", "--purge", env=env, check=True)
    assert not (other / "lazi_site.pth").exists()


def test_start_that_does_not_run_is_an_error(enabled: Environment) -> None:
    (enabled.purelib / "lazi_site.pth").write_text("import os\n")
    status, found, _ = examine(enabled)
    assert (status, found["fresh-start-eager"]["level"]) == (1, "error")
    assert "was not run" in found["fresh-start-eager"]["message"]


def test_read_only_environment_stores_in_the_cache(enabled: Environment) -> None:
    snapshot_of(enabled).unlink()
    enabled.state.chmod(0o555)
    try:
        done = enabled.run("-m", "lazi_site", "doctor", "--json", ordinary=True)
        found = {one["code"]: one["level"] for one in json.loads(done.stdout)["findings"]}
        assert found["state-directory-read-only"] == "info"
        (enabled.home / ".cache").mkdir(exist_ok=True)
        env = {**DISABLED, "XDG_CACHE_HOME": "relative"}
        done = enabled.run("-m", "lazi_site", "doctor", "--json", env=env, ordinary=True)
        found = {one["code"]: one["level"] for one in json.loads(done.stdout)["findings"]}
        assert found["snapshot-without-place"] == "warning"
    finally:
        enabled.state.chmod(0o755)


def test_what_cannot_be_mended_is_told(enabled: Environment) -> None:
    path = enabled.purelib / "lazi_site.pth"
    path.unlink()
    path.mkdir()
    status, found, whole = examine(enabled, "--fix", env=DISABLED)
    assert status == 1
    assert [one["code"] for one in whole["not_repaired"]] == ["start-file-changed"]
    assert found["start-file-changed"]["level"] == "error"


def test_codes_are_explained(template: Environment) -> None:
    listed = template.lazi("explain", check=True).stdout
    assert all(f"  {code} " in listed for code in CODES)
    assert "doctor --fix" in template.lazi("explain", "start-file-changed", check=True).stdout


def test_clean_removes_caches_and_nothing_else(enabled: Environment) -> None:
    enabled.lazi("scan", check=True)
    (enabled.state / "last-fault.txt").write_text("odd\n")
    (enabled.state / "notes.txt").write_text("mine\n")
    removed = json.loads(enabled.lazi("clean", "--json", env=DISABLED, check=True).stdout)["removed"]
    kinds = {Path(path).name.partition("-")[0] for path in removed}
    assert kinds - {"decisions"} == {"policy", "scan", "last"}
    assert sorted(path.name for path in enabled.state.iterdir()) == ["environment.json", "notes.txt"]
    assert enabled.evaluate("startup.state.engine") != ""
    assert list(enabled.state.glob("policy-*"))


def test_clean_removes_what_lies_in_the_users_cache(enabled: Environment) -> None:
    snapshot_of(enabled).unlink()
    enabled.state.chmod(0o777)
    enabled.evaluate("startup.state.engine")
    cache = enabled.home / ".cache" / "lazi-site"
    assert list(cache.glob("*/policy-*"))
    done = enabled.lazi("clean", env=DISABLED, check=True)
    assert str(cache) in done.stdout
    assert not cache.exists()
    again = enabled.lazi("clean", env=DISABLED, check=True).stdout
    assert "Nothing is stored" in again


def test_purge_leaves_configuration_alone(enabled: Environment) -> None:
    enabled.user_config.parent.mkdir(parents=True)
    enabled.user_config.write_text("trace = 0\n")
    project = enabled.project / "lazi-site.toml"
    project.write_text("trace = 0\n")
    cache = enabled.home / ".cache" / "lazi-site"
    other = cache / ("0" * 16)
    other.mkdir(parents=True)
    (other / "policy-cpython-312-x.snapshot").touch()
    enabled.lazi("disable", check=True)
    assert other.exists()
    enabled.enable()
    done = enabled.lazi("disable", "--purge", check=True)
    assert str(other) in done.stdout
    assert not cache.exists()
    assert not enabled.state.exists()
    assert not list(enabled.purelib.glob("lazi_site.*"))
    assert (enabled.user_config.read_text(), project.read_text()) == ("trace = 0\n", "trace = 0\n")

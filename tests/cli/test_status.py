"""status: on or off and why, and every fact behind it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from lazi_site.install.describe import LAZY, OWN_LOADER, classify_line
from tests.support.environment import Environment


def test_enabled_environment_is_on(enabled: Environment) -> None:
    found = enabled.status()
    assert found["on"] is True, found["reason"]
    assert found["environment"] == {"prefix": str(enabled.path), "virtualenv": True}
    assert found["project"] == str(enabled.project)
    assert found["engine"] in ("backport", "native")
    assert found["snapshot"]["fresh"] is True
    assert [file["state"] for file in found["start_files"]] == ["as expected"]
    done = enabled.lazi("status")
    assert done.returncode == 0
    assert done.stdout.startswith("Lazy imports are on")


def test_environment_that_was_never_enabled_is_off(environment: Environment) -> None:
    found = environment.status()
    assert (found["on"], found["engine"], found["snapshot"]) == (False, None, None)
    assert [file["state"] for file in found["start_files"]] == ["absent"]
    done = environment.lazi("status")
    assert done.returncode == 1
    assert "lazi-site enable" in done.stdout


def test_switch_is_the_reason(enabled: Environment) -> None:
    found = enabled.status(env={"LAZI_DISABLE": "1"})
    assert (found["on"], found["reason"]) == (False, "LAZI_DISABLE is set")


def test_setting_is_the_reason(enabled: Environment) -> None:
    (enabled.project / "lazi-site.toml").write_text("enabled = false\n")
    assert "'enabled' is false" in enabled.status()["reason"]


def test_broken_file_is_named_with_line_key_and_expectation(enabled: Environment) -> None:
    path = enabled.project / "lazi-site.toml"
    path.write_text("trace = 1\nstdlib = 'some'\n")
    found = enabled.status()
    assert found["on"] is False
    assert found["problems"] == [
        {
            "path": str(path),
            "line": 2,
            "key": "stdlib",
            "value": "some",
            "expected": "'exclude' or 'include'",
            "message": f"{path}, line 2, key 'stdlib': 'some' does not fit; expected 'exclude' or 'include'",
        }
    ]
    shown = enabled.lazi("status").stdout
    assert f"{path}, line 2, key 'stdlib'" in shown


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("lazi_site.pth", "# changed\n", "different from what enable writes"),
        ("lazi_site.start", "lazi_site.startup.bootstrap:start\n", "not for this version of Python"),
    ],
)
def test_start_files_are_told_apart(enabled: Environment, name: str, content: str, state: str) -> None:
    path = enabled.purelib / name
    path.write_text(content)
    found = {file["path"]: file["state"] for file in enabled.status()["start_files"]}
    assert found[str(path)] == state


def test_fault_at_a_start_is_shown(enabled: Environment) -> None:
    (enabled.state / "last-fault.txt").write_text("start-up: OSError: odd\n")
    assert enabled.status()["last_fault"] == "start-up: OSError: odd"
    assert "start-up: OSError: odd" in enabled.lazi("status").stdout


def test_start_that_breaks_is_told(enabled: Environment) -> None:
    (enabled.purelib / "early.pth").write_text("import os; os._exit(3)\n")
    done = enabled.lazi("status")
    assert done.returncode == 3  # not even the command comes up


def test_output_of_other_start_files_does_not_confuse(enabled: Environment) -> None:
    (enabled.purelib / "aaa.pth").write_text("import sys; sys.stdout.write('noise ')\n")
    done = enabled.lazi("status", "--json")
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert found["reason"] is None or "fresh interpreter" not in found["reason"]
    assert found["on"] is True


def test_sources_are_listed_in_order_of_strength(enabled: Environment) -> None:
    enabled.user_config.parent.mkdir(parents=True)
    enabled.user_config.write_text("trace = 0\n")
    sources = enabled.status(env={"LAZI_CONFIG": "/nowhere.toml"})["sources"]
    assert [source["name"] for source in sources] == [
        "site file",
        "user file",
        "project file",
        "project file",
        "LAZI_CONFIG file",
    ]
    assert [source["present"] for source in sources] == [False, True, False, False, False]
    assert sources[1]["settings"] == ["trace"]


def test_editable_installs_are_listed_with_their_fate(enabled: Environment) -> None:
    source = enabled.root / "src"
    source.mkdir()
    for name, line in {
        "__editable__.one-1.pth": str(source),
        "__editable__.two-1.pth": "import __editable___two_1_finder; x = 1",
        "_three_editable.pth": "import _three_editable",
        "_editable_impl_five.pth": "import _editable_impl_five",
        "_editable_skbc_six.pth": "import _editable_skbc_six",
        "four-editable.pth": "import _four_editable_loader",
        "note.pth": "# a note\n/does/not/exist",
    }.items():
        (enabled.purelib / name).write_text(line + "\n")
    modules = ("__editable___two_1_finder", "_three_editable", "_four_editable_loader")
    for name in (*modules, "_editable_impl_five", "_editable_skbc_six"):
        enabled.add_module(name, "def start(): pass")
    # Only from 3.15 on; its import line in the .pth file of the same name is then ignored.
    (enabled.purelib / "_editable_skbc_six.start").write_text("_editable_skbc_six:start\n", "utf-8-sig")
    found = {install["file"]: install for install in enabled.status()["editable_installs"]}
    version = tuple(map(int, enabled.run("-c", "import sys; print(*sys.version_info[:2])").stdout.split()))
    foreign = LAZY if version >= (3, 15) else OWN_LOADER
    assert {name: (install["kind"], install["imports"]) for name, install in found.items()} == {
        "__editable__.one-1.pth": ("path", LAZY),
        "__editable__.two-1.pth": ("setuptools", LAZY),
        "_three_editable.pth": ("finder", LAZY),
        "_editable_impl_five.pth": ("finder", LAZY),
        "_editable_skbc_six.pth": ("finder", LAZY),
        "_editable_skbc_six.start": ("finder", LAZY),
        "four-editable.pth": ("finder", foreign),
    }
    assert found["__editable__.one-1.pth"]["target"] == str(source)


def test_editable_line_kinds(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert classify_line("src", str(tmp_path)) == ("path", str(tmp_path / "src"))
    assert classify_line("", str(tmp_path)) == ("", "")
    assert classify_line("import _virtualenv", str(tmp_path)) == ("", "")
    assert classify_line("import _editable_impl_x", str(tmp_path)) == ("finder", "_editable_impl_x")


@pytest.mark.skipif(sys.platform == "win32", reason="os.set_blocking of pipes")
def test_reader_that_goes_away_causes_no_traceback(enabled: Environment) -> None:
    code = (
        "import os, sys, subprocess; r, w = os.pipe(); os.close(r);"
        "done = subprocess.run([sys.executable, '-m', 'lazi_site', 'status'], stdout=w,"
        " stderr=subprocess.PIPE, text=True); print(done.returncode, repr(done.stderr))"
    )
    assert enabled.run("-c", code, check=True).stdout == "141 ''\n"

"""A virtualenv with lazi-site in it, as the tests use it; building one lives in template.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# Code that has the policy read, as the first import of a program's module has, and binds `state`.
SETTLED = "from lazi_site.startup.settle import settle, state; settle()"


class Environment:
    """A virtualenv of one test, with a home and a configuration of its own.

    path: the virtualenv, ``<root>/project/.venv``.
    project: the directory that holds it.
    home: the user's home, empty; user_config is the user's file below it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.path = self.project / ".venv"
        self.home = root / "home"
        self.python = self.path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.user_config = self.home / ".config" / "lazi-site" / "config.toml"
        self.site_config = root / "site-config" / "lazi-site" / "config.toml"
        self.state = self.path / "lazi-site"
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def purelib(self) -> Path:
        """The site-packages directory."""
        (found,) = [path for path in self.path.rglob("site-packages") if "lib64" not in path.parts]
        return found

    def variables(self, env: dict[str, str | None] | None = None) -> dict[str, str]:
        """Return the variables of a process of this test; None in *env* takes one out."""
        kept: dict[str, str | None] = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "LAZI_", "XDG_", "VIRTUAL_ENV", "COV_"))
        }
        kept["HOME"] = kept["USERPROFILE"] = str(self.home)
        kept["XDG_CONFIG_HOME"] = str(self.home / ".config")
        kept["XDG_CONFIG_DIRS"] = str(self.root / "site-config")
        kept["XDG_CACHE_HOME"] = str(self.home / ".cache")
        kept.update(env or {})
        return {name: value for name, value in kept.items() if value is not None}

    def run(
        self,
        *arguments: str | os.PathLike[str],
        env: dict[str, str | None] | None = None,
        cwd: Path | None = None,
        check: bool = False,
        input: str | None = None,
        ordinary: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python with *arguments*.

        env: variables set (or, as None, taken out) for this run. PYTHON* and
        LAZI_* of the test run itself never reach it.
        check: a non-zero exit status fails the test and shows what was printed.
        ordinary: file permissions hold, also if the tests are run by root.
        """
        done = subprocess.run(
            [*(respect_permissions() if ordinary else ()), self.python, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            env=self.variables(env),
            cwd=cwd or self.root,
            timeout=120,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def lazi(
        self,
        *arguments: str | os.PathLike[str],
        env: dict[str, str | None] | None = None,
        cwd: Path | None = None,
        check: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``lazi-site`` with *arguments* in the environment."""
        return self.run("-m", "lazi_site", *arguments, env=env, cwd=cwd, check=check)

    def enable(self, *arguments: str | os.PathLike[str]) -> None:
        """Run ``lazi-site enable``, which must succeed."""
        self.lazi("enable", *arguments, check=True)

    def disable(self) -> None:
        """Run ``lazi-site disable``, which must succeed."""
        self.lazi("disable", check=True)

    def status(self, *, env: dict[str, str | None] | None = None) -> dict[str, Any]:
        """Return what ``lazi-site status --json`` says."""
        done = self.lazi("status", "--json", env=env)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def evaluate(self, expression: str, *, env: dict[str, str | None] | None = None, flags: str = "") -> Any:
        """Return the value of *expression* (lists, numbers, strings) in a fresh interpreter.

        ``startup``, the module bootstrap, and ``sys`` are bound for it; the policy was read.
        """
        imports = "import sys; from lazi_site.startup import bootstrap as startup"
        code = f"{imports}; {SETTLED}; print(repr({expression}))"
        done = self.run(*flags.split(), "-c", code, env=env, check=True)
        return eval(done.stdout)

    def add_module(self, name: str, source: str) -> Path:
        """Write the module *name* (dotted: its packages too) into site-packages."""
        path = self.purelib.joinpath(*name.split("."))
        for parent in path.parents:
            if parent == self.purelib:
                break
            parent.mkdir(exist_ok=True)
            (parent / "__init__.py").touch()
        path = path.with_suffix(".py")
        path.write_text(source, encoding="utf-8")
        return path


def respect_permissions() -> list[str]:
    """Return what stands before a command that must not have root's way with files.

    Skips the test where that cannot be had.
    """
    if not hasattr(os, "geteuid"):
        pytest.skip("needs the permissions of POSIX")
    if os.geteuid():
        return []
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("root may read and write everything")
    dropped = "-dac_override,-dac_read_search"
    return [tool, f"--bounding-set={dropped}", f"--inh-caps={dropped}"]


def tested_python() -> str:
    """Return the interpreter of the test environments: LAZI_TEST_PYTHON or this one."""
    return os.environ.get("LAZI_TEST_PYTHON") or sys.executable

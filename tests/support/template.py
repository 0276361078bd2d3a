"""Builds the virtualenv that the tests copy: the checkout as a wheel, and its dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.environment import Environment, tested_python

CHECKOUT = Path(__file__).parents[2]
DEPENDENCIES = ("markdown_it", "mdurl", "platformdirs", "pygments", "rich", "setuptools", "tomlkit")


def build_template(root: Path) -> Environment:
    """Return a new environment below *root* in which lazi-site is installed but not enabled."""
    environment = Environment(root)
    call(
        sys.executable,
        *("-m", "virtualenv", "--quiet", "--no-vcs-ignore"),
        *("--python", tested_python(), str(environment.path)),
    )
    # The environment's own pip, because the test run's may not know its Python;
    # then it goes, which halves the copies.
    pip = (str(environment.python), "-m", "pip", "--quiet", "--disable-pip-version-check")
    call(*pip, "install", str(build_wheel(root)))
    call(*pip, "uninstall", "--yes", "pip")
    return environment


def build_wheel(root: Path) -> Path:
    """Build the checkout's wheel below *root*, from a copy so that nothing is left in it."""
    copy = root / "checkout"
    copy.mkdir(parents=True)
    shutil.copytree(
        CHECKOUT / "lazi_site",
        copy / "lazi_site",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(CHECKOUT / name, copy)
    (copy / "README.md").write_text("a build for the tests\n", encoding="utf-8")
    wheels = root / "wheels"
    call(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
        *("--wheel-dir", str(wheels), str(copy)),
    )
    (wheel,) = wheels.glob("*.whl")
    return wheel


def copy_template(template: Environment, root: Path) -> Environment:
    """Return a copy of *template* below *root*.

    Its Python works because pyvenv.cfg is found beside it; the console scripts
    name the template's Python in their first line, so use ``python -m``. The
    packages that lazi-site needs are links to the template's, which no test
    changes: their thousand files would take most of a test's time.
    """
    copy = Environment(root)
    linked = [path for path in template.purelib.iterdir() if path.name in DEPENDENCIES]
    shutil.copytree(
        template.path,
        copy.path,
        symlinks=True,
        ignore=lambda folder, _: DEPENDENCIES if folder == str(template.purelib) else (),
    )
    for path in linked:
        (copy.purelib / path.name).symlink_to(path, target_is_directory=True)
    return copy


def call(*command: str) -> None:
    """Run *command*; a failure shows what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}\n{done.stderr}")

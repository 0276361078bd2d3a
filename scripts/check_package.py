#!/usr/bin/env python3
"""Hold what is uploaded: sdist and wheel, built as a user's or a packager's machine builds them.

    check_package.py [--python PATH]     PATH: the interpreter that installs and tries them

Builds both twice, from copies in two places whose files have other dates, and
compares every byte; has twine judge them; looks for what must be in them;
builds the wheel from the sdist; and installs the wheel without dependencies
and then with them, and runs its command. Takes about 20 seconds. Prints one
sentence for everything that is wrong; exit status 1 if there is something.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tarfile
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from support.environments import CHECKOUT, SCRIPTS, CommandFailed, Environment, call, describe, virtualenv

TOOLS = ["build", "hatchling", "twine"]
NOT_OURS = ("__pycache__", ".git", ".venv*", ".*_cache", ".hypothesis", "dist", "build")
NEEDED_BY_TESTS = ("tests", "scripts", "pyproject.toml", "README.md", "CHANGES.md", "LICENSE", ".github")


class Check:
    """Collects what is wrong.

    complaints: one sentence each.
    """

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def that(self, fact: object, complaint: str) -> None:
        """Note *complaint* unless *fact* holds."""
        if not fact:
            self.complaints.append(complaint)


def copy_checkout(folder: Path, date: float) -> Path:
    """Copy what git would have of the checkout into *folder*, with *date* as the date of every file."""
    ignored = shutil.ignore_patterns(
        "__pycache__", ".git", ".venv*", ".*_cache", ".hypothesis", "dist", "build"
    )
    shutil.copytree(CHECKOUT, folder, ignore=ignored)
    for path in folder.rglob("*"):
        os.utime(path, (date, date))
    return folder


def build(tools: Environment, source: Path, into: Path) -> dict[str, Path]:
    """Build *source*, the sdist first and from it the wheel; return {".whl" and ".gz": path}."""
    call(
        [str(tools.python), "-m", "build", "--no-isolation", "--outdir", str(into), str(source)],
        SOURCE_DATE_EPOCH="1700000000",
    )
    return {path.suffix: path for path in into.iterdir()}


def compare_builds(check: Check, first: dict[str, Path], second: dict[str, Path]) -> None:
    """See that both builds have the same files with the same bytes."""
    check.that(
        set(first) == {".whl", ".gz"}, f"A build gives {sorted(path.name for path in first.values())}."
    )
    for suffix, path in first.items():
        other = second.get(suffix)
        same = other is not None and other.name == path.name and other.read_bytes() == path.read_bytes()
        check.that(same, f"{path.name} is not the same when it is built elsewhere at another time.")


def look_into_wheel(check: Check, wheel: Path) -> None:
    """See that the package is in *wheel*, whole and alone, and what it says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (information,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        metadata = HeaderParser().parsestr(archive.read(f"{information}/METADATA").decode())
        entries = archive.read(f"{information}/entry_points.txt").decode()
    sources = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "lazi_site").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in names if not name.startswith(information)}
    for name in sorted(sources ^ packed):
        check.that(False, f"{name} is {'missing in' if name in sources else 'too much in'} the wheel.")
    check.that("lazi_site/py.typed" in names, "The wheel lacks py.typed.")
    check.that(f"{information}/licenses/LICENSE" in names, "The wheel lacks the license.")
    check.that("lazi-site = lazi_site.cli:main" in entries, "The wheel has no command.")
    check.that(metadata["License-Expression"] == "MIT", "The metadata do not name the license.")
    check.that(metadata["Requires-Python"] == ">=3.11", "The metadata do not say which Python.")
    classifiers = metadata.get_all("Classifier") or []
    for needed in ("Typing :: Typed", "Development Status :: ", "Programming Language :: Python :: 3.15"):
        check.that(any(one.startswith(needed) for one in classifiers), f"A classifier is missing: {needed}.")
    check.that(not any(one.startswith("License ::") for one in classifiers), "The license is told twice.")


def look_into_sdist(check: Check, sdist: Path) -> None:
    """See that *sdist* has what its tests need and nothing that was made by running them."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in NEEDED_BY_TESTS:
        found = any(name == needed or name.startswith(f"{needed}/") for name in names)
        check.that(found, f"The sdist lacks {needed}.")
    for path in (CHECKOUT / "tests").rglob("*"):
        name = str(path.relative_to(CHECKOUT))
        if path.is_file() and "__pycache__" not in path.parts:
            check.that(name in names, f"The sdist lacks {name}.")
    for name in names:
        check.that(not name.endswith(".pyc") and ".venv" not in name, f"The sdist has {name}.")


def try_wheel(check: Check, wheel: Path, python: str, folder: Path) -> None:
    """Install *wheel* for *python* below *folder*, without and with what it needs, and run its command."""
    environment = folder / "environment"
    virtualenv(python, environment)
    own = environment / SCRIPTS / "python"
    command = environment / SCRIPTS / "lazi-site"
    call([str(own), "-m", "pip", "install", "-q", "--no-deps", str(wheel)])
    # What a person sees first must work whatever is missing.
    version = call([str(command), "--version"], folder)
    check.that(
        version == call([str(own), "-m", "lazi_site", "--version"], folder), "-m lazi_site is another."
    )
    call([str(command), "--help"], folder)
    call([str(own), "-m", "pip", "install", "-q", str(wheel)])
    call([str(own), "-m", "pip", "check"])
    before = files_of(environment)
    call([str(command), "enable"], folder)
    call([str(command), "status"], folder, LAZI_DISABLE="")
    call([str(command), "disable"], folder)
    check.that(files_of(environment) == before, "disable does not undo enable.")
    call([str(own), "-m", "pip", "uninstall", "-q", "-y", "lazi-site"])
    left = [path for path in files_of(environment) if "lazi" in path.lower()]
    check.that(not left, f"Uninstalling leaves {', '.join(left)}.")


def files_of(folder: Path) -> list[str]:
    """Return the names of all files below *folder* but byte code."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if "__pycache__" not in p.parts)


def main() -> int:
    """Build, look, install and try; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, metavar="PATH")
    options = parser.parse_args()
    check = Check()
    tools = Environment(CHECKOUT / ".venv-package")
    try:
        tools.ensure(sys.executable)
        tools.install(TOOLS)
        with tempfile.TemporaryDirectory(prefix="lazi-site-") as name:
            folder = Path(name).resolve()
            first = build(tools, copy_checkout(folder / "here", 1e9), folder / "first")
            second = build(tools, copy_checkout(folder / "elsewhere" / "deeper", 1.5e9), folder / "second")
            compare_builds(check, first, second)
            call([str(tools.python), "-m", "twine", "check", "--strict", *map(str, first.values())])
            look_into_wheel(check, first[".whl"])
            look_into_sdist(check, first[".gz"])
            try_wheel(check, first[".whl"], describe(options.python)[1], folder)
    except CommandFailed as error:
        check.that(False, f"A command failed.\n{error}")
    print("\n".join(check.complaints) or "check_package: sdist and wheel are in order.")
    return 1 if check.complaints else 0


if __name__ == "__main__":
    sys.exit(main())

"""Virtual environments for the scripts: make one, install into it, put lazi-site in.

Nothing here runs a recipe. Installing uses the caller's own environment
variables (his package index, his proxies) without those that steer Python.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

# Distributions whose build from source takes many minutes or a compiler: where
# there is no wheel for an interpreter they count as not installable.
WHEELS_ONLY = (
    "cryptography,duckdb,grpcio,libcst,lxml,matplotlib,numpy,orjson,pandas,pillow,polars,"
    "protobuf,psutil,pydantic-core,pyzmq,rpds-py,scikit-learn,scipy,statsmodels"
)


class CommandFailed(Exception):  # noqa: N818
    """A command that prepares something failed; the message holds its last lines."""


def installing_environment() -> dict[str, str]:
    """Return the caller's environment without the variables that steer Python or lazi-site."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "LAZI_")) and name not in ("VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    }
    return {**kept, "LAZI_DISABLE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def call(command: list[str], folder: Path | None = None, **extra: str) -> str:
    """Run a preparing *command* and return its standard output.

    Raises CommandFailed with the end of what it printed if it does not exit with 0.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**installing_environment(), **extra},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise CommandFailed("\n".join([" ".join(command), *lines[-12:]]))
    return done.stdout


def describe(python: str) -> tuple[str, str]:
    """Return the version "3.X" of the interpreter *python* and its real path."""
    code = "import os, sys; print('%d.%d' % sys.version_info[:2], os.path.abspath(sys.executable))"
    version, _, path = call([python, "-c", code]).strip().partition(" ")
    return version, path


class Environment:
    """One virtual environment and the record of what was installed into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / SCRIPTS
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")
        self._record = folder / "installed.json"

    def ensure(self, python: str) -> None:
        """Make the environment for the interpreter *python* unless a whole one is there."""
        if self._record.exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            call([python, "-m", "venv", str(self.folder)])
        except CommandFailed:  # no ensurepip: Debian's packages, for example
            shutil.rmtree(self.folder, ignore_errors=True)
            virtualenv(python, self.folder)
        self.write_record({})

    def record(self) -> dict[str, str]:
        """Return {requirement: why it could not be installed, or ""}."""
        found: dict[str, str] = json.loads(self._record.read_text("utf-8"))
        return found

    def write_record(self, record: dict[str, str]) -> None:
        """Store what record() returns."""
        self._record.write_text(json.dumps(record, indent=1), "utf-8")

    def pip(self, *arguments: str) -> str:
        """Run pip of this environment; raises CommandFailed."""
        return call([str(self.python), "-m", "pip", *arguments])

    def install(self, requirements: list[str]) -> dict[str, str]:
        """Install what is not there yet and return {requirement: reason of failure} for the rest.

        All at once first, so that pip can find versions that fit together; if
        that fails, one after the other. A failure is remembered: to try again,
        remove the environment.
        """
        record = self.record()
        missing = [one for one in requirements if one not in record]
        options = ("-q", "--prefer-binary", "--only-binary", WHEELS_ONLY)
        try:
            if missing:
                self.pip("install", *options, *missing)
            record.update(dict.fromkeys(missing, ""))
        except CommandFailed:
            for one in missing:
                try:
                    self.pip("install", *options, one)
                    record[one] = ""
                except CommandFailed as error:
                    record[one] = last_line(str(error))
        self.write_record(record)
        return {one: record[one] for one in requirements if record[one]}

    def install_lazi_site(self, wheel: Path) -> None:
        """Install lazi-site from *wheel* if another build is there, and enable it."""
        record = self.record()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if record.get("lazi-site from the checkout") != digest:
            self.pip("install", "-q", str(wheel))
            self.pip("install", "-q", "--force-reinstall", "--no-deps", str(wheel))
            for snapshot in (self.folder / "lazi-site").glob("*.snapshot"):
                snapshot.unlink()  # of another build with the same version number
            call([str(self.python), "-m", "lazi_site", "enable"])
            self.write_record({**self.record(), "lazi-site from the checkout": digest})


def last_line(text: str) -> str:
    """Return the last line of pip's output that says something about a failure."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower() and "subprocess" not in line]
    return (errors or lines or [""])[-1].strip()


def virtualenv(python: str, folder: Path) -> None:
    """Make *folder* an environment of *python* with virtualenv, fetched once into .venv-tools."""
    tool = CHECKOUT / ".venv-tools" / "virtualenv"
    if not (tool / "virtualenv").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(tool)]
        call([*pip, "virtualenv>=20.26"])
    call([sys.executable, "-m", "virtualenv", "-q", "-p", python, str(folder)], PYTHONPATH=str(tool))


def build_wheel(folder: Path) -> Path:
    """Build lazi-site's wheel from the checkout into *folder* and return its path."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    builder = Environment(folder.parent / "builder")
    builder.ensure(sys.executable)
    builder.install(["build", "hatchling"])
    # The same sources give the same bytes, so an unchanged wheel is not installed again.
    call(
        [str(builder.python), "-m", "build", "-w", "-n", "-o", str(folder), str(CHECKOUT)],
        SOURCE_DATE_EPOCH="1700000000",
    )
    return next(folder.glob("*.whl"))


@contextlib.contextmanager
def kept_folder(keep: str | None) -> Iterator[Path]:
    """Give the folder *keep*, or a temporary one that goes away afterwards if it is None."""
    if keep is not None:
        folder = Path(keep).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="lazi-site-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()

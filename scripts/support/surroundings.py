"""The environment that faults.py damages: its files, the program in it, and how both are put back."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from .damage import remove

PATIENCE = 30  # seconds: what takes longer hangs
EXIT = 3
PROGRAM = f"""\
import one
import two
print(one.VALUE, two.value())
raise SystemExit({EXIT})
"""
MODULES = {
    "one": "import three\n\nVALUE = 'one'\n\ndef value():\n    return three.VALUE\n",
    "two": "import one\n\ndef value():\n    return one.VALUE * 2\n",
    "three": "VALUE = 'three'\n",
}
RULES = b"eager = [\n    'nothing.here',  # a comment\n]\ntrace = 0\n"


class Outcome(NamedTuple):
    """How a process ended. status: of exit; None if it had to be killed."""

    status: int | None
    output: str
    errors: str


class Surroundings:
    """A virtualenv with lazi-site in it, a home, configuration files and a program.

    folder: where all but the virtualenv lies, which may be elsewhere.
    """

    def __init__(self, environment: Path, folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.python = environment / "bin" / "python"
        (self.libraries,) = environment.glob("lib/python3.*/site-packages")
        self.state = environment / "lazi-site"
        self.project = folder / "project"
        self.program = folder / "program" / "main.py"
        self.report = folder / "reports" / "report.jsonl"
        self.extra = folder / "extra" / "config.toml"
        self.home = folder / "home"
        self.kept = folder / "kept"
        self.program.parent.mkdir(parents=True, exist_ok=True)
        for path in (self.project, self.home, self.report.parent):
            path.mkdir(exist_ok=True)
        self.program.write_text(PROGRAM)
        for name, text in MODULES.items():
            (self.program.parent / f"{name}.py").write_text(text)

    @property
    def start_file(self) -> Path:
        """The start file of this environment."""
        return self.libraries / "lazi_site.pth"

    @property
    def snapshot(self) -> Path:
        """The one snapshot of the program's runs."""
        (found,) = self.state.glob("policy-*.snapshot")
        return found

    def variables(self, **more: str) -> dict[str, str]:
        """Return the variables of a process in these surroundings."""
        base = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(self.home), "NO_COLOR": "1"}
        places = {
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CONFIG_DIRS": str(self.folder / "site"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
        }
        return {**base, **places, **more}

    def run(
        self,
        *arguments: str,
        ordinary: bool = True,
        full: bool = False,
        patience: float = PATIENCE,
        **more: str,
    ) -> Outcome:
        """Run this environment's Python; what hangs is killed.

        ordinary: permissions hold for root too. full: no file can be written to.
        patience: seconds. more: environment variables.
        """
        tool = shutil.which("setpriv") if ordinary and os.geteuid() == 0 else None
        dropped = "-dac_override,-dac_read_search"
        before = [tool, f"--bounding-set={dropped}", f"--inh-caps={dropped}"] if tool else []
        process = subprocess.Popen(
            [*before, str(self.python), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.variables(**more),
            cwd=self.folder,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=forbid_writing if full else None,
        )
        try:
            output, errors = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Outcome(None, "", "")
        return Outcome(process.returncode, output, errors)

    def run_program(self, full: bool = False, **more: str) -> Outcome:
        """Run the program."""
        return self.run(str(self.program), full=full, **more)

    def command(self, *arguments: str, **more: str) -> Outcome:
        """Run lazi-site, itself eager so that its start mends nothing."""
        return self.run("-m", "lazi_site", *arguments, **{"LAZI_DISABLE": "1", **more})

    def findings(self, **more: str) -> set[str] | str:
        """Return the codes of what doctor finds not to be in order, or what is wrong with doctor."""
        done = self.command("doctor", "--json", **more)
        errors = without_report(done.errors)
        if done.status not in (0, 1) or errors:
            return f"doctor ended with {done.status}: {last_line(errors)}"
        found: list[dict[str, Any]] = json.loads(done.output)["findings"]
        return {one["code"] for one in found if one["level"] != "ok"}

    def enable(self) -> None:
        """Enable the environment, have snapshot and decisions stored, and keep all files as they are then."""
        for path in self.state.glob("*-*.snapshot"):
            path.unlink()
        enabled = self.command("enable", "--project", str(self.project))
        for done in (enabled, self.run_program(), self.run_program()):
            if done.status not in (0, EXIT):
                raise RuntimeError(f"the environment could not be enabled: {done.errors}")
        self.command("scan")
        remove(self.kept)
        shutil.copytree(self.state, self.kept)
        shutil.copy2(self.start_file, self.kept)

    def restore(self) -> None:
        """Put all files back as enable() left them."""
        self.libraries.chmod(0o755)
        for path in (self.state, self.folder / "site", self.home, self.project, self.extra.parent):
            remove(path)
        remove(self.report.parent)
        remove(self.start_file)
        for path in (self.home, self.project, self.report.parent):
            path.mkdir()
        shutil.copytree(self.kept, self.state)
        (self.state / self.start_file.name).rename(self.start_file)
        with contextlib.suppress(OSError):
            (self.state / "last-fault.txt").unlink()


def forbid_writing() -> None:
    """Make every write to a file fail, as a full disk does; for a child between fork and exec."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def last_line(text: str) -> str:
    """Return the last line of *text*."""
    return text.strip().rpartition("\n")[2]


# What site says of a line of our start file that it cannot execute: in full up to 3.14; since
# 3.15 the line with an indented traceback, or that what stands there is no directory.
REPORTS = (
    r"(?s)^Error [^\n]*lazi_site\.pth.*?^Remainder of file ignored\n",
    r"^Error in import line from [^\n]*lazi_site\.pth: [^\n]*\n(?:  [^\n]*\n)*",
    r"^In [^\n]*lazi_site\.pth: [^\n]* does not exist; skipping sys\.path append\n",
)


def without_report(errors: str) -> str:
    """Return *errors* without what site says about a line of a start file that it cannot execute."""
    for report in REPORTS:
        errors = re.sub(report, "", errors, flags=re.M)
    return errors

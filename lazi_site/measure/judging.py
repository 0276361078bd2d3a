"""Says whether a lazy run did what it should: as the eager run did, or as a test of the user's asks."""

from __future__ import annotations

import os
import subprocess
import tempfile

from .running import EAGER, Run, environment_for
from .verifying import compare


class SameAsEager:
    """Right is what differs from two eager runs no more than they do from each other."""

    def __init__(self, eager: tuple[Run, Run]) -> None:
        self.eager = eager

    def __call__(self, run: Run) -> bool:
        return not compare(self.eager, run)


class ExitsWithZero:
    """Right is a run that ends with exit status 0."""

    def __call__(self, run: Run) -> bool:
        return run.status == 0


class PassesTest:
    """Right is a run after which the shell command *test* ends with exit status 0.

    It finds the run's exit status in LAZI_RUN_STATUS (empty if it was ended) and
    the names of files with its output in LAZI_RUN_STDOUT and LAZI_RUN_STDERR.
    It imports eagerly itself.
    """

    def __init__(self, test: str, timeout: float) -> None:
        self.test = test
        self.timeout = timeout

    def __call__(self, run: Run) -> bool:
        with tempfile.TemporaryDirectory(prefix="lazi-test-") as place:
            status = "" if run.status is None else str(run.status)
            variables: dict[str, str | None] = {**EAGER, "LAZI_RUN_STATUS": status}
            for name, text in (("STDOUT", run.stdout), ("STDERR", run.stderr)):
                path = os.path.join(place, name.lower())
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                variables[f"LAZI_RUN_{name}"] = path
            try:
                done = subprocess.run(
                    shell_command(self.test),
                    env=environment_for(variables, place),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=self.timeout,
                )
            except subprocess.TimeoutExpired:
                return False
            return done.returncode == 0


def shell_command(text: str) -> list[str]:
    """Return the command that has a shell carry out *text*."""
    return ["cmd", "/c", text] if os.name == "nt" else ["/bin/sh", "-c", text]

"""The environments in which bare interpreter starts are measured."""

from __future__ import annotations

import os
from pathlib import Path

from .environments import Environment, call

COMMENT = "comment"


def start_environments(keep: Path, version: str, python: str, wheel: Path) -> dict[str, Environment]:
    """Return the environments "bare", COMMENT and "enabled"; all have lazi-site installed.

    COMMENT has a start file of lazi-site's name that holds a comment, "bare" has none.
    """
    found = {}
    for name in ("bare", COMMENT, "enabled"):
        environment = Environment(keep / f"{version}-start-{name}")
        environment.ensure(python)
        environment.install_lazi_site(wheel)
        call([str(environment.python), "-m", "lazi_site", "enable" if name == "enabled" else "disable"])
        if name == COMMENT:
            for folder in environment.folder.glob("[Ll]ib*/**/site-packages"):
                (folder / "lazi_site.pth").write_text("# a comment\n")
        found[name] = environment
    return found


def plain_variables(environment: Environment) -> dict[str, str]:
    """Return the few environment variables with which starts are measured."""
    return {"HOME": str(environment.folder), "PATH": os.defpath, "LANG": "C.UTF-8"}

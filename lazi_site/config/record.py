"""The record that ``enable`` leaves in an environment: by which version, for which project.

``<environment>/lazi-site/environment.json``; its directory also holds the
snapshots. install writes it, a start reads it on the slow path.
"""

from __future__ import annotations

import json
import os
import sys

from .problems import Problem
from .sources import Source, read_file

NAME = "environment.json"


def state_directory(prefix: str | None = None) -> str:
    """Return the directory of lazi-site's own files in the environment *prefix* (this one)."""
    return os.path.join(sys.prefix if prefix is None else prefix, "lazi-site")


def read_record() -> tuple[str | None, Source]:
    """Return the project of this environment and the record as a source that was read.

    A missing record (somebody copied the start file) means no project; one
    that cannot be used is a problem of the source.
    """
    source = Source("environment record", os.path.join(state_directory(), NAME))
    data = read_file(source)
    if data is None:
        return None, source
    try:
        project = json.loads(data)["project"]
        if project is None or (isinstance(project, str) and os.path.isabs(project)):
            return project, source
        wrong = f"its project is {project!r}"
    except (ValueError, KeyError, TypeError, RecursionError):
        wrong = "it is not the record that enable writes"
    source.problems.append(
        Problem(source.path, wrong, expected="what `lazi-site enable` writes: run it again")
    )
    return None, source


def pack_record(version: str, project: str | None) -> bytes:
    """Return the content of the record."""
    return (json.dumps({"version": version, "project": project}, indent=2) + "\n").encode()

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
SCAN = "scan-"  # how the names of the files begin in which `lazi-site scan` stores what it read


def state_directory(prefix: str | None = None) -> str:
    """Return the directory of lazi-site's own files in the environment *prefix* (this one)."""
    return os.path.join(sys.prefix if prefix is None else prefix, "lazi-site")


class Record:
    """What the record says.

    project: the directory of the project, or None.
    libraries: the directory in which ``enable`` found platformdirs, or None.
    source: the record's file, read; a missing one (somebody copied the start
    file) is in order, one that cannot be used is a problem of the source.
    """

    __slots__ = ("libraries", "project", "source")

    def __init__(self) -> None:
        self.project: str | None = None
        self.libraries: str | None = None
        self.source = Source("environment record", os.path.join(state_directory(), NAME))


def read_record() -> Record:
    """Return the record of this environment."""
    record = Record()
    data = read_file(record.source)
    if data is None:
        return record
    if record.source.status is not None and not is_owners(record.source.status):
        record.source.problems.append(
            Problem(
                record.source.path,
                "others than the environment's owner can change it",
                expected="a file that only its owner may write; run `lazi-site enable` again as the owner",
            )
        )
        return record
    try:
        found = json.loads(data)
        directories = found["project"], found["libraries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        directories = "", ""
    if all(d is None or (isinstance(d, str) and os.path.isabs(d)) for d in directories):
        record.project, record.libraries = directories
    else:
        record.source.problems.append(
            Problem(
                record.source.path,
                "it is damaged",
                expected="what `lazi-site enable` writes; run it again",
            )
        )
    return record


def is_owners(status: os.stat_result) -> bool:
    """Return whether only those can have written a file who can write into the environment too.

    The record names a directory from which a module is loaded. So it must belong
    to this user, to root or to the environment's owner, and be writable for group
    and others only where the environment's directory is.

    status: what the system says of the file.
    """
    if not hasattr(os, "geteuid"):
        return True
    environment = os.stat(sys.prefix)
    owners = (0, os.geteuid(), environment.st_uid)
    return status.st_uid in owners and not status.st_mode & 0o022 & ~environment.st_mode


def pack_record(version: str, project: str | None) -> bytes:
    """Return the content of the record."""
    import platformdirs

    libraries = os.path.dirname(os.path.dirname(os.path.abspath(platformdirs.__file__)))
    record = {"version": version, "project": project, "libraries": libraries}
    return (json.dumps(record, indent=2) + "\n").encode()

"""Switches an environment on: record, start file, snapshot; and off again.

Every write is atomic and repeating one changes nothing. Nothing is printed.
"""

from __future__ import annotations

import os
import sys

from .. import __version__
from ..config.record import NAME as RECORD_NAME
from ..config.record import SCAN, pack_record
from ..config.snapshot import is_snapshot, write_atomically
from ..errors import RefusedError, UsageError
from ..startup.bootstrap import INCLUDED, unsupported
from ..startup.faults import FAULT_NAME
from ..startup.snapshot import snapshot_directories
from .describe import read_bytes
from .layout import find_project, in_virtualenv, site_packages, start_file, state_directory
from .start_line import NAMES, start_file_content


class Enabled:
    """What ``enable`` did.

    start_file: the path of the start file.
    changed: whether anything was written that was not there before.
    project: the directory recorded as the project, or None.
    """

    __slots__ = ("changed", "project", "start_file")

    def __init__(self, start_file: str, changed: bool, project: str | None) -> None:
        self.start_file = start_file
        self.changed = changed
        self.project = project


def enable(*, project: str | None = None, force: bool = False) -> Enabled:
    """Make every start of this interpreter's environment lazy.

    project: the project's directory; by default the one found around the environment.
    force: go on outside a virtualenv.

    Errors: RefusedError where it must not or cannot be done, UsageError when
    *project* is no directory.
    """
    refuse_unsuitable(force)
    if project is None:
        project = find_project()
    elif not os.path.isdir(project):
        raise UsageError(
            "no-project-directory",
            f"The project directory {project} does not exist.",
            "Name an existing directory with --project.",
        )
    else:
        project = os.path.abspath(project)
    path = start_file()
    state = state_directory()
    state_is_new = not os.path.isdir(state)
    try:
        os.makedirs(state, exist_ok=True)
        changed = write_if_different(os.path.join(state, RECORD_NAME), pack_record(__version__, project))
        changed |= write_if_different(path, start_file_content(os.path.basename(path)))
        for other in start_files():
            changed |= other != path and remove(other)
    except OSError as error:
        if state_is_new:
            remove_state(state)
        raise not_writable(error.filename or site_packages(), error.strerror or str(error)) from None
    forget_faults()
    return Enabled(path, changed, project)


def refuse_unsuitable(force: bool) -> None:
    """Raise RefusedError if this interpreter's environment cannot be enabled or should not be."""
    reason = unsupported()
    if reason:
        raise RefusedError(
            "unsupported-interpreter",
            f"Lazy imports cannot be enabled for {sys.executable}: {reason}.",
            "Use a virtualenv of CPython 3.11 or later.",
        )
    if not in_virtualenv() and not force:
        raise RefusedError(
            "not-a-virtualenv",
            f"{sys.executable} is not in a virtualenv, and enabling it would change every "
            "program that uses it.",
            "Make a virtualenv (python -m venv .venv), install lazi-site there and run its "
            "lazi-site; or add --force if you mean this interpreter.",
        )
    for directory in (site_packages(), sys.prefix):
        if not os.access(directory, os.W_OK | os.X_OK):
            raise not_writable(directory, "you have no permission to write there")


def not_writable(path: str, reason: str) -> RefusedError:
    """Return the error for an environment that cannot be changed."""
    return RefusedError(
        "not-writable",
        f"{path} cannot be written: {reason}.",
        "Run the command as the owner of the environment, or use a virtualenv of your own.",
    )


def disable() -> list[str]:
    """Take out what ``enable`` put in and return the paths that were removed.

    The environment's files are then what they were before; this user's cached
    snapshots go too. Files of others in the same places stay.

    Errors: RefusedError when a file cannot be removed.
    """
    removed = []
    try:
        # The start file first: no interpreter that starts from now on writes a snapshot.
        removed += [path for path in start_files() if remove(path)]
        remove_unfinished(site_packages())
        for directory in snapshot_directories():
            if remove_state(directory):
                removed.append(directory)
    except OSError as error:
        raise not_writable(error.filename or sys.prefix, error.strerror or str(error)) from None
    for directory in snapshot_directories()[1:]:
        try:
            os.rmdir(os.path.dirname(directory))  # the cache of all environments, if empty
        except OSError:
            pass
    return removed


def start_files() -> list[str]:
    """Return the paths of both start files, whether they exist or not."""
    return [os.path.join(site_packages(), name) for name in NAMES]


def forget_faults() -> None:
    """Remove the notes of earlier start-up faults."""
    for directory in snapshot_directories():
        try:
            os.unlink(os.path.join(directory, FAULT_NAME))
        except OSError:
            pass


def remove_state(directory: str) -> bool:
    """Remove lazi-site's own files from *directory*, and it if empty; return whether it had any.

    Errors: OSError when one cannot be removed.
    """
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return False
    found = False
    for name in names:
        if is_cache(name) or name == RECORD_NAME or name.endswith(".new"):
            found |= remove(os.path.join(directory, name))
    try:
        os.rmdir(directory)
    except OSError:
        return found  # somebody else's files are in it
    return True


def is_cache(name: str) -> bool:
    """Return whether a file of ours of this *name*, finished or not, can be made again."""
    if name.startswith(RECORD_NAME):
        return False
    return (
        is_snapshot(name) or name in (FAULT_NAME, INCLUDED) or name.startswith(SCAN) or name.endswith(".new")
    )


def remove_unfinished(directory: str) -> None:
    """Remove what an ``enable`` that was killed left beside the start files in *directory*."""
    for name in os.listdir(directory):
        if name.startswith(NAMES) and name.endswith(".new"):
            remove(os.path.join(directory, name))


def remove(path: str) -> bool:
    """Remove the file *path* and return whether it was there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def write_if_different(path: str, content: bytes) -> bool:
    """Make *content* the content of the file *path*; return whether it was not.

    Errors: OSError, with the old content in place.
    """
    if read_bytes(path) == content:
        return False
    write_atomically(path, content)
    return True

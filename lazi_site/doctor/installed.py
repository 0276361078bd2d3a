"""Checks on what enable wrote: start file, record, our own directory, what was left over."""

from __future__ import annotations

import json
import os
import time
from functools import partial

from .. import __version__
from ..config.record import NAME as RECORD_NAME
from ..config.record import is_owners, read_record
from ..config.snapshot import ABANDONED, is_safe
from ..install import describe
from ..install.enable import enable, remove
from ..install.layout import site_packages, start_file, state_directory
from ..install.start_line import MARK, NAMES
from ..startup.snapshot import snapshot_directories
from .codes import ERROR, INFO, OK, WARNING
from .finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER_WRITES = 0o755  # the mode of a directory


def check_installed() -> Iterator[Finding]:
    """Yield what there is to say about the files of ours in this environment."""
    yield from check_start_files()
    yield from check_record()
    yield from check_state_directory()
    yield from check_leftovers()


def is_enabled() -> bool:
    """Return whether enable was run here, whatever became of its files."""
    return os.path.lexists(start_file()) or os.path.lexists(os.path.join(state_directory(), RECORD_NAME))


def write_anew() -> None:
    """Write start file and record again, for the same project."""
    project = read_record().project
    enable(project=project if project and os.path.isdir(project) else None, force=True)


def check_start_files() -> Iterator[Finding]:
    """Yield what is to be said of the start files in all site directories."""
    belongs = start_file()
    if not is_enabled():
        yield Finding("not-enabled", WARNING, "lazi-site is not enabled here", belongs)
    for file in describe.describe_start_files():
        path, state = file["path"], file["state"]
        if path == belongs:
            if is_enabled():
                yield judge_start_file(path, state)
        elif os.path.dirname(path) == site_packages():
            yield Finding(
                "start-file-of-another-version",
                WARNING,
                f"{path} is a start file for other versions of Python",
                path,
                partial(remove, path),
            )
        else:
            yield Finding("start-file-twice", WARNING, f"there is another start file, {path}", path)


def judge_start_file(path: str, state: str) -> Finding:
    """Return the finding about the start file *path* that belongs to this interpreter."""
    if state == describe.AS_EXPECTED and not is_owners(os.stat(path)):
        message = f"others than the environment's owner can change the start file {path}"
        return Finding("start-file-unsafe", WARNING, message, path, partial(replace, path))
    if state == describe.AS_EXPECTED:
        return Finding("start-file-right", OK, f"the start file {path} is as it should be", path)
    if state == describe.ABSENT:
        return Finding("start-file-missing", ERROR, f"the start file {path} is gone", path, write_anew)
    content = describe.read_bytes(path)
    if content is None:
        return Finding("start-file-changed", ERROR, f"the start file {path} cannot be read", path, write_anew)
    if MARK in content and b"bootstrap.py" in content:
        message = f"the start file {path} starts a lazi-site in another place, or of another version"
        return Finding("start-file-of-another-place", WARNING, message, path, write_anew)
    return Finding("start-file-changed", ERROR, f"the start file {path} was changed", path, write_anew)


def check_record() -> Iterator[Finding]:
    """Yield what is to be said of the record that enable left."""
    path = os.path.join(state_directory(), RECORD_NAME)
    if not is_enabled():
        return
    record = read_record()
    if not record.source.present:
        yield Finding("record-missing", WARNING, f"the record {path} is gone", path, write_anew)
    elif record.source.problems:
        message = record.source.problems[0].sentence
        yield Finding("record-damaged", ERROR, message, path, partial(replace, path))
    else:
        content = json.loads(describe.read_bytes(path) or b"{}")
        version = content.get("version")
        if version != __version__:
            message = f"the environment was enabled by lazi-site {version}, and this is {__version__}"
            yield Finding("record-of-another-version", WARNING, message, path, write_anew)
        else:
            yield Finding("record-right", OK, f"the record {path} can be read", path)


def replace(path: str) -> None:
    """Write the record or the start file *path* anew in place of one that cannot be used."""
    if not os.path.isdir(path):
        remove(path)
    write_anew()


def check_state_directory() -> Iterator[Finding]:
    """Yield what is to be said of the directory of our own files."""
    path = state_directory()
    if not os.path.isdir(path):
        return  # then the record is missing
    if not is_safe(path):
        message = f"others than you may write into {path}"
        repair = partial(os.chmod, path, OWNER_WRITES) if os.stat(path).st_uid == os.geteuid() else None
        yield Finding("state-directory-unsafe", ERROR, message, path, repair)
    elif not os.access(path, os.W_OK | os.X_OK):
        yield Finding("state-directory-read-only", INFO, f"you may not write into {path}", path)
    else:
        yield Finding("state-directory-right", OK, f"{path} is yours or root's alone", path)


def check_leftovers() -> Iterator[Finding]:
    """Yield files that a command left unfinished when it was killed."""
    for directory in (site_packages(), *snapshot_directories()):
        try:
            names = os.listdir(directory)
        except OSError:
            continue
        for name in sorted(names):
            if name.endswith(".new") and (directory != site_packages() or name.startswith(NAMES)):
                path = os.path.join(directory, name)
                if os.lstat(path).st_mtime < time.time() - ABANDONED:
                    message = f"{path} was never finished"
                    yield Finding("abandoned-files", WARNING, message, path, partial(remove, path))

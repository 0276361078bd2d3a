"""Checks on the configuration and on what is stored of it."""

from __future__ import annotations

import os
import stat

from ..config.refresh import Configuration
from ..config.resolve import overlay_environment
from ..config.snapshot import is_safe, is_whole, store_snapshot
from ..install.enable import remove
from ..startup import bootstrap
from ..startup.snapshot import is_fresh, read_snapshot, snapshot_directories, snapshot_name
from .codes import ERROR, INFO, OK, WARNING
from .finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def check_policy() -> Iterator[Finding]:
    """Yield what there is to say about the configuration and the snapshot of it."""
    configuration = Configuration()
    configuration.read_rules()
    yield from check_configuration(configuration)
    yield from check_snapshots(configuration)


def check_configuration(configuration: Configuration) -> Iterator[Finding]:
    """Yield the mistakes in files and variables, and what switches lazy imports off."""
    wrong = [problem for problem in configuration.problems if problem.path != configuration.record.path]
    for problem in wrong:
        yield Finding("configuration-wrong", ERROR, problem.sentence, problem.path)
    values = configuration.values
    off = values["enabled"].origin if values["enabled"].value is False else ""
    for problem in overlay_environment(values, os.environ):
        yield Finding("variable-wrong", ERROR, problem.sentence, problem.path)
    if off:
        yield Finding("configuration-off", INFO, f"lazy imports are switched off by {off}")
    reason = bootstrap.switched_off()
    if reason:
        yield Finding("switched-off", WARNING, reason)
    if not wrong:
        present = [source.path for source in configuration.sources if source.present]
        yield Finding("configuration-right", OK, f"no mistakes in {', '.join(present) or 'the defaults'}")


def check_snapshots(configuration: Configuration) -> Iterator[Finding]:
    """Yield what is to be said of the stored configuration of this user."""
    if not configuration.is_stored:
        yield Finding("snapshot-off", INFO, "the configuration is not stored, as is wanted")
        return
    name = snapshot_name()
    found = None
    for directory in snapshot_directories():
        path = os.path.join(directory, name)
        if not os.path.lexists(path):
            continue
        snapshot = read_snapshot(path)
        if snapshot is None or not is_whole(snapshot):
            yield judge_unread(path, rebuild(configuration, path))
            found = path
        elif is_fresh(snapshot):
            yield Finding("snapshot-right", OK, f"{path} is up to date", path)
            return
        else:
            found = path
            yield Finding(
                "snapshot-stale", INFO, f"{path} is older than its sources", path, rebuild(configuration)
            )
    if not any(can_store_in(directory) for directory in snapshot_directories()):
        yield Finding(
            "snapshot-without-place",
            WARNING,
            f"nothing can be stored in {' or '.join(snapshot_directories())}",
        )
    elif found is None:
        message = "the configuration is not stored yet"
        yield Finding("snapshot-missing", INFO, message, repair=rebuild(configuration))


def judge_unread(path: str, repair: Callable[[], object]) -> Finding:
    """Return the finding about the snapshot *path*, which a start does not read."""
    found = os.lstat(path)
    mine = found.st_uid in (0, os.geteuid()) if hasattr(os, "geteuid") else True
    if stat.S_ISREG(found.st_mode) and (not mine or found.st_mode & 0o022):
        message = f"{path} can be changed by others" if mine else f"{path} belongs to somebody else"
        return Finding("snapshot-not-trusted", WARNING, message, path, repair)
    return Finding("snapshot-damaged", WARNING, f"{path} is no snapshot that can be read", path, repair)


def rebuild(configuration: Configuration, path: str = "") -> Callable[[], object]:
    """Return what stores the configuration anew, after removing the file *path*."""

    def store() -> None:
        if path:
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            else:
                remove(path)
        store_snapshot(configuration.as_snapshot())

    return store


def can_store_in(directory: str) -> bool:
    """Return whether a snapshot could be stored in *directory*; the user's cache may be yet to be made."""
    if os.path.isdir(directory):
        return is_safe(directory) and os.access(directory, os.W_OK | os.X_OK)
    if directory == snapshot_directories()[0]:
        return False
    while not os.path.isdir(directory):
        above = os.path.dirname(directory)
        if above == directory or os.path.lexists(directory):
            return False
        directory = above
    return os.access(directory, os.W_OK | os.X_OK)

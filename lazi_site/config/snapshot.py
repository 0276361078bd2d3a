"""The policy snapshot: packed, and stored where a start finds it.

The format is the start-up side's (``read_snapshot``); this is its one
writer. Storing is atomic and may fail without harm: a snapshot is a cache.
"""

import _imp
import marshal
import os
import stat
import time

from ..startup.bootstrap import INCLUDED
from ..startup.snapshot import FORMAT, MAGIC, piece, read_snapshot, snapshot_directories, snapshot_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# By kind how many files one directory may have. Of snapshots one for each user, interpreter and surroundings.
MAXIMUM_FILES = {"policy": 8, "decisions": 8, "program": 128}
ABANDONED = 60  # seconds after which an unfinished file's writer must be dead


def pack_snapshot(snapshot: "Mapping[str, object]", pieces: "Mapping[str, bytes] | None" = None) -> bytes:
    """Return *snapshot* and its *pieces* as the bytes of a snapshot file; see startup/snapshot.py."""
    places = {}
    rest = b"".join((pieces or {}).values())
    start = 0
    for key, data in (pieces or {}).items():
        places[key] = (start, start + len(data), _imp.source_hash(FORMAT, data))
        start += len(data)
    head = marshal.dumps({**snapshot, "pieces": places})
    return MAGIC + _imp.source_hash(FORMAT, head) + len(head).to_bytes(8, "little") + head + rest


def pack_policy(snapshot: "Mapping[str, Any]") -> bytes:
    """Return the policy *snapshot* as the bytes of its file: code that few programs need is in pieces."""
    code = snapshot["code"]
    rare = {name: packed for name, (parts, _, _, packed) in code.items() if parts}
    common = {name: (*entry[:3], b"" if name in rare else entry[3]) for name, entry in code.items()}
    return pack_snapshot({**snapshot, "code": common}, rare)


def store_snapshot(snapshot: "dict[str, Any]") -> str:
    """Write *snapshot* for this user's surroundings; return its path, or "" if it has no place.

    Goes into the first of ``snapshot_directories()`` in which this
    user may write and nobody else can put files in our name.
    """
    tell_included(included=snapshot["settings"]["stdlib"] == "include")
    name = snapshot_name()
    data = pack_policy(snapshot)
    for number, directory in enumerate(snapshot_directories()):
        try:
            if number:
                # Only the user's cache is made here. The environment's own
                # directory is made by `enable`: a process that outlives
                # `disable` must not bring it back.
                os.makedirs(directory, mode=0o700, exist_ok=True)
            if not is_safe(directory):
                continue
            path = os.path.join(directory, name)
            if says_the_same(read_snapshot(path), snapshot):
                return path
            write_atomically(path, data)
        except OSError:
            continue
        remove_surplus(directory, name)
        return path
    return ""


def tell_included(*, included: bool) -> None:
    """Leave a file in the environment if imports inside the standard library may wait, or remove it.

    It only tells starts whether reading the policy may pay: see includes_stdlib() in startup/bootstrap.py.
    """
    directory = snapshot_directories()[0]
    path = os.path.join(directory, INCLUDED)
    try:
        if not included:
            os.unlink(path)
        elif is_safe(directory) and not os.path.exists(path):
            write_atomically(path, b"")
    except OSError:
        pass


def says_the_same(stored: dict[str, object] | None, snapshot: dict[str, object]) -> bool:
    """Return whether *stored* needs no replacing by *snapshot*.

    The same files give the same code, though marshal's bytes for it can differ.
    """
    other = dict.fromkeys(("code", "digest", "pieces", "rest"))
    return stored is not None and {**stored, **other} == {**snapshot, **other}


def is_whole(snapshot: "Mapping[str, Any]") -> bool:
    """Return whether every piece of a snapshot that was read from a file is as it was written."""
    return all(piece(snapshot, key) for key in snapshot.get("pieces", ()))


def remove_snapshot(variables: "Mapping[str, str]") -> None:
    """Remove the snapshot, and its decisions, of processes with the environment *variables*."""
    surroundings = snapshot_name(variables).removeprefix("policy-")
    for directory in snapshot_directories(variables):
        try:
            names = [name for name in os.listdir(directory) if is_snapshot(name)]
        except OSError:
            continue
        for name in names:
            if name.endswith(surroundings):
                try:
                    os.unlink(os.path.join(directory, name))
                except OSError:
                    pass


def is_safe(directory: str) -> bool:
    """Return whether only this user or root can create files in *directory*."""
    found = os.stat(directory)
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid in (0, os.geteuid()) and not found.st_mode & stat.S_IWOTH


def write_atomically(path: str, data: bytes) -> None:
    """Put *data* into the file *path*, readable by all, in one step.

    Errors: OSError; then the old content stands.
    """
    temporary = f"{path}.{os.getpid()}-{os.urandom(4).hex()}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o644)
    try:
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o644)  # whatever the umask is
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


def is_snapshot(name: str) -> bool:
    """Return whether *name* is the name of a snapshot or of decisions that belong to one, finished or not."""
    return name.partition("-")[0] in MAXIMUM_FILES and name.endswith((".snapshot", ".new"))


def remove_surplus(directory: str, keep: str) -> None:
    """Remove of one kind of our files in *directory* the oldest beyond MAXIMUM_FILES, and abandoned ones.

    keep: the name of the one just written, which tells the kind.
    """
    found = []
    kind = keep.partition("-")[0]
    try:
        names = [name for name in os.listdir(directory) if is_snapshot(name) and name != keep]
        names = [name for name in names if name.startswith(f"{kind}-")]
    except OSError:
        return
    for name in names:
        path = os.path.join(directory, name)
        try:
            age = os.stat(path).st_mtime
        except OSError:
            continue  # another process was faster
        if name.endswith(".snapshot"):
            found.append((age, path))
        elif age < time.time() - ABANDONED:
            found.append((0.0, path))
    found.sort(reverse=True)
    for number, (age, path) in enumerate(found, 1):
        if number >= MAXIMUM_FILES[kind] or not age:
            try:
                os.unlink(path)
            except OSError:
                pass

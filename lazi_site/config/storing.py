"""Stores what was decided about import statements, for startup/decisions.py, whose format it is.

Runs at the end of users' programs, out of the snapshot: nothing is imported that
is not loaded, because programs put finders and loaders of their own in place.
"""

import marshal
import os

from ..startup.decisions import UNKNOWN, read_stored, unpacked
from ..startup.snapshot import piece
from .snapshot import is_safe, pack_snapshot, remove_surplus, write_atomically

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..startup.decisions import Entry

MAXIMUM = 2 << 20  # bytes; beyond that only what was decided last is kept


def store_decisions(path: str, digest: bytes, groups: "dict[str, dict[str, Entry]]") -> None:
    """Add *groups* to the decisions in the file *path*, which belong to the snapshot that has the *digest*.

    Errors: OSError. The directory is not made: `disable` may have removed it.
    """
    folder, name = os.path.split(path)
    if not is_safe(folder):
        return
    stored = read_stored(path, digest, whole=True)  # another process may have added some meanwhile
    packed = {group: piece(stored, group) for group in stored.get("pieces", ())}
    for group, entries in groups.items():
        packed[group] = marshal.dumps(merged(unpacked(packed.get(group, b""), {}), entries))
    data = pack_snapshot({"snapshot": digest}, packed)
    if len(data) > MAXIMUM:
        latest = {group: marshal.dumps(merged({}, entries)) for group, entries in groups.items()}
        data = pack_snapshot({"snapshot": digest}, latest)
    if len(data) <= MAXIMUM:
        write_atomically(path, data)
        remove_surplus(folder, name)


def merged(stored: "dict[str, bytes]", entries: "dict[str, Entry]") -> "dict[str, bytes]":
    """Return the marshalled entries *stored* with *entries* laid over them; for one file, put together."""
    found = dict(stored)
    for name, entry in entries.items():
        former = unpacked(stored.get(name, b""), UNKNOWN)
        found[name] = marshal.dumps(put_together(former, entry))
    return found


def put_together(former: "Entry", entry: "Entry") -> "Entry":
    """Return *entry* with what *former* knows besides, if that is about the same file."""
    size, time, code, content, table = entry
    is_same = former[1] == time or (content and former[3] == content)
    if not is_same or (former[0], former[2]) != (size, code):
        return entry
    return size, time, code, content or former[3], {**former[4], **table}

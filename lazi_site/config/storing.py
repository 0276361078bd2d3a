"""Stores what was decided about import statements, in the format of startup/decisions.py and shared.py.

Runs at the end of users' programs, out of the snapshot: nothing is imported that
is not loaded, because programs put finders and loaders of their own in place.
"""

import marshal
import os

from ..startup.decisions import CORE, REST, read_stored, unpacked
from ..startup.shared import entry_of, unpack_group
from ..startup.snapshot import piece
from .snapshot import is_safe, pack_snapshot, remove_surplus, write_atomically

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..startup.decisions import Entry
    from ..startup.shared import Entries

# Bytes; beyond that only what was decided last is kept. A start reads no more of them than it uses, and an
# environment of which twenty thousand modules were loaded has five million.
MAXIMUM = 12 << 20
MAXIMUM_PROGRAM = 1 << 20  # bytes of what one program uses, some five thousand modules
MANY = 16  # bundles of a group, which then become one


def store_decisions(path: str, digest: bytes, groups: "dict[str, Entries]") -> None:
    """Add *groups* to the decisions in the file *path*, which belong to the snapshot that has the *digest*.

    Errors: OSError. The directory is not made: `disable` may have removed it.
    """
    folder, name = os.path.split(path)
    if not is_safe(folder):
        return
    stored = read_stored(path, digest, whole=True)  # another process may have added some meanwhile
    packed = {group: piece(stored, group) for group in stored.get("pieces", ())}
    for group, entries in groups.items():
        packed[group] = pack_group(merged(unpack_group(packed.get(group, b"")), entries))
    if sum(map(len, packed.values())) > MAXIMUM:
        packed = smallest({group: pack_group(entries) for group, entries in groups.items()}, MAXIMUM)
    if packed:  # else each group is too large by itself, and what is stored stays
        write_atomically(path, pack_snapshot({"snapshot": digest}, packed))
        remove_surplus(folder, name)


def store_program(path: str, digest: bytes, used: "dict[str, Entry]", closed: "set[str]") -> None:
    """Add what a run of a program has *used* to its file *path*, for the snapshot that has the *digest*.

    Nothing is kept of the *closed* modules, nor if it is too much.
    Errors: OSError. The directory is not made.
    """
    folder, name = os.path.split(path)
    stored = read_stored(path, digest, whole=True)
    former = piece(stored, CORE)
    core: dict[str, Entry] = unpacked(former, dict) if former else used
    rest = unpack_group(piece(stored, REST))
    rest = merged(rest, {one: entry for one, entry in core.items() if one not in used})
    rest = merged(rest, {one: entry for one, entry in used.items() if one not in core})
    core = {one: used[one] for one in core if one in used}
    for entries in (core, rest):
        for one in list(entries):
            if not closed.isdisjoint((one, one.partition(".")[0])):
                del entries[one]
    data = pack_snapshot({"snapshot": digest}, {CORE: marshal.dumps(core), REST: pack_group(rest)})
    if is_safe(folder) and len(data) <= MAXIMUM_PROGRAM:
        write_atomically(path, data)
        remove_surplus(folder, name)


def smallest(packed: "dict[str, bytes]", maximum: int) -> "dict[str, bytes]":
    """Return as many of the *packed* groups, the smallest of them, as have no more than *maximum* bytes."""
    kept = {}
    for group in sorted(packed, key=lambda one: len(packed[one])):
        maximum -= len(packed[group])
        if maximum < 0:
            break
        kept[group] = packed[group]
    return kept


def pack_group(entries: "Entries") -> bytes:
    """Return the *entries* of a group as unpack_group() reads them, with a bundle of those that are new."""
    kept: dict[bytes, list[str]] = {}
    new: dict[str, Entry | None] = {}
    for name, entry in entries.items():
        if isinstance(entry, bytes):
            kept.setdefault(entry, []).append(name)
        else:
            new[name] = entry
    if len(kept) >= MANY:
        new = {name: entry_of(entries, name) for name in list(entries)}
        kept = {}
    places: dict[str, int] = {}
    bundles: list[bytes] = []
    for bundle, names in kept.items():
        content = unpacked(bundle, dict)
        if len(content) > len(names):  # the others are in a later one
            bundle = marshal.dumps({name: content[name] for name in names})
        places.update(dict.fromkeys(names, len(bundles)))
        bundles.append(bundle)
    if new:
        places.update(dict.fromkeys(new, len(bundles)))
        bundles.append(marshal.dumps(new))
    return marshal.dumps((places, bundles))


def merged(stored: "Entries", entries: "Entries") -> "Entries":
    """Return *stored* with *entries* laid over it; tables about one file are put together.

    What is stored already stays in its bundle.
    """
    found = dict(stored)
    for name, entry in entries.items():
        if isinstance(entry, bytes):
            found.setdefault(name, entry)
        else:
            former = entry_of(stored, name)
            if former == entry:
                continue
            if former is not None and is_about_same(former, entry):
                entry = (*entry[:3], entry[3] or former[3], {**former[4], **entry[4]})
            found[name] = entry
    return found


def is_about_same(former: "Entry", entry: "Entry") -> bool:
    """Return whether both are about the same file, if perhaps with different dates."""
    is_same_code = (former[0], former[2]) == (entry[0], entry[2])
    return is_same_code and (former[1] == entry[1] or (entry[3] != b"" and former[3] == entry[3]))

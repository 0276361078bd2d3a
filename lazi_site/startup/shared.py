"""What all programs have decided about import statements, in groups: for one that has no file of its own yet.

A group is what is stored of a package; of the standard library, "" stands for
all of it, of programs "__main__".
"""

from . import decisions
from .decisions import MAIN, REST, unpacked
from .snapshot import load, piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .decisions import Entry

    Entries = dict[str, Entry | bytes]  # of a group by module; bytes: the bundle that holds it, not read yet

FEW = 3  # modules that a program's own file has not, for which it is written anew

stored: "dict[str, Any] | None" = None  # the content of the file, a piece for each group
groups: "dict[str, Entries]" = {}  # those that were looked into; see unpack_group()
rest: "Entries | None" = None  # those of this program that not all of its runs have used
looked_up = 0  # modules of this program that its own file has not


def look_up(
    former: "Entry | None", name: str, group: str, stamp: "tuple[int, int, bytes]", file: str
) -> "Entry":
    """Return what is kept of the module *name*, whose *file* has the *stamp*, or a new entry.

    former: what is known of it, for a file with another stamp, perhaps but with another date.
    """
    global looked_up, rest
    renewed: Entry
    if type(former) is tuple:
        renewed = bring_keeping().renewed(former, stamp, file, group)
        if renewed[4] is former[4]:
            return renewed
    if decisions.own:
        if rest is None:
            rest = unpack_group(piece(decisions.own, REST))
        entry = entry_of(rest, name)
        if entry is not None and entry[:3] == stamp:
            return entry
    entries = group_of(group)
    entry = entry_of(entries, name)
    if entry is None or entry[:3] != stamp:
        renewed = bring_keeping().renewed(entry, stamp, file, group)
        entry = entries[name] = renewed
    elif decisions.program:
        looked_up += 1
        if looked_up == FEW:
            bring_keeping().change()
    return entry


def bring_keeping() -> "Any":
    """Return keeping.py, which stores what is new."""
    return load("lazi_site.startup.keeping")


def has_run(name: str) -> bool:
    """Return whether the program whose file is *name* has been run before."""
    return entry_of(group_of(MAIN), name) is not None


def group_of(name: str) -> "Entries":
    """Return what all programs have decided about the modules of the group *name*."""
    global stored
    entries = groups.get(name)
    if entries is None:
        if stored is None:
            stored = decisions.read_stored(decisions.path, decisions.digest)
        entries = groups[name] = unpack_group(piece(stored, name))
    return entries


def unpack_group(data: bytes) -> "Entries":
    """Return the entries of a group that is stored as *data*: ({module: number}, [bundle]), marshalled.

    A bundle is a marshalled {module: entry} of what one program has added. Of a group in which there is
    much, as of the standard library, a new program reads what it uses itself and little else; by
    themselves the entries would lose the names that they have in common.
    """
    try:
        places, bundles = unpacked(data, tuple)
        return {name: bundles[number] for name, number in places.items()}
    except (AttributeError, IndexError, TypeError, ValueError):
        return {}  # nothing is stored, or it is not what we write


def entry_of(entries: "Entries", name: str) -> "Entry | None":
    """Return the entry of the module *name* in the *entries* of a group, nothing if there is none."""
    entry = entries.get(name)
    if type(entry) is tuple:
        return entry
    if type(entry) is bytes:
        found: dict[str, Entry] = unpacked(entry, dict)
        for one in found:
            if entries.get(one) is entry:  # another thread may have read it meanwhile
                entries[one] = found[one]
        entry = entries.get(name)
    return entry if type(entry) is tuple else None

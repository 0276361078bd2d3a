"""What was decided about the import statements of modules, kept for the starts that follow.

To decide, the engine reads a module's code and asks the policy, which takes
fifty times as long as finding the answer in a table. So the answers are stored
beside the snapshot, by package and module. They hold as long as the snapshot,
the module's file and the places of its instructions are the same; whatever goes
wrong means that they are found anew. The file says what may wait and nothing
else; it is read under the same conditions as the snapshot. An engine keeps
what depends on the module's code and the policy alone.

A file is the same if its date and size are, or its content: who checks out,
copies or installs the same files anew gives them other dates only.
"""

import _imp
import marshal
import os
import sys

from . import shortcut
from .bootstrap import state
from .snapshot import FORMAT, load, piece, read_snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType
    from typing import Any

    Table = dict[int, Any]  # by offset of a statement what its engine wants to know
    # Size and mtime_ns of the file, hash of the line table, hash of the file or b"" if it is not known.
    Entry = tuple[int, int, bytes, bytes, Table]
    Entries = dict[str, Entry | bytes]  # of a group by module; bytes: the bundle that holds it, not read yet
    Source = tuple[str, int, int, bytes | None]  # path, mtime_ns, size and hash of a file

STDLIB = sys.stdlib_module_names

# Of this process; a class for them would be made at every start.
path = ""  # of the file that has them, "" if none are kept
digest = b""  # of the snapshot that they belong to
stored: "dict[str, Any]" = {}  # the file's content, a piece for each group; see unpack_group()
groups: "dict[str, Entries]" = {}  # those that were looked into
closed: "set[str]" = set()  # modules and groups of which nothing is kept, after what this process did


def open_decisions(variables: "Mapping[str, str]", stdlib: str) -> None:
    """Read the decisions that are kept for the snapshot in force, under the setting *stdlib*.

    None are without a stored snapshot, and where LAZI_EAGER changes the policy.
    """
    global path, digest, stored
    file = state.snapshot.get("file")
    if not file or variables.get("LAZI_EAGER"):
        return
    folder, name = os.path.split(file)
    path = os.path.join(folder, decisions_name(name, stdlib))
    digest = state.snapshot["digest"]
    stored = read_stored(path, digest)


def table_of(importer: str, code: "CodeType") -> "Table | None":
    """Return the table of the module *importer*, whose body is *code*, an empty one if it is new.

    None if nothing can be kept of it.
    """
    if not path:
        return None
    file = code.co_filename
    name, group = place_of(importer, file)
    if closed and (name in closed or group in closed):
        return None
    entries = groups.get(group)
    if entries is None:
        entries = groups[group] = unpack_group(piece(stored, group))
    time = size = 0
    if not file.startswith("<frozen "):  # those change with the interpreter only
        try:
            status = shortcut.take_status(file) or os.stat(file)
        except (OSError, ValueError):
            return None  # in an archive, or not from a file at all
        time, size = status.st_mtime_ns, status.st_size
    stamp = (size, time, _imp.source_hash(FORMAT, code.co_linetable))
    entry = entry_of(entries, name)
    if entry is None or entry[:3] != stamp:
        load("lazi_site.startup.keeping")
        from .keeping import renewed

        entry = entries[name] = renewed(entry, stamp, file, group)
    return entry[4]


def kept(importer: str, file: str) -> "Table | None":
    """Return what table_of() returned for the module *importer*, of *file*, if it is kept."""
    name, group = place_of(importer, file)
    entry = entry_of(groups.get(group, {}), name)
    return entry and entry[4]


def place_of(importer: str, file: str) -> "tuple[str, str]":
    """Return under which name and in which group the decisions about the module *importer* of *file* are."""
    if importer == "__main__":
        return os.path.abspath(file), importer  # each program is another one
    top = importer.partition(".")[0]
    return importer, "" if top in STDLIB else top


def decisions_name(snapshot: str, stdlib: str) -> str:
    """Return the name of the decisions that belong to the *snapshot* of that name, under that setting."""
    return f"decisions-{stdlib}-{snapshot.removeprefix('policy-')}"


def unpack_group(data: bytes) -> "Entries":
    """Return the entries of a group that is stored as *data*: ({module: number}, [bundle]), marshalled.

    A bundle is a marshalled {module: entry} of what one program has added. A program of which much is
    stored, as of the standard library or of pip, reads what it uses itself and little else; by themselves
    the entries would lose the names that they have in common.
    """
    try:
        places, bundles = unpacked(data, tuple)
        return {name: bundles[number] for name, number in places.items()}
    except (AttributeError, IndexError, TypeError, ValueError):
        return {}  # nothing is stored, or it is not what we write


def entry_of(entries: "Entries", name: str) -> "Entry | None":
    """Return the entry of the module *name* in the *entries* of a group, nothing if there is none."""
    entry = entries.get(name)
    if type(entry) is bytes:
        found: dict[str, Entry] = unpacked(entry, dict)
        for one in found:
            if entries.get(one) is entry:  # another thread may have read it meanwhile
                entries[one] = found[one]
        entry = entries.get(name)
    return entry if type(entry) is tuple else None


def unpacked(data: bytes, kind: "Callable[[], Any]") -> "Any":
    """Return what is marshalled in *data* if it is of *kind*, as all is that we write, else an empty one."""
    try:
        found = marshal.loads(data) if data else None
    except (EOFError, ValueError, TypeError):
        found = None
    return found if type(found) is kind else kind()


def read_stored(path: str, digest: bytes, *, whole: bool = False) -> "dict[str, Any]":
    """Return what the file *path* holds for the snapshot that has the *digest*, a piece for every group."""
    stored = read_snapshot(path, whole=whole) or {}
    return stored if stored.get("snapshot") == digest and type(stored.get("pieces")) is dict else {}

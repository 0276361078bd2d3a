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
import stat
import sys
from _frozen_importlib import BuiltinImporter, _load  # type: ignore[attr-defined]

from . import shortcut
from .bootstrap import state
from .settle import load
from .snapshot import FORMAT, piece, read_snapshot

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
MANY = 8  # modules of a group whose files got another date, from which on the new dates are stored


class Decisions:
    """The tables of this process: those that were stored, and those that are new.

    snapshot: the file of the snapshot that they belong to; digest: its hash. path: of their own file.
    stored: the file's content, a piece for each group; see unpack_group().
    groups: those that were looked into.
    closed: modules and groups about which nothing is kept, for what happened in this process.
    changed: groups in which something is new.
    moved: for each module whose file got another date its group.
    """

    __slots__ = ("changed", "closed", "digest", "groups", "moved", "path", "snapshot", "stored")

    def __init__(self, snapshot: str, digest: bytes, stdlib: str) -> None:
        folder, name = os.path.split(snapshot)
        self.snapshot = snapshot
        self.digest = digest
        self.path = os.path.join(folder, decisions_name(name, stdlib))
        self.groups: dict[str, Entries] = {}
        self.closed: set[str] = set()
        self.changed: set[str] = set()
        self.moved: list[str] = []
        self.stored = read_stored(self.path, digest)

    def table_of(self, importer: str, code: "CodeType") -> "Table | None":
        """Return the table of the module *importer*, whose body is *code*, an empty one if it is new.

        None if nothing can be kept of it.
        """
        path = code.co_filename
        name, group = place_of(importer, path)
        if self.closed and (name in self.closed or group in self.closed):
            return None
        entries = self.groups.get(group)
        if entries is None:
            entries = self.groups[group] = unpack_group(piece(self.stored, group))
        time = size = 0
        if not path.startswith("<frozen "):  # those change with the interpreter only
            try:
                status = shortcut.take_status(path) or os.stat(path)
            except (OSError, ValueError):
                return None  # in an archive, or not from a file at all
            time, size = status.st_mtime_ns, status.st_size
        stamp = (size, time, _imp.source_hash(FORMAT, code.co_linetable))
        entry = entry_of(entries, name)
        if entry is None or entry[:3] != stamp:
            entry = entries[name] = self.renew(entry, stamp, path, group)
        return entry[4]

    def renew(
        self, former: "Entry | None", stamp: "tuple[int, int, bytes]", path: str, group: str
    ) -> "Entry":
        """Return the entry for the file *path*, which has the *stamp*; *former* was about one with another.

        If only the date is another, that which *former* has is right.
        """
        if former is None or (former[0], former[2]) != (stamp[0], stamp[2]):
            return *stamp, b"", {}
        if not former[3] or former[3] != hash_of(path):
            return *stamp, b"", {}
        self.moved.append(group)
        if self.moved.count(group) == MANY:
            self.change(group)
        return *stamp, *former[3:]

    def kept(self, importer: str, file: str) -> "Table | None":
        """Return what table_of() returned for the module *importer*, of *file*, if it is kept."""
        name, group = place_of(importer, file)
        entry = entry_of(self.groups.get(group, {}), name)
        return entry and entry[4]

    def note(self, importer: str, file: str, table: "Table") -> None:
        """Have *table* stored when the interpreter ends, if it is kept for *importer*, a module of *file*."""
        name, group = place_of(importer, file)
        entries = self.groups.get(group, {})
        entry = entry_of(entries, name)
        if entry is None or entry[4] is not table:
            return
        if not entry[3] and entry[1]:
            entries[name] = (*entry[:3], hash_of(file) or b"", table)
        self.change(group)

    def change(self, group: str) -> None:
        """Have what is known of *group* stored when the interpreter ends."""
        if not self.changed:
            # Compiled into the interpreter; an import statement would be told as the program's.
            atexit = sys.modules.get("atexit") or _load(BuiltinImporter.find_spec("atexit"))
            atexit.register(self.store)
        self.changed.add(group)

    def store(self) -> None:
        """Write what is new to the file; a failure is no matter."""
        try:
            if not os.path.exists(self.snapshot):
                return  # lazi-site was disabled meanwhile
            load("lazi_site.config.storing")
            from ..config.storing import store_decisions

            groups = {name: self.groups[name] for name in self.changed - self.closed}
            for entries in groups.values():
                for name in self.closed.intersection(entries):
                    del entries[name]
            store_decisions(self.path, self.digest, groups)
        except Exception:
            pass


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


def are_same(files: "tuple[Source, ...]") -> bool:
    """Return whether the *files* are those that they were, if perhaps with other dates."""
    for path, time, size, content in files:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return False
        if status.st_size != size or (status.st_mtime_ns != time and hash_of(path) != content):
            return False
    return True


def hash_of(path: str) -> "bytes | None":
    """Return the hash of the content of the file *path*, None if it cannot be read or is no plain file.

    A program may come out of a pipe, which must not be read again.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return _imp.source_hash(FORMAT, file.read())
    except (OSError, ValueError):
        return None


def read_stored(path: str, digest: bytes, *, whole: bool = False) -> "dict[str, Any]":
    """Return what the file *path* holds for the snapshot that has the *digest*, a piece for every group."""
    stored = read_snapshot(path, whole=whole) or {}
    return stored if stored.get("snapshot") == digest and type(stored.get("pieces")) is dict else {}


def open_decisions(variables: "Mapping[str, str]", stdlib: str) -> "Decisions | None":
    """Return the decisions that are kept for the snapshot in force, or None if none are.

    None are without a stored snapshot, and where LAZI_EAGER changes the policy.

    stdlib: the setting in force.
    """
    file = state.snapshot.get("file")
    if not file or variables.get("LAZI_EAGER"):
        return None
    return Decisions(file, state.snapshot["digest"], stdlib)

"""Keeps what this process has decided about import statements for the starts that follow; see decisions.py.

A file is the same if its date and size are, or its content: who checks out,
copies or installs the same files anew gives them other dates only.
"""

import _imp
import os
import stat

from . import decisions, shared
from .bootstrap import state
from .decisions import place_of, run_at_exit
from .snapshot import FORMAT, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .decisions import Entry, Source, Table

MANY = 8  # modules of a group whose files got another date, from which on the new dates are stored

changed: "set[str]" = set()  # groups in which something is new
is_registered = False
moved: "list[str]" = []  # for each module whose file got another date its group


def renewed(former: "Entry | None", stamp: "tuple[int, int, bytes]", path: str, group: str) -> "Entry":
    """Return the entry for the file *path*, which has the *stamp*; *former* was about one with another.

    If only the date is another, that which *former* has is right.
    """
    if former is None or (former[0], former[2]) != (stamp[0], stamp[2]):
        return *stamp, b"", {}
    if not former[3] or former[3] != hash_of(path):
        return *stamp, b"", {}
    moved.append(group)
    if moved.count(group) == MANY:
        change(group)
    return *stamp, *former[3:]


def note(importer: str, file: str, table: "Table") -> None:
    """Have *table* stored when the interpreter ends, if it is kept for *importer*, a module of *file*."""
    name, group = place_of(importer, file)
    entry = decisions.used.get(name)
    if entry is None or entry[4] is not table:
        return
    if not entry[3] and entry[1]:
        entry = decisions.used[name] = (*entry[:3], hash_of(file) or b"", table)
    shared.group_of(group)[name] = entry
    change(group)


def change(group: "str | None" = None) -> None:
    """Have what is known of *group*, and what this program uses, stored when the interpreter ends."""
    global is_registered
    if not is_registered:
        run_at_exit(store)
        is_registered = True
    if group is not None:
        changed.add(group)


def store() -> None:
    """Write what is new to the files; a failure is no matter."""
    try:
        if not os.path.exists(state.snapshot["file"]):
            return  # lazi-site was disabled meanwhile
        load("lazi_site.config.storing")
        from ..config.storing import store_decisions, store_program

        closed = decisions.closed
        groups = {name: shared.groups[name] for name in changed - closed if name in shared.groups}
        for entries in groups.values():
            for name in closed.intersection(entries):
                del entries[name]
        if groups:
            store_decisions(decisions.path, decisions.digest, groups)
        if decisions.program:
            store_program(decisions.program, decisions.digest, decisions.used.copy(), closed)
    except Exception:
        pass


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

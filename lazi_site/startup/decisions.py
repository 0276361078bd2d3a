"""What was decided about the import statements of modules, kept for the starts that follow.

To decide, the engine reads a module's code and asks the policy, which takes
fifty times as long as finding the answer in a table. So the answers are stored
beside the snapshot: those that a program used by themselves, for its next start,
and all of them for other programs (shared.py). They hold as long as the snapshot, the module's
file and the places of its instructions are the same; whatever goes wrong means
that they are found anew. The files say what may wait and nothing else; they are
read under the same conditions as the snapshot. An engine keeps what depends on
the module's code and the policy alone.

A file is the same if its date and size are, or its content: who checks out,
copies or installs the same files anew gives them other dates only.
"""

import _imp
import marshal
import os
import sys
from _frozen_importlib import BuiltinImporter, _load  # type: ignore[attr-defined]

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
    Source = tuple[str, int, int, bytes | None]  # path, mtime_ns, size and hash of a file

STDLIB = sys.stdlib_module_names
MAIN = "__main__"
# The pieces of a program's file: what each of its runs has used, and what only some have.
CORE, REST = "core", "rest"
LARGE = 64  # modules of which it is looked whether a run uses half of them

# Of this process; a class for them would be made at every start.
path = ""  # of the file that has what all programs have decided, "" if nothing is kept
digest = b""  # of the snapshot that they belong to
main = ""  # the file of this program, once it was entered
program = ""  # the path of the file for its decisions, "" if it gets none: it runs for the first time
own: "dict[str, Any]" = {}  # the content of that
core: "dict[str, Entry]" = {}  # its CORE, by module
used: "dict[str, Entry]" = {}  # what this process uses
closed: "set[str]" = set()  # modules and groups of which nothing is kept, after what this process did


def open_decisions(variables: "Mapping[str, str]", stdlib: str) -> None:
    """Have the decisions used that are kept for the snapshot in force, under the setting *stdlib*.

    None are without a stored snapshot, and where LAZI_EAGER changes the policy.
    """
    global path, digest
    file = state.snapshot.get("file")
    if not file or variables.get("LAZI_EAGER"):
        return
    folder, name = os.path.split(file)
    path = os.path.join(folder, decisions_name(name, stdlib))
    digest = state.snapshot["digest"]


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
    time = size = 0
    if not file.startswith("<frozen "):  # those change with the interpreter only
        try:
            status = shortcut.take_status(file) or os.stat(file)
        except (OSError, ValueError):
            return None  # in an archive, or not from a file at all
        time, size = status.st_mtime_ns, status.st_size
    if group == MAIN and not main:
        open_program(name)
    stamp = (size, time, _imp.source_hash(FORMAT, code.co_linetable))
    entry = used.get(name) or core.get(name)
    if type(entry) is not tuple or entry[:3] != stamp:
        entry = bring_shared().look_up(entry, name, group, stamp, file)
    used[name] = entry
    table: Table = entry[4]
    return table


def open_program(name: str) -> None:
    """Read what the program whose file is *name* used at earlier starts.

    If it has been run before, but has no file of its own, it gets one. Many are run once only.
    """
    global main, program, own, core
    main = name
    file = program_path(path, name)
    own = read_stored(file, digest)
    if own or bring_shared().has_run(name):
        program = file
    core = unpacked(piece(own, CORE), dict)
    if len(core) > LARGE:
        run_at_exit(compare_core)


def compare_core() -> None:
    """Have what this program has in common with others of its runs stored anew if it used little of that."""
    try:
        if 2 * len(used) < len(core):
            keeping = bring_shared().bring_keeping()
            if not keeping.is_registered:
                keeping.store()
    except Exception:
        pass


def run_at_exit(function: "Callable[[], None]") -> None:
    """Have *function* called when the interpreter ends."""
    # Compiled into the interpreter; an import statement would be told as the program's.
    atexit = sys.modules.get("atexit") or _load(BuiltinImporter.find_spec("atexit"))
    atexit.register(function)


def bring_shared() -> "Any":
    """Return shared.py, which a program needs until it has a file of its own."""
    return load("lazi_site.startup.shared")


def kept(importer: str, file: str) -> "Table | None":
    """Return what table_of() returned for the module *importer*, of *file*, if it is kept."""
    entry = used.get(place_of(importer, file)[0])
    return entry and entry[4]


def place_of(importer: str, file: str) -> "tuple[str, str]":
    """Return under which name and in which group the decisions about the module *importer* of *file* are."""
    if importer == MAIN:
        return os.path.abspath(file), importer  # each program is another one
    top = importer.partition(".")[0]
    return importer, "" if top in STDLIB else top


def decisions_name(snapshot: str, stdlib: str) -> str:
    """Return the name of the decisions that belong to the *snapshot* of that name, under that setting."""
    return f"decisions-{stdlib}-{snapshot.removeprefix('policy-')}"


def program_path(path: str, name: str) -> str:
    """Return the path of the file, beside the decisions in *path*, for the program whose file is *name*."""
    folder, shared = os.path.split(path)
    key = _imp.source_hash(FORMAT, os.fsencode(name)).hex()
    return os.path.join(folder, f"program-{key}-{shared.removeprefix('decisions-')}")


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

"""Finds and reads the policy snapshot: the configuration, resolved and packed by ``config``, and our code.

The snapshot says from which files it was made. Reading it and looking whether
those are as they were takes a tenth of a millisecond, reading them takes fifty.

A file of ours is MAGIC, the hash of the head, the head's length (8 bytes each,
the length little-endian), the head, which is a marshalled dict, and the pieces.
What few starts need is a piece: it has a hash of its own in the head's "pieces",
{key: (start, end, hash)}, so that only those pay for it who read it.
"""

import _imp
import marshal
import os
import stat
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader
from _thread import RLock

from .bootstrap import bring, is_on, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping  # noqa: F401  # in comments; see bootstrap.py
    from types import CodeType  # noqa: F401
    from typing import Any

FORMAT = 6  # of the snapshot; a snapshot of another format is built anew
MAGIC = b"lazisnap"
MAXIMUM_SNAPSHOT = 16 << 20  # bytes; a larger file is not ours
MAXIMUM_SMALL = 32 << 10  # bytes of pieces that are read with the head

# What platformdirs looks at when it names the configuration directories.
CONFIG_ENVIRONMENT = (
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "LAZI_CONFIG",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "USERPROFILE",
    "WIN_PD_OVERRIDE_LOCAL_APPDATA",
    "WIN_PD_OVERRIDE_COMMON_APPDATA",
)
OTHER_VARIABLES = (
    "XDG_CACHE_HOME",
    "LAZI_ENABLE",
    "LAZI_STDLIB",
    "LAZI_EAGER",
    "LAZI_TRACE",
    "LAZI_REPORT",
    "LAZI_NO_SNAPSHOT",
)
# O_NONBLOCK: opening a FIFO that somebody put there must not wait. O_BINARY: Windows.
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
SETTLE = "lazi_site.startup.settle"
MODULES = "_modules_"  # what packed code calls sys.modules; see config/compiling.py

loading = RLock()  # of our own modules, which other threads may be about to load
unfinished = set()  # type: set[str]  # our modules that are being run
found_variables = {}  # type: dict[str, str]  # what variables_at_start() returns
found_fresh = []  # type: list[dict[str, Any]]  # the snapshot out of which settle.py was run, until that has it


def bring_settle():  # type: () -> Any
    """Return settle.py, which sees to the rest, run out of the snapshot if there is a fresh one."""
    with loading:
        if SETTLE not in sys.modules:
            try:
                snapshot = fresh_snapshot(variables_at_start())
                if snapshot is not None and SETTLE in snapshot["code"]:
                    load(SETTLE, snapshot)
                    found_fresh.append(snapshot)
            except Exception:
                pass  # settle() meets it again, and then it is told
    return bring("settle")


def variables_at_start():  # type: () -> dict[str, str]
    """Return the environment variables that count, as they were when the interpreter started.

    The policy is read late, but what a program has changed by then is not meant
    for us: tests and sandboxes set HOME.
    """
    names = (*CONFIG_ENVIRONMENT, *OTHER_VARIABLES)
    if not state.started:
        return {name: os.environ[name] for name in names if name in os.environ}
    if not found_variables:
        raw = state.environment
        if os.name == "nt":
            raw = {name.upper(): value for name, value in raw.items()}
            found_variables.update({name: raw[name] for name in names if name in raw})
        else:
            found = {name: raw.get(os.fsencode(name)) for name in names}
            found_variables.update({k: os.fsdecode(v) for k, v in found.items() if v is not None})
    return found_variables


def snapshot_directories(variables=None):  # type: (Mapping[str, str] | None) -> tuple[str, ...]
    """Return where snapshots may lie: in the environment, else in the user's cache.

    The second serves users who may not write into the environment. It has to
    be computed without platformdirs (27 ms); a test holds it equal to
    ``platformdirs.user_cache_dir("lazi-site", appauthor=False)``.

    variables: the environment variables; by default as they are now.
    """
    get = (os.environ if variables is None else variables).get
    here = os.path.join(sys.prefix, "lazi-site")
    if sys.platform == "win32":
        base = get("LOCALAPPDATA", "")
        cache = os.path.join(base, "lazi-site", "Cache")
    elif sys.platform == "darwin":
        base = get("HOME", "")
        cache = os.path.join(base, "Library", "Caches", "lazi-site")
    else:
        base = get("XDG_CACHE_HOME", "").strip() or get("HOME", "")
        cache = os.path.join(base, "lazi-site")
        if not get("XDG_CACHE_HOME", "").strip():
            cache = os.path.join(base, ".cache", "lazi-site")
    if not os.path.isabs(base):
        return (here,)
    return (here, os.path.join(cache, _imp.source_hash(FORMAT, os.fsencode(sys.prefix)).hex()))


def snapshot_name(variables=None):  # type: (Mapping[str, str] | None) -> str
    """Return the file name of the snapshot for this user's surroundings.

    Users of one environment differ in what decides their configuration, so
    each has a snapshot of his own. The version is in it to its last digit,
    because the snapshot holds code.

    variables: the environment variables; by default as they are now.
    """
    get = (os.environ if variables is None else variables).get
    uid = os.geteuid() if hasattr(os, "geteuid") else 0
    parts = repr((uid, sys.hexversion, [get(name) for name in CONFIG_ENVIRONMENT]))
    digest = _imp.source_hash(FORMAT, parts.encode("utf-8", "surrogatepass")).hex()
    return f"policy-{sys.implementation.cache_tag}-{digest}.snapshot"


def read_policy(variables):  # type: (Mapping[str, str]) -> dict[str, Any]
    """Return the policy snapshot, rebuilt first if a source of it has changed.

    variables: the environment variables that name it. With LAZI_NO_SNAPSHOT no
    stored one is read or written. "file" is where it is stored, if it was read from there.
    """
    snapshot = found_fresh.pop() if found_fresh else fresh_snapshot(variables)
    if snapshot is not None:
        return snapshot
    name = snapshot_name(variables)
    is_stored = not is_on(variables, "LAZI_NO_SNAPSHOT")
    with bring("secluded").Secluded():
        from ..config import refresh  # the slow path: platformdirs and tomllib

        # platformdirs looks at the variables as they are now.
        rebuilt: dict[str, Any] = refresh.refresh(store=is_stored and name == snapshot_name())
    return rebuilt


def fresh_snapshot(variables):  # type: (Mapping[str, str]) -> dict[str, Any] | None
    """Return the stored snapshot that the environment *variables* name and that is fresh, None if none is."""
    if not is_on(variables, "LAZI_NO_SNAPSHOT"):
        for path, snapshot in stored_snapshots(variables):
            if is_fresh(snapshot):
                snapshot["file"] = path
                return snapshot
    return None


def setting(name, settings, variables):  # type: (str, Mapping[str, Any], Mapping[str, str]) -> Any
    """Return the value in force of the setting *name*: of its variable if there is one, or of *settings*."""
    return variables.get(f"LAZI_{name.upper()}") or settings[name]


def stored_snapshots(variables=None):
    # type: (Mapping[str, str] | None) -> Iterator[tuple[str, dict[str, Any]]]
    """Yield path and content of the snapshots for this user's surroundings that can be trusted, fresh or not.

    variables: the environment variables; by default as they are now.
    """
    name = snapshot_name(variables)
    for directory in snapshot_directories(variables):
        path = os.path.join(directory, name)
        snapshot = read_snapshot(path)
        if snapshot is not None:
            yield path, snapshot


def open_trusted(path):  # type: (str) -> tuple[int, int] | None
    """Return a descriptor of the file *path* and its size, or None if what it says must not count.

    Only a plain file that belongs to this user or to root and that nobody else
    may write is read: what it says decides what is imported.
    """
    try:
        descriptor = os.open(path, READ)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        is_ours = not hasattr(os, "geteuid") or (
            found.st_uid in (0, os.geteuid()) and not found.st_mode & 0o022
        )
        if is_ours and stat.S_ISREG(found.st_mode) and found.st_size <= MAXIMUM_SNAPSHOT:
            return descriptor, found.st_size
    except OSError:
        pass
    os.close(descriptor)
    return None


def read_snapshot(path, whole=False):  # type: (str, bool) -> dict[str, Any] | None
    """Return the snapshot in the file *path*, or None if there is none that can be trusted.

    The hash of its head is added as "digest", and as "rest" what piece() needs.
    whole: the pieces are read too, from the same file, whatever takes its place meanwhile.
    """
    opened = open_trusted(path)
    if opened is None:
        return None
    descriptor, size = opened
    try:
        start = os.read(descriptor, 24)
        head = os.read(descriptor, min(int.from_bytes(start[16:], "little"), size))
        # A few pieces more are read as fast as the file is opened once again.
        is_small = size - len(head) <= MAXIMUM_SMALL
        rest = os.read(descriptor, size) if whole or is_small else (path, 24 + len(head))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if start[:8] != MAGIC or start[8:16] != _imp.source_hash(FORMAT, head):
        return None
    try:
        snapshot = marshal.loads(head)
    except (EOFError, ValueError, TypeError, MemoryError, SystemError):
        return None  # the hash keeps accidents out, not what somebody made on purpose
    if type(snapshot) is not dict:
        return None
    snapshot["digest"] = start[8:16]
    snapshot["rest"] = rest
    return snapshot


def piece(snapshot, key):  # type: (Mapping[str, Any], str) -> bytes
    """Return the piece *key* of a snapshot that was read from a file, b"" if it has none or is damaged.

    Read only now, because every page of what is read costs a page fault.
    """
    try:
        rest = snapshot["rest"]
        start, end, digest = snapshot["pieces"][key]
        if type(rest) is bytes:
            data = rest[start:end]
        else:
            path, offset = rest
            opened = open_trusted(path)
            if opened is None:
                return b""
            try:
                os.lseek(opened[0], offset + start, os.SEEK_SET)
                data = os.read(opened[0], min(end - start, opened[1]))
            finally:
                os.close(opened[0])
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return b""  # not what we write, or another file by now
    return data if _imp.source_hash(FORMAT, data) == digest else b""


def is_fresh(snapshot):  # type: (dict[str, Any]) -> bool
    """Return whether every source of the snapshot is as it was when it was read."""
    # Another kind of file of ours has neither: what scan stores, for example.
    if snapshot.get("format") != FORMAT or snapshot.get("prefix") != sys.prefix:
        return False
    try:
        for path, mtime, size in snapshot["sources"]:
            try:
                found = os.stat(path)
            except (OSError, ValueError):
                if mtime != -1:
                    return False
            else:
                if found.st_mtime_ns != mtime or found.st_size != size:
                    return False
    except (KeyError, TypeError, ValueError):
        return False  # not what we write
    return True


def load(name, snapshot=None):  # type: (str, Mapping[str, Any] | None) -> Any
    """Return our module *name*; run those whose code the snapshot holds, in their order there, up to it.

    Left out are those of other parts than its first; see config/packing.py.
    The import system would do the same, in three times the time.

    snapshot: by default the one in force.
    """
    if name in sys.modules and name not in unfinished:
        return sys.modules[name]
    source = snapshot or state.snapshot  # type: Mapping[str, Any]
    packed = source.get("code", {})
    wanted = packed[name][0][:1] if name in packed else ""
    with loading:
        for one, (parts, file, is_package, code) in packed.items():
            if (not parts or (wanted and wanted in parts)) and one not in sys.modules:
                if parts:
                    code = code or piece(source, one)
                    if not code:
                        break
                    code = marshal.loads(code)
                run(one, file, code, is_package)
            if one == name:
                return sys.modules[name]
    __import__(name)  # its file could not be packed, or the snapshot is damaged: the import system's turn
    return sys.modules[name]


def run(name, file, code, is_package):  # type: (str, str, CodeType, bool) -> None
    """Make the module *name* by running *code*, as importing its *file* would.

    The functions that do this for the import system take longer than the code: each works out
    where the byte code would be. (``__cached__`` is what they would set besides, up to 3.14.)
    """
    loader = SourceFileLoader(name, file)
    spec: Any = ModuleSpec(name, loader, origin=file, is_package=is_package)
    spec.has_location = True
    module: Any = type(sys)(name)
    module.__spec__, module.__loader__, module.__file__ = spec, loader, file
    package, _, child = name.rpartition(".")
    module.__package__ = name if is_package else package
    if is_package:
        module.__path__ = spec.submodule_search_locations = [os.path.dirname(file)]
    unfinished.add(name)
    sys.modules[name] = module
    setattr(module, MODULES, sys.modules)
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        unfinished.discard(name)
    if package:
        setattr(sys.modules[package], child, module)

"""What every interpreter of an enabled environment runs: decide, and put the engine's hook in place.

This file is the whole cost of a bare start, so it holds the start in the order
in which it runs: state, switches, snapshot, engine. It never prints and never
raises; whatever goes wrong makes imports eager in this process and is kept in
``state.fault`` for ``lazi-site status``. Only modules that a bare interpreter
has already loaded are imported here; the engine behind the hook is loaded when
the first module that it may change is imported.
"""

import _imp
import marshal
import os
import stat
import sys
from _frozen_importlib_external import (
    BYTECODE_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)

FORMAT = 1  # of the snapshot; a snapshot of another format is built anew
MAGIC = b"lazisnap"
MAXIMUM_SNAPSHOT = 4 << 20  # bytes; a larger file is not ours

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
STANDARD_LIBRARY = os.path.dirname(os.__file__)
# O_NONBLOCK: opening a FIFO that somebody put there must not wait. O_BINARY: Windows.
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
OFF_WORDS = ("", "0", "false", "no", "off")  # of a switch in the environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any


class State:
    """The one mutable object of the start-up side.

    started: start() was called in this interpreter.
    engine: "native", "backport" or "" while imports are eager.
    reason: why imports are eager, one sentence, or "".
    fault: what went wrong during start-up or later, one sentence, or "".
    snapshot: the policy snapshot in force, or {}.
    former: the interpreter's mode and filter before ours (3.15).
    """

    __slots__ = ("engine", "fault", "former", "reason", "snapshot", "started")

    def __init__(self) -> None:
        self.started = False
        self.engine = ""
        self.reason = "lazi-site was not started in this process"
        self.fault = ""
        self.snapshot: dict[str, Any] = {}
        self.former: tuple[str, Any] = ("normal", None)


state = State()


def start() -> None:
    """Switch lazy imports on in this interpreter if everything allows it.

    Called by the start file, possibly twice (``site`` reads the directories of
    a virtual environment twice on 3.11 to 3.13), and never raises.
    """
    if state.started:
        return
    state.started = True
    try:
        state.reason = unsupported() or switched_off()
        if not state.reason:
            state.snapshot = read_policy()
            state.reason = not_wanted(state.snapshot)
        if not state.reason:
            install_engine()
            hook_program()
    except Exception as error:
        record_fault("start-up", error)


def unsupported() -> str:
    """Return why this interpreter has no engine, or ""."""
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} has no engine, only CPython has"
    if "t" in getattr(sys, "abiflags", ""):
        return "free-threaded builds of CPython are not supported yet"
    return ""


def switch(name: str) -> bool:
    """Return whether the environment variable *name* is set to something other than off."""
    return os.environ.get(name, "").strip().lower() not in OFF_WORDS


def switched_off() -> str:
    """Return why this one run must stay eager, or ""."""
    if switch("LAZI_DISABLE"):
        return "LAZI_DISABLE is set"
    if sys.version_info >= (3, 15):
        # sys.set_lazy_imports would override the user's own explicit choice.
        option = sys._xoptions.get("lazy_imports")
        if option is None and not sys.flags.ignore_environment:
            option = os.environ.get("PYTHON_LAZY_IMPORTS")
        if option == "normal":
            return "the interpreter was told lazy_imports=normal"
    return ""


def not_wanted(snapshot: "dict[str, Any]") -> str:
    """Return why the configuration keeps imports eager, or ""."""
    if snapshot["problems"]:
        return f"the configuration has an error: {snapshot['problems'][0]}"
    stdlib = os.environ.get("LAZI_STDLIB", "")
    if stdlib not in ("", "exclude", "include"):
        return f"LAZI_STDLIB is {stdlib!r}, expected 'exclude' or 'include'"
    for pattern in os.environ.get("LAZI_EAGER", "").split(","):
        name = pattern.strip().removesuffix(".*")
        if name not in ("", "*") and not all(map(str.isidentifier, name.split("."))):
            return f"LAZI_EAGER names {pattern.strip()!r}, expected 'module', 'package.*' or '*'"
    trace = os.environ.get("LAZI_TRACE", "")
    if trace not in ("", "0", "1", "2", "3", "4"):
        return f"LAZI_TRACE is {trace!r}, expected a number from 0 to 4"
    if not snapshot["settings"]["enabled"] and not switch("LAZI_ENABLE"):
        return "'enabled' is false in the configuration"
    return ""


def install_engine() -> None:
    """Put the hook of this interpreter's engine in place.

    The hooks here are the least that makes the engine be loaded in time, when
    the first module that is not the standard library's is imported: a bare
    start never gets that far.
    """
    if sys.version_info >= (3, 15):
        state.engine = "native"
        hook_statements()
    else:
        state.engine = "backport"
        hook_directories()


def hook_directories() -> None:
    """Let our loaders find modules in every directory but the standard library's (3.11 to 3.14).

    A path hook is asked once per directory, so an import costs no Python frame
    more than before. Directories that have a finder already keep it, with other
    ``_loaders``: a new finder would have to list the directory again.
    """
    sys.path_hooks.insert(0, path_hook)
    for path, finder in sys.path_importer_cache.items():
        if type(finder) is FileFinder and is_ours(path):
            finder._loaders = list(LOADERS)  # type: ignore[attr-defined]
    finders = [found for found in sys.meta_path if getattr(found, "__name__", "") == "_EditableFinder"]
    if finders:
        from . import editable

        editable.install(finders)


def path_hook(path: str) -> "Any":
    """Return a finder for the directory *path*; ImportError leaves it to the next hook."""
    if not state.engine or not is_ours(path) or not os.path.isdir(path or "."):
        raise ImportError("left to the next path hook", path=path)
    finder = FileFinder(path)
    finder._loaders = list(LOADERS)  # type: ignore[attr-defined]
    return finder


def is_ours(path: object) -> bool:
    """Return whether modules in the directory *path* are not the standard library's."""
    if type(path) is not str:
        return False
    return not path.startswith(STANDARD_LIBRARY) or "-packages" in path[len(STANDARD_LIBRARY) :]


def source_loader(fullname: str, path: str) -> "Any":
    """Return the loader for the source file *path* of the module *fullname*; our own get the stock one."""
    if fullname.startswith("lazi_site"):
        return SourceFileLoader(fullname, path)
    from .loaders import DeferringSourceLoader

    return DeferringSourceLoader(fullname, path)


def bytecode_loader(fullname: str, path: str) -> "Any":
    """Return the loader for the bytecode file *path* of the module *fullname*; our own get the stock one."""
    if fullname.startswith("lazi_site"):
        return SourcelessFileLoader(fullname, path)
    from .loaders import DeferringBytecodeLoader

    return DeferringBytecodeLoader(fullname, path)


# What a FileFinder calls for a file with such an ending; extension modules keep the stock loader.
LOADERS = (
    *((suffix, ExtensionFileLoader) for suffix in _imp.extension_suffixes()),
    *((suffix, source_loader) for suffix in SOURCE_SUFFIXES),
    *((suffix, bytecode_loader) for suffix in BYTECODE_SUFFIXES),
)


def hook_statements() -> None:
    """Make every import potentially lazy, and ask us about each (3.15 and later).

    An existing filter is kept and asked too. In the mode "declared" only
    statements that say so themselves are lazy, which is what the interpreter
    does when it is left alone.
    """
    state.former = (sys.get_lazy_imports(), sys.get_lazy_imports_filter())  # type: ignore[attr-defined]
    sys.set_lazy_imports_filter(first_filter)  # type: ignore[attr-defined]
    if state.snapshot["settings"]["mode"] == "all":
        sys.set_lazy_imports("all")  # type: ignore[attr-defined]


def first_filter(importer: object, name: str, fromlist: "tuple[str, ...] | None") -> object:
    """Answer for the standard library and ourselves; anybody else's import brings the engine.

    The engine's filter replaces this one. A statement that says ``lazy`` itself
    stays lazy whatever the policy; the lowest bit of IMPORT_NAME's argument
    tells. The standard library has 40, and refusing them makes it slower than
    it is eagerly. (3.15)
    """
    frame = sys._getframe(1)
    if frame.f_code.co_code[frame.f_lasti + 1] & 1:
        return state.former[1] is None or state.former[1](importer, name, fromlist)
    if isinstance(importer, str):
        top = importer.partition(".")[0]
        if top in sys.stdlib_module_names or top == "lazi_site":
            return is_declared(frame, name)
    try:
        from ..native import engine
    except Exception as error:
        unhook()
        record_fault("loading the engine", error)
        return False
    sys.set_lazy_imports_filter(engine.import_filter)  # type: ignore[attr-defined]
    return engine.answer(importer, name, fromlist, frame)


def is_declared(frame: "FrameType", name: str) -> bool:
    """Return whether the module in which *frame* runs names *name* in its ``__lazy_modules__``."""
    return name in frame.f_globals.get("__lazy_modules__", ())


def unhook() -> None:
    """Take the hooks out: modules imported from now on are found, loaded and run as without us."""
    if state.engine == "native":
        sys.set_lazy_imports(state.former[0])  # type: ignore[attr-defined]
        sys.set_lazy_imports_filter(state.former[1])  # type: ignore[attr-defined]
    elif state.engine == "backport":
        if "lazi_site.startup.editable" in sys.modules:
            from . import editable

            editable.remove()
        sys.path_hooks.remove(path_hook)
        for path, finder in list(sys.path_importer_cache.items()):
            if type(finder) is FileFinder and is_ours(path):
                del sys.path_importer_cache[path]
    state.engine = ""


def hook_program() -> None:
    """Make the imports of the program itself lazy: below 3.15 that takes a hook of its own.

    The module for it is read only if the program may be a script, code or
    standard input with imports; runpy runs ``-m`` through the module's loader.
    """
    how = sys.argv[0] if sys.argv else ""
    if state.engine != "backport" or how == "-m":
        return
    if how != "-c" or any("import " in text for text in sys.orig_argv):
        from . import script

        script.install()


def record_fault(where: str, error: BaseException) -> None:
    """Keep what went wrong for ``lazi-site status``: in this process and in a small file."""
    state.engine = ""
    state.fault = f"{where}: {type(error).__name__}: {error}"
    state.reason = "lazi-site met a fault of its own (" + state.fault + ")"
    for directory in snapshot_directories():
        try:
            with open(os.path.join(directory, "last-fault.txt"), "w", encoding="utf-8") as file:
                file.write(state.fault + "\n")
            return
        except OSError:
            continue


def snapshot_directories() -> "tuple[str, ...]":
    """Return where snapshots may lie: in the environment, else in the user's cache.

    The second serves users who may not write into the environment. It has to
    be computed without platformdirs (27 ms); a test holds it equal to
    ``platformdirs.user_cache_dir("lazi-site", appauthor=False)``.
    """
    get = os.environ.get
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


def snapshot_name() -> str:
    """Return the file name of the snapshot for this user's surroundings.

    Users of one environment differ in what decides their configuration, so
    each has a snapshot of his own.
    """
    get = os.environ.get
    uid = os.geteuid() if hasattr(os, "geteuid") else 0
    parts = repr((uid, [get(name) for name in CONFIG_ENVIRONMENT]))
    digest = _imp.source_hash(FORMAT, parts.encode("utf-8", "surrogatepass")).hex()
    return f"policy-{sys.implementation.cache_tag}-{digest}.snapshot"


def read_policy() -> "dict[str, Any]":
    """Return the policy snapshot, rebuilt first if a source of it has changed."""
    name = snapshot_name()
    for directory in snapshot_directories():
        snapshot = read_snapshot(os.path.join(directory, name))
        if snapshot is not None and is_fresh(snapshot):
            return snapshot
    from ..config import refresh  # the slow path: platformdirs and tomllib

    rebuilt: dict[str, Any] = refresh.refresh()
    return rebuilt


def read_snapshot(path: str) -> "dict[str, Any] | None":
    """Return the snapshot in the file *path*, or None if there is none that can be trusted.

    Only a plain file that belongs to this user or to root and that nobody else
    may write is read: what it says decides what is imported.
    """
    try:
        descriptor = os.open(path, READ)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAXIMUM_SNAPSHOT:
            return None
        if hasattr(os, "geteuid") and (found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o022):
            return None
        data = os.read(descriptor, found.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    body = data[16:]
    if data[:8] != MAGIC or data[8:16] != _imp.source_hash(FORMAT, body):
        return None
    snapshot: dict[str, Any] = marshal.loads(body)
    return snapshot


def is_fresh(snapshot: "dict[str, Any]") -> bool:
    """Return whether every source of the snapshot is as it was when it was read."""
    from .. import __version__

    if snapshot["version"] != __version__ or snapshot["prefix"] != sys.prefix:
        return False
    for path, mtime, size in snapshot["sources"]:
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            if mtime != -1:
                return False
        else:
            if found.st_mtime_ns != mtime or found.st_size != size:
                return False
    return True

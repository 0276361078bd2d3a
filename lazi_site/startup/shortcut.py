"""Imports modules as importlib does, with less of its Python code.

A module of a few lines costs importlib 0.2 million instructions (3.15), most of them for what is nearly
always the same: a lock that nobody waits for, a Python function for each small step, paths joined for every
ending that a file could have, a file opened through two layers. Here is the usual case: no other thread is
concerned, a stock finder knows the file, and if that is source, its byte code is cached and fits. All else is
left to importlib, step by step. What finders are asked, which files are looked at, in which order, and which
audit events are raised is as in the functions of the same names there, in FileFinder and in SourceLoader
(Lib/importlib/_bootstrap.py and _bootstrap_external.py of 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2).
"""

import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident

from .bootstrap import LOADERS, make_loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

# What importlib itself uses is taken from there: every import statement of ours takes time, and in
# the module ``os``, for one, programs replace functions.
external: "Any" = sys.modules[SourceFileLoader.__module__]
importlib: "Any" = external._bootstrap
imp: "Any" = importlib._imp
former: "Any" = importlib._find_and_load
locks: "dict[str, Any]" = importlib._module_locks
FileFinder, PathFinder = external.FileFinder, external.PathFinder
BuiltinImporter, FrozenImporter = importlib.BuiltinImporter, importlib.FrozenImporter
open_file, stat = external._io.open, external._os.stat
MODULE: "Any" = type(sys)
CODE: "Any" = type(importlib._find_spec.__code__)
IMPORTLIB = "<frozen importlib._bootstrap>"
REGULAR, KIND = 0o100000, 0o170000  # of st_mode
WORD = 0xFFFFFFFF
MOST = 1 << 16  # bytes of a file that are read at once
OPTIMIZED = f".opt-{sys.flags.optimize}" if sys.flags.optimize else ""
ENDING = f".{sys.implementation.cache_tag}{OPTIMIZED}.pyc"
BY_DATE = external.MAGIC_NUMBER + bytes(4)  # how byte code begins that is checked by date and size
HAS_CACHED = sys.version_info < (3, 15)  # modules have __cached__
AUDITS = "audit" in getattr(getattr(former, "__code__", None), "co_names", ())  # (3.15; else its caller)
SETS_LAZY = hasattr(imp, "_set_lazy_attributes")  # (3.15)
COUNTS = "append" in importlib._ModuleLock.acquire.__code__.co_names  # by a list; 3.11 by a number
ASK, NOWHERE = "ask", "nowhere"  # answers of find_file()
NO_FILE: "tuple[str, Any]" = ("", None)
latest = NO_FILE  # whose byte code was read last, and what it was then
# prepare() of loaders.py, once that is loaded: it changes the code that our loader is to run. (3.11 to 3.14)
prepare: "Callable[[CodeType, str, FrameType], CodeType] | None" = None


def parts() -> "tuple[Any, ...]":
    """Return what others replace to have modules found, read or loaded in their own way.

    typeguard and beartype, for example, keep byte code of their own; CPython's tests stand in for more.
    """
    return (
        external.cache_from_source,
        FileFinder.find_spec,
        SourceFileLoader.get_code,
        SourceFileLoader.exec_module,
        importlib._find_spec,
        importlib._load_unlocked,
        importlib._find_and_load_unlocked,
        getattr(importlib, "_resolve_parents", None),  # (3.15)
        external._io.open,
        sys.pycache_prefix,
    )


usual = parts()
stock: "tuple[Any, ...]" = ()  # *usual* while ours is in place
stock_loaders = [
    (suffix, make) for make, suffixes in external._get_supported_file_loaders() for suffix in suffixes
]
SUFFIXES = [suffix for suffix, _ in stock_loaders]  # as those of LOADERS


def install() -> None:
    """Have the interpreter import by _find_and_load(), which Python/import.c looks up by name at each import.

    Not if somebody has replaced something already, not where names are compared without case, as on
    macOS and Windows, and not under ``python -v``, which tells what importlib tries.
    """
    global stock
    is_stock = importlib._find_and_load is former and all(map(is_importlibs, (former, *usual[:7])))
    is_stock = is_stock and parts() == usual and not sys.pycache_prefix
    relaxes = sys.platform.startswith(external._CASE_INSENSITIVE_PLATFORMS)
    has_cache = bool(sys.implementation.cache_tag)
    if is_stock and has_cache and not (relaxes or sys.flags.verbose) and opens_plainly():
        stock = usual
        importlib._find_and_load = _find_and_load


def is_importlibs(function: "Any") -> bool:
    """Return whether *function* is one of importlib's own."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename.startswith("<frozen importlib")


def remove() -> None:
    """Have the interpreter import by importlib again; who stands around our function goes on calling that."""
    global stock
    stock = ()
    if importlib._find_and_load is _find_and_load:
        importlib._find_and_load = former


def opens_plainly() -> bool:
    """Return whether code is opened as any file is.

    A program that embeds the interpreter can have it opened by a function of its own, which may refuse
    it (PyFile_SetOpenCodeHook). That shows only in whether io.open_code() calls what is named _io.open.
    """
    name = "lazi-site"
    try:
        external._io.open = lambda path, *how, **more: how if path is name else open_file(path, *how, **more)
        told: object = external._io.open_code(name)
        return told == ("rb",)
    except Exception:
        return False
    finally:
        external._io.open = open_file


def _find_and_load(name: str, import_: "Any", lazy_submodule: bool = False) -> "Any":
    """Return the module *name*, which may not be loaded yet.

    lazy_submodule: return None if there is no such module. (3.15)
    """
    modules = sys.modules
    parent = name.rpartition(".")[0]
    above = parent if parent in modules else ""
    is_usual = name not in modules and name not in locks and sys.meta_path and parts() == stock
    while above and is_usual:
        spec = getattr(modules.get(above), "__spec__", None)
        is_usual = spec is not None and (not getattr(spec, "_initializing", False) or is_mine(above))
        above = above.rpartition(".")[0]
    if is_usual:
        if AUDITS:
            sys.audit("import", name, None, sys.path, sys.meta_path, sys.path_hooks)
        if parent not in modules and parent:
            importlib._call_with_frames_removed(import_, parent)
        lock = take_lock(name)
        if lock is not None:
            try:
                return _find_and_load_unlocked(name, import_, lazy_submodule)
            finally:
                lock = None  # if nobody waits for it, it is gone
                drop_lock(name)
    if lazy_submodule:
        return former(name, import_, lazy_submodule=True)
    return former(name, import_)


def is_mine(name: str) -> bool:
    """Return whether it is this thread that is loading the module *name*."""
    reference = locks.get(name)
    lock = reference and reference()
    return lock is not None and lock.owner == get_ident()


def take_lock(name: str) -> "Any":
    """Return the lock of the module *name*, held by this thread; None if it is not needed, or not free.

    What importlib does besides, if nobody has the lock, is of no consequence then.
    """
    imp.acquire_lock()
    try:
        if name in locks or name in sys.modules:
            return None
        lock = importlib._ModuleLock(name)
        lock.owner = get_ident()
        lock.count = [True] if COUNTS else 1
        locks[name] = importlib._weakref.ref(lock)
        return lock
    finally:
        imp.release_lock()


def drop_lock(name: str) -> None:
    """Release the lock of the module *name*, to which take_lock()'s caller has no reference any more."""
    imp.acquire_lock()
    try:
        reference = locks.get(name)
        lock = reference and reference()
        if lock is None:
            locks.pop(name, None)
        elif lock.owner == get_ident():  # or it is another one, made since the first was gone
            lock.release()  # somebody waits for it; importlib sees to its dead reference
    finally:
        imp.release_lock()


def _find_and_load_unlocked(name: str, import_: "Any", lazy_submodule: bool) -> "Any":
    """Return the module *name*, which is not loaded."""
    path = None
    package_spec: Any = None
    parent, _, child = name.rpartition(".")
    if parent:
        if parent not in sys.modules:  # somebody has taken it out
            importlib._call_with_frames_removed(import_, parent)
        package = sys.modules[parent]
        try:
            path = package.__path__
        except AttributeError:
            return None if lazy_submodule else importlib._find_and_load_unlocked(name, import_)
        package_spec = package.__spec__
    found = _find_spec(name, child, path)
    if found is None:
        if lazy_submodule:
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if package_spec:
        package_spec._uninitialized_submodules.append(child)
    try:
        module = _load_unlocked(name, *found) if type(found) is tuple else importlib._load_unlocked(found)
    finally:
        if package_spec:
            package_spec._uninitialized_submodules.pop()
    if parent:
        package = sys.modules[parent]
        try:
            setattr(package, child, module)
        except AttributeError:
            told = f"Cannot set an attribute on {parent!r} for child module {child!r}"
            importlib._warnings.warn(told, ImportWarning)
    if SETS_LAZY:
        try:
            imp._set_lazy_attributes(module, name)
        except Exception as error:
            importlib._warnings.warn(f"Cannot set lazy attributes on {name!r}: {error!r}", ImportWarning)
    return module


def _find_spec(name: str, child: str, path: "Any") -> "Any":
    """Return the spec of the module *name*, or what find_file() found, or None.

    child: its last part. path: where its package looks for it.
    """
    imp.acquire_lock()
    try:
        for finder in list(sys.meta_path):
            if finder is PathFinder:
                found = find_file(name, child, path)
                if found is NOWHERE:
                    continue
                if found is not ASK and name not in sys.modules:
                    return found
            elif finder is BuiltinImporter:
                if not imp.is_builtin(name):
                    continue
            elif finder is FrozenImporter and imp.find_frozen(name) is None:
                continue
            try:
                find_spec = finder.find_spec
            except AttributeError:
                return importlib._find_spec(name, path)  # 3.11 still asks it in another way
            spec = find_spec(name, path, None)
            if spec is not None:
                own = getattr(sys.modules.get(name), "__spec__", None)
                return spec if own is None else own  # the finder may have imported it
    finally:
        imp.release_lock()
    return None


def find_file(name: str, child: str, path: "Any") -> "Any":
    """Return (file, folder if it is a package, status, what makes the loader) of the module *name*.

    Its spec if another kind of finder has it, as for archives; ASK if PathFinder has to look itself, NOWHERE
    if that would not find anything. child, path: as in _find_spec().
    """
    finders: dict[str, Any] = sys.path_importer_cache
    # Most folders have nothing of the name: that is seen at once if there are several.
    names = {child, *[child + suffix for suffix in SUFFIXES]} if path is None else None
    try:
        for entry in sys.path if path is None else path:
            finder = finders.get(entry, ASK)
            if finder is ASK:
                finder = PathFinder._path_importer_cache(entry) if isinstance(entry, str) else None
            if finder is None:
                continue
            if type(finder) is not FileFinder:
                spec = finder.find_spec(name, None)
                if spec is None:
                    continue
                return ASK if spec.loader is None else spec  # it may be a part of a package
            mtime = stat(finder.path).st_mtime
            if mtime != finder._path_mtime:
                finder._fill_cache()
                finder._path_mtime = mtime
            if names is None or not names.isdisjoint(finder._path_cache):
                found = find_in(finder, child)
                if found is not NOWHERE:
                    return found
    except Exception:
        return ASK
    return NOWHERE


def find_in(finder: "Any", child: str) -> "Any":
    """Return what find_file() does for the folder of *finder*."""
    loaders, folder, listing = finder._loaders, finder.path, finder._path_cache
    if (loaders != stock_loaders and loaders != LOADERS) or folder[:1] != "/":
        return ASK
    place = f"{folder.rstrip('/')}/{child}"
    if child in listing:
        for suffix, make in loaders:
            file = f"{place}/__init__{suffix}"
            # There are none of most endings, and stat() would raise an error.
            if (suffix == ".py" or external._os.access(file, 0)) and (status := status_of(file)):
                return file, place, status, make
    for suffix, make in loaders:
        if child + suffix in listing and (status := status_of(place + suffix)):
            return place + suffix, "", status, make
    return ASK if child in listing else NOWHERE  # it may be a package without source


def status_of(file: str) -> "Any":
    """Return what ``stat()`` tells of *file*, None if it is no file."""
    try:
        status = stat(file)
    except OSError:
        return None
    return status if status.st_mode & KIND == REGULAR else None


def _load_unlocked(name: str, file: str, folder: str, status: "Any", make: "Any") -> "Any":
    """Make and execute the module *name* of which find_file() returned the rest."""
    change = prepare if make is make_loader else None
    code = read_code(file, status) if change is not None or make is SourceFileLoader else None
    loader = make(name, file) if code is None else SourceFileLoader(name, file)
    spec = importlib.ModuleSpec(name, loader, origin=file)
    spec._set_fileattr = True  # as its property "has_location" does
    if folder:
        spec.submodule_search_locations = [folder]
    if code is None:
        return importlib._load_unlocked(spec)
    module = MODULE(name)
    namespace = module.__dict__
    namespace["__loader__"], namespace["__spec__"] = loader, spec
    namespace["__package__"] = name if folder else name.rpartition(".")[0]
    if folder:
        namespace["__path__"] = spec.submodule_search_locations
    namespace["__file__"] = file
    if HAS_CACHED:
        spec.cached = namespace["__cached__"] = byte_code_of(file)
    spec._initializing = True
    try:
        sys.modules[name] = module
        try:
            if change is not None:
                code = change(code, name, sys._getframe())
            importlib._call_with_frames_removed(exec, code, namespace)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        module = sys.modules.pop(name)
        sys.modules[name] = module
    finally:
        spec._initializing = False
    return module


def byte_code_of(path: str) -> str:
    """Return where the byte code of the source file *path* lies; see cache_from_source()."""
    folder, _, file = path.rpartition("/")
    return f"{folder}/__pycache__/{file[:-3]}{ENDING}"


def read_code(file: str, status: "Any") -> "CodeType | None":
    """Return the code of a module out of its byte code, or None if importlib is to look.

    file, status: of the source.
    """
    global latest
    latest = file, status
    try:
        with external._io.FileIO(byte_code_of(file)) as opened:
            data = opened.read(MOST)
            if len(data) == MOST:
                data += opened.read()
        stamp = int(status.st_mtime) & WORD | (status.st_size & WORD) << 32
        if data[:16] != BY_DATE + stamp.to_bytes(8, "little"):
            return None
        code: CodeType = external.marshal.loads(memoryview(data)[16:])
    except (OSError, EOFError, TypeError, ValueError):
        return None
    if type(code) is not CODE:
        return None
    imp._fix_co_filename(code, file)
    return code


def take_status(path: str) -> "Any":
    """Return what ``stat()`` told when the byte code of *path* was read, None if it was not the last to be.

    Once: the file may be executed again when it is another one.
    """
    global latest
    if path != latest[0]:
        return None
    status = latest[1]
    latest = NO_FILE
    return status


# Tracebacks leave out frames of importlib, warnings are not attributed to them, and programs that look for
# who imports pass over them, by file or by module: these must not show either.
__name__ = "importlib._bootstrap"
for _function in (_find_and_load, _find_and_load_unlocked, _find_spec, _load_unlocked):
    _function.__code__ = _function.__code__.replace(co_filename=IMPORTLIB)
EXECUTES = _load_unlocked.__code__  # see callers.py
SETS_SUBMODULE = _find_and_load_unlocked.__code__  # see backport/keys.py

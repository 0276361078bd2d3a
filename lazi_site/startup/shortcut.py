"""Finds source modules and reads their byte code as importlib does, with less of its Python code.

A module of a few lines costs importlib 0.2 million instructions (3.15), and a quarter of
that is joining paths for every ending that a file could have, wrappers, and asking
what is nearly always the same. Here is the usual case: a finder of the stock class with
stock or our loaders, and source whose byte code is cached and fits. All else, and all
that fails, is left to importlib, which looks anew. Which files are looked at, in which
order, and which audit events are raised is as in FileFinder and SourceLoader
(Lib/importlib/_bootstrap_external.py, alike in 3.11 to 3.15).
"""

import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident

from .bootstrap import LOADERS, make_loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

# What importlib itself uses is taken from there: every import statement of ours takes time, and in
# the module ``os``, for one, programs replace functions.
external: "Any" = sys.modules[SourceFileLoader.__module__]
importlib: "Any" = external._bootstrap
FileFinder = external.FileFinder
find_by_importlib = FileFinder.find_spec
cache_from_source = external.cache_from_source
STOCK_LOADERS: "list[tuple[str, Any]]" = [
    (suffix, loader) for loader, suffixes in external._get_supported_file_loaders() for suffix in suffixes
]
SUFFIXES = [suffix for suffix, _ in STOCK_LOADERS]
REGULAR, KIND = 0o100000, 0o170000  # of st_mode
WORD = 0xFFFFFFFF
OPTIMIZED = f".opt-{sys.flags.optimize}" if sys.flags.optimize else ""
ENDING = f".{sys.implementation.cache_tag}{OPTIMIZED}.pyc"
BY_DATE = external.MAGIC_NUMBER + bytes(4)  # how byte code begins that is checked by date and size
CODE = type(find_by_importlib.__code__)
IS_TOLD = bool(sys.flags.verbose)  # ``python -v`` tells what importlib tries
HAS_CACHED = sys.version_info < (3, 15) and bool(sys.implementation.cache_tag)  # modules have __cached__
NO_FILE: "tuple[str, Any]" = ("", None)
latest = NO_FILE  # whose byte code was read last, and what it was then
_stat, _access = external._os.stat, external._os.access
_open_code, _loads = external._io.open_code, external.marshal.loads
_fix_co_filename, _ModuleSpec = external._imp._fix_co_filename, importlib.ModuleSpec
locks_waited_for: "Any" = None  # see keep_list_of_locks()


def install() -> None:
    """Hold this thread's list of locks, and have all finders of files find modules by find_spec().

    The latter not if somebody else has replaced that, and not where names are compared without case, as on
    macOS and Windows.
    """
    keep_list_of_locks()
    is_stock = find_by_importlib.__code__.co_filename == cache_from_source.__code__.co_filename
    relaxes = sys.platform.startswith(external._CASE_INSENSITIVE_PLATFORMS)
    if is_stock and not relaxes and not IS_TOLD:
        FileFinder.find_spec = find_spec


def keep_list_of_locks() -> None:
    """Hold the list of the locks for which this thread waits.

    importlib takes a lock for every module, and enters it into that list meanwhile, of which it keeps a
    weak reference only. So a list is made for each lock, and a reference of a Python class with it, which
    takes half the time of the lock. Nothing else comes of holding it. (3.12 to 3.15; 3.11 has no lists.)
    """
    global locks_waited_for
    make_list, lists = getattr(importlib, "_List", None), getattr(importlib, "_blocking_on", None)
    if make_list is not None and lists is not None:
        locks_waited_for = lists.setdefault(get_ident(), make_list())


def remove() -> None:
    """Have finders of files find modules by importlib again, unless somebody else has replaced that since."""
    if FileFinder.find_spec is find_spec:
        FileFinder.find_spec = find_by_importlib


def find_spec(self: "Any", fullname: str, target: "Any" = None) -> "Any":
    """Return the spec of the module *fullname* in the directory of the FileFinder *self*, or None."""
    make: Any = None
    if self._loaders == STOCK_LOADERS:
        make = ReadingLoader
    elif self._loaders == LOADERS:
        make = make_loader
    path = self.path
    try:
        if make and path[:1] == "/" and type(self) is FileFinder:
            mtime = _stat(path).st_mtime
            if mtime != self._path_mtime:
                self._fill_cache()
                self._path_mtime = mtime
            found = find_source(path.rstrip("/"), fullname.rpartition(".")[2], self._path_cache)
            if found is None:
                return None
            file, folder = found
            if file:
                spec = _ModuleSpec(fullname, make(fullname, file), origin=file)
                spec.has_location = True
                if folder:
                    spec.submodule_search_locations = [folder]
                if HAS_CACHED and is_beside():
                    spec.cached = byte_code_of(file)  # or importlib works it out with five functions
                return spec
    except OSError:
        pass
    return find_by_importlib(self, fullname, target)


def find_source(path: str, name: str, listing: "set[str]") -> "tuple[str, str] | None":
    """Return the source file of the module *name* in the directory *path*, and its folder if it is a package.

    None if there is no such module. The file is "" if it may be something else: an extension module,
    byte code alone, a folder that is no package of source.
    listing: what is in the directory.
    """
    if name not in listing:
        for suffix in SUFFIXES:
            if name + suffix in listing:
                file = f"{path}/{name}.py"
                is_source = suffix == ".py" and _stat(file).st_mode & KIND == REGULAR
                return file if is_source else "", ""
        return None
    folder = f"{path}/{name}"
    for suffix in SUFFIXES:
        file = f"{folder}/__init__{suffix}"
        if suffix != ".py" and not _access(file, 0):
            continue  # mostly so for each kind of extension module, and stat() would raise an error
        try:
            if _stat(file).st_mode & KIND == REGULAR:
                return file if suffix == ".py" else "", folder
        except OSError:
            continue
    return "", ""


def is_beside() -> bool:
    """Return whether byte code lies beside its source.

    Who replaces cache_from_source() keeps byte code of his own (typeguard, beartype).
    """
    return external.cache_from_source is cache_from_source and sys.pycache_prefix is None


def byte_code_of(path: str) -> str:
    """Return where the byte code of the source file *path* lies; see cache_from_source()."""
    folder, _, file = path.rpartition("/")
    return f"{folder}/__pycache__/{file[:-3]}{ENDING}"


class ReadingLoader(SourceFileLoader):
    """The stock loader of source modules, and of the stock class as soon as it has fetched the code."""

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the code of the module."""
        self.__class__ = SourceFileLoader  # type: ignore[assignment]
        try:
            return read_code(self, fullname) or self.get_code(fullname)
        except BaseException as error:
            leave_traceback(error)
            raise


def leave_traceback(error: BaseException) -> None:
    """Take the frame that catches *error* out of its traceback; that frame then raises it, which adds none.

    A frame of ours among those of importlib would keep CPython from taking them out, and shows where it
    takes none out, as in what ``python -m`` prints.
    """
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next


def read_code(loader: SourceFileLoader, fullname: str) -> "CodeType | None":
    """Return the code of the module *fullname* out of its byte code, or None if importlib is to look."""
    global latest
    path = loader.path
    if IS_TOLD or path[:1] != "/" or path[-3:] != ".py" or fullname != loader.name:
        return None
    if not is_beside():
        return None
    try:
        status = _stat(path)
        latest = path, status
        # Through what an embedding program may check code with, as importlib opens it.
        with _open_code(byte_code_of(path)) as opened:
            data = opened.read()
        stamp = int(status.st_mtime) & WORD | (status.st_size & WORD) << 32
        if data[:16] != BY_DATE + stamp.to_bytes(8, "little"):
            return None
        code: CodeType = _loads(memoryview(data)[16:])
    except (OSError, EOFError, TypeError, ValueError):
        return None
    if type(code) is not CODE:
        return None
    _fix_co_filename(code, path)
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

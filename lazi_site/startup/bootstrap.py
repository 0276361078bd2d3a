"""What every interpreter of an enabled environment runs: look at the switches, and put hooks in place.

This file is the cost of a bare start, and every function and class in it costs
microseconds, so it holds only that. The hooks are the least that brings the
rest in time, which is when the first module that may be changed is imported:
only then are the policy (snapshot.py, settle.py) and the engine read. Nothing
is imported that a bare interpreter has not loaded, and nothing here prints or
raises: whatever goes wrong makes imports eager in this process.

Types stand in comments here and in what the first import reads besides
(snapshot.py). Annotations are functions from 3.14 on: with them a bare start
made twice as many objects for the garbage collector to visit.

The module ``os`` is imported by functions only. What is called until the
interpreter ends keeps its module's globals alive, and with ``os`` among them
the last garbage collection takes 0.2 ms longer (3.15).
"""

import _imp
import sys
from _frozen_importlib import _load  # type: ignore[attr-defined]
from _frozen_importlib_external import (  # type: ignore[attr-defined]
    BYTECODE_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
    _os,
    _path_isdir,
    _path_isfile,
    _path_split,
    spec_from_file_location,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping  # noqa: F401  # this and what follows: in comments
    from types import FrameType  # noqa: F401
    from typing import Any  # noqa: F401

    from .state import State  # noqa: F401

# A simple namespace: making a class of our own costs ten times as much.
SimpleNamespace = type(sys.implementation)  # type: Any
state = SimpleNamespace(  # type: State
    started=False,
    settled=False,
    environment={},
    engine="",
    reason="lazi-site was not started in this process",
    fault="",
    snapshot={},
    includes_stdlib=None,
    skips_stdlib=False,
    takes_stdlib=False,
    loaders=(),
    former=("normal", None),
    other_hooks=[],
)
# Of setuptools, of the library editables (hatchling), and of scikit-build-core.
EDITABLE_FINDERS = ("_EditableFinder", "RedirectingFinder", "ScikitBuildRedirectingFinder")
INCLUDED = "stdlib-included"  # the file in the environment's directory by which includes_stdlib() knows
FOLDER = __file__.removesuffix("bootstrap.py")
STANDARD_LIBRARY = _path_split(sys.modules["os"].__file__)[0]  # type: str


def start(reach_program=None):  # type: (Callable[[], None] | None) -> None
    """Make imports lazy in this interpreter if everything allows it; never raises. For the start file.

    reach_program: what lets the imports of the program itself wait, if that runs already.
    """
    if state.started:
        return
    state.started = True
    if state.engine:
        return  # a program switched it on
    try:
        state.environment = _os.environ.copy()
        state.reason = unsupported() or switched_off()
        if not state.reason:
            install_hooks()
            (reach_program or hook_program)()
    except Exception as error:
        record_fault("start-up", error)


def record_fault(where, error):  # type: (str, BaseException) -> None
    """Make imports eager from now on because of a fault of ours, and keep it for ``lazi-site status``.

    If *error* comes out of a signal handler it is no fault, and is raised again.
    """
    restore()
    state.fault = f"{where}: {type(error).__name__}: {error}"
    state.reason = f"lazi-site met a fault of its own ({state.fault})"
    is_from_signal = False
    try:
        faults = bring("snapshot", "faults")
        is_from_signal = faults.is_from_signal(error)
        if not is_from_signal:
            faults.write_fault()
    except Exception:
        pass
    if is_from_signal:
        state.reason = f"a signal handler's exception ended what lazi-site was doing ({state.fault})"
        state.fault = ""
        raise error


def restore():  # type: () -> None
    """Make imports eager, on 3.15 by giving the interpreter its former mode and filter back."""
    if state.engine == "native":
        sys.set_lazy_imports(state.former[0])  # type: ignore[attr-defined]
        sys.set_lazy_imports_filter(state.former[1])  # type: ignore[attr-defined]
    state.engine = ""


def unsupported():  # type: () -> str
    """Return why this interpreter has no engine, or ""."""
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} has no engine, only CPython has"
    if "t" in getattr(sys, "abiflags", ""):
        return "free-threaded builds of CPython are not supported yet"
    if sys.version_info >= (3, 16):  # its instructions may have other numbers
        return "this version of lazi-site knows CPython up to 3.15"
    return ""


def switched_off():  # type: () -> str
    """Return why this one run must stay eager, or ""."""
    if has_others_rights():
        return "the process has other rights than its caller (set-user-ID or set-group-ID)"
    from os import environ

    if is_on(environ, "LAZI_DISABLE"):
        return "LAZI_DISABLE is set"
    # sys.set_lazy_imports would override the user's own explicit choice.
    option = sys._xoptions.get("lazy_imports")
    if option is None and not sys.flags.ignore_environment:
        option = environ.get("PYTHON_LAZY_IMPORTS")
    if option == "normal" and sys.version_info >= (3, 15):
        return "the interpreter was told lazy_imports=normal"
    return ""


def is_on(variables, name):  # type: (Mapping[str, str], str) -> bool
    """Return whether *name* is a switch that is on in the environment *variables*."""
    return variables.get(name, "").strip().lower() not in ("", "0", "false", "no", "off")


def has_others_rights():  # type: () -> bool
    """Return whether the caller's environment variables must not decide anything in this process.

    They name files that we would read and write with rights that the caller has not.
    """
    import os

    if not hasattr(os, "geteuid"):
        return False
    return os.geteuid() != os.getuid() or os.getegid() != os.getgid()


def install_hooks():  # type: () -> None
    """Have modules of every directory but the standard library's loaded by us (3.11 to 3.14),
    or be asked about every import that could wait (3.15 and later; see first_filter).

    A path hook is asked once per directory, so an import costs no Python frame
    more than before. Directories that have a finder already keep it, with other
    ``_loaders``: a new finder would have to list the directory again.
    """
    if sys.version_info >= (3, 15):
        state.engine = "native"
        state.former = (sys.get_lazy_imports(), sys.get_lazy_imports_filter())  # type: ignore[attr-defined]
        sys.set_lazy_imports_filter(first_filter)  # type: ignore[attr-defined]
        sys.set_lazy_imports("all")  # type: ignore[attr-defined]
        return
    state.engine = "backport"
    state.other_hooks = sys.path_hooks.copy()
    sys.path_hooks.insert(0, path_hook)
    take_finders()
    finders = [found for found in sys.meta_path if name_of(found) in EDITABLE_FINDERS]
    if finders:
        bring("loaders", "editable").install(finders)


def take_finders():  # type: () -> None
    """Have the finders of our directories that are there already make our loaders (3.11 to 3.14)."""
    for path, finder in sys.path_importer_cache.items():
        if type(finder) is FileFinder and is_ours(path):
            finder._loaders = LOADERS.copy()  # type: ignore[attr-defined]


def name_of(finder):  # type: (object) -> str
    """Return the name of the class that *finder* is, or of which it is one."""
    name: str = (finder if isinstance(finder, type) else type(finder)).__name__
    return name


def hook_program():  # type: () -> None
    """Make the imports of the program itself lazy (3.11 to 3.14): no loader sees them.

    The module for it is read only if the program may be a script, code or
    standard input with imports; runpy runs ``-m`` through the module's loader, which
    the policy has to be read for if that may be one of the standard library.
    """
    if state.engine != "backport":
        return
    how = sys.argv[0] if sys.argv else ""
    if how == "-m" and includes_stdlib():
        bring("snapshot").bring_settle().settle()
    elif how != "-m" and (how != "-c" or any("import " in text for text in sys.orig_argv)):
        bring("script").install()


def path_hook(path):  # type: (str) -> Any
    """Return a finder for the directory *path*; ImportError leaves it to the next hook.

    A hook that somebody puts between ours and the stock ones is meant to be in
    front of those, and goes before ours too.
    """
    is_last = sys.path_hooks[-len(state.other_hooks) - 1 :] == [path_hook, *state.other_hooks]
    if not (state.engine and is_last and is_ours(path) and _path_isdir(path)):
        raise ImportError("left to the next path hook", path=path)
    finder = FileFinder(path)
    finder._loaders = LOADERS.copy()  # type: ignore[attr-defined]
    return finder


def is_ours(path):  # type: (object) -> bool
    """Return whether imports may wait in modules of the directory *path*."""
    return type(path) is str and (state.takes_stdlib or not is_standard(path))


def includes_stdlib():  # type: () -> bool
    """Return whether the policy is likely to let imports wait inside the standard library.

    Reading it takes longer than what a program gains whose imports do not wait, if it needs nothing but
    the standard library. So a file in the environment tells that some configuration has it so: see
    tell_included() in config/snapshot.py.
    """
    if state.includes_stdlib is None:
        from os import environ

        said = environ.get("LAZI_STDLIB")
        is_told = said == "include" or (not said and _path_isfile(f"{sys.prefix}/lazi-site/{INCLUDED}"))
        state.includes_stdlib = is_told
    return bool(state.includes_stdlib)


def is_standard(path):  # type: (str) -> bool
    """Return whether modules in the directory *path* are the standard library's."""
    return path.startswith(STANDARD_LIBRARY) and "-packages" not in path[len(STANDARD_LIBRARY) :]


def bring(*names):  # type: (str) -> Any
    """Return the last of our modules *names* of this folder, each loaded by its path.

    Our packages are not loaded, and need not be for ``from .bootstrap import
    state``; importing them and looking for the file takes as long again.
    """
    for name in names:
        full = f"lazi_site.startup.{name}"
        if full not in sys.modules:
            _load(spec_from_file_location(full, f"{FOLDER}{name}.py"))
    return sys.modules[full]


def make_loader(fullname, path):  # type: (str, str) -> Any
    """Return the loader for the file *path* of the module *fullname*; our own modules get the stock ones."""
    if state.engine and not fullname.startswith("lazi_site"):
        try:
            source, bytecode = state.loaders or bring("snapshot").bring_settle().choose_loaders()
            return (bytecode if path.endswith("c") else source)(fullname, path)
        except Exception as error:
            record_fault("loading the engine", error)
    return (SourcelessFileLoader if path.endswith("c") else SourceFileLoader)(fullname, path)


# What a FileFinder calls for a file with such an ending; extension modules keep the stock loader.
LOADERS = [(suffix, ExtensionFileLoader) for suffix in _imp.extension_suffixes()]  # type: list[Any]
LOADERS += [(suffix, make_loader) for suffix in SOURCE_SUFFIXES + BYTECODE_SUFFIXES]


def first_filter(importer, name, fromlist):  # type: (object, str, tuple[str, ...] | None) -> object
    """Answer for the standard library and ourselves; anybody else's import brings policy and engine.

    So does the standard library's if its imports may wait. The engine's filter replaces this one.
    A statement that says ``lazy`` itself stays lazy whatever the policy; the lowest bit of IMPORT_NAME's
    argument tells. The standard library has 40, and refusing them makes it slower than
    it is eagerly. Others' bring the engine only if they are to be told. (3.15)
    """
    frame = sys._getframe(1)
    says_lazy = frame.f_code.co_code[frame.f_lasti + 1] & 1
    is_watched = False
    if says_lazy or importer == "__main__":
        from os import environ

        is_watched = "LAZI_TRACE" in environ or "LAZI_REPORT" in environ
    module = importer
    if importer == "__main__" and not is_watched:  # by ``-m`` it may be one of the standard library
        module = getattr(frame.f_globals.get("__spec__"), "name", importer)
    top = module.partition(".")[0] if isinstance(module, str) else ""
    if top != "lazi_site" and (top not in sys.stdlib_module_names or includes_stdlib()):
        try:
            if not says_lazy:
                return bring("snapshot").bring_settle().first_answer(importer, name, fromlist, frame)
            if is_watched:
                bring("snapshot").bring_settle().tell_first(importer, name, frame)
        except Exception as error:
            record_fault("loading the engine", error)
    if says_lazy:
        return state.former[1] is None or state.former[1](importer, name, fromlist)
    return is_declared(frame, name)


def is_declared(frame, name):  # type: (FrameType, str) -> bool
    """Return whether the module in which *frame* runs names *name* in its ``__lazy_modules__``."""
    return name in frame.f_globals.get("__lazy_modules__", ())

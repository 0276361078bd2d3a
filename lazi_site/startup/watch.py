"""Tells what becomes of imports: as lines for people (LAZI_TRACE) and as records for tools (LAZI_REPORT).

The engines call this only while ``switches.watched``; otherwise it is not even
read. A record is one line of JSON: its "event" is

process   first of all: argv, engine, version and name of the interpreter
deferred  an import statement waits: importer, target, names, file, line
bound     its target was loaded already, so that its names were bound at once
eager     it must not wait, decided when its module was loaded or when it ran: code and detail as well
resolved  a name that waited was looked up (3.11 to 3.14): importer, target, and the stack of the lookup
failed    likewise, with the error
import    a module was loaded: module; nanoseconds in all ("ns") and without the modules loaded
          meanwhile ("own"), and from the "process" record to its "start", without what telling took;
          the thread, and its depth among the imports under way there; lazy: the use of a waiting
          name led to it, not a statement; the stack that did, innermost first, or of a statement
          its place; the error if it failed. The modules loaded meanwhile stand before it.

and each has the "pid". A stack is a list of [module, file, line, function].
"""

import sys
from _thread import get_ident
from time import perf_counter_ns as clock

from . import instructions as op
from . import switches, trace
from .guards import is_internal, module_name
from .records import Load, quote_stack, quoted, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any

    from .records import Place

MAXIMUM_STACK = 8  # frames of a stack that are told; below each stand up to ten of importlib and ours
# Whose code is in a file, found out once for each: stacks are walked at every import.
_OURS, _IMPORTLIBS, _OTHERS = "ours", "importlib's", "others'"
_kinds: "dict[str, str]" = {}

_getframe = sys._getframe
_bootstrap: "Any" = sys.modules["_frozen_importlib"]
_find_and_load: "Callable[..., ModuleType]" = _bootstrap._find_and_load


def begin(level: int, path: str, engine: str) -> None:
    """Start telling: lines at the trace *level*, records into the file *path* (``%p`` is the pid)."""
    is_open = bool(path) and report.open(path)
    switches.change(trace=level, watched=bool(level) or is_open)
    if switches.watched:
        _bootstrap._find_and_load = find_and_load
    report.write(
        "process",
        f'"argv": {quoted[tuple(sys.orig_argv)]}, "engine": {quoted[engine]},'
        f' "version": {quoted[sys.version.partition(" ")[0]]}, "executable": {quoted[sys.executable or ""]}',
        clock(),
    )


def deferred(
    importer: object, target: str, names: "tuple[str, ...]", file: str, line: int, *, declared: bool = False
) -> None:
    """Tell that the statement at *line* of *file* waits; *names*: those that it binds.

    declared: the code itself says that it does; see is_declared().
    """
    began = clock()
    if switches.trace:
        trace.tell(2, "declared" if declared else "pending", importer, target, f"{file}:{line}")
    fields = f'{_statement(importer, target, file, line)}, "names": {quoted[names]}'
    report.write("deferred", fields, began)


def bound(importer: object, target: str, names: "tuple[str, ...]", file: str, line: int) -> None:
    """Tell that the statement had nothing to wait for."""
    began = clock()
    if switches.trace:
        trace.tell(3, "bound", importer, target)
    fields = f'{_statement(importer, target, file, line)}, "names": {quoted[names]}'
    report.write("bound", fields, began)


def eager(importer: object, target: str, file: str, line: int, code: str, detail: str) -> None:
    """Tell that the statement must not wait, and why: *code* and *detail* as in reasons.py."""
    began = clock()
    if switches.trace:
        trace.tell(3, "eager", importer, target, f"{code} {detail}".rstrip())
    fields = _statement(importer, target, file, line)
    report.write("eager", f'{fields}, "code": {quoted[code]}, "detail": {quoted[detail]}', began)


def _statement(importer: object, target: str, file: str, line: int) -> str:
    """Return the fields of an import statement."""
    name = quoted[str(importer)]
    return f'"importer": {name}, "target": {quoted[target]}, "file": {quoted[file]}, "line": {line}'


def is_declared(target: str, namespace: "dict[str, Any]") -> bool:
    """Return whether the module of *namespace* has *target* in ``__lazy_modules__``; for the trace only."""
    try:
        return switches.trace >= 2 and target in namespace.get("__lazy_modules__", ())
    except Exception:
        return False


def resolving(importer: object, target: str, frame: "FrameType | None") -> None:
    """Tell that *frame* uses a name for *target*, whose import begins now; for the trace only."""
    if switches.trace >= 3:
        places = stack(frame, sys.maxsize) if switches.trace >= 4 else ()
        trace.tell(3, "resolving", importer, target, stack=places)


def resolved(
    importer: object,
    target: str,
    frame: "FrameType",
    error: "BaseException | None" = None,
    *,
    at_hand: bool = False,
) -> None:
    """Tell that a name for *target* was looked up in *frame*.

    error: what its import raised. at_hand: nothing had to be imported.
    """
    began = clock()
    if error is None:
        trace.tell(3 if at_hand else 1, "bound" if at_hand else "loaded", importer, target)
        report.write("resolved", _lookup(importer, target, frame), began)
    else:
        trace.tell(1, "failed", importer, target, _describe(error))
        fields = f'{_lookup(importer, target, frame)}, "error": {quoted[_describe(error)]}'
        report.write("failed", fields, began)


def _lookup(importer: object, target: str, frame: "FrameType") -> str:
    """Return the fields of a lookup."""
    told = quote_stack(stack(frame))
    return f'"importer": {quoted[str(importer)]}, "target": {quoted[target]}, "stack": {told}'


def stack(frame: "FrameType | None", limit: int = MAXIMUM_STACK) -> "list[Place]":
    """Return (module, file, line, function) of *frame* and its callers, innermost first.

    Frames of importlib, our own, and the stubs that we run are left out. What
    stands below an import that is under way is found once for all those inside of it.
    """
    found, caller = walk(frame, limit)
    loads = report.under_way.get(get_ident(), ())
    inner = len(loads) - 1
    while caller is not None and len(found) < limit:
        load = loads[inner] if inner >= 0 else None
        if load is None or load.caller is not caller or limit > MAXIMUM_STACK:
            places, caller = walk(caller, limit)
        else:
            if load.places is None:
                load.places = walk(caller, MAXIMUM_STACK)
            places, caller = load.places
            inner -= 1
        found += places
    return found[:limit]


def walk(frame: "FrameType | None", limit: int) -> "tuple[list[Place], FrameType | None]":
    """Return the places from *frame* on, and the frame that called find_and_load() if it got that far."""
    found: list[Place] = []
    while frame is not None and len(found) < limit:
        back = frame.f_back
        code = frame.f_code
        kind = _kinds.get(code.co_filename) or _kind(frame)
        if kind is _OTHERS:
            if back is None or (_kinds.get(back.f_code.co_filename) or _kind(back)) is not _OURS:
                found.append((module_name(frame), code.co_filename, frame.f_lineno or 0, code.co_name))
        elif code is _own_code:
            return found, back
        frame = back
    return found, None


def _kind(frame: "FrameType") -> str:
    """Return whose code *frame* runs: _OURS, _IMPORTLIBS or _OTHERS."""
    file = frame.f_code.co_filename
    kind = _IMPORTLIBS if is_internal(frame) else _OTHERS
    # find_and_load() says that it stands in importlib's file.
    if module_name(frame).startswith("lazi_site.") and not file.startswith("<"):
        kind = _OURS
    _kinds[file] = kind
    return kind


def _describe(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def find_and_load(name: str, import_: "Any", **more: "Any") -> "ModuleType":
    """Stand in for importlib's function, which is called for a module that is not loaded, and take the time.

    The interpreter looks it up by name at each import (Python/import.c, 3.11 to 3.15).
    more: what importlib itself passes on, ``lazy_submodule`` on 3.15.
    """
    if name in sys.modules or name.startswith("lazi_site"):
        return _find_and_load(name, import_, **more)
    began = clock()
    caller: FrameType | None
    try:
        caller = _getframe(1)
    except ValueError:
        caller = None  # the interpreter itself imports traceback to print the last error
    try:
        # Asked now, because 3.15 does not count the name as waiting any more when the module is loaded.
        lazy = was_looked_up(name, caller)
        # Below 3.15 the key that was looked up tells.
        traced = switches.trace and lazy and not uses_keys()
        if traced:
            resolving(user(caller), name, caller)
    except Exception:
        lazy = traced = False
    error = None
    module: ModuleType | None = None
    thread = get_ident()
    loads = report.under_way.setdefault(thread, [])
    depth = len(loads)
    loads.append(Load(caller))
    now = clock()
    report.paused += now - began
    started = now - report.began - report.paused
    try:
        module = _find_and_load(name, import_, **more)
        return module
    except BaseException as raised:
        error = raised
        raise
    finally:
        spent = max(0, report.clock() - started)
        own = spent - loads.pop().inner
        if loads:
            loads[-1].inner += spent
        else:
            report.under_way.pop(thread, None)
        try:
            if traced:
                trace_result(name, caller, module, error)
            # Neither module nor error: there is no such submodule, which may be an attribute.
            if module is not None or error is not None:
                told(name, caller, lazy, error, started, spent, own, depth)
        except Exception:
            switches.change(watched=False)
            report.descriptor = -1
        del error, caller, module, loads


# Tracebacks of failed imports leave out frames of importlib; this one must not show either.
_own_code = find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")
find_and_load.__code__ = _own_code


def user(frame: "FrameType | None") -> str:
    """Return the name of the module whose code led to *frame*, or ""."""
    places = stack(frame, 1)
    return places[0][0] if places else ""


def trace_result(
    name: str, caller: "FrameType | None", module: "ModuleType | None", error: "BaseException | None"
) -> None:
    """Trace what became of the import of *name*, which the use of a waiting name led to (3.15)."""
    began = clock()
    if error is not None:
        trace.tell(1, "failed", user(caller), name, _describe(error))
    elif module is not None:
        trace.tell(1, "loaded", user(caller), name)
    else:
        trace.tell(3, "bound", user(caller), name, "no module: an attribute of its package, or missing")
    report.paused += clock() - began


def told(
    name: str,
    caller: "FrameType | None",
    lazy: bool,
    error: "BaseException | None",
    start: int,
    ns: int,
    own: int,
    depth: int,
) -> None:
    """Tell that the module *name* was loaded, or was not because of *error*.

    lazy: the use of a waiting name led to it. The numbers: of the record.
    """
    began = clock()
    places = stack(caller, MAXIMUM_STACK if lazy else 1)
    report.write(
        "import",
        f'"module": {quoted[name]}, "start": {start}, "ns": {ns}, "own": {own}, "depth": {depth},'
        f' "thread": {get_ident()}, "lazy": {"true" if lazy else "false"}, "stack": {quote_stack(places)},'
        f' "error": {"null" if error is None else quoted[_describe(error)]}',
        began,
    )


def uses_keys() -> bool:
    """Return whether waiting names are keys of the backport."""
    return "lazi_site.backport.keys" in sys.modules


def was_looked_up(name: str, frame: "FrameType | None") -> bool:
    """Return whether the use of a waiting name led to the import of *name* under way in *frame*.

    Below 3.15 a key is then being compared. On 3.15 the interpreter calls
    importlib from an instruction that is neither an import nor a call.
    """
    while frame is not None and is_internal(frame):
        if module_name(frame) == "lazi_site.backport.keys":
            return True
        frame = frame.f_back
    if frame is None:
        return False
    if uses_keys():
        return frame.f_back is not None and module_name(frame.f_back) == "lazi_site.backport.keys"
    operation = frame.f_code.co_code[frame.f_lasti]
    if operation in (op.CALL, op.CALL_KW, op.CALL_FUNCTION_EX):
        # getattr() with a name that waits, or import_module().
        return name in sys.lazy_modules  # type: ignore[attr-defined]
    return operation != op.IMPORT_NAME

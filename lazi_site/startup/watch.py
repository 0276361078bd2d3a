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
          meanwhile ("own"), and from the "process" record to its "start"; the thread, and its
          depth among the imports under way there; lazy: the use of a waiting name led to it, not
          a statement; the stack that did, innermost first, or of a statement its place; the error
          if it failed. The modules loaded meanwhile stand before it.

and each has the "pid". A stack is a list of [module, file, line, function].
"""

import os
import sys
import time
from _thread import get_ident

from . import bytecode as op
from . import trace
from .guards import is_internal, module_name
from .switches import switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType, ModuleType
    from typing import Any

    from .policy import Eager

MAXIMUM_STACK = 24  # frames of a stack that are told

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_getframe = sys._getframe
_clock = time.perf_counter_ns
_bootstrap: "Any" = sys.modules["_frozen_importlib"]
_find_and_load: "Callable[..., ModuleType]" = _bootstrap._find_and_load


class Report:
    """The file of records, and the imports under way in each thread.

    began: when telling began, by the clock.
    descriptor: of the file, to which every record is appended by one write, so
    that several processes may share it; -1 without one.
    """

    __slots__ = ("began", "descriptor", "under_way")

    def __init__(self) -> None:
        self.descriptor = -1
        self.began = _clock()
        self.under_way: dict[int, list[int]] = {}  # nanoseconds spent in imports inside of each

    def write(self, event: str, **fields: "Any") -> None:
        """Append a record."""
        if self.descriptor >= 0:
            record = {"event": event, "pid": os.getpid(), **fields}
            try:
                os.write(self.descriptor, (to_json(record) + "\n").encode("utf-8", "surrogatepass"))
            except OSError:
                self.descriptor = -1  # a full disk, for example; the program must not suffer


report = Report()


def to_json(value: object) -> str:
    """Return *value*, made of dicts, lists, tuples, text, numbers and None, as JSON on one line.

    The module json is not the program's business to find loaded.
    """
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"' + "".join([c if " " <= c <= "~" and c not in '"\\' else _escape(c) for c in value]) + '"'
    if isinstance(value, dict):
        return "{" + ", ".join([f"{to_json(key)}: {to_json(one)}" for key, one in value.items()]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([to_json(one) for one in value]) + "]"
    return repr(value)


def _escape(character: str) -> str:
    number = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 | number >> 10:04x}\\u{0xDC00 | number & 0x3FF:04x}"


def begin(level: int, path: str, engine: str) -> None:
    """Start telling: lines at the trace *level*, records into the file *path* (``%p`` is the pid)."""
    if path:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        try:
            report.descriptor = os.open(path.replace("%p", str(os.getpid())), flags, 0o644)
        except (OSError, ValueError):
            path = ""
    switches.trace = level
    switches.watched = bool(level or path)
    if switches.watched:
        _bootstrap._find_and_load = find_and_load
    report.write(
        "process",
        argv=sys.orig_argv,
        engine=engine,
        version=sys.version.partition(" ")[0],
        executable=sys.executable,
    )


def deferred(importer: object, target: str, names: "Iterable[str]", file: str, line: int) -> None:
    """Tell that the statement at *line* of *file* waits; *names*: those that it binds."""
    trace.tell(2, "pending", importer, target, f"{file}:{line}")
    report.write("deferred", importer=str(importer), target=target, names=list(names), file=file, line=line)


def bound(importer: object, target: str, names: "Iterable[str]", file: str, line: int) -> None:
    """Tell that the statement had nothing to wait for."""
    trace.tell(3, "bound", importer, target)
    report.write("bound", importer=str(importer), target=target, names=list(names), file=file, line=line)


def eager(importer: object, target: str, file: str, line: int, why: "Eager") -> None:
    """Tell that the statement must not wait, and *why*."""
    trace.tell(3, "eager", importer, target, f"{why.code} {why.detail}".rstrip())
    report.write(
        "eager",
        importer=str(importer),
        target=target,
        file=file,
        line=line,
        code=why.code,
        detail=why.detail,
    )


def resolved(importer: object, target: str, frame: "FrameType", error: "BaseException | None" = None) -> None:
    """Tell that a name for *target* was looked up in *frame*; *error*: what its import raised."""
    if error is None:
        trace.tell(1, "loaded", importer, target, trace.stack(frame) if switches.trace >= 4 else "")
        report.write("resolved", importer=str(importer), target=target, stack=stack(frame))
    else:
        trace.tell(1, "failed", importer, target, repr(error))
        report.write(
            "failed", importer=str(importer), target=target, stack=stack(frame), error=_describe(error)
        )


def stack(frame: "FrameType | None", limit: int = MAXIMUM_STACK) -> "list[tuple[str, str, int, str]]":
    """Return (module, file, line, function) of *frame* and its callers, innermost first.

    Frames of importlib, our own, and the stubs that we run are left out.
    """
    found: list[tuple[str, str, int, str]] = []
    while frame is not None and len(found) < limit:
        back = frame.f_back
        code = frame.f_code
        if not is_internal(frame) and (back is None or not module_name(back).startswith("lazi_site.")):
            found.append((module_name(frame), code.co_filename, frame.f_lineno or 0, code.co_name))
        frame = back
    return found


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
    thread = get_ident()
    inner = report.under_way.setdefault(thread, [])
    depth = len(inner)
    inner.append(0)
    caller = _getframe(1)
    error = None
    module: ModuleType | None = None
    started = _clock()
    try:
        module = _find_and_load(name, import_, **more)
        return module
    except BaseException as raised:
        error = raised
        raise
    finally:
        spent = _clock() - started
        own = spent - inner.pop()
        if inner:
            inner[-1] += spent
        else:
            report.under_way.pop(thread, None)
        try:
            # Neither module nor error: there is no such submodule, which may be an attribute.
            if module is not None or error is not None:
                told(name, caller, error, start=started - report.began, ns=spent, own=own, depth=depth)
        except Exception:
            switches.watched = False
            report.descriptor = -1
        del error, caller, module


# Tracebacks of failed imports leave out frames of importlib; this one must not show either.
find_and_load.__code__ = find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def told(name: str, caller: "FrameType", error: "BaseException | None", **numbers: int) -> None:
    """Tell that the module *name* was loaded, or was not because of *error*; *numbers*: of the record."""
    lazy = was_looked_up(name, caller)
    places = stack(caller, MAXIMUM_STACK if lazy else 1)
    if lazy and not uses_keys():
        # The interpreter resolves by itself (3.15); below, the key that was looked up tells.
        importer = places[0][0] if places else ""
        if error is None:
            trace.tell(1, "loaded", importer, name, trace.stack(caller) if switches.trace >= 4 else "")
        else:
            trace.tell(1, "failed", importer, name, repr(error))
    report.write(
        "import",
        module=name,
        **numbers,
        thread=get_ident(),
        lazy=lazy,
        stack=places,
        error=None if error is None else _describe(error),
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

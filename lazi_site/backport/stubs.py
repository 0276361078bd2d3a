"""Performing an import as if its statement ran now, and errors that name the line of that statement.

A stub is a code object with the instructions of one import and the file name
and line of the original statement. It runs in the importer's namespace, so
whatever looks at the calling frame (warnings' ``stacklevel``, relative imports,
tracebacks) finds the statement, and CPython itself makes the error messages.
Checked on 3.11 to 3.14.
"""

import sys
from sys import getprofile, gettrace

from ..startup import instructions as op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType
    from typing import Any

get_tool = getattr(getattr(sys, "monitoring", None), "get_tool", None)  # 3.12 and later
try:
    raise ImportError
except ImportError as _error:
    make_traceback: "Any" = type(_error.__traceback__)


def _template() -> None:
    """Lend its code object: compile() would cost 2 ms for the interpreter's parser."""


# Flags 0: a module's body, whose locals are its globals.
_TEMPLATE = _template.__code__.replace(co_flags=0, co_name="<module>", co_qualname="<module>")
_HEAD = bytes((op.RESUME, 0, op.LOAD_CONST, 0, op.LOAD_CONST, 1, op.IMPORT_NAME, 0))
_TAIL = bytes((op.RETURN_VALUE, 0))


def _line_table(units: int) -> bytes:
    """Return a line table in which *units* code units stand on the first line, columns unknown.

    Format: Objects/locations.md in CPython (entry kind 13, line delta 0).
    """
    table = b""
    while units:
        length = min(units, 8)
        table += bytes((0x80 | 13 << 3 | length - 1, 0))
        units -= length
    return table


def make(
    filename: str,
    line: int,
    level: int,
    name: str,
    fromlist: "tuple[str, ...] | None",
    attributes: "tuple[str, ...]",
) -> "CodeType":
    """Return code that imports *name* and returns it, or ``.attribute`` of it for *attributes* in turn.

    filename, line: where the statement stands; kept as constants too.
    """
    body = _HEAD
    for index in range(len(attributes)):
        body += bytes((op.IMPORT_FROM, index + 1, op.SWAP, 2, op.POP_TOP, 0))
    body += _TAIL
    watched = is_watched()
    return _TEMPLATE.replace(
        co_code=body,
        co_consts=(level, fromlist, filename, line),
        co_names=(name, *attributes),
        co_filename=__file__ if watched else filename,
        co_firstlineno=1 if watched else line,
        co_linetable=_line_table(len(body) // 2),
        co_stacksize=4,
    )


def is_watched() -> bool:
    """Return whether a tracer, profiler or debugger follows the lines that run.

    It would take a stub's line for a line of the program that ran, so a stub
    then says that it stands in this file.
    """
    if gettrace() is not None or getprofile() is not None:
        return True
    return get_tool is not None and any(get_tool(tool) is not None for tool in range(4))


def tell_origin(error: BaseException, title: str, target: str) -> None:
    """Let *error*, raised while *title* was imported, say where that import was written and what helps.

    As CPython 3.15 does: if nothing caused the error, its cause becomes an
    ImportError whose traceback is the line of the import; else that line is
    added as a note. Frames of this package and the stub leave the traceback.

    target: the module that the statement names.
    """
    entry = _stub_entry(error)
    if entry is None:
        return
    from ..startup.advice import advice

    stub = entry.tb_frame.f_code
    filename, line = stub.co_consts[2:]
    if error.__cause__ is None and error.__context__ is None:
        cause = ImportError(f"lazy import of {title!r} raised an exception during resolution")
        if stub.co_filename == filename:
            cause.__traceback__ = make_traceback(None, entry.tb_frame, entry.tb_lasti, line)
        else:
            cause.__traceback__ = _traceback_at(filename, line)
        cause.add_note(advice(target))
        error.__cause__ = cause
    else:
        place = f"{stub.co_name} at {filename}:{line}"
        error.add_note(f"lazy import of {title!r} declared in {place}\n{advice(target)}")
    error.__traceback__ = entry.tb_next


def _traceback_at(filename: str, line: int) -> "TracebackType | None":
    """Return a traceback of one frame that stands at *line* of *filename*."""
    code = compile("raise ImportError", filename, "exec").replace(co_firstlineno=line)
    try:
        exec(code, {})
    except ImportError as error:
        return error.__traceback__ and error.__traceback__.tb_next
    return None


def forget_stub(error: BaseException) -> None:
    """Take the frames of this package and of the stub out of the traceback of *error*."""
    entry = _stub_entry(error)
    if entry is not None:
        error.__traceback__ = entry.tb_next


def _stub_entry(error: BaseException) -> "TracebackType | None":
    """Return the traceback entry of the stub, which follows those of this package, or None."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_globals.get("__name__", "").startswith("lazi_site."):
        entry = entry.tb_next
    if entry is not None and entry.tb_frame.f_code.co_code[: len(_HEAD)] == _HEAD:
        return entry
    return None

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
from ..startup.snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
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
HEAD = bytes((op.RESUME, 0, op.LOAD_CONST, 0, op.LOAD_CONST, 1, op.IMPORT_NAME, 0))
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
    body = HEAD
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


def tidy(error: BaseException, title: str = "", target: str = "") -> None:
    """Take the frames of this package and of the stub out of the traceback of *error*.

    title, target: what was imported, and the module that the statement names, if *error* is to tell
    where that is written.
    """
    try:
        load("lazi_site.backport.errors")
        from .errors import forget_stub, tell_origin

        if title:
            tell_origin(error, title, target)
        else:
            forget_stub(error)
    except Exception:
        pass  # no more calls or files may be left; the error itself matters more

"""Errors of waiting imports: they name the line of the import, and no frame of ours is in their traceback."""

from ..startup.advice import advice
from .stubs import HEAD, make_traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


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
    if entry is not None and entry.tb_frame.f_code.co_code[: len(HEAD)] == HEAD:
        return entry
    return None

"""The note on an error that came out of a waiting import: what to write if waiting is to blame.

The backport adds it where the import fails. On 3.15 the interpreter performs
the import, so the note is added when the error is about to be printed; see
excepthook() in native/engine.py.
"""

START = "lazi-site: "
# What CPython 3.15 says in the cause that it adds (Python/import.c).
_BEFORE, _AFTER = "lazy import of ", " raised an exception during resolution"


def add_advice(error: BaseException, target: str) -> None:
    """Add the note to *error*, met while the module *target* was imported, unless it has one already."""
    if not any(note.startswith(START) for note in getattr(error, "__notes__", ())):
        error.add_note(
            f"{START}if this works with LAZI_DISABLE=1, add to lazi-site.toml"
            f' eager = ["{target}"] or run: lazi-site bisect -- COMMAND'
        )


def waited_for(error: BaseException) -> str:
    """Return the module whose waiting import raised *error* or what led to it, or ""."""
    seen = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        text = str(cause) if type(cause) is ImportError else ""
        if text.startswith(_BEFORE) and text.endswith(_AFTER):
            return text[len(_BEFORE) : -len(_AFTER)].strip("'\"")
        cause = cause.__cause__ or cause.__context__
    return ""

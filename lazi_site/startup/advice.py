"""What an error that came out of a waiting import says to do about it, if waiting is to blame.

The backport says it where the import fails. On 3.15 the interpreter performs
the import, so it is said when the error is about to be printed; see
excepthook() in native/engine.py.
"""

START = "lazi-site: "
# What CPython 3.15 says in the cause or the note that it adds (Python/import.c).
_BEFORE, _AFTER = "lazy import of ", " raised an exception during resolution"
_DECLARED = " declared in "


def advice(target: str) -> str:
    """Return the line for an import of the module *target*."""
    return (
        f"{START}if this works with LAZI_DISABLE=1, add to lazi-site.toml"
        f' eager = ["{target}"] or run: lazi-site bisect -- COMMAND'
    )


def advise(error: BaseException) -> None:
    """Add the advice to *error*, or to what led to it, if a waiting import raised that."""
    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        seen.append(found)
        notes = [note for note in getattr(found, "__notes__", ()) if isinstance(note, str)]
        if any(START in note for note in notes):
            return
        texts = [str(found)] if type(found) is ImportError and str(found).endswith(_AFTER) else []
        texts += [note for note in notes if _DECLARED in note]
        for text in texts:
            if text.startswith(_BEFORE):
                name = text[len(_BEFORE) :].removesuffix(_AFTER).partition(_DECLARED)[0]
                found.add_note(advice(name.strip("'\"")))
                return
        found = found.__cause__ or found.__context__

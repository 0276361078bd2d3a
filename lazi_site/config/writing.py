"""Adds patterns to a configuration file and leaves everything else in it as it is written."""

from __future__ import annotations

import os

from ..errors import RefusedError, UsageError
from .snapshot import write_atomically
from .sources import Source, read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def choose_source(sources: Sequence[Source], name: str) -> Source:
    """Return which of *sources* is the file to write to: "user" or "project".

    Of a project's files that is lazi-site.toml if it is there (then
    pyproject.toml is not read), else pyproject.toml if that is there.

    Errors: UsageError if there is no such file in this environment.
    """
    found = [source for source in sources if source.name == f"{name} file"]
    if not found:
        raise UsageError(
            "no-file-to-write",
            f"This virtualenv has no {name} file.",
            "Name the project's directory: lazi-site enable --project DIR",
        )
    present = [source for source in found if source.present]
    return present[-1] if present else found[-1]


def add_patterns(source: Source, patterns: Mapping[str, Sequence[str]], comment: str) -> bool:
    """Add *patterns* to the file of *source* and return whether it changed.

    patterns: by option. comment: stands beside each of them.

    Errors: RefusedError if the file is not TOML or cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    found = Source(source.name, source.path)
    data = read_file(found)
    if data is None and found.present:
        reason = found.problems[0].sentence if found.problems else f"{source.path} cannot be read"
        raise RefusedError("not-writable-configuration", f"{reason}.", "Put a regular file there, or none.")
    try:
        text = (data or b"").decode()
        document = tomlkit.parse(text)
        changed = False
        table: Any = document
        for key in source.table:
            if key not in table:
                # Its parent is only there to hold it and needs no header of its own.
                table[key] = tomlkit.table(is_super_table=key != source.table[-1])
            table = table[key]
        for option, wanted in patterns.items():
            if option not in table:
                table[option] = tomlkit.array()
            known = [str(item) for item in table[option]]
            for pattern in wanted:
                if pattern not in known:
                    table[option].add_line(pattern, comment=comment)
                    changed = True
            close_on_own_line(table[option])
    except (TOMLKitError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise RefusedError(
            "not-writable-configuration",
            f"{source.path} cannot be added to: {error}.",
            "Correct it first: lazi-site config check FILE",
        ) from None
    if changed:
        path = os.path.realpath(source.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_keeping_mode(path, tomlkit.dumps(document).encode())
    return changed


def close_on_own_line(array: Any) -> None:
    """Have the bracket that closes *array* follow a comment on a line of its own."""
    if not array.as_string().rstrip("]").endswith("\n"):
        array.add_line(indent="")


def write_keeping_mode(path: str, data: bytes) -> None:
    """Put *data* into the file *path* in one step, its permissions as they were.

    Errors: OSError.
    """
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else None
    write_atomically(path, data)
    if mode is not None:
        os.chmod(path, mode)

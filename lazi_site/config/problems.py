"""What is wrong with a configuration, and where: file, line, key, value, expectation.

The line is looked for only once something is known to be wrong, by a scan of
the text: tomllib keeps no positions, and a parser that does costs more than a
start may.
"""

from __future__ import annotations

import re

LARGEST_NUMBER = 1 << 63  # TOML's; tomllib reads larger ones, which Python does not print beyond a length


def show(value: object) -> str:
    """Return *value* as text for a message."""
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return "a value that is too long to be shown"


class Problem:
    """One mistake in one place.

    path: the file, or the environment variable, that holds it.
    line: the line in it, from 1; 0 when the mistake has no line.
    key: the key as written, with its table; "" when the whole file is meant.
    value: the wrong value, or None.
    summary: what is wrong, to follow a colon.
    expected: what was expected there, or "".
    """

    __slots__ = ("expected", "key", "line", "path", "summary", "value")

    def __init__(
        self,
        path: str,
        summary: str,
        *,
        line: int = 0,
        key: str = "",
        value: object = None,
        expected: str = "",
    ) -> None:
        self.path = path
        self.summary = summary
        self.line = line
        self.key = key
        self.value = value
        self.expected = expected

    @property
    def sentence(self) -> str:
        """The problem in one line."""
        where = self.path
        if self.line:
            where += f", line {self.line}"
        if self.key:
            where += f", key '{self.key}'"
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{where}: {self.summary}{expected}"

    def as_dict(self) -> dict[str, object]:
        """The problem for JSON; a value that JSON does not know becomes text."""
        value = self.value
        if value is not None and not isinstance(value, (bool, float, str)):
            value = value if isinstance(value, int) and abs(value) < LARGEST_NUMBER else show(value)
        return {
            "path": self.path,
            "line": self.line or None,
            "key": self.key or None,
            "value": value,
            "expected": self.expected or None,
            "message": self.sentence,
        }


def find_line(text: str, table: tuple[str, ...], key: str, item: object = None) -> int:
    """Return the line of *text* (TOML) on which *key* of *table* is set, or 0.

    item: one element of the list that the key holds; its own line is preferred.
    """
    wanted = (*table, key) if key else table
    prefix: tuple[str, ...] = ()
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        header = re.match(r"\s*\[\[?([^\[\]]+)\]", line)
        setting = re.match(r"""\s*([\w."'\s-]+?)\s*=""", line)
        if header:
            prefix = found = _split_key(header[1])
        elif setting:
            found = prefix + _split_key(setting[1])
        else:
            continue
        if found[: len(wanted)] == wanted:
            return _find_item(lines, number, item)
    return 0


def _find_item(lines: list[str], start: int, item: object) -> int:
    if isinstance(item, str):
        for number in range(start, len(lines) + 1):
            if f'"{item}"' in lines[number - 1] or f"'{item}'" in lines[number - 1]:
                return number
    return start


def _split_key(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))

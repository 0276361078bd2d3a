"""Merges what the sources say into one value per option that remembers its source.

Single values: the later source wins. Lists of patterns add up over all
sources; a pattern named twice belongs to the later one. Pure: reads nothing.
"""

from __future__ import annotations

from .options import BOOLEAN, LEVEL, OPTIONS, PATTERNS, is_pattern
from .problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .options import Option
    from .sources import Source

DEFAULT = "the built-in default"


class Value:
    """The value of one option.

    value: what holds; for lists of patterns the patterns in order.
    origin: the source it comes from, in words; for patterns unused.
    origins: for lists of patterns, the source of each.
    """

    __slots__ = ("origin", "origins", "value")

    def __init__(self, value: Any, origin: str = DEFAULT) -> None:
        self.value = value
        self.origin = origin
        self.origins: dict[str, str] = {}

    def add_patterns(self, patterns: Sequence[str], origin: str) -> None:
        """Add *patterns*, which stand in the source *origin*."""
        for pattern in patterns:
            self.origins[pattern] = origin
        self.value = list(self.origins)


def merge_sources(sources: Sequence[Source]) -> dict[str, Value]:
    """Return the value of every option by name, the last of *sources* the strongest."""
    merged = {}
    for option in OPTIONS:
        merged[option.name] = value = Value(option.default)
        if option.kind == PATTERNS:
            value.value = []
        for source in sources:
            if option.name not in source.values:
                continue
            if option.kind == PATTERNS:
                value.add_patterns(source.values[option.name], source.origin)
            else:
                value.value = source.values[option.name]
                value.origin = source.origin
    return merged


def overlay_environment(values: Mapping[str, Value], environ: Mapping[str, str]) -> list[Problem]:
    """Lay the LAZI_* variables over *values* in place, for display; return what is wrong in them.

    A start does the same in ``startup.policy``, after the snapshot is read.
    """
    from ..startup import OFF_WORDS

    problems = []
    for option in OPTIONS:
        for variable in option.variables:
            text = environ.get(variable, "")
            on = text.strip().lower() not in OFF_WORDS
            if option.kind == BOOLEAN:
                if on:
                    values[option.name].value = variable != "LAZI_DISABLE"
                    values[option.name].origin = _origin(variable)
            elif option.kind == PATTERNS:
                patterns = [part.strip() for part in text.split(",") if part.strip()]
                values[option.name].add_patterns(patterns, _origin(variable))
                wrong = [pattern for pattern in patterns if not is_pattern(pattern)]
                problems += [_problem(variable, pattern, option) for pattern in wrong]
            elif text:
                value = int(text) if option.kind == LEVEL and text.isdecimal() else text
                if option.mistake(value):
                    problems.append(_problem(variable, text, option))
                else:
                    values[option.name].value = value
                    values[option.name].origin = _origin(variable)
    return problems


def _origin(variable: str) -> str:
    return f"the environment variable {variable}"


def _problem(variable: str, text: str, option: Option) -> Problem:
    return Problem(variable, f"{text!r} does not fit", value=text, expected=option.expected)

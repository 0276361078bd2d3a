"""Merges what the sources say into one value per option that remembers its source.

Single values: the later source wins. Lists of patterns add up over all
sources; a pattern named twice belongs to the later one. Pure: reads nothing.
"""

from __future__ import annotations

from ..errors import UsageError
from .options import BOOLEAN, BY_NAME, LEVEL, OPTIONS, PATTERNS, SECONDS, TURN_OFF, closest
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
        merged[option.name] = Value([] if option.kind == PATTERNS else option.default)
        for source in sources:
            if option.name in source.values:
                lay_over(merged, option, source.values[option.name], source.origin)
    return merged


def lay_over(values: Mapping[str, Value], option: Option, value: Any, origin: str) -> None:
    """Lay the *value* of *option* over *values* in place: replaced, or patterns added."""
    if option.kind == PATTERNS:
        values[option.name].add_patterns(value, origin)
    else:
        values[option.name].value = value
        values[option.name].origin = origin


def overlay_environment(values: Mapping[str, Value], environ: Mapping[str, str]) -> list[Problem]:
    """Lay the LAZI_* variables over *values* in place, for display; return what is wrong in them.

    A start does the same in ``startup.policy``, after the snapshot is read.
    """
    from ..startup.bootstrap import is_on

    problems = []
    for option in OPTIONS:
        for variable in option.variables:
            text = environ.get(variable, "")
            origin = f"the environment variable {variable}"
            if option.kind == BOOLEAN:
                if is_on(environ, variable):
                    lay_over(values, option, variable not in TURN_OFF, origin)
            elif text:
                value = parse_text(option, text)
                mistake = option.mistake(value)
                if mistake is None:
                    lay_over(values, option, value, origin)
                else:
                    wrong, expected = mistake
                    problems.append(
                        Problem(variable, f"{wrong!r} does not fit", value=wrong, expected=expected)
                    )
    return problems


def overlay_command_line(values: Mapping[str, Value], assignments: Sequence[str]) -> None:
    """Lay *assignments*, each ``OPTION=VALUE``, over *values* in place.

    Errors: UsageError for an unknown option or a value that does not fit.
    """
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        option = BY_NAME.get(name.strip())
        if option is None:
            meant = closest(name, BY_NAME)
            raise UsageError(
                "unknown-option",
                f"There is no option '{name}'.",
                f"Did you mean '{meant}'?" if meant else f"The options are {', '.join(BY_NAME)}.",
            )
        value = parse_text(option, text.strip())
        mistake = option.mistake(value)
        if mistake is not None:
            raise UsageError("wrong-value", f"{mistake[0]!r} does not fit '{name}'; expected {mistake[1]}.")
        lay_over(values, option, value, "the command line")


def parse_text(option: Option, text: str) -> object:
    """Return what *text* means as a value of *option*; what means nothing stays text."""
    if option.kind == BOOLEAN:
        return {"true": True, "false": False}.get(text.lower(), text)
    if option.kind in (LEVEL, SECONDS):
        return int(text) if text.isdecimal() and text.isascii() else text
    if option.kind == PATTERNS:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text

"""The table of options: one row each, and what counts as a value of it.

Knows nothing of files or merging. Read by the slow path of a start, so it
imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

BOOLEAN = "boolean"
CHOICE = "choice"
LEVEL = "level"
PATTERNS = "patterns"
SECONDS = "seconds"

PATTERN_FORM = "a module name ('package.module'), a package with all below it ('package.*') or '*'"


class Option:
    """One option: a row of the table.

    name: its key in the files.
    kind: BOOLEAN, CHOICE, LEVEL, PATTERNS or SECONDS.
    default: the built-in value.
    variables: the environment variables that set it for one run.
    choices: the values of a CHOICE.
    help: one line.
    """

    __slots__ = ("choices", "default", "help", "kind", "name", "variables")

    def __init__(
        self,
        name: str,
        kind: str,
        default: object,
        help: str,
        variables: tuple[str, ...] = (),
        choices: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.help = help
        self.variables = variables
        self.choices = choices

    @property
    def expected(self) -> str:
        """What a value of this option has to be, to complete "expected …"."""
        if self.kind == BOOLEAN:
            return "true or false"
        if self.kind == CHOICE:
            return " or ".join(repr(choice) for choice in self.choices)
        if self.kind == LEVEL:
            return "a whole number from 0 to 4"
        if self.kind == SECONDS:
            return "a whole number of seconds, 0 for never"
        return "a list of module patterns, such as ['package.module', 'package.*']"

    def mistake(self, value: object) -> tuple[object, str] | None:
        """Return what is wrong with *value* as (the wrong part, what was expected), or None."""
        if self.kind == BOOLEAN:
            right = isinstance(value, bool)
        elif self.kind == CHOICE:
            right = value in self.choices
        elif self.kind in (LEVEL, SECONDS):
            # bool is an int to Python but not to a person who writes TOML.
            right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
            right = right and (value in range(5) or self.kind == SECONDS)
        else:
            right = isinstance(value, list)
            for item in value if isinstance(value, list) else ():
                if not isinstance(item, str) or not is_pattern(item):
                    return item, PATTERN_FORM
        return None if right else (value, self.expected)


OPTIONS = (
    Option(
        "enabled",
        BOOLEAN,
        True,
        "lazy imports are on",
        variables=("LAZI_ENABLE", "LAZI_DISABLE"),
    ),
    Option(
        "mode",
        CHOICE,
        "all",
        "'all': every module-level import may wait; 'declared': only what a module's own "
        "__lazy_modules__ names",
        choices=("all", "declared"),
    ),
    Option(
        "stdlib",
        CHOICE,
        "exclude",
        "'include' also defers imports of the standard library made by other code",
        variables=("LAZI_STDLIB",),
        choices=("exclude", "include"),
    ),
    Option(
        "eager",
        PATTERNS,
        (),
        "modules whose import never waits",
        variables=("LAZI_EAGER",),
    ),
    Option("eager-in", PATTERNS, (), "modules inside which no import waits"),
    Option("lazy", PATTERNS, (), "modules to which the shipped rules do not apply"),
    Option(
        "trace",
        LEVEL,
        0,
        "how much is said on standard error about each decision, 0 to 4",
        variables=("LAZI_TRACE",),
    ),
    Option(
        "snapshot",
        BOOLEAN,
        True,
        "what is read here is stored, so that a start reads one file; false: every start reads all",
        variables=("LAZI_NO_SNAPSHOT",),
    ),
    Option(
        "settle-after",
        SECONDS,
        0,
        "seconds after which the use of one waiting name performs all imports that wait (below 3.15); "
        "0: each waits for its own use",
    ),
)

TURN_OFF = ("LAZI_DISABLE", "LAZI_NO_SNAPSHOT")  # variables that make a boolean option false

BY_NAME = {option.name: option for option in OPTIONS}


def is_pattern(text: str) -> bool:
    """Return whether *text* is a module pattern: dotted identifiers, ``package.*`` or ``*``."""
    if text == "*":
        return True
    return all(part.isidentifier() for part in text.removesuffix(".*").split("."))


def closest(name: str, known: Iterable[str]) -> str:
    """Return which of *known* was probably meant by *name*, or ""."""
    import difflib

    found = difflib.get_close_matches(name.replace("_", "-").lower(), list(known), 1, 0.6)
    return found[0] if found else ""

"""Rules that are tried out: one run's additional configuration, without touching the user's files."""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import dataclass

from ..config.snapshot import remove_snapshot
from ..config.sources import Source, read_source
from .running import LAZY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TARGET = "eager"
IMPORTER = "eager-in"


@dataclass(frozen=True)
class Rule:
    """One pattern of the option *kind*: TARGET or IMPORTER."""

    kind: str
    pattern: str

    def __str__(self) -> str:
        return f'{self.kind} = ["{self.pattern}"]'


EVERYTHING = Rule(IMPORTER, "*")


def by_option(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """Return the patterns of *rules* by option, options without any left out."""
    found: dict[str, list[str]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.kind, rule.pattern)):
        found.setdefault(rule.kind, []).append(rule.pattern)
    return found


class RulesFile:
    """The file that LAZI_CONFIG names in runs with rules; use it in a ``with`` statement.

    It also says what the user's own LAZI_CONFIG says. There is one file for all
    runs, so that the environment gets one more snapshot and not one for each.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lazi-rules-")
        self.path = os.path.join(self._folder.name, "rules.toml")
        self._text = ""
        self._inherited: dict[str, object] = {}
        own = os.environ.get("LAZI_CONFIG")
        if own:
            source = Source("LAZI_CONFIG file", own)
            read_source(source)
            self._inherited = source.values
        # Always in the past: a file that was changed a moment ago is read anew
        # at every start. And always another one, so that the change is seen.
        self._time = time.time_ns() - 3600 * 10**9

    def __enter__(self) -> RulesFile:
        return self

    def __exit__(self, *exception: object) -> None:
        remove_snapshot({**os.environ, "LAZI_CONFIG": self.path})
        self._folder.cleanup()

    def variables(self, rules: Sequence[Rule]) -> Mapping[str, str | None]:
        """Return the variables of a lazy run that has *rules* too, having written them."""
        if not rules:
            return LAZY
        options = dict(self._inherited)
        for name, patterns in by_option(rules).items():
            present = options.get(name, [])
            options[name] = [*(present if isinstance(present, list) else ()), *patterns]
        # Of these values JSON is TOML.
        text = "".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in options.items()
        )
        if text != self._text:
            self._text = text
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(text)
            self._time += 10**9
            os.utime(self.path, ns=(self._time, self._time))
        return {**LAZY, "LAZI_CONFIG": self.path}

"""Takes out of a program's output what differs between any two runs of it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DURATION = "<duration>"

# In this order: the first ones hold what later ones would tear apart.
MASKS = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "<address>"),
    (re.compile(r"\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b"), "<time>"),
    (re.compile(r"\b1[5-9]\d{8}\.\d+\b"), "<time>"),  # seconds since 1970
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:ns|[uµ]s|ms|s|secs?|seconds?|mins?|minutes?)\b"), DURATION),
    (re.compile(r"(?i)(\bpid\W{1,3})\d+\b"), r"\1<pid>"),
)
FILLING = re.compile(r"([=*_ -])\1+")


class Masks:
    """What is masked in every run of one program.

    paths: (path, what stands for it) of directories; longer ones go first.
    ignored: regular expressions whose matches are not compared (``--ignore``).
    """

    def __init__(
        self, paths: Iterable[tuple[str, str]] = (), ignored: Sequence[re.Pattern[str]] = ()
    ) -> None:
        self.paths = sorted(paths, key=lambda pair: -len(pair[0]))
        self.ignored = ignored

    def apply(self, text: str, temporary: str = "", pid: int = 0) -> str:
        """Return *text* masked.

        temporary: the run's own folder for temporary files. pid: its process.
        """
        for pattern in self.ignored:
            text = pattern.sub("<ignored>", text)
        for path, name in ((temporary, "<temporary>"), *self.paths):
            if path:
                text = text.replace(path, name)
        for mask, name in MASKS:
            text = mask.sub(name, text)
        # A small number may as well be something else.
        if pid > 99:
            text = re.sub(rf"\b{pid}\b", "<pid>", text)
        if DURATION in text:
            text = "\n".join(map(collapse, text.split("\n")))
        return text


def collapse(line: str) -> str:
    """Shorten the filling of a *line* that tells a duration: it makes up for the length of the number."""
    return FILLING.sub(r"\1", line) if DURATION in line else line

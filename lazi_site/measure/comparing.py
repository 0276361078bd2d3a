"""Compares two runs of a program, stream by stream, leaving out what is not deterministic.

Not deterministic is what differs already between two eager runs, line by line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Streams = Mapping[str, str]
    Operation = tuple[str, int, int, int, int]  # as difflib's opcodes

UNSTEADY = "<not deterministic>"
CONTEXT = 2  # lines around a difference
MAXIMUM_WORK = 4_000_000  # lines times lines that are aligned exactly


@dataclass(frozen=True)
class Difference:
    """One stream that is not the same.

    stream: "exit status", "stdout", "stderr" or "file NAME".
    lines: a diff from eager ("-") to lazy ("+") with some lines around (" "); "@@" where lines are left out.
    """

    stream: str
    lines: list[str]


def differences(eager: Streams, again: Streams, lazy: Streams) -> list[Difference]:
    """Return how *lazy* differs from two eager runs, stream by stream."""
    found = []
    for stream in dict.fromkeys((*eager, *again, *lazy)):
        if (stream in eager) != (stream in again):
            continue  # a file that is there in one eager run only
        if (stream in eager) != (stream in lazy):
            found.append(Difference(stream, ["+ only lazy" if stream in lazy else "- only eager"]))
            continue
        lines = compare_lines(*(streams[stream].splitlines() for streams in (eager, again, lazy)))
        if lines:
            found.append(Difference(stream, lines))
    return found


def unsteady_streams(eager: Streams, again: Streams) -> list[str]:
    """Return the streams that are not deterministic, in whole or in part."""
    return [name for name in dict.fromkeys((*eager, *again)) if eager.get(name) != again.get(name)]


def compare_lines(eager: Sequence[str], again: Sequence[str], lazy: Sequence[str]) -> list[str]:
    """Return a diff from *eager* to *lazy*, none if they differ no more than *again* does."""
    if eager != again and sorted(eager) == sorted(again):
        # Only the order is not deterministic.
        eager, again, lazy = sorted(eager), sorted(again), sorted(lazy)
    if lazy in (eager, again):
        return []
    unsteady = [(start, end) for tag, start, end, _, _ in align(eager, again) if tag != "equal"]
    shown: list[str] = []
    pieces = []
    for tag, start, end, other_start, other_end in align(eager, lazy):
        if tag == "equal":
            pieces.append(Piece(start + 1, eager[start:end], (), ()))
        elif any(first <= start and end <= last for first, last in unsteady):
            pieces.append(Piece(start + 1, [UNSTEADY], (), ()))
        else:
            pieces.append(Piece(start + 1, (), eager[start:end], lazy[other_start:other_end]))
    if any(piece.differs for piece in pieces):
        for number, piece in enumerate(pieces):
            shown += piece.show(after=number > 0, before=number < len(pieces) - 1)
    return shown


class Piece(NamedTuple):
    """Lines that are the *same* in both runs, or that stand in one only; *line*: of the eager run, from 1."""

    line: int
    same: Sequence[str]
    eager: Sequence[str]
    lazy: Sequence[str]

    @property
    def differs(self) -> bool:
        """Whether it is a difference."""
        return bool(self.eager or self.lazy)

    def show(self, *, after: bool, before: bool) -> list[str]:
        """Return this as lines of a diff; of what is the same, what is near to another piece.

        after, before: whether there is one on that side.
        """
        if self.differs:
            return [f"-{line}" for line in self.eager] + [f"+{line}" for line in self.lazy]
        head = CONTEXT if after else 0
        tail = CONTEXT if before else 0
        same = [f" {line}" for line in self.same]
        left_out = len(same) - head - tail
        if left_out <= 0:
            return same
        mark = [f"@@ line {self.line + head + left_out} @@"] if before else []
        return [*same[:head], *mark, *same[len(same) - tail :]]


def align(one: Sequence[str], other: Sequence[str]) -> list[Operation]:
    """Return what turns *one* into *other*; roughly if that would take too long."""
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    end, other_end = len(one) - tail, len(other) - tail
    operations: list[Operation] = [("equal", 0, head, 0, head)] if head else []
    if (end - head) * (other_end - head) > MAXIMUM_WORK:
        operations.append(("replace", head, end, head, other_end))
    else:
        matcher = difflib.SequenceMatcher(None, one[head:end], other[head:other_end], autojunk=False)
        operations += [
            (tag, start + head, stop + head, other_start + head, other_stop + head)
            for tag, start, stop, other_start, other_stop in matcher.get_opcodes()
        ]
    if tail:
        operations.append(("equal", end, len(one), other_end, len(other)))
    return operations

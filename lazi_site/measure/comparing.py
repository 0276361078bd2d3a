"""Compares two runs of a program, stream by stream, leaving out what is not deterministic.

Not deterministic is what differs already between two eager runs, line by line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

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
    lines: a unified diff from eager to lazy, without its header.
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
    """Return the unified diff from *eager* to *lazy*, none if they differ no more than *again* does."""
    if eager != again and sorted(eager) == sorted(again):
        # Only the order is not deterministic.
        eager, again, lazy = sorted(eager), sorted(again), sorted(lazy)
    if lazy in (eager, again):
        return []
    left, right = settle_unsteady(eager, again, lazy)
    lines = difflib.unified_diff(left, right, n=CONTEXT, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++"))] if left != right else []


def settle_unsteady(
    eager: Sequence[str], again: Sequence[str], lazy: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return *eager* and *lazy* with one same line in the place of what is not deterministic."""
    unsteady = [(start, end) for tag, start, end, _, _ in align(eager, again) if tag != "equal"]
    left: list[str] = []
    right: list[str] = []
    for tag, start, end, other_start, other_end in align(eager, lazy):
        if tag != "equal" and any(first <= start and end <= last for first, last in unsteady):
            left.append(UNSTEADY)
            right.append(UNSTEADY)
        else:
            left += eager[start:end]
            right += lazy[other_start:other_end]
    return left, right


def align(one: Sequence[str], other: Sequence[str]) -> list[Operation]:
    """Return what turns *one* into *other*; roughly if that would take too long."""
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    end, other_end = len(one) - tail, len(other) - tail
    operations: list[Operation] = [("equal", 0, head, 0, head)]
    if (end - head) * (other_end - head) > MAXIMUM_WORK:
        operations.append(("replace", head, end, head, other_end))
    else:
        matcher = difflib.SequenceMatcher(None, one[head:end], other[head:other_end], autojunk=False)
        operations += [
            (tag, start + head, stop + head, other_start + head, other_stop + head)
            for tag, start, stop, other_start, other_stop in matcher.get_opcodes()
        ]
    operations.append(("equal", end, len(one), other_end, len(other)))
    return operations

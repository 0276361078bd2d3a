"""Many inputs out of one: changes at places that a seed chooses, which takes microseconds.

hypothesis draws a base and a seed; what is derived from them is the same every
time, so that it can look for a smaller base that fails too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Input = TypeVar("Input")
LONG_JUMP = 8  # one input in so many begins at the base again


def derive(
    base: Input, change: Callable[[Input, random.Random], Input], seed: int, count: int
) -> Iterator[Input]:
    """Yield *base* and what *change* makes of it, of that, and so on: *count* inputs."""
    # Of both: hypothesis likes small numbers, and the same changes of many bases are few inputs.
    dice = random.Random(f"{seed} {base!r}")  # noqa: S311
    current = base
    for number in range(count):
        if number:
            current = change(base if number % LONG_JUMP == 0 else current, dice)
        yield current


def change_bytes(data: bytes, pieces: Sequence[bytes], dice: random.Random) -> bytes:
    """Return *data* with something put in, taken out, repeated or overwritten. pieces: what is put in."""
    start = dice.randrange(len(data) + 1)
    end = min(len(data), start + dice.randrange(1, 12))
    kind = dice.randrange(6)
    if kind == 0:
        return data[:start] + dice.choice(pieces) + data[start:]
    if kind == 1:
        return data[:start] + dice.choice(pieces) + data[end:]
    if kind == 2:
        return data[:start] + data[end:]
    if kind == 3:
        return data[:end] + data[start:]
    if kind == 4:
        return data[:start] + dice.randbytes(1) + data[start + 1 :]
    return data[: dice.randrange(len(data) + 1)] + data[start:]


def change_statements(statements: list[str], dice: random.Random) -> list[str]:
    """Return at least half of *statements*, some of them twice, in another order."""
    count = dice.randint(-(-len(statements) // 2), len(statements))
    return dice.sample(statements * 2, count)


def change_text(text: str, dice: random.Random) -> str:
    """Return *text* with a character put in, taken out or in the place of another; "\\0" is none."""
    start = dice.randrange(len(text) + 1)
    limit = dice.choice((0x7F, 0xFF, 0x2100, 0xFFFF, 0x10FFFF))
    new = chr(dice.randrange(1, limit))
    kind = dice.randrange(4)
    if kind == 0:
        return text[:start] + text[start + 1 :]
    if kind == 1:
        return text[:start] + dice.choice("'\"\\{}%\n\r\u2028 #;/") + text[start:]
    return text[:start] + new + text[start + (kind == 2) :]

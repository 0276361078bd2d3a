"""What can become of a file: the states into which faults.py puts each one."""

from __future__ import annotations

import os
import random
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HUGE = 1 << 30  # bytes of a sparse file
DAY = 86400  # seconds
NOBODY = 65534  # the user who owns nothing

Variant = Callable[[Path], None]


def as_bytes(content: bytes) -> Variant:
    """Return what writes *content* in place of the file."""

    def apply(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return apply


def remove(path: Path) -> None:
    """Remove a file, link, FIFO or directory, whatever its mode is."""
    if path.is_dir() and not path.is_symlink():
        for folder, _, _ in os.walk(path):
            os.chmod(folder, stat.S_IRWXU)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def replace_by(make: Callable[[Path], object]) -> Variant:
    """Return what removes the file and lets *make* put something else there."""

    def apply(path: Path) -> None:
        remove(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)

    return apply


def sparse(path: Path) -> None:
    """Make a file of a gigabyte that takes no room."""
    with open(path, "wb") as file:
        file.truncate(HUGE)


def after(change: Callable[[Path], object]) -> Variant:
    """Return what does *change* to the file as it is; to an empty one where it is missing."""

    def apply(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch()
        change(path)

    return apply


def truncations(content: bytes, every_byte: bool, most: int) -> list[bytes]:
    """Return *content* cut off at every byte, or at *most* places if it is long."""
    lengths = range(len(content))
    if not every_byte and len(content) > most:
        step = len(content) / most
        lengths = sorted({int(number * step) for number in range(most)} | {1, len(content) - 1})  # type: ignore[assignment]
    return [content[:length] for length in lengths]


def noise(content: bytes, count: int, dice: random.Random) -> Iterator[bytes]:
    """Yield random bytes: all of the file, and some of the bytes of *content*."""
    for number in range(count):
        if number % 2 or not content:
            yield dice.randbytes(dice.randrange(1, 2000))
        else:
            changed = bytearray(content)
            for _ in range(dice.randrange(1, 9)):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
            yield bytes(changed)


def states(
    content: bytes, *, every_byte: bool, most: int, random_files: int, dice: random.Random
) -> dict[str, list[Variant]]:
    """Return the variants of every state of a file that holds *content*.

    most: truncations of a long file. random_files: variants of random bytes.
    Those that need rights that the caller has not are left out; see skipped().
    """
    now = time.time()
    found: dict[str, list[Variant]] = {
        "missing": [remove],
        "empty": [as_bytes(b"")],
        "truncated": [as_bytes(part) for part in truncations(content, every_byte, most)],
        "random bytes": [as_bytes(part) for part in noise(content, random_files, dice)],
        "huge": [replace_by(sparse)],
        "a directory": [replace_by(lambda path: path.mkdir())],
        "dangling link": [replace_by(lambda path: path.symlink_to(path.parent / "nowhere"))],
        "link to itself": [replace_by(lambda path: path.symlink_to(path))],
        "a FIFO": [replace_by(lambda path: os.mkfifo(path))],
        "no permission": [after(lambda path: path.chmod(0))],
        "world-writable": [after(lambda path: path.chmod(0o666))],
        "from the future": [after(lambda path: os.utime(path, (now + DAY, now + DAY)))],
        "from 1970": [after(lambda path: os.utime(path, (0, 0)))],
        "read-only directory": [after(lambda path: path.parent.chmod(0o555))],
        "nothing can be written": [after(lambda path: None)],
    }
    if os.geteuid() == 0:
        found["wrong owner"] = [after(lambda path: os.chown(path, NOBODY, NOBODY))]
    return found


def skipped() -> str:
    """Return why a state is not tried here, or ""."""
    return "" if os.geteuid() == 0 else "wrong owner: only root can give files away"

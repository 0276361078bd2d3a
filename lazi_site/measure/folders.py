"""A folder that every run of a program finds in the same state (``--files``), and what it wrote there.

What is the user's is moved aside and back, never copied over and never deleted.
"""

from __future__ import annotations

import hashlib
import os
import shutil

from ..errors import RefusedError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM_TEXT = 1 << 20  # bytes; of larger files only whether they are the same is told
SKIPPED = ("__pycache__",)  # what importing writes, which lazy imports do less of


class Folder:
    """The folder *path* during several runs; use it in a ``with`` statement.

    Errors: UsageError if *path* is a file, RefusedError if it holds *environment*
    or cannot be moved aside.
    """

    def __init__(self, path: str, environment: str) -> None:
        self.path = os.path.realpath(path)
        self.aside = f"{self.path}.lazi-original-{os.getpid()}"
        self.existed = os.path.isdir(self.path)
        if os.path.exists(self.path) and not self.existed:
            raise UsageError("files-not-a-folder", f"{path} is not a folder.")
        inside = os.path.join(os.path.realpath(environment), "")
        if inside.startswith(os.path.join(self.path, "")):
            raise RefusedError(
                "files-holds-environment",
                f"The folder {path} holds the virtualenv, which must stay where it is.",
                "Name a folder below it with --files.",
            )

    def __enter__(self) -> Folder:
        if self.existed:
            try:
                os.rename(self.path, self.aside)
            except OSError as error:
                raise RefusedError(
                    "files-not-movable",
                    f"The folder {self.path} cannot be moved aside: {error.strerror}.",
                    "Name another folder with --files.",
                ) from None
        return self

    def __exit__(self, *exception: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self.existed:
            os.rename(self.aside, self.path)

    def renew(self) -> None:
        """Put the folder back into the state that it had at first."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self.existed:
            shutil.copytree(self.aside, self.path, symlinks=True)

    def contents(self) -> dict[str, str]:
        """Return what every file of the folder says, by its path inside; of a binary file its hash."""
        return {
            os.path.relpath(path, self.path): describe_file(path) for path in sorted(files_below(self.path))
        }


def files_below(folder: str) -> Iterator[str]:
    """Yield the path of every file below *folder* but byte code."""
    for directory, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in SKIPPED]
        yield from (os.path.join(directory, name) for name in files)


def describe_file(path: str) -> str:
    """Return the text in the file *path*, or size and hash of what is no text."""
    if os.path.islink(path):
        return f"link to {os.readlink(path)}"
    if not os.path.isfile(path):
        return "no regular file"  # opening a FIFO would wait
    try:
        with open(path, "rb") as file:
            data = file.read(MAXIMUM_TEXT + 1)
            if len(data) <= MAXIMUM_TEXT and b"\0" not in data:
                try:
                    return data.decode("utf-8")
                except UnicodeDecodeError:
                    pass
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return f"binary, {os.path.getsize(path)} bytes, SHA-256 {digest}"

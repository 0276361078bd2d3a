"""One thing that was found."""

from __future__ import annotations

from .codes import CODES, ERROR, WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Finding:
    """What was found, and how bad it is.

    code: one of CODES. level: "ok", "info", "warning" or "error".
    message: one sentence without its period, about this environment.
    path: the file or directory that it is about, or "".
    repair: does what ``doctor --fix`` does about it, or None where that is somebody else's; raises OSError.
    """

    __slots__ = ("code", "level", "message", "path", "repair")

    def __init__(
        self, code: str, level: str, message: str, path: str = "", repair: Callable[[], object] | None = None
    ) -> None:
        self.code = code
        self.level = level
        self.message = message
        self.path = path
        self.repair = repair

    @property
    def is_bad(self) -> bool:
        """Whether something should be done."""
        return self.level in (WARNING, ERROR)

    @property
    def advice(self) -> str:
        """What to do, as a sentence."""
        return CODES[self.code].advice

    def as_dict(self) -> dict[str, object]:
        """The finding for JSON."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "path": self.path or None,
            "advice": self.advice if self.is_bad else None,
            "fixable": self.repair is not None,
        }

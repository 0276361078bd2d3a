"""The file of records (LAZI_REPORT): JSON lines, and a clock that stands still while one is written.

What the records say is documented in watch.py, which alone writes them.
"""

import os
from time import perf_counter_ns as clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    Place = tuple[str, str, int, str]  # module, file, line, function

MAXIMUM_KEPT = 32  # lines written at once: each write is a third of what a record costs
MAXIMUM_QUOTED = 50_000  # texts whose JSON is kept

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class Quoted(dict["str | tuple[str, ...]", str]):
    """By text, or several: JSON for it. Most are names of modules and files, told over and over.

    The module json is not the program's business to find loaded.
    """

    __slots__ = ()

    def __missing__(self, text: "str | tuple[str, ...]") -> str:
        if isinstance(text, tuple):
            found = "[" + ", ".join([self[one] for one in text]) + "]"
        elif text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
            found = f'"{text}"'
        else:
            found = "".join([c if " " <= c <= "~" and c not in '"\\' else _escape(c) for c in text])
            found = f'"{found}"'
        if len(self) < MAXIMUM_QUOTED:
            self[text] = found
        return found


quoted = Quoted()


class Load:
    """An import under way. inner: nanoseconds spent in imports inside of it. caller: whose it is.

    places: what walk() of watch.py found from there on, if that was wanted.
    """

    __slots__ = ("caller", "inner", "places")

    def __init__(self, caller: "FrameType | None") -> None:
        self.caller = caller
        self.inner = 0
        self.places: tuple[list[Place], FrameType | None] | None = None


class Report:
    """The file of records, and the imports under way in each thread.

    began: when telling began, by the clock; paused: nanoseconds spent telling
    since then, which are not the program's.
    descriptor: of the file, to which whole lines are appended by one write, so
    that several processes may share it; -1 without one.
    kept: lines not yet written, of the process *pid*. Only while an import is
    under way are some kept: a process killed in it leaves out its last ones.
    """

    __slots__ = ("began", "descriptor", "kept", "paused", "pid", "under_way")

    def __init__(self) -> None:
        self.descriptor = -1
        self.began = clock()
        self.paused = 0
        self.kept: list[str] = []
        self.pid = os.getpid()
        self.under_way: dict[int, list[Load]] = {}  # by thread, the innermost last

    def clock(self) -> int:
        """Return the nanoseconds since telling began that were the program's."""
        return clock() - self.began - self.paused

    def open(self, path: str) -> bool:
        """Append to the file *path* (``%p`` is the pid) from now on; return whether that can be done."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        try:
            # O_NONBLOCK: opening a FIFO that nobody reads must not wait.
            self.descriptor = os.open(
                path.replace("%p", str(os.getpid())), flags | getattr(os, "O_NONBLOCK", 0), 0o644
            )
            if hasattr(os, "O_NONBLOCK"):
                os.set_blocking(self.descriptor, True)
        except (OSError, ValueError):
            return False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forked)
        return True

    def forked(self) -> None:
        """Begin with nothing kept in the child of a fork; what the parent has kept it writes itself."""
        self.pid = os.getpid()
        self.kept = []

    def write(self, event: str, fields: str, began: int) -> None:
        """Append a record.

        fields: its fields as JSON, without braces; see quoted and the functions below.
        began: what the clock said when the telling of it began.
        """
        if self.descriptor < 0:
            return
        self.kept.append(f'{{"event": "{event}", "pid": {self.pid}, {fields}}}\n')
        if not self.under_way or len(self.kept) >= MAXIMUM_KEPT:
            lines, self.kept = self.kept, []
            try:
                os.write(self.descriptor, "".join(lines).encode("ascii"))
            except OSError:
                self.descriptor = -1  # a full disk, for example; the program must not suffer
        self.paused += clock() - began


report = Report()


def quote_stack(places: "Iterable[Place]") -> str:
    """Return what stack() of watch.py returned as JSON."""
    frames = [
        f"[{quoted[module]}, {quoted[file]}, {line}, {quoted[function]}]"
        for module, file, line, function in places
    ]
    return "[" + ", ".join(frames) + "]"


def _escape(character: str) -> str:
    number = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 | number >> 10:04x}\\u{0xDC00 | number & 0x3FF:04x}"

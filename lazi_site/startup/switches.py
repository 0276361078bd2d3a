"""What a running program may change about laziness; both engines look here at every statement."""

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Switches:
    """active: imports may wait. declared_only: the mode "declared".

    watched: what becomes of imports is to be told; see watch.py. trace: the level of LAZI_TRACE.
    eager_depth: open eager_imports() blocks by thread. eager_importer: whose
    imports are eager by set_eager_imports() (PEP 690), or None. open_places: by id
    of a frame, which of its own statements may wait all the same; see running.py.

    is_plain: imports may wait, and nothing else here decides which. An engine looks
    at this first; whoever changes another one does so by change(), or calls it.
    is_quiet: is_plain, the mode is "all", and nothing is to be told.
    """

    __slots__ = (
        "active",
        "declared_only",
        "eager_depth",
        "eager_importer",
        "is_plain",
        "is_quiet",
        "open_places",
        "trace",
        "watched",
    )

    def __init__(self) -> None:
        self.active = True
        self.declared_only = False
        self.trace = 0
        self.watched = False
        self.eager_depth: dict[int, int] = {}
        self.eager_importer: Callable[[str], bool] | None = None
        self.open_places: dict[int, list[int]] = {}
        self.is_plain = self.is_quiet = True

    def change(self, **values: "Any") -> None:
        """Give those of *values* to the switches of these names, and work out those that sum them up."""
        for name, value in values.items():
            setattr(self, name, value)
        unused = not (self.eager_depth or self.open_places)
        self.is_plain = self.active and unused and self.eager_importer is None
        self.is_quiet = self.is_plain and not (self.watched or self.declared_only)

    def force_eager(self, namespace: "dict[str, Any]") -> bool:
        """Return whether the program wants imports eager that are made now, in the module of *namespace*."""
        if not self.active:
            return True
        if self.eager_depth and get_ident() in self.eager_depth:
            return True
        return self.eager_importer is not None and self.eager_importer(str(namespace.get("__name__")))


switches = Switches()

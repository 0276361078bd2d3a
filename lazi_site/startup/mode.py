"""Where the native engine hooks (3.15 and later): the interpreter's mode and its filter.

The filter put in place here answers what needs no policy. The first import of
anybody else's module loads the engine (``lazi_site.native``), whose filter
replaces it, so a bare start pays for neither.
"""

import sys

from . import record_fault, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Filter = Callable[[object, str, tuple[str, ...] | None], object]

STDLIB = sys.stdlib_module_names
_getframe = sys._getframe


class Before:
    """What stood before install(), for an exact undo."""

    __slots__ = ("filter", "mode")

    def __init__(self) -> None:
        self.filter: Filter | None = None
        self.mode = "normal"


before = Before()


def is_explicit() -> bool:
    """Return whether the statement for which the filter is asked says ``lazy`` itself.

    The lowest bit of IMPORT_NAME's argument tells (3.15). Such imports stay
    lazy whatever the policy: the standard library has 40, and refusing them
    makes its start-up slower than it is eagerly.
    """
    frame = _getframe(2)
    return bool(frame.f_code.co_code[frame.f_lasti + 1] & 1)


def first_filter(importer: object, name: str, fromlist: "tuple[str, ...] | None") -> object:
    """Answer for the standard library and ourselves; anybody else brings the engine."""
    if is_explicit():
        return before.filter is None or before.filter(importer, name, fromlist)
    if isinstance(importer, str):
        top = importer.partition(".")[0]
        if top in STDLIB or top == "lazi_site":
            return False
    try:
        from ..native import engine

        sys.set_lazy_imports_filter(engine.import_filter)  # type: ignore[attr-defined]
        frame = _getframe(1)
        return engine.answer(importer, name, fromlist, frame)
    except Exception as error:
        remove()
        record_fault("the first import", error)
        return False


def install() -> None:
    """Make every import potentially lazy, and ask us about each; an existing filter is asked too.

    In the mode "declared" only statements that say so themselves are lazy,
    which is what the interpreter does when it is left alone.
    """
    before.filter = sys.get_lazy_imports_filter()  # type: ignore[attr-defined]
    before.mode = sys.get_lazy_imports()  # type: ignore[attr-defined]
    sys.set_lazy_imports_filter(first_filter)  # type: ignore[attr-defined]
    if state.snapshot["settings"]["mode"] == "all":
        sys.set_lazy_imports("all")  # type: ignore[attr-defined]


def remove() -> None:
    """Give the interpreter back its mode and filter of before."""
    sys.set_lazy_imports(before.mode)  # type: ignore[attr-defined]
    sys.set_lazy_imports_filter(before.filter)  # type: ignore[attr-defined]

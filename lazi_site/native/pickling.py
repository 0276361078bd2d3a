"""Pickling what waits: cloudpickle takes the globals of a function, and finds the interpreter's stand-ins.

Such a stand-in becomes the name of what it stands for, to be imported by who loads the pickle.
Loaded with the module pickle, which has loaded what is needed here but pkgutil.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def reduce_lazy_import(stand_in: "Any") -> "tuple[Callable[..., Any], tuple[str]]":
    """Return what makes the object anew that *stand_in* waits for; fails if its import does."""
    from pkgutil import resolve_name
    from types import ModuleType

    value = stand_in.resolve()
    if isinstance(value, ModuleType):
        return resolve_name, (value.__name__,)
    module, _, name = repr(stand_in)[len("<lazy_import '") : -2].rpartition(".")
    return resolve_name, (f"{module}:{name}",)


def install() -> None:
    """Have every pickler of this process know the interpreter's stand-ins."""
    from copyreg import pickle
    from types import LazyImportType  # type: ignore[attr-defined]

    pickle(LazyImportType, reduce_lazy_import)


install()

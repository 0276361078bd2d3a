"""lazi-site: every Python of a virtualenv imports lazily, with nothing edited.

This module holds the version and the few public names. It imports nothing:
the names below are fetched on first use (PEP 562), because this file is read
at every interpreter start of an enabled environment.

PYTEST_DONT_REWRITE: pytest would warn that this package, which holds a plug-in
of it, was loaded before its assertions could be rewritten.
"""

__version__ = "0.1.0"

_PUBLIC = (
    "activate",
    "active",
    "deactivate",
    "eager_imports",
    "is_active",
    "lazy_module",
    "lazy_modules",
    "resolve_all",
    "set_eager_imports",
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import activate as activate
    from .api import active as active
    from .api import deactivate as deactivate
    from .api import eager_imports as eager_imports
    from .api import is_active as is_active
    from .api import lazy_module as lazy_module
    from .api import lazy_modules as lazy_modules
    from .api import resolve_all as resolve_all
    from .api import set_eager_imports as set_eager_imports


def __getattr__(name: str) -> object:
    if name in _PUBLIC:
        from . import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_PUBLIC]

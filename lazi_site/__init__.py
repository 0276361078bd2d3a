"""lazi-site: every Python of a virtualenv imports lazily, with nothing edited.

This module holds the version and the few public names. It imports nothing:
the names below are fetched on first use (PEP 562), because this file is read
at every interpreter start of an enabled environment.

PYTEST_DONT_REWRITE: pytest would warn that this package, which holds a plug-in
of it, was loaded before its assertions could be rewritten.
"""

__version__ = "0.1.0"

_PUBLIC = {  # by name, the module of the folder api that has it
    "State": "states",
    "activate": "switching",
    "active": "switching",
    "deactivate": "switching",
    "eager_imports": "switching",
    "is_active": "switching",
    "lazy_imports": "switching",
    "lazy_module": "late",
    "lazy_modules": "waiting",
    "resolve_all": "waiting",
    "set_eager_imports": "switching",
    "set_unloading": "unloading",
    "state": "states",
    "unload": "unloading",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api.late import lazy_module as lazy_module
    from .api.states import State as State
    from .api.states import state as state
    from .api.switching import activate as activate
    from .api.switching import active as active
    from .api.switching import deactivate as deactivate
    from .api.switching import eager_imports as eager_imports
    from .api.switching import is_active as is_active
    from .api.switching import lazy_imports as lazy_imports
    from .api.switching import set_eager_imports as set_eager_imports
    from .api.unloading import set_unloading as set_unloading
    from .api.unloading import unload as unload
    from .api.waiting import lazy_modules as lazy_modules
    from .api.waiting import resolve_all as resolve_all


def __getattr__(name: str) -> object:
    if name in _PUBLIC:
        return getattr(__import__(f"{__name__}.api.{_PUBLIC[name]}", None, None, (name,)), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_PUBLIC]

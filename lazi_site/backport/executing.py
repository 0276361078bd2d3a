"""Modules whose loader executes their code by an ``exec()`` of its own, with which we have nothing to do.

pytest's does, for test modules, conftest files and all modules of plug-ins,
whose assertions it rewrites. The loader's module gets an ``exec`` among its
globals, which hide the built-in one: it does the same, but defers the imports
of what is executed as the body of a module. (3.11 to 3.14; on 3.15 the interpreter asks
its filter whoever executes.)
"""

import sys

from ..startup.bootstrap import record_fault
from ..startup.loaders import leave_traceback
from ..startup.packages import is_running
from . import engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def execute(code: "CodeType", namespace: "dict[str, Any]", /) -> None:
    """Execute *code*, with its imports deferred if it is the body of the module that has the *namespace*."""
    try:
        name = namespace.get("__name__", "")
        if getattr(sys.modules.get(name), "__dict__", None) is namespace and is_running(namespace):
            code = engine.prepare(code, name, sys._getframe(2))  # below the loader
    except RecursionError:
        pass  # the program's own depth
    except Exception as error:
        record_fault(f"preparing {namespace.get('__name__')}", error)
    try:
        exec(code, namespace)
    except BaseException as error:
        leave_traceback(error)
        raise


# Nor must it be taken for the importing frame by warnings, which skip those of importlib.
execute.__code__ = execute.__code__.replace(co_filename="<frozen importlib._bootstrap>")

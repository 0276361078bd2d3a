"""The start-up side's own code, packed into the snapshot: one file is read then, instead of twenty.

Finding, opening and checking a module's file takes several times as long as
running it, and a small program feels twenty of them.
"""

from __future__ import annotations

import marshal
import os
import sys

from .own import own_folder
from .sources import read_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# What runs before the snapshot is read; watched too, because it belongs to the same version.
BEFORE = ("startup.bootstrap", "startup.settle", "startup.snapshot")
# In the order in which they need each other. The stubs early, because some programs need no more.
QUICK = [f"startup.{name}" for name in ("switches", "finders", "packages", "decisions")]
STORING = ("config", "config.snapshot", "config.storing")  # at the end of a program that found anything new
PACKED = {
    "backport": [
        *("", "startup", "startup.bytecode", "backport", "backport.stubs"),
        *("startup.guards", *QUICK, "startup.policy"),
        *(f"backport.{name}" for name in ("namespaces", "keys", "modules", "deferred", "patch", "engine")),
        *("startup.loaders", "backport.program"),
        # Loaded for what no earlier start has decided.
        *("startup.usage", "backport.reading", *STORING),
    ],
    "native": [
        *("", "startup", "startup.guards", *QUICK, "native", "native.engine"),
        *(f"startup.{name}" for name in ("bytecode", "usage", "policy", "effects")),
        *("native.reading", "native.judging", *STORING, "native.telling"),
    ],
}

# By name, in the order in which they are to be run: file, is it a package, marshalled code.
Packed = dict[str, tuple[str, bool, bytes]]


def pack_code(former: Mapping[str, Any] | None) -> tuple[Packed, list[tuple[str, int, int]]]:
    """Return the code of our packages and of this engine, and (path, mtime_ns, size) of the files.

    A file that cannot be read or compiled is left out. former: a snapshot whose
    code is taken if the files are as they were; compiling takes 70 ms.
    """
    package = own_folder()
    names = PACKED["native" if sys.version_info >= (3, 15) else "backport"]
    stamps = [(path, *read_stamp(path)) for path, _ in (file_of(package, name) for name in (*BEFORE, *names))]
    try:
        if former is not None and former["code"] and set(stamps) <= set(former["sources"]):
            return former["code"], stamps
    except (KeyError, TypeError):
        pass  # it has the right hash, but not our content
    packed = {}
    for name in names:
        path, is_package = file_of(package, name)
        # Docstrings are left out, except of packages: pytest looks for a word in that of a plug-in's.
        optimize = 1 if is_package else 2
        try:
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec", dont_inherit=True, optimize=optimize)
        except (OSError, SyntaxError, ValueError):
            continue  # the import system meets it too, and then it is told
        packed[f"lazi_site.{name}".rstrip(".")] = (path, is_package, marshal.dumps(code))
    return packed, stamps


def file_of(package: str, name: str) -> tuple[str, bool]:
    """Return the file of our module *name* in the folder *package*, and whether it is a package.

    name: below ``lazi_site``, "" for itself.
    """
    path = os.path.join(package, *filter(None, name.split(".")))
    if os.path.isdir(path):
        return os.path.join(path, "__init__.py"), True
    return path + ".py", False

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
# By engine: (parts, modules), in the order in which they need each other; the stubs early, because some
# programs need no more. Every program to which a policy applies runs those of no part. Those of a part
# need only these and each other, and are run for what is rarer: J to decide about statements that no
# earlier start has seen, E to find out whether a target is imported for its effect, H what a call
# hashes names for, S to store decisions at the end, W to tell of imports.
QUICK = [f"startup.{name}" for name in ("switches", "finders", "packages", "decisions")]
TELLING = [f"startup.{name}" for name in ("trace", "records", "watch")]
STORING = ["config", "config.snapshot", "config.storing"]
PACKED = {
    "backport": [
        ("", ["", "startup", "startup.bytecode", "backport", "backport.stubs", "startup.guards"]),
        ("", [*QUICK, "startup.policy"]),
        ("W", TELLING),
        (
            "",
            [f"backport.{name}" for name in ("namespaces", "keys", "modules", "deferred", "patch", "engine")],
        ),
        ("", ["startup.loaders", "backport.program"]),
        ("J", ["startup.usage", "backport.reading"]),
        ("E", ["startup.effects"]),
        ("H", ["backport.callees"]),
        ("S", STORING),
    ],
    "native": [
        ("", ["", "startup", "startup.guards", *QUICK, "native", "native.engine"]),
        ("JW", ["startup.bytecode", "startup.policy"]),
        ("J", ["startup.usage", "startup.effects", "native.reading", "native.judging"]),
        ("W", [*TELLING, "native.telling"]),
        ("S", STORING),
    ],
}

# By name, in the order in which they are to be run: parts, file, is it a package, marshalled code.
Packed = dict[str, tuple[str, str, bool, bytes]]


def pack_code(former: Mapping[str, Any] | None) -> tuple[Packed, list[tuple[str, int, int]]]:
    """Return the code of our packages and of this engine, and (path, mtime_ns, size) of the files.

    A file that cannot be read or compiled is left out. former: a snapshot whose
    code is taken if the files are as they were; compiling takes 70 ms.
    """
    package = own_folder()
    parts = PACKED["native" if sys.version_info >= (3, 15) else "backport"]
    names = {name: part for part, some in parts for name in some}
    stamps = [(path, *read_stamp(path)) for path, _ in (file_of(package, name) for name in (*BEFORE, *names))]
    try:
        if former is not None and former["code"] and set(stamps) <= set(former["sources"]):
            return former["code"], stamps
    except (KeyError, TypeError):
        pass  # it has the right hash, but not our content
    packed = {}
    for name, part in names.items():
        path, is_package = file_of(package, name)
        # Docstrings are left out, except of packages: pytest looks for a word in that of a plug-in's.
        optimize = 1 if is_package else 2
        try:
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec", dont_inherit=True, optimize=optimize)
        except (OSError, SyntaxError, ValueError):
            continue  # the import system meets it too, and then it is told
        packed[f"lazi_site.{name}".rstrip(".")] = (part, path, is_package, marshal.dumps(code))
    return packed, stamps


def file_of(package: str, name: str) -> tuple[str, bool]:
    """Return the file of our module *name* in the folder *package*, and whether it is a package.

    name: below ``lazi_site``, "" for itself.
    """
    path = os.path.join(package, *filter(None, name.split(".")))
    if os.path.isdir(path):
        return os.path.join(path, "__init__.py"), True
    return path + ".py", False

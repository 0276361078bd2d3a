"""The start-up side's own code, packed into the snapshot: one file is read then, instead of twenty.

Finding, opening and checking a module's file takes several times as long as
running it, and a small program feels twenty of them.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import SourceFileLoader

from ..startup.snapshot import piece
from .own import own_folder
from .sources import read_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any

# What runs before the snapshot is read; watched too, because it belongs to the same version.
BEFORE = ("startup.bootstrap", "startup.snapshot")
# By engine: (parts, modules), in the order in which they need each other; the stubs early, because some
# programs need no more. Every program to which a policy applies runs those of no part. Those of a part need
# only these and each other, and are run for what is rarer: A for an AttributeError in a module's body, B for
# byte code without source, C for copies of namespaces, E to find out whether a target is imported for its
# effect, F what a new finder uses, G whether a module is loaded in a try, H what a call hashes names for,
# I for the numbers of instructions, J to decide about statements that no earlier start has seen, K to keep
# what was decided, L what waits below a package, M how small others are, P to pickle, R for errors, S to
# store decisions at the end, T for the option "settle-after", U how names are used, W to tell of imports, X
# for loaders that execute code themselves. The first of a module's parts is that of which it is the last one.
QUICK = [
    f"startup.{name}" for name in ("shortcut", "switches", "finders", "packages", "callers", "decisions")
]
TELLING = [f"startup.{name}" for name in ("trace", "records", "watch")]
STORING = ["config", "config.snapshot", "config.storing"]
PACKED = {
    "backport": [
        ("", ["", "startup", "startup.settle", "startup.instructions", "backport", "backport.stubs"]),
        ("", ["startup.guards", *QUICK, "startup.reasons"]),
        ("W", TELLING),
        (
            "",
            [f"backport.{name}" for name in ("namespaces", "keys", "modules", "deferred", "patch", "engine")],
        ),
        ("", ["startup.loaders", "backport.program", "backport.neighbours"]),
        ("C", ["backport.copies"]),
        ("R", ["startup.advice", "backport.errors"]),
        ("A", ["backport.failing"]),
        ("B", ["startup.sourceless"]),
        ("KJEMS", ["startup.shared", "startup.keeping"]),
        ("JEFGHMU", ["startup.bytecode"]),
        ("GJ", ["startup.catching"]),
        ("UJEFM", ["startup.usage"]),
        ("J", ["startup.plugins", "startup.policy", "backport.reading", "backport.deciding"]),
        ("J", ["backport.blocks"]),
        ("L", ["startup.waiting"]),
        ("EM", ["startup.effects"]),
        ("F", ["startup.finding"]),
        ("H", ["backport.callees"]),
        ("M", ["backport.small"]),
        ("T", ["backport.settling"]),
        ("X", ["backport.executing"]),
        ("S", STORING),
    ],
    "native": [
        ("", ["", "startup", "startup.settle", "startup.guards", *QUICK, "native", "native.engine"]),
        ("KJWS", ["startup.shared", "startup.keeping"]),
        ("IJFGUW", ["startup.instructions"]),
        ("JFGUW", ["startup.bytecode"]),
        ("JW", ["startup.reasons"]),
        ("GJ", ["startup.catching"]),
        ("UJF", ["startup.usage"]),
        ("F", ["startup.finding"]),
        ("J", ["startup.plugins", "startup.policy", "startup.effects", "native.reading", "native.judging"]),
        ("L", ["startup.waiting"]),
        ("W", [*TELLING, "native.telling"]),
        ("P", ["native.pickling"]),
        ("S", STORING),
    ],
}

# By name, in the order in which they are to be run: parts, file, is it a package, and the code, marshalled
# if it is of a part. The common code is marshalled with all of it, each name that it has only once.
Packed = dict[str, "tuple[str, str, bool, CodeType | bytes]"]


def pack_code(
    former: Mapping[str, Any] | None, *, to_keep: bool = True
) -> tuple[Packed, list[tuple[str, int, int]]]:
    """Return the code of our packages and of this engine, and (path, mtime_ns, size) of the files.

    A file that cannot be read or compiled is left out. former: a stored snapshot whose
    code is taken if the files are as they were. to_keep: other starts will use it, so
    that it pays to compile it anew, smaller, which takes 20 to 60 ms.
    """
    package = own_folder()
    parts = PACKED["native" if sys.version_info >= (3, 15) else "backport"]
    names = {name: part for part, some in parts for name in some}
    stamps = [(path, *read_stamp(path)) for path, _ in (file_of(package, name) for name in (*BEFORE, *names))]
    try:
        if former is not None and former["code"] and set(stamps) <= set(former["sources"]):
            former_code = former["code"].items()
            found = {name: (*entry[:3], entry[3] or piece(former, name)) for name, entry in former_code}
            if all(entry[3] for entry in found.values()):
                return found, stamps
    except (AttributeError, IndexError, KeyError, TypeError):
        pass  # it has the right hash, but not our content
    packed: Packed = {}
    code: CodeType | None
    before = {f"lazi_site.{name}" for name in BEFORE}
    for name, part in names.items():
        path, is_package = file_of(package, name)
        full = f"lazi_site.{name}".rstrip(".")
        try:
            if to_keep:
                from .compiling import compile_small  # most who read the configuration compile nothing

                # Whoever runs this module has run those that are of all its parts.
                loaded = {one for one, (parts, *_) in packed.items() if not parts or set(part) <= set(parts)}
                code = compile_small(path, full, is_package, before | loaded)
            else:
                code = SourceFileLoader(full, path).get_code(full)
        except (ImportError, OSError, SyntaxError, ValueError):
            continue  # the import system meets it too, and then it is told
        if part:
            packed[full] = (part, path, is_package, marshal.dumps(code))
        elif code is not None:  # only loaders of other kinds have none
            packed[full] = (part, path, is_package, code)
    return packed, stamps


def file_of(package: str, name: str) -> tuple[str, bool]:
    """Return the file of our module *name* in the folder *package*, and whether it is a package.

    name: below ``lazi_site``, "" for itself.
    """
    path = os.path.join(package, *filter(None, name.split(".")))
    if os.path.isdir(path):
        return os.path.join(path, "__init__.py"), True
    return path + ".py", False

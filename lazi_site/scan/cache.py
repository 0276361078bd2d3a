"""What was read of a distribution, stored in the environment's own directory until its files change.

`enable` makes that directory; where it is not, nothing is stored. A file is
stored as a snapshot is, atomically, and trusted as one is: by owner, mode and
hash. Whatever fails means only that the distribution is read again.
"""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Any

from .. import __version__
from ..config.record import SCAN, state_directory
from ..config.snapshot import is_safe, pack_snapshot, write_atomically
from ..startup.snapshot import read_snapshot
from .distributions import Distribution

FORMAT = 3  # of what is stored; raised when the analysis finds something else


def recall(distribution: Distribution) -> dict[str, Any] | None:
    """Return the stored modules of *distribution*, None if it has to be read."""
    if not distribution.fingerprint:
        return None
    try:
        stored = read_snapshot(_path(distribution))
        if stored is not None and stored["key"] == _key(distribution):
            modules: dict[str, Any] = stored["modules"]
            return modules
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        pass
    return None


def remember(distribution: Distribution, modules: dict[str, Any]) -> None:
    """Store the *modules* of *distribution* if that is possible."""
    path = _path(distribution)
    try:
        if not distribution.fingerprint or not is_safe(state_directory()):
            return
        write_atomically(path, pack_snapshot({"key": _key(distribution), "modules": modules}))
    except (OSError, ValueError):
        pass


def _key(distribution: Distribution) -> str:
    # The place counts: a copied environment has the same RECORD and other paths.
    place = next(iter(distribution.files.values()))
    return repr((FORMAT, __version__, sys.implementation.cache_tag, place, distribution.fingerprint))


def _path(distribution: Distribution) -> str:
    name = hashlib.sha256(distribution.name.lower().encode()).hexdigest()[:16]
    return os.path.join(state_directory(), f"{SCAN}{sys.implementation.cache_tag}-{name}.data")

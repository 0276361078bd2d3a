"""Where the environment's own copy of us lies: what its starts run and read."""

from __future__ import annotations

import os
import sysconfig

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def own_folder() -> str:
    """Return the folder of the package.

    ``python -m lazi_site`` may run another copy, one that lies in the current
    directory: the environment's own comes first.
    """
    installed = os.path.join(sysconfig.get_path("purelib"), "lazi_site")
    return installed if os.path.isdir(os.path.join(installed, "startup")) else HERE

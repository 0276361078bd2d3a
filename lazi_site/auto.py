"""``import lazi_site.auto``: from here on imports of this process are lazy, enabled environment or not.

The start file does the same earlier; where it did, or where lazy imports were
switched on by the API, this does nothing. LAZI_DISABLE and the configuration
are obeyed. Never raises.
"""

import sys

from .startup import bootstrap


def reach_program() -> None:
    """Let the statements wait that the modules which led here have still to run."""
    from .startup import running

    running.follow(sys._getframe(1))


bootstrap.start(reach_program)

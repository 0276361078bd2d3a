"""``import lazi_site.auto``: from here on imports of this process are lazy, enabled environment or not.

The start file does the same earlier; where it did, or where lazy imports were
switched on by the API, this does nothing. LAZI_DISABLE and the configuration
are obeyed. Never raises.
"""

import os
import sys

from .startup import bootstrap


def install() -> None:
    """Make imports lazy in this interpreter as the start file does, but in the midst of a program."""
    state = bootstrap.state
    if state.started:
        return
    state.started = True
    if state.engine:
        return
    try:
        state.environment = sys.modules[os.name].environ.copy()
        state.reason = bootstrap.unsupported() or bootstrap.switched_off()
        if not state.reason:
            from .startup import running

            bootstrap.install_hooks()
            running.follow(sys._getframe(1))
    except Exception as error:
        bootstrap.record_fault("start-up", error)


install()

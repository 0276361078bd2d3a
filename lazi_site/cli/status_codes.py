"""The exit statuses of ``lazi-site``."""

from __future__ import annotations

OK = 0  # done, or the answer is yes
NEGATIVE = 1  # done, and the answer is no or something was found
REFUSED = 2  # wrong usage, or it cannot or must not be done; argparse uses it too
INTERRUPTED = 130  # as shells report SIGINT
BROKEN_PIPE = 141  # as shells report SIGPIPE

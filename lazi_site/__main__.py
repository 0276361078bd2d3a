"""``python -m lazi_site``: the same as the command ``lazi-site``."""

from __future__ import annotations

import sys

from lazi_site.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""What the start files say: the source of the ``.pth`` line, and the entry point of ``.start``.

``site`` executes a line of a ``.pth`` file that begins with ``import``; it has
to be one physical line. Every character of it is compiled at every start, so
it is short: it looks whether LAZI_DISABLE is 1, and has the stock loader load
bootstrap from its path. Finding it through its package would cost as much
again as all the rest. The line says nothing when lazi-site is gone, and lets
nothing but the end of the process out.
"""

from __future__ import annotations

import os
import sys

from ..config.own import own_folder

# Executed where the line is: in site's function, whose local names end with it (3.11 to 3.15).
START_SOURCE = """\
try:
 import sys, _frozen_importlib_external as e
 e._bootstrap._load(e.spec_from_file_location('lazi_site.startup.bootstrap', {path})).start()
except Exception: pass
"""

# `site` reads the start files of a virtual environment twice on 3.11 to 3.14. Of the kill switch only the
# value that the documents name is looked at here; others are start()'s affair, because reading them
# would take every start a fifth more of the time that compiling the line takes.
PTH_LINE = (
    "import os; 'lazi_site.startup.bootstrap' in os.sys.modules"
    " or os.getenv('LAZI_DISABLE') == '1' or exec({source!r})\n"
)

# PEP 829; `import` lines of .pth files are ignored from 3.18 on. The function
# looks at the kill switch itself.
START_ENTRY = "lazi_site.startup.bootstrap:start\n"

NAMES = ("lazi_site.pth", "lazi_site.start")
MARK = b"lazi_site.startup.bootstrap"  # in every start file of ours, of whatever version


def start_file_content(name: str) -> bytes:
    """Return what the start file *name*, one of NAMES, says in this interpreter's environment."""
    if name == "lazi_site.start":
        return START_ENTRY.encode()
    source = START_SOURCE.format(path=bootstrap_path())
    return PTH_LINE.format(source=source).encode()


def bootstrap_path() -> str:
    """Return the path of bootstrap.py as an expression, which holds in a moved environment too."""
    path = os.path.join(own_folder(), "startup", "bootstrap.py")
    inside = path.removeprefix(sys.prefix)
    if inside != path and inside.startswith(os.sep):
        return f"sys.prefix + {inside!a}"
    return ascii(path)


def start_file_name(version: tuple[int, int]) -> str:
    """Return the name of the start file that belongs to Python *version*.

    3.15 to 3.17 know ``.start`` files too, but resolving one costs 8.7 ms at
    every start (site imports pkgutil and re for it), the ``.pth`` line 0.6 ms.
    """
    return "lazi_site.start" if version >= (3, 18) else "lazi_site.pth"

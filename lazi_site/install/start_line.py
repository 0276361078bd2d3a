"""What the start files say: the source of the ``.pth`` line, and the entry point of ``.start``.

``site`` executes a line of a ``.pth`` file that begins with ``import``; it has
to be one physical line, so the readable source below is packed into an
``exec``. It looks at the kill switch before it imports anything, says nothing
when lazi-site is gone, and lets nothing but the end of the process out.
"""

from __future__ import annotations

# Executed in a namespace of its own: site's is not ours to fill. `os` is loaded
# in every interpreter that reads .pth files.
START_SOURCE = """\
try:
    if os.environ.get('LAZI_DISABLE', '').strip().lower() in ('', '0', 'false', 'no', 'off'):
        from lazi_site.startup import start
        start()
except Exception:
    pass
"""

PTH_LINE = f"import os; exec({START_SOURCE!r}, {{'os': os}})\n"

# PEP 829; `import` lines of .pth files are ignored from 3.18 on. The function
# looks at the kill switch itself.
START_ENTRY = "lazi_site.startup:start\n"

CONTENTS = {"lazi_site.pth": PTH_LINE.encode(), "lazi_site.start": START_ENTRY.encode()}


def start_file_name(version: tuple[int, int]) -> str:
    """Return the name of the start file that belongs to Python *version*.

    3.15 to 3.17 know ``.start`` files too, but resolving one costs 8.7 ms at
    every start (site imports pkgutil and re for it), the ``.pth`` line 0.6 ms.
    """
    return "lazi_site.start" if version >= (3, 18) else "lazi_site.pth"

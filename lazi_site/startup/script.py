"""Where the backport hooks for the program itself: a script, ``-c`` code or stdin, which no loader sees.

A frame takes its ``__import__`` from the ``__builtins__`` of its globals at the
moment it is made, and ``__main__`` exists before the start files run. So
``__main__`` gets builtins of its own with our ``__import__`` in them, and gets
the ordinary ones back at the first import statement that runs: only the one
frame of the program's module-level code keeps them. Functions, classes and
other modules never see them, and pay nothing. (3.11 to 3.14)

Names that are added to builtins later are found through ``__missing__``;
programs that mention builtins are left alone.
"""

import builtins
import os
import stat
import sys

from .bootstrap import bring, record_fault, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_getframe = sys._getframe
MAXIMUM_LOOK = 1 << 20  # bytes of a script that are looked through
__main__ = sys.modules["__main__"].__dict__


class ProgramBuiltins(dict):  # type: ignore[type-arg]
    """The builtins of the program's module-level frame: the ordinary ones with another ``__import__``."""

    def __missing__(self, name: str) -> "Any":
        return builtins.__dict__[name]


def worth_it() -> bool:
    """Return whether the program is one that we can hook and that seems to import at module level."""
    if sys.flags.interactive or sys.flags.inspect or not isinstance(__main__.get("__builtins__"), type(sys)):
        return False
    how = sys.argv[0] if sys.argv else ""
    if how == "-m":
        return False  # the module's loader does it
    if how == "-c":
        text = " ".join(sys.orig_argv)
        return "import " in text and "builtins" not in text
    if how in ("", "-"):
        return not os.isatty(0)
    try:
        # Only that: who opens a named pipe and closes it takes the program from the interpreter.
        if not stat.S_ISREG(os.stat(how).st_mode):
            return False
        with open(how, "rb", buffering=0) as file:
            data = b"\n" + file.read(MAXIMUM_LOOK)
    except OSError:
        return False
    return (b"\nimport " in data or b"\nfrom " in data) and b"builtins" not in data


def install() -> None:
    """Give ``__main__`` its own builtins if that is worth it."""
    if worth_it():
        bring("snapshot").bring_settle().settle()
        if not state.engine:
            return
        own = ProgramBuiltins(builtins.__dict__)
        own["__import__"] = program_import
        __main__["__builtins__"] = own


def program_import(
    name: str, namespace: "Any" = None, local: "Any" = None, fromlist: "Any" = (), level: int = 0
) -> "Any":
    """Stand in for ``__import__`` at the import statements of the program's module-level code."""
    if isinstance(__main__.get("__builtins__"), ProgramBuiltins):
        __main__["__builtins__"] = builtins
    frame = _getframe(1)
    is_program = frame.f_globals is __main__
    if not is_program and isinstance(frame.f_globals.get("__builtins__"), ProgramBuiltins):
        # Code that the program runs by exec(), which gave it the builtins of the program's frame.
        frame.f_globals["__builtins__"] = builtins.__dict__
    try:
        if state.engine:
            from .settle import skips
            from .snapshot import load

            if is_program and not skips(name, level):
                load("lazi_site.backport.program")
                from ..backport import program

                carrier = program.deferred(frame)
                if carrier is not None:
                    return carrier
            # A frame with the statement's file and line, and none of ours in the
            # way of warnings that look at the importing frame.
            load("lazi_site.backport.stubs")
            from ..backport import stubs

            stub = stubs.make(frame.f_code.co_filename, frame.f_lineno, level, name, fromlist, ())
    except Exception as error:
        record_fault(f"the program's import of {name}", error)
    if not state.engine:
        return builtins.__import__(name, namespace, local, fromlist, level)
    try:
        return eval(stub, frame.f_globals)
    except BaseException as error:
        stubs.tidy(error)
        raise

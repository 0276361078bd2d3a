"""Checks of lazi_site.backport.small: which modules are small, and what they need (3.11 to 3.14)."""

from __future__ import annotations

from pathlib import Path

from runner import equal, load, run

from lazi_site.backport import deciding, small
from lazi_site.startup.bootstrap import state
from lazi_site.startup.policy import Policy

BASE = {"pkg.near", "pkg.near:Base"}
# Bodies, and what has to be loaded before them besides their package; the standard library does not wait.
SMALL = (
    ("", set()),
    ("X = 1\nY = {'a': (X, 2)}\ndef f(a=X): return g()\n", set()),
    ("class A(Exception):\n    x = 1\nclass B(A): pass\nDEFAULT = B()\n", set()),
    ("import os, sys\ndef f(): return os, sys\n", {"os", "sys"}),
    ("import functools\n@functools.cache\ndef f(): pass\n", {"functools"}),
    ("from contextlib import contextmanager\n@contextmanager\ndef f(): yield\n", {"contextlib"}),
    ("from typing import IO, TypeVar\nT = TypeVar('T')\nclass C(IO[str]): pass\n", {"typing"}),
    ("import warnings\nclass W(Warning): pass\nwarnings.simplefilter('once', W)\n", {"warnings"}),
    ("import logging\nlog = logging.getLogger(__name__)\n", {"logging"}),
    ("from other import thing\ndef f(): return thing\n", set()),
    ("from other import thing\nclass C:\n    x = thing\n", {"other"}),
    ("from . import near\nX = [near]\n", {"pkg.near"}),
    ("from .near import Base\nclass C(Base):\n    pass\nclass D(C, Base): pass\n", BASE),
    ("from .near import Base as B\nclass C(Exception, B): pass\n", BASE),
    ("from enum import Enum\nclass E(Enum):\n    A = 1\n", {"enum"}),
    ("from .near import thing\n", {"pkg.near"}),
    ("try:\n    import other\nexcept ImportError:\n    other = None\n", {"other"}),
    ("from __future__ import annotations\nx: int = 1\n", set()),
    ("X = 1\nif __name__ == '__main__':\n    import other\n    other.run([x for x in X])\n", set()),
)
LARGE = (
    "X = f()\n",
    "print('loaded')\n",
    "def f(): pass\nX = f()\n",
    "import re\nX = re.compile('x')\n",
    "from collections import namedtuple\nN = namedtuple('N', 'a b')\n",
    "class C(make_base()): pass\n",
    "from . import near\nclass C(near.Base): pass\n",
    "from .near import decorate\n@decorate\nclass C: pass\n",
    "from .near import decorate\n@decorate\ndef f(): pass\n",
    "class C:\n    x = f()\n",
    "from .near import *\n",
    "X = [y for y in z]\n",
    "for x in y: pass\n",
    "raise ImportError\n",
    "no Python here\n",
    "X = 1\n" + "".join(f"X{number} = X\n" for number in range(300)),
    f"X = {'x' * small.MAXIMUM_SIZE!r}\n",
)


def needs(source: str, policy: Policy | None = None) -> set[str] | None:
    load("pkg", pkg____init__="", pkg__near="thing = 1\n", pkg__one=source)
    for path in Path("pkg").glob("__pycache__/one.*"):
        path.unlink()  # its date is that of the one before
    return small.needed_by(policy or deciding.get_policy(), "pkg.one")


def check_what_small_modules_need() -> None:
    for source, needed in SMALL:
        equal((source, needs(source)), (source, {"pkg", *needed}))


def check_what_takes_time_or_acts_is_not_small() -> None:
    for source in LARGE:
        equal((source[:80], needs(source)), (source[:80], None))


def check_what_is_to_be_lazy_by_configuration_is_not_small() -> None:
    equal(needs("X = 1\n"), {"pkg"})
    settings = {**state.snapshot["settings"], "lazy": {"pkg.one": "the configuration"}}
    equal(needs("X = 1\n", Policy(settings, {})), None)


def check_packages_and_what_is_not_there_are_not_small() -> None:
    load("pkg", pkg____init__="", pkg__sub____init__="")
    equal(
        [small.needed_by(deciding.get_policy(), name) for name in ("pkg", "pkg.nowhere", "sys")], [None] * 3
    )


run(globals())

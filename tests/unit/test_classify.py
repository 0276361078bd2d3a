"""What loading a module does to others, told from pieces of source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lazi_site.scan.classify import classify
from lazi_site.scan.codes import CODES
from lazi_site.scan.modules import read_modules
from lazi_site.startup import policy

SAFE = [
    "",
    "'''words'''",
    "import a\nX = a.b\nY = a.f()\nZ = [X, Y]",
    "import a\ndef f(): a.register(f)\nclass C:\n    def g(self): a.x = 1",
    "import functools\n@functools.cache\ndef f(): pass",
    "import dataclasses\n@dataclasses.dataclass\nclass C: pass",
    "from a import check\n@check\ndef f(): pass",
    "items = []\nitems.append(1)\nitems[0] = 2",
    "def f(): pass\nf()",
    "class C: pass\nC.x = 1\nsetattr(C, 'y', 2)",
    "import typing\nif typing.TYPE_CHECKING:\n    import a\n    a.x = 1",
    "import a\nif __name__ == '__main__':\n    a.main()",
    "import os\nX = os.environ.get('X')\nY = os.environ['Y']",
    "print('loaded')",
]
ACTS = [
    ("import a\na.register(1)", 2, "registers"),
    ("from a import events\n@events.listens_for('x')\ndef f(): pass", 3, "registers"),
    ("from a import convert\n@convert.register(int)\ndef f(x): pass", 3, "registers"),
    ("from a import register_type\n@register_type\nclass C: pass", 3, "registers"),
    ("from a import registry\nC = registry.register(1)", 2, "registers"),
    ("from a import items\nitems.append(1)", 2, "calls-other"),
    ("from a import b\nc = b.items\nc.append(1)", 3, "calls-other"),
    ("import a\nif a.x:\n    a.start()", 3, "calls-other"),
    ("try:\n    import a\nexcept ImportError:\n    pass\nelse:\n    a.start()", 6, "calls-other"),
    ("import a\nclass C:\n    a.start()", 3, "calls-other"),
    ("import a\ndef f():\n    a.start()\nf()", 4, "calls-other"),
    ("import a\na.x = 1", 2, "changes-other"),
    ("import a\na.items['x'] = 1", 2, "changes-other"),
    ("import a\na.x += 1", 2, "changes-other"),
    ("import a\ndel a.x", 2, "changes-other"),
    ("from a import C\nx, C.y = 1, 2", 2, "changes-other"),
    ("from a import C\nsetattr(C, 'x', 1)", 2, "changes-other"),
    ("import sys\nsys.path.insert(0, 'x')", 2, "changes-interpreter"),
    ("from sys import path\npath.append('x')", 2, "changes-interpreter"),
    ("import sys\nsys.modules['x'] = None", 2, "changes-interpreter"),
    ("import sys\nsys.excepthook = print", 2, "changes-interpreter"),
    ("import os\nos.environ['X'] = '1'", 2, "changes-interpreter"),
    ("import atexit\natexit.register(print)", 2, "changes-interpreter"),
    ("import atexit\n@atexit.register\ndef f(): pass", 3, "changes-interpreter"),
    ("import warnings as w\nw.simplefilter('ignore')", 2, "changes-interpreter"),
    ("exec('x = 1')", 1, "runs-code"),
    ("import importlib\nimportlib.import_module('a')", 2, "runs-code"),
]


@pytest.mark.parametrize("source", SAFE)
def test_definitions_and_values_act_on_nobody(source: str) -> None:
    assert classify(source, "m", is_package=False).effects == []


@pytest.mark.parametrize(("source", "line", "code"), ACTS)
def test_effect_is_found_with_its_line(source: str, line: int, code: str) -> None:
    found = classify(source, "m", is_package=False).effects
    assert [(one.line, one.code) for one in found] == [(line, code)]
    assert code in CODES


def read(folder: Path, **sources: str) -> dict[str, list[tuple[int, str, str]]]:
    """Write {module: source}, dots as two underscores, and return {module: effects}."""
    files = {}
    for name, source in sources.items():
        path = folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        files[name.replace("__", ".")] = str(path)
    return {name: module["effects"] for name, module in read_modules(files).items()}


def test_class_is_noticed_by_a_base_or_metaclass_of_another_module(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        p__base="class Base:\n    def __init_subclass__(cls): pass\nclass Own(Base): pass",
        p__meta="class Meta(type):\n    def __new__(*a): pass\nclass Plain(type): pass",
        p__hands_on="from .base import Own as Other",
        p__child="from .hands_on import Other\nclass Child(Other): pass",
        p__made="from p import meta\n\nclass Made(metaclass=meta.Meta): pass",
        p__quiet="from p import meta\nclass Quiet(metaclass=meta.Plain): pass",
    )
    assert found == {
        "p.base": [],
        "p.meta": [],
        "p.hands_on": [],
        "p.child": [(2, "class-registers", "Child, by p.base.Base")],
        "p.quiet": [],
        "p.made": [(3, "class-registers", "Made, by p.meta.Meta")],
    }


def test_module_that_is_no_python_is_said_to_be_unreadable(tmp_path: Path) -> None:
    assert read(tmp_path, bad="x = = 1") == {"bad": [(1, "unreadable", "SyntaxError")]}


def test_every_code_of_the_policy_is_explained() -> None:
    source = Path(policy.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'return "([a-z-]+)", ', source))
    assert "eager-in-rule" in codes
    assert codes <= CODES.keys()

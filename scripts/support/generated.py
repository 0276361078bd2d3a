"""Generated modules: the property that a module whose imports wait does what it does eagerly.

The modules that they import lie in a package made once; they are loaded anew
for each run. Needs hypothesis, and an interpreter with the backport's engine.
"""

from __future__ import annotations

import py_compile
import sys
import types
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from .patching import walk

PACKAGE = "fuzzed"
FILES = {
    "__init__.py": "TOP = 'top'\n",
    "one.py": "VALUE = 1\nOTHER = 'other'\ndef make():\n    return 'made'\n",
    "two.py": "from . import one\nVALUE = 2\nfrom .one import OTHER as taken\n",
    "deep/__init__.py": "from .leaf import VALUE as INNER\nVALUE = 3\n",
    "deep/leaf.py": "VALUE = 4\nleaf = 5\n",
    "circle.py": "from . import turn\nVALUE = 6\n",
    "turn.py": "from . import circle\nVALUE = 7\n",
}
NAMES = st.sampled_from(["a", "b", "c", "one", "leaf", "fuzzed", "VALUE"])
MODULES = st.sampled_from(["one", "two", "deep", "deep.leaf", "circle"])
IMPORTS = st.one_of(
    st.builds("import fuzzed.{}".format, MODULES),
    st.builds("import fuzzed.{} as {}".format, MODULES, NAMES),
    st.builds("from fuzzed import {} as {}".format, st.sampled_from(["one", "two", "deep", "TOP"]), NAMES),
    st.builds("from fuzzed.{} import VALUE as {}".format, MODULES, NAMES),
    st.builds("from fuzzed.{} import VALUE, __name__ as {}".format, MODULES, NAMES),
    st.builds("from .{} import VALUE as {}".format, MODULES, NAMES),
    st.builds("from . import {}, two as {}".format, st.sampled_from(["one", "circle"]), NAMES),
    st.sampled_from(["from fuzzed.one import *", "import fuzzed", "from fuzzed.one import make"]),
)
OTHERS = st.one_of(
    st.builds("{} = 10".format, NAMES),
    st.builds("try:\n    del {}\nexcept NameError:\n    pass".format, NAMES),
    st.builds(
        "try:\n    seen.append(describe({}))\nexcept NameError:\n    seen.append('none')".format, NAMES
    ),
    st.builds("def f_{0}():\n    return {0}".format, NAMES),
    st.builds(
        "class C_{0}:\n  try:\n    held = describe({0})\n  except NameError:\n    held = 0".format,
        NAMES,
    ),
    st.builds("seen.append('{0}' in globals())".format, NAMES),
    st.builds("g_{0} = [describe(i) for i in range(2)]".format, NAMES),
)


def indented(text: str) -> str:
    """Return *text* one level deeper."""
    return "\n".join("    " + line for line in text.split("\n"))


def block(head: str, body: list[str], tail: str = "") -> str:
    """Return a compound statement."""
    return "\n".join([head, *map(indented, body or ["pass"]), *([tail] if tail else [])])


SIMPLE = st.one_of(IMPORTS, IMPORTS, OTHERS)
BODY = st.lists(SIMPLE, max_size=3)
NOT_STAR = st.lists(SIMPLE.filter(lambda text: "*" not in text), max_size=3)
STATEMENTS = st.one_of(
    SIMPLE,
    SIMPLE,
    SIMPLE,
    st.builds(lambda body: block("if seen is not None:", body), BODY),
    st.builds(lambda body: block("if not seen and False:", body), BODY),
    st.builds(lambda body: block("for i in range(2):", body), BODY),
    st.builds(lambda body: block("try:", body, "except ImportError:\n    pass"), BODY),
    st.builds(lambda body: block("def function():", body), NOT_STAR),
)
# Over 255 constants and names: the instructions then need EXTENDED_ARG.
FILLING = "\n".join(f"filling_{number} = {number + 1000}.5" for number in range(300))


def source_of(statements: list[str], *, is_long: bool) -> str:
    """Return the source of the module that *statements* make."""
    return "\n".join([*([FILLING] if is_long else []), *statements]) + "\n"


def make_package(folder: Path) -> None:
    """Write the package that generated modules import below *folder*, and put that on the path.

    With byte code: the modules are loaded twice for each one that is generated.
    """
    for name, text in FILES.items():
        path = folder / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        py_compile.compile(str(path), doraise=True)
    sys.path.insert(0, str(folder))


def describe(value: object) -> str:
    """Return what tells *value* from others, whatever run it comes from."""
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, types.FunctionType):
        return f"function {value.__qualname__}"
    if isinstance(value, type):
        return f"class {value.__qualname__} {getattr(value, 'held', '')!r}"
    return repr(value)


def run(code: types.CodeType, name: str) -> tuple[str, list[str], dict[str, str]]:
    """Execute *code* as the module *name*; return its error, what it saw, and every name's value."""
    for loaded in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
        del sys.modules[loaded]
    __import__(PACKAGE)
    module = types.ModuleType(name)
    sys.modules[name] = module
    namespace = module.__dict__
    seen: list[str] = []
    namespace.update({"__package__": PACKAGE, "seen": seen, "describe": describe})
    error = ""
    try:
        exec(code, namespace)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    found = {}
    for key in sorted(map(str, list(namespace))):
        if not key.startswith(("__", "filling_")) and key != "seen":
            value = getattr(module, key)
            found[key] = describe(value)
            if key.startswith("f_"):
                try:
                    found[key] += describe(value())
                except NameError:
                    found[key] += " NameError"
    del sys.modules[name]
    return error, seen, found


def check(engine: Any, source: str) -> bool:
    """Raise AssertionError if the module *source* does not do the same patched; disassemble it too.

    Return whether there was anything to patch.
    """
    name = f"{PACKAGE}.generated"
    code = compile(source, "generated.py", "exec", dont_inherit=True)
    eager = run(code, name)
    patched = engine.prepare(code, name, sys._getframe())
    walk(patched)
    assert run(patched, name) == eager, source
    return patched is not code

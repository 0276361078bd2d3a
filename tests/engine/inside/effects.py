"""Checks of lazi_site.startup.effects: what importing a module might change elsewhere."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from runner import equal, run

from lazi_site.startup import bytecode, effects

INERT = (
    "",
    '"""Only words."""',
    "X = 1\nY = 'a' + 'b'\nZ = [1, 2, {'k': (X,)}]",
    "X = 1\nX += 2\nY = X if X else None",
    "def f(a=1, *b, **c): return a\nasync def g(): pass\nh = lambda: f()",
    "class C:\n    x = 1\n    def f(self): self.x = 2; f(); g.y = 3",
    "class E(Exception): pass",
    "class C:\n    class D:\n        y = 2",
    "print('loaded')",
    "print('loaded', 1 + 2)\nX = 1",
    "if __name__ == '__main__':\n    pass",
    "x: int = 1\ny: str",
)
ACTING = (
    "print(f())",
    "print(1, file=f())",
    "print('x', file=f)",
    "f()",
    "x = f()",
    "import sys\nsys.x = 1",
    "import sys\nsys.path.append('x')",
    "import registry\nregistry.items['x'] = 1",
    "import registry\ndel registry.x",
    "import registry\ndel registry.items['x']",
    "raise ValueError",
    "class C(Base): pass",
    "class C(metaclass=M): pass",
    "class C:\n    f()",
    "class C:\n    other.x = 1",
    "@decorate\ndef f(): pass",
    "@decorate\nclass C: pass",
    "def f(x=g()): pass",
    "[f(x) for x in y]",
    "f(*a)",
    "f(**k)",
    "x.y()",
    "open('f', 'w')",
    "exec('x')",
)


def check_code_that_only_defines_is_inert() -> None:
    for source in INERT:
        equal((source, effects.is_inert(compile(source, "", "exec"))), (source, True))


def check_code_that_acts_is_not_inert() -> None:
    for source in ACTING:
        equal((source, effects.is_inert(compile(source, "", "exec"))), (source, False))


def write(**sources: str) -> None:
    if "" not in sys.path:
        sys.path.insert(0, "")
    for name, source in sources.items():
        path = Path(name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")


def check_imports_are_followed() -> None:
    write(
        inert="import inert_too\nX = 1",
        inert_too="Y = 2",
        acts="f()",
        acts_below="import inert\nimport acts",
        acts_from="from acts import x",
        acts_in_package="from pkg import sub",
    )
    Path("pkg").mkdir(exist_ok=True)
    Path("pkg/__init__.py").write_text("", encoding="utf-8")
    Path("pkg/sub.py").write_text("f()", encoding="utf-8")
    Path("pkg/relative.py").write_text("from . import sub", encoding="utf-8")
    Path("pkg/plain.py").write_text("from . import other", encoding="utf-8")
    Path("pkg/other.py").write_text("", encoding="utf-8")
    for name, expected in {
        "inert": False,
        "acts": True,
        "acts_below": True,
        "acts_from": True,
        "pkg": False,
        "pkg.sub": True,
        "pkg.relative": True,
        "pkg.plain": False,
    }.items():
        equal((name, effects.has_effects(name)), (name, expected))
        equal((name, name in sys.modules), (name, False))


def check_long_chains_of_imports_count_as_acting() -> None:
    depth = effects.MAXIMUM_DEPTH
    write(**{f"chain{i}": f"import chain{i + 1}" for i in range(20)}, chain20="")
    equal(effects.has_effects("chain0"), True)
    equal(effects.has_effects(f"chain{20 - depth + 1}"), False)


def check_missing_and_loaded_modules_have_no_effects() -> None:
    equal(effects.has_effects("surely_missing_mod"), False)
    equal(effects.has_effects("surely_missing_mod.sub"), False)
    equal(effects.has_effects("sys"), False)
    equal(effects.has_effects("effects_of_nothing.x"), False)


def check_modules_without_python_code_act() -> None:
    write()
    Path("compiled" + EXTENSION_SUFFIXES[0]).write_bytes(b"")
    equal(effects.has_effects("compiled"), True)


def check_standard_library_does_not_act_but_for_a_few() -> None:
    for name in ("colorsys", "sched", "wave", "xml.dom.minidom", "_lsprof"):
        equal((name, name in sys.modules, effects.has_effects(name)), (name, False, False))
        equal((name, effects.inert_files(name, None)), (name, ()))
    for name in ("antigravity", "encodings.idna", "this", "rlcompleter"):
        equal((name, name in sys.modules, effects.has_effects(name)), (name, False, True))
    write(shelve="f()")  # a module of that name that is not the standard library's
    equal(effects.has_effects("shelve"), True)


def check_files_tell_for_other_processes() -> None:
    """Where it does not count that a module is loaded here, and one without a file may be another."""
    write(
        calm="import calm_too\nimport json\nX = 1", calm_too="Y = 2", wild="import wild_too", wild_too="f()"
    )
    files = effects.inert_files("calm", None)
    equal([Path(path).name for path, *_ in files or ()], ["calm.py", "calm_too.py"])
    status = Path("calm.py").stat()
    equal(files and files[0][1:3], (status.st_mtime_ns, status.st_size))
    sys.modules["wild_too"] = sys
    for name, expected in {"wild": None, "encodings": None, "surely_missing_mod": None, "json": ()}.items():
        equal((name, effects.has_effects(name), effects.inert_files(name, None)), (name, False, expected))
    del sys.modules["wild_too"]
    Path("room").mkdir(exist_ok=True)
    equal(effects.inert_files("room", None), None)


def check_what_a_module_uses_of_its_importer() -> None:
    """A command adds itself to the group that its package made; a version is there to be read."""
    Path("program").mkdir(exist_ok=True)
    Path("program/__init__.py").write_text("from .command import run\n", encoding="utf-8")
    for source, expected in {
        "from . import group\n@group.command\ndef run(): pass": True,
        "import program\nprogram.group.add(1)": True,
        "from program import group, __version__\nprint(group)": True,
        "from . import __version__\nNAME = f'program {__version__}'\ndef run(): pass": False,
        "from . import group\ndef run(): return group": False,
        "from . import other\nother.add(1)": False,
    }.items():
        Path("program/command.py").write_text(source, encoding="utf-8")
        Path("program/other.py").write_text("", encoding="utf-8")
        spec = effects.find("program.command", is_own=True)
        assert spec is not None
        equal((source, effects.uses("program.command", spec, "program")), (source, expected))


def check_packages_without_code_do_not_act() -> None:
    Path("space/below").mkdir(parents=True, exist_ok=True)
    equal(effects.has_effects("space"), False)
    equal(effects.has_effects("space.below"), False)


def check_names_are_made_absolute() -> None:
    for arguments, expected in {
        ("a", 0, "p.q"): "a",
        ("a", 1, "p.q"): "p.q.a",
        ("a", 2, "p.q"): "p.a",
        ("", 1, "p.q"): "p.q",
        ("", 2, "p.q"): "p",
        ("a", 3, "p.q"): "",
        ("a", 1, ""): "",
        ("a.b", 1, "p"): "p.a.b",
    }.items():
        equal((arguments, bytecode.absolute(*arguments)), (arguments, expected))


def check_targets_of_a_module() -> None:
    source = "import a.b\nfrom c import d\nfrom . import e, f\nfrom ..g import h\nfrom ....x import y"
    found = effects.targets(compile(source, "", "exec"), "p.q")
    equal(found, ["a.b", "c", "p.q", "p.q.e", "p.q.f", "p.g"])


if __name__ == "__main__":
    run(globals())

"""The engine's code in the snapshot: complete, used, and made anew with every change."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

# Opening a file is audited, running packed code is not.
PROGRAM = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: event == "open" and opened.append(str(arguments[0])))
{code}
print([name for name in sys.modules if "lazi_site" in name])
print([path for path in opened if "lazi_site" in path])
"""
ENGINE = "lazi_site.native.engine" if IS_NATIVE else "lazi_site.backport.engine"


def loaded_and_opened(environment: Environment, code: str) -> tuple[list[str], list[str]]:
    """Return which modules of ours a program has loaded, and which of their files it opened."""
    done = environment.run("-c", PROGRAM.format(code=code), cwd=environment.root, check=True)
    modules, opened = done.stdout.splitlines()
    return eval(modules), eval(opened)


def test_engine_is_read_out_of_the_snapshot(enabled: Environment) -> None:
    (enabled.root / "other.py").write_text("import another\ndef f(): return another\n")
    (enabled.root / "another.py").write_text("")
    modules, opened = loaded_and_opened(enabled, "import other; other.f()")
    assert ENGINE in modules
    # The program's first import has brought what reads the snapshot, before the hook was there.
    assert opened == []


def test_engine_out_of_the_snapshot_is_that_of_the_files(enabled: Environment) -> None:
    """Every module that is packed is what importing its file would make, and none is missing."""
    code = """
import importlib.util
import other
ours = {name: module for name, module in sys.modules.items() if name.startswith("lazi_site")}
for name, module in ours.items():
    spec = importlib.util.spec_from_file_location(name, module.__file__)
    assert (module.__spec__.name, module.__spec__.origin) == (spec.name, spec.origin), name
    assert module.__spec__.submodule_search_locations == spec.submodule_search_locations, name
    package, _, child = name.rpartition(".")
    if package and child not in ("bootstrap", "snapshot", "script"):
        assert getattr(ours[package], child) is module, name
"""
    (enabled.root / "other.py").write_text("")
    modules, _ = loaded_and_opened(enabled, code)
    assert ENGINE in modules


def test_packed_code_has_no_annotations(enabled: Environment) -> None:
    """From 3.14 on they are code themselves, which every start would read."""
    code = """
import marshal
import other
from lazi_site.startup.bootstrap import state
from lazi_site.startup.snapshot import piece
from lazi_site.startup.policy import Policy
from lazi_site.startup.switches import change
def names(code):
    inner = [one for one in code.co_consts if type(one) is type(code)]
    return {code.co_name, *(name for one in inner for name in names(one))}
packed = {name: entry[3] for name, entry in state.snapshot["code"].items()}
assert sum(map(bool, packed.values())) > 8
codes = [code or marshal.loads(piece(state.snapshot, name)) for name, code in packed.items()]
assert len(codes) > 20
assert not any("__annotate__" in names(code) for code in codes)
assert change.__annotations__ == Policy.decide.__annotations__ == {}
"""
    (enabled.root / "other.py").write_text("")
    assert ENGINE in loaded_and_opened(enabled, code)[0]


def test_common_code_imports_nothing(enabled: Environment) -> None:
    """It takes from sys.modules what is loaded, which is all that its modules import when they run."""
    code = """
import dis
import other
from lazi_site.startup.bootstrap import state
from lazi_site.startup.switches import get_ident
common = [packed for parts, _, _, packed in state.snapshot["code"].values() if not parts]
steps = [one for code in common for one in dis.get_instructions(code)]
imported = {one.argval for one in steps if one.opname == "IMPORT_NAME"}
assert imported == {"", "startup"}, imported  # the modules that tell of imports, if somebody wants to know
import _thread
assert get_ident is _thread.get_ident
"""
    (enabled.root / "other.py").write_text("")
    assert ENGINE in loaded_and_opened(enabled, code)[0]


def test_each_rare_part_has_all_that_it_needs(enabled: Environment) -> None:
    """And not the code that decides, if it needs that not."""
    for name in ("other", "one", "two"):  # with these it has a file of decisions of its own
        (enabled.root / f"{name}.py").write_text("import one, two\ndef f(): one, two\n")
    (enabled.root / "main.py").write_text(
        "import other\nother.one, other.two\nimport sys\nfrom lazi_site.startup import decisions, snapshot\n"
        "opened = []\n"
        'sys.addaudithook(lambda event, arguments: event == "open" and opened.append(str(arguments[0])))\n'
        # Whoever is seen to look into sys.modules has the code that decides loaded.
        "modules = getattr(decisions, snapshot.MODULES)\nbefore = set(modules)\n"
        "for name in sys.argv[1:]:\n    snapshot.load(name)\nprint(sorted(set(modules) - before))\n"
        "print(opened)\n"
    )
    code = "import other\nfrom lazi_site.startup.bootstrap import state\n"
    code += "print(*(name for name, entry in state.snapshot['code'].items() if entry[0]))"
    rare = enabled.run("-c", code, cwd=enabled.root, check=True).stdout.split()
    assert len(rare) > 10
    for _ in range(3):
        enabled.run("main.py", check=True)
    for name in rare:
        modules, opened = enabled.run("main.py", name, check=True).stdout.splitlines()
        assert name in eval(modules)
        ours = [path for path in eval(opened) if "lazi_site" in path]
        assert ours == []
        if name.endswith((".keeping", ".catching")):
            assert "lazi_site.startup.policy" not in eval(modules)


def test_damaged_code_of_a_rare_part_is_taken_from_its_file(enabled: Environment) -> None:
    (snapshot,) = enabled.state.glob("policy-*.snapshot")
    data = bytearray(snapshot.read_bytes())
    end = 24 + int.from_bytes(data[16:24], "little")  # of the head, which is whole
    data[end:] = bytes(len(data) - end)
    snapshot.write_bytes(data)
    (enabled.root / "main.py").write_text("import other\nprint('main')\nother.f()\n")
    (enabled.root / "other.py").write_text("import another\nprint('other')\ndef f(): return another.V\n")
    (enabled.root / "another.py").write_text("print('another')\nV = 1\n")
    done = enabled.run("main.py", cwd=enabled.root)
    assert (done.stdout, done.stderr, done.returncode) == ("main\nother\nanother\n", "", 0)
    assert snapshot.read_bytes() == data


def test_copy_in_the_current_directory_is_not_what_is_stored(enabled: Environment) -> None:
    for snapshot in enabled.state.glob("*.snapshot"):
        snapshot.unlink()
    shutil.copytree(enabled.purelib / "lazi_site", enabled.root / "lazi_site")
    enabled.run("-m", "lazi_site", "enable", cwd=enabled.root, env={"LAZI_DISABLE": "1"}, check=True)
    code = "import other, lazi_site.startup.policy as ours; print(ours.__file__)"
    (enabled.root / "elsewhere").mkdir()
    (enabled.root / "elsewhere" / "other.py").write_text("")
    found = enabled.run("-c", code, cwd=enabled.root / "elsewhere", check=True).stdout
    assert found.strip().startswith(str(enabled.purelib))


def test_program_of_the_standard_library_alone_does_not_load_the_engine(enabled: Environment) -> None:
    modules, _ = loaded_and_opened(enabled, "import json, os.path\nfrom decimal import Decimal")
    assert ENGINE not in modules


@pytest.mark.parametrize("name", ["startup/bytecode.py", "__init__.py"])
def test_changed_file_of_ours_is_packed_anew(enabled: Environment, name: str) -> None:
    (snapshot,) = enabled.state.glob("*.snapshot")
    before = snapshot.read_bytes()
    path = enabled.purelib / "lazi_site" / name
    path.write_text(path.read_text("utf-8") + "CHANGED = 1\n", "utf-8")
    os.utime(path, ns=(1, 1))
    (enabled.root / "other.py").write_text("")
    code = "import other; import lazi_site.startup.bytecode as b, lazi_site as p; print([b, p])"
    changed = enabled.run("-c", f"{code}; print(hasattr(b, 'CHANGED'), hasattr(p, 'CHANGED'))", check=True)
    assert "True" in changed.stdout
    assert snapshot.read_bytes() != before


@pytest.mark.parametrize(
    "name", ["startup/bytecode.py", "startup/settle.py", "startup/snapshot.py", "engine"]
)
@pytest.mark.parametrize("damage", ["raise RuntimeError('no')", "syntax error"])
def test_damaged_file_of_ours_makes_imports_eager(enabled: Environment, name: str, damage: str) -> None:
    """The program does what it did, and says nothing."""
    package = enabled.purelib / "lazi_site"
    path = (
        package / name
        if name != "engine"
        else package / ("native" if IS_NATIVE else "backport") / "engine.py"
    )
    path.write_text(damage)
    (enabled.root / "main.py").write_text("import other\nprint('main')\nother.f()\n")
    (enabled.root / "other.py").write_text("import another\nprint('other')\ndef f(): return another.V\n")
    (enabled.root / "another.py").write_text("print('another')\nV = 1\n")
    for _ in range(2):
        done = enabled.run("main.py", cwd=enabled.root)
        assert (done.stdout, done.stderr, done.returncode) == ("another\nother\nmain\n", "", 0)

"""The engine's code in the snapshot: complete, used, and made anew with every change."""

from __future__ import annotations

import os

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

LOADERS = (
    "import sys; print(sorted((name, type(module.__loader__).__name__)"
    " for name, module in sys.modules.items() if name.startswith('lazi_site')))"
)


def loaders(environment: Environment, code: str) -> dict[str, str]:
    done = environment.run("-c", f"{code}\n{LOADERS}", cwd=environment.root, check=True)
    return dict(eval(done.stdout))


def test_engine_is_read_out_of_the_snapshot(enabled: Environment) -> None:
    (enabled.root / "other.py").write_text("import another\ndef f(): return another\n")
    (enabled.root / "another.py").write_text("")
    found = loaders(enabled, "import other; other.f()")
    engine = "lazi_site.native.engine" if IS_NATIVE else "lazi_site.backport.engine"
    assert found[engine] == "PackedLoader"
    # What is read before the snapshot is, and the hook of the program.
    files = {name for name, loader in found.items() if loader == "SourceFileLoader"}
    before = {"lazi_site", "lazi_site.startup"}
    before |= {f"lazi_site.startup.{name}" for name in ("bootstrap", "settle", "snapshot")}
    assert files == before | (set() if IS_NATIVE else {"lazi_site.startup.script"})


def test_program_of_the_standard_library_alone_does_not_load_the_engine(enabled: Environment) -> None:
    found = loaders(enabled, "import json, os.path\nfrom decimal import Decimal")
    assert "lazi_site.native.engine" not in found
    assert "lazi_site.backport.engine" not in found


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

"""state(), unload(), set_unloading(): what became of a module, and taking it out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.program import load, run
from tests.support.environment import Environment

USER = load("user") + "user = importlib.import_module('user')\n"


def test_state_follows_a_module(enabled_template: Environment, folder: Path) -> None:
    (folder / "heavy.py").write_text("import lazi_site\nprint(lazi_site.state(__name__))\nA = 1\n")
    body = (
        f"say = lambda: print(lazi.state('heavy'), repr(lazi.state('other')))\nsay()\n{USER}say()\n"
        "user.heavy.A; say()\nheavy = user.heavy\nprint(lazi.state(heavy))\n"
        "lazi.unload('heavy'); say()\nprint(lazi.state(heavy))\n"
        "import heavy as again\nagain.A; say()\nprint(lazi.state(again), lazi.state(heavy))\n"
    )
    assert run(enabled_template, folder, body) == [
        "absent <State.ABSENT: 'absent'>",
        "pending <State.PENDING: 'pending'>",
        "loading",
        *("loaded <State.PENDING: 'pending'>", "loaded"),
        *("dead <State.PENDING: 'pending'>", "dead"),
        "loading",
        *("loaded <State.PENDING: 'pending'>", "loaded dead"),
    ]


def test_state_of_packages_and_of_what_failed(enabled_template: Environment, folder: Path) -> None:
    (folder / "user.py").write_text("import pkg.a, broken\ndef use(): return pkg, broken\n")
    body = (
        f"{USER}print(*map(lazi.state, ('pkg', 'pkg.a', 'pkg.b', 'broken')))\n"
        "lazi.resolve_all()\nprint(*map(lazi.state, ('pkg', 'pkg.a', 'pkg.b', 'broken')))\n"
        "try:\n    lazi.state(5)\nexcept TypeError as e:\n    print(e)\n"
    )
    lines = run(enabled_template, folder, body)
    assert lines[0] == "pending pending absent pending"
    assert lines[-2:] == [
        "loaded loaded absent failed",
        "expected a module or the name of one, not int",
    ]


def test_state_of_a_lazy_module_loads_nothing(template: Environment, folder: Path) -> None:
    body = (
        "m = lazi.lazy_module('heavy')\nb = lazi.lazy_module('broken')\nprint(lazi.state(m), lazi.state(b))\n"
        "m.A\ntry: b.x\nexcept ValueError: pass\nprint(lazi.state(m), lazi.state(b))\n"
        "lazi.unload('heavy')\nprint(lazi.state(m))\nm.A\nprint(lazi.state(m))"
    )
    assert run(template, folder, body) == [
        *("pending pending", "load heavy", "loaded failed", "dead", "load heavy", "loaded"),
    ]


def test_unloaded_package_is_gone_with_all_below_it(template: Environment, folder: Path) -> None:
    body = (
        "import sys, weakref\nimport pkg.a, pkg.b\ngone = weakref.ref(pkg.b)\n"
        "print(lazi.unload('pkg.b', collect=True), hasattr(pkg, 'b'), gone())\n"
        "print(lazi.unload('pkg'), [name for name in sys.modules if name.startswith('pkg')])\n"
        "print(lazi.unload('pkg'), lazi.state('pkg.a'))\nimport pkg.a\n"
    )
    assert run(template, folder, body) == [
        *("load pkg __init__", "load pkg a", "load pkg b"),
        "['pkg.b'] False None",
        "['pkg.a', 'pkg'] []",
        "[] dead",
        *("load pkg __init__", "load pkg a"),
    ]


def test_unloaded_module_is_collected_though_names_wait_in_it(
    enabled_template: Environment, folder: Path
) -> None:
    body = (
        "import weakref, gc\nimport user\n"
        "class Mark: pass\nuser.mark = Mark()\ngone = weakref.ref(user.mark)\n"
        "lazi.unload('user')\ndel user\ngc.collect()\ngc.collect()\nprint(gone(), lazi.state('heavy'))\n"
    )
    assert run(enabled_template, folder, body)[0].startswith("None ")


def test_names_that_wait_in_an_unloaded_module_still_resolve(
    enabled_template: Environment, folder: Path
) -> None:
    body = "import user\nuse = user.use\nlazi.unload('user', collect=True)\nprint(use())\n"
    assert run(enabled_template, folder, body) == ["load heavy", "load other", "(1, 2)"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("os", "standard library"),
        ("__main__", "the program"),
        ("lazi_site.api", "lazi-site's own"),
        ("body", "being loaded"),
    ],
)
def test_unload_refuses_what_cannot_be_loaded_twice(
    template: Environment, folder: Path, name: str, reason: str
) -> None:
    body = (
        f"import sys\ntry:\n    lazi.unload({name!r})\nexcept Exception as e:\n"
        f"    print(type(e).__name__, e.reference, {reason!r} in str(e), {name!r} in sys.modules)"
    )
    assert run(template, folder, body) == ["LaziSiteError cannot-unload True True"]


def test_invalidating_caches_unloads_what_was_loaded_lazily(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "heavy.py").write_text(
        "print('load heavy')\ntry: import pkg.b\nexcept ImportError: pass\nA = 1\n"
    )
    body = (
        f"{USER}lazi.resolve_all('other')\nlazi.set_unloading(True)\nimport pkg\nuser.heavy.A\nimport json\n"
        "importlib.import_module('second')\nimportlib.invalidate_caches()\n"
        "import sys\nprint(*(name in sys.modules for name in "
        "('heavy', 'pkg.b', 'pkg', 'other', 'second', 'user', 'json')))\n"
        "print(*map(lazi.state, ('heavy', 'pkg.b', 'other')))\n"
        "lazi.set_unloading(False)\nimport heavy\nheavy.A\nimportlib.invalidate_caches()\n"
        "print(lazi.state('heavy'), [type(f).__name__ for f in sys.meta_path if 'nvalid' in repr(f)])\n"
    )
    lines = run(enabled_template, folder, body)
    # pkg was imported by name before; what heavy needs of it was loaded because of heavy.
    assert lines[:4] == ["load other", "load heavy", "load pkg __init__", "load pkg b"]
    assert lines[4:6] == ["False False False True True True True", "dead dead loaded"]
    assert lines[-1] == "loaded []"


def test_modules_loaded_in_a_block_are_unloaded_at_its_end(template: Environment, folder: Path) -> None:
    body = (
        "import sys\nwith lazi.lazy_imports(unload=True):\n    import heavy\n    heavy.A\n    import other\n"
        f"    {USER.strip()}\n".replace("\nuser", "\n    user")
        + "print(*map(lazi.state, ('heavy', 'other', 'user', heavy)), heavy.A)\n"
        "import heavy\nprint(lazi.state('heavy'))"
    )
    assert run(template, folder, body) == [
        *("load heavy", "dead pending loaded dead 1", "load heavy", "loaded"),
    ]


def test_modules_stay_unless_unloading_is_asked_for(template: Environment, folder: Path) -> None:
    body = (
        "with lazi.lazy_imports():\n    import heavy\n    heavy.A\nimportlib.invalidate_caches()\n"
        "print(lazi.state('heavy'))"
    )
    assert run(template, folder, body) == ["load heavy", "loaded"]


def test_deactivating_unloads_if_asked_for(enabled_template: Environment, folder: Path) -> None:
    body = (
        f"lazi.set_unloading(True)\n{USER}user.heavy.A\nlazi.deactivate()\n"
        "print(*map(lazi.state, ('heavy', 'user', 'other')))"
    )
    assert run(enabled_template, folder, body) == ["load heavy", "dead loaded pending"]


def test_package_with_an_extension_module_stays(enabled_template: Environment, folder: Path) -> None:
    (folder / "pkg" / "__init__.py").write_text(
        "import sys, importlib.util, importlib.machinery as m, os\n"
        "name = __name__ + '.c'\nspec = m.ModuleSpec(name, m.ExtensionFileLoader(name, 'c.so'))\n"
        "sys.modules[spec.name] = type(sys)(spec.name)\nsys.modules[spec.name].__spec__ = spec\n"
    )
    body = (
        "lazi.set_unloading(True)\nimport pkg.a, heavy\npkg.a.V, heavy.A\nimportlib.invalidate_caches()\n"
        "print(*map(lazi.state, ('pkg', 'pkg.a', 'heavy')))\n"
        "try: lazi.unload('pkg')\nexcept Exception as e: print('pkg.c' in str(e), lazi.state('pkg.a'))"
    )
    assert run(enabled_template, folder, body)[-2:] == ["loaded loaded dead", "True loaded"]


@pytest.mark.parametrize("how", ["lazi.unload('heavy')", "importlib.invalidate_caches()"])
def test_trace_tells_what_is_unloaded(enabled_template: Environment, folder: Path, how: str) -> None:
    (folder / "body.py").write_text(
        f"import lazi_site as lazi, importlib\nlazi.set_unloading(True)\nimport heavy\nheavy.A\n{how}\n"
    )
    done = enabled_template.run("-c", "__import__('body')", cwd=folder, env={"LAZI_TRACE": "1"})
    # 3.15 tells of the standard library's own lazy imports too.
    lines = [line for line in done.stderr.splitlines() if "heavy" in line]
    assert lines == ["lazi-site: loaded    heavy  in body", "lazi-site: unloaded  heavy  in body"]


def test_failures_are_known_while_unloading_is_prepared(enabled_template: Environment, folder: Path) -> None:
    body = (
        "lazi.set_unloading(True)\nimport broken\ntry: broken.x\nexcept ValueError: pass\n"
        "print(lazi.state('broken'))"
    )
    assert run(enabled_template, folder, body) == ["failed"]

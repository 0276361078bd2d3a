"""The Python API on an enabled and on a not enabled environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.program import load, run
from tests.support.environment import Environment


def test_package_itself_imports_nothing(template: Environment) -> None:
    code = (
        "import sys; before = set(sys.modules); import lazi_site; dir(lazi_site); "
        "print(sorted(set(sys.modules) - before))"
    )
    assert template.run("-c", code, check=True).stdout == "['lazi_site']\n"


def test_public_names_are_listed_and_others_missing(template: Environment) -> None:
    code = (
        "import lazi_site\nfor name in lazi_site._PUBLIC: assert callable(getattr(lazi_site, name)), name\n"
        "assert set(lazi_site._PUBLIC) <= set(dir(lazi_site))\n"
        "try: lazi_site.nothing\nexcept AttributeError as e: print(e)"
    )
    done = template.run("-c", code, check=True)
    assert done.stdout == "module 'lazi_site' has no attribute 'nothing'\n"


def test_is_active_tells_whether_imports_may_wait(
    template: Environment, enabled_template: Environment, folder: Path
) -> None:
    assert run(enabled_template, folder, "print(lazi.is_active())") == ["True"]
    assert run(enabled_template, folder, "print(lazi.is_active())", LAZI_DISABLE="1") == ["False"]
    assert run(template, folder, "print(lazi.is_active())") == ["False"]


def test_eager_imports_holds_for_what_is_loaded_within(enabled_template: Environment, folder: Path) -> None:
    body = f"with lazi.eager_imports():\n    {load('user').strip()}\nprint('after')\n"
    body += f"{load('second')}print('end')"
    assert run(enabled_template, folder, body) == ["load heavy", "load other", "after", "end"]


def test_eager_imports_ends_with_the_block_and_nests(enabled_template: Environment, folder: Path) -> None:
    body = (
        "try:\n    with lazi.eager_imports():\n        raise KeyError\nexcept KeyError: pass\n"
        f"{load('second')}print('lazy')\n"
        "with lazi.eager_imports():\n    with lazi.eager_imports(): pass\n"
        f"    {load('user').strip()}\n"
    )
    assert run(enabled_template, folder, body) == ["lazy", "load heavy", "load other"]


def test_eager_imports_holds_in_this_thread_only(enabled_template: Environment, folder: Path) -> None:
    body = (
        "import threading\n"
        "with lazi.eager_imports():\n"
        "    thread = threading.Thread(target=importlib.import_module, args=('user',))\n"
        "    thread.start(); thread.join()\n"
        f"print('lazy')\nwith lazi.eager_imports():\n    {load('second').strip()}"
    )
    assert run(enabled_template, folder, body) == ["lazy", "load other"]


@pytest.mark.parametrize(
    "importers", ["{'user'}", "['user']", "lambda name: name == 'user'", "('x', 'user')"]
)
def test_set_eager_imports_names_importers(
    enabled_template: Environment, folder: Path, importers: str
) -> None:
    body = f"lazi.set_eager_imports({importers})\n{load('second')}print('lazy')\n{load('user')}"
    assert run(enabled_template, folder, body) == ["lazy", "load heavy", "load other"]


def test_set_eager_imports_replaces_and_takes_back(enabled_template: Environment, folder: Path) -> None:
    body = (
        "lazi.set_eager_imports({'user'})\nlazi.set_eager_imports({'second'})\n"
        f"{load('user')}print('lazy')\n{load('second')}"
    )
    assert run(enabled_template, folder, body) == ["lazy", "load other"]
    body = f"lazi.set_eager_imports({{'user'}})\nlazi.set_eager_imports(None)\n{load('user')}print('lazy')"
    assert run(enabled_template, folder, body) == ["lazy"]


def test_set_eager_imports_refuses_anything_else(template: Environment, folder: Path) -> None:
    body = "try:\n    lazi.set_eager_imports(5)\nexcept TypeError as e:\n    print(e)"
    expected = ["expected a container of module names, a function or None"]
    assert run(template, folder, body) == expected


def test_lazy_modules_are_those_waited_for(enabled_template: Environment, folder: Path) -> None:
    body = (
        "names = lambda: sorted(lazi.lazy_modules() & {'heavy', 'other', 'pkg', 'pkg.a'})\n"
        "print(names())\n"
        f"{load('user')}print(names())\n"
        "import sys\nsys.modules['user'].heavy\nprint(names())\n"
        "sys.modules['user'].B\nprint(names())\n"
    )
    expected = ["[]", "['heavy', 'other']", "load heavy", "['other']", "load other", "[]"]
    assert run(enabled_template, folder, body) == expected


def test_lazy_modules_is_empty_where_nothing_waits(template: Environment, folder: Path) -> None:
    names = "print(sorted(lazi.lazy_modules() & {'heavy', 'other'}))"
    assert run(template, folder, f"{load('user')}{names}") == ["load heavy", "load other", "[]"]


def test_resolve_all_performs_what_waits_and_what_comes_up(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "heavy.py").write_text("print('load heavy')\nimport pkg.a as a\ndef f(): return a\nA = 1\n")
    body = f"{load('user')}print(lazi.resolve_all())\nimport sys\n"
    body += "print('pkg.a' in sys.modules, 'pkg' in sys.modules)"
    lines = run(enabled_template, folder, body)
    assert sorted(lines[:-2]) == ["load heavy", "load other", "load pkg __init__", "load pkg a"]
    assert lines[-2:] == ["[]", "True True"]


def test_resolve_all_obeys_the_prefix(enabled_template: Environment, folder: Path) -> None:
    (folder / "user.py").write_text(
        "import heavy\nimport pkg.a as a\nfrom pkg.b import V\nimport pkgs\n"
        "def use(): return heavy, a, V, pkgs\n"
    )
    (folder / "pkgs.py").write_text("print('load pkgs')\n")
    body = f"{load('user')}print(lazi.resolve_all('pkg.a'))\nprint(lazi.resolve_all('pkg'))\n"
    expected = ["load pkg __init__", "load pkg a", "[]", "load pkg b", "[]"]
    assert run(enabled_template, folder, body) == expected


def test_resolve_all_returns_failures_which_go_on_waiting(
    enabled_template: Environment, folder: Path
) -> None:
    body = (
        f"{load('uses_broken')}for _ in range(2):\n    print([str(e) for e in lazi.resolve_all()])\n"
        "try:\n    importlib.import_module('uses_broken').use()\nexcept ValueError as e:\n    print(e)"
    )
    expected = ["load heavy", "['broken']", "['broken']", "broken"]
    assert run(enabled_template, folder, body) == expected


def test_resolve_all_ends_where_failing_modules_need_each_other(
    enabled_template: Environment, folder: Path
) -> None:
    (folder / "first.py").write_text("import second\ndef f(): return second\nraise ValueError('first')\n")
    (folder / "second.py").write_text("import first\nfirst.value\n")
    (folder / "user.py").write_text("import first\ndef f(): return first\n")
    body = f"{load('user')}print(set(map(str, lazi.resolve_all())))\n"
    assert run(enabled_template, folder, body) == ["{'first'}"]


def test_resolve_all_leaves_packages_as_eager_imports_do(enabled_template: Environment, folder: Path) -> None:
    """What finds submodules while imports of some wait is taken back, from the packages above them too."""
    for name in ("top/__init__.py", "top/inner/__init__.py", "top/inner/leaf.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "user.py").write_text("import top.inner\ntop.inner\nimport top.inner.leaf as leaf\n")
    look = "print([name for name in ('top', 'top.inner') if '__getattr__' in vars(sys.modules[name])])\n"
    body = f"import sys\n{load('user')}{look}print(lazi.resolve_all())\n{look}"
    assert run(enabled_template, folder, body) == ["['top', 'top.inner']", "[]", "[]"]


def test_resolve_all_is_nothing_where_nothing_waits(template: Environment, folder: Path) -> None:
    assert run(template, folder, "print(lazi.resolve_all())") == ["[]"]


def test_lazy_module_loads_at_the_first_attribute(template: Environment, folder: Path) -> None:
    body = (
        "m = lazi.lazy_module('heavy')\nprint(repr(m), isinstance(m, type(importlib)))\n"
        "import sys\nprint('heavy' in sys.modules)\nprint(m.A)\nm.A = 5\nprint(sys.modules['heavy'].A)\n"
        "del m.A\nprint(hasattr(m, 'A'), 'A' in dir(m), m.__name__)"
    )
    assert run(template, folder, body) == [
        *("<lazy module 'heavy'> True", "False", "load heavy", "1", "5"),
        "False False heavy",
    ]


@pytest.mark.parametrize(
    ("name", "expression", "value"),
    [
        ("pkg", "m.V", "__init__"),
        ("pkg.a", "m.V", "a"),
        ("_struct", "m.calcsize('b')", "1"),
        ("_functools", "m.partial(int, '3')()", "3"),
        ("itertools", "list(m.repeat(1, 2))", "[1, 1]"),
        ("json", "m.dumps([1])", "[1]"),
        ("xml.dom", "m.__name__", "xml.dom"),
    ],
)
def test_lazy_module_works_for_every_kind(
    template: Environment, folder: Path, name: str, expression: str, value: str
) -> None:
    lines = run(template, folder, f"m = lazi.lazy_module({name!r})\nprint('made')\nprint({expression})")
    assert (lines[0], lines[-1]) == ("made", value)


def test_lazy_module_that_is_loaded_is_returned_as_it_is(template: Environment, folder: Path) -> None:
    body = "import sys\nprint(lazi.lazy_module('sys') is sys)"
    assert run(template, folder, body) == ["True"]


def test_lazy_module_that_fails_raises_at_each_use(template: Environment, folder: Path) -> None:
    body = (
        "for name in 'broken', 'surely_missing_mod':\n    m = lazi.lazy_module(name)\n"
        "    for _ in range(2):\n        try:\n            m.x\n"
        "        except (ValueError, ImportError) as e:\n            print(type(e).__name__, e)"
    )
    missing = "ModuleNotFoundError No module named 'surely_missing_mod'"
    assert run(template, folder, body) == ["ValueError broken"] * 2 + [missing] * 2


def test_deactivate_and_activate_in_a_running_program(enabled_template: Environment, folder: Path) -> None:
    body = (
        f"lazi.deactivate()\nprint(lazi.is_active())\n{load('second')}"
        f"lazi.activate()\nprint(lazi.is_active())\n{load('user')}print('end')"
    )
    expected = ["False", "load other", "True", "end"]
    assert run(enabled_template, folder, body) == expected


def test_deactivate_leaves_waiting_names_usable(enabled_template: Environment, folder: Path) -> None:
    body = f"{load('user')}lazi.deactivate()\nprint(importlib.import_module('user').use())"
    assert run(enabled_template, folder, body) == ["load heavy", "load other", "(1, 2)"]


def test_activate_where_the_environment_is_not_enabled(template: Environment, folder: Path) -> None:
    body = (
        f"{load('second')}lazi.activate()\nprint(lazi.is_active())\n"
        f"{load('user')}print('lazy')\nprint(importlib.import_module('user').use())"
    )
    expected = ["load other", "True", "lazy", "load heavy", "(1, 2)"]
    assert run(template, folder, body) == expected


def test_activate_lets_the_standard_library_wait_where_it_is_included(
    template: Environment, folder: Path
) -> None:
    body = f"lazi.activate()\n{load('user', 'shelve')}import sys\nprint('pickle' in sys.modules)"
    assert [run(template, folder, body, LAZI_STDLIB=value) for value in ("include", "exclude")] == [
        ["False"],
        ["True"],
    ]


def test_activate_where_the_run_is_disabled(enabled_template: Environment, folder: Path) -> None:
    body = f"print(lazi.is_active())\nlazi.activate()\n{load('user')}print(lazi.is_active())"
    assert run(enabled_template, folder, body, LAZI_DISABLE="1") == ["False", "True"]


@pytest.mark.parametrize("switch", ["", "1"])
def test_active_holds_within_the_block_and_nests(
    enabled_template: Environment, folder: Path, switch: str
) -> None:
    before = str(not switch)
    body = (
        "print(lazi.is_active())\nwith lazi.active():\n"
        "    with lazi.active():\n        print(lazi.is_active())\n"
        f"    print(lazi.is_active())\n    {load('user').strip()}\nprint(lazi.is_active())\n"
        "try:\n    with lazi.active():\n        raise KeyError\nexcept KeyError: pass\n"
        "print(lazi.is_active())\n"
    )
    found = run(enabled_template, folder, body, LAZI_DISABLE=switch)
    assert found == [before, "True", "True", before, before]


def test_active_within_deactivated_code(enabled_template: Environment, folder: Path) -> None:
    body = (
        "lazi.deactivate()\nwith lazi.active():\n"
        f"    {load('user').strip()}\nprint(lazi.is_active())\n{load('second')}"
    )
    assert run(enabled_template, folder, body) == ["False", "load other"]


def test_activate_refuses_a_configuration_with_an_error(environment: Environment, folder: Path) -> None:
    environment.user_config.parent.mkdir(parents=True)
    environment.user_config.write_text("enabled = 5\n", encoding="utf-8")
    body = (
        "try:\n    lazi.activate()\nexcept Exception as e:\n    print(type(e).__name__, e.reference)\n"
        "print(lazi.is_active())"
    )
    assert run(environment, folder, body) == ["LaziSiteError cannot-activate", "False"]


def test_deactivate_within_active_is_put_back(enabled_template: Environment, folder: Path) -> None:
    body = "with lazi.active():\n    lazi.deactivate()\n    print(lazi.is_active())\nprint(lazi.is_active())"
    assert run(enabled_template, folder, body) == ["False", "True"]


def test_lazy_module_is_loaded_once_by_many_threads(template: Environment, folder: Path) -> None:
    (folder / "slow.py").write_text("import time\nprint('load slow')\ntime.sleep(0.2)\nA = 1\n")
    body = (
        "import threading\nm = lazi.lazy_module('slow')\nfound = []\n"
        "threads = [threading.Thread(target=lambda: found.append(m.A)) for _ in range(16)]\n"
        "for t in threads: t.start()\nfor t in threads: t.join()\nprint(found == [1] * 16)"
    )
    assert run(template, folder, body) == ["load slow", "True"]


def test_lazy_module_refuses_what_is_no_name(template: Environment, folder: Path) -> None:
    body = (
        "for name in '', '.a', 'a..b', 5:\n    try:\n        lazi.lazy_module(name)\n"
        "    except (ValueError, TypeError) as e:\n        print(type(e).__name__)"
    )
    assert run(template, folder, body) == ["ValueError"] * 3 + ["TypeError"]

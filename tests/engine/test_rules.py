"""Rules of the configuration and switches of the environment, as the engines apply them in real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

MAIN = """\
try:
    import app.views
finally:
    pass
print("declared")
app.views.use()
"""
DECLARED = "declared\nload heavy\n"
EAGER = "load heavy\ndeclared\n"


@pytest.fixture
def program(enabled: Environment) -> Environment:
    """An enabled environment with a program in its project that imports heavy lazily by default."""
    write(
        enabled.project,
        {
            "main.py": MAIN,
            "heavy/__init__.py": 'print("load heavy")\n',
            "heavy/part.py": "",
            "app/__init__.py": "",
            "app/views.py": "import heavy\ndef use(): return heavy\n",
        },
    )
    return enabled


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def configure(environment: Environment, text: str) -> None:
    write(environment.project, {"lazi-site.toml": text})


def run(environment: Environment, **env: str) -> str:
    done = environment.run("main.py", cwd=environment.project, env={**env}, check=True)
    assert done.stderr == ""
    return done.stdout


def test_without_rules_the_import_waits(program: Environment) -> None:
    assert run(program) == DECLARED


@pytest.mark.parametrize("pattern", ["heavy", "heavy.*", "*"])
def test_eager_target(program: Environment, pattern: str) -> None:
    configure(program, f'eager = ["{pattern}"]')
    assert run(program) == EAGER


@pytest.mark.parametrize("pattern", ["heavy.part", "app.views", "heav"])
def test_eager_rule_for_another_target_changes_nothing(program: Environment, pattern: str) -> None:
    configure(program, f'eager = ["{pattern}"]')
    assert run(program) == DECLARED


@pytest.mark.parametrize("pattern", ["app.views", "app.*", "*"])
def test_eager_in_importer(program: Environment, pattern: str) -> None:
    configure(program, f'eager-in = ["{pattern}"]')
    assert run(program) == EAGER


@pytest.mark.parametrize("pattern", ["app", "heavy", "app.view"])
def test_eager_in_rule_for_another_importer_changes_nothing(program: Environment, pattern: str) -> None:
    configure(program, f'eager-in = ["{pattern}"]')
    assert run(program) == DECLARED


def test_eager_rule_for_a_submodule_holds_for_from_package_import(program: Environment) -> None:
    configure(program, 'eager = ["heavy.part"]')
    write(program.project, {"app/views.py": "from heavy import part\ndef use(): return part\n"})
    assert run(program) == EAGER


def test_lazi_eager_holds_for_one_run(program: Environment) -> None:
    assert run(program, LAZI_EAGER="other,heavy") == EAGER
    assert run(program, LAZI_EAGER="heavy.*") == EAGER
    assert run(program, LAZI_EAGER="other") == DECLARED
    assert run(program) == DECLARED


def test_lazy_rule_overrides_a_shipped_rule(program: Environment) -> None:
    """Imports inside of pandas stay eager by a shipped rule."""
    write(
        program.project,
        {
            "pandas/__init__.py": "import heavy\ndef use(): return heavy\n",
            "main.py": MAIN.replace("app.views", "pandas"),
        },
    )
    assert run(program) == EAGER
    configure(program, 'lazy = ["pandas"]')
    assert run(program) == DECLARED


def test_inert_module_waits_although_nobody_uses_its_name(program: Environment) -> None:
    """requests.packages is inert by a shipped rule; its code writes into sys.modules."""
    packages = "import sys\nprint('load packages')\nsys.modules['requests.packages.second'] = sys\n"
    write(
        program.project,
        {
            "requests/__init__.py": "from . import packages\n",
            "requests/packages.py": packages,
            "other/__init__.py": "from . import packages\n",
            "other/packages.py": packages.replace("load", "load other"),
            "main.py": "try: import requests, other\nfinally: pass\nprint('imported')\n"
            "import requests.packages.second as second\nprint(second.__name__)\n",
        },
    )
    assert run(program) == "load other packages\nimported\nload packages\nsys\n"
    configure(program, 'eager = ["requests.packages"]')
    assert run(program) == "load packages\nload other packages\nimported\nsys\n"


def test_installed_package_names_a_module_in_annotations_only(enabled: Environment) -> None:
    """As jsonschema does; were the import performed there, that would end in a circle."""
    files = {
        "lib/__init__.py": "from lib.api import check\ndef __getattr__(name):\n"
        "    import lib.api\n    lib.api.check, lib.api.Late\n    raise AttributeError(name)\n",
        "lib/api.py": "from __future__ import annotations\nfrom lib import _used, _typing\n"
        "def check(value: _typing.Value): return _used.check(value)\nLate = 1\n",
        "lib/_used.py": "def check(value): return value\n",
        "lib/_typing.py": "from typing import Protocol\nclass Value(Protocol): pass\nprint('load _typing')\n",
    }
    write(enabled.purelib, files)
    write(enabled.project, {"main.py": "import lib\nprint(lib.check(1))\n"})
    assert run(enabled, LAZI_STDLIB="include") == "1\n"


def test_use_of_one_name_performs_all_imports_after_a_while(program: Environment) -> None:
    write(
        program.project,
        {
            "app/views.py": "import early, late, other, broken, ending\nuses = late, other, broken, ending\n"
            if False
            else "import early, late, other, broken, ending\ndef use(): late, other, broken, ending\n",
            "early.py": "print('load early')\n",
            "late.py": "print('load late')\n",
            "other.py": "import after\nprint('load other')\ndef use(): after\n",
            "after.py": "print('load after')\n",
            "broken.py": "print('load broken')\nraise RuntimeError\n",
            "ending.py": "print('load ending')\nraise SystemExit(3)\n",
            "main.py": "import sys, time\ntry: import app.views\nfinally: pass\n"
            "app.views.early\nprint('one')\ntime.sleep(float(sys.argv[1]))\napp.views.late\nprint('two')\n"
            "app.views.late\nprint('three')\n",
        },
    )

    def output(seconds: float) -> str:
        return program.run("main.py", str(seconds), cwd=program.project, check=True).stdout

    each = "load early\none\nload late\ntwo\nthree\n"
    assert output(0) == each
    configure(program, "settle-after = 60")
    assert output(0) == each
    configure(program, "settle-after = 1")
    found = output(1.2)
    if IS_NATIVE:
        assert found == each  # nothing is slower there as long as names wait
    else:
        others = "load other\nload broken\nload ending\nload after\n"
        assert found == f"load early\none\nload late\n{others}two\nthree\n"


def test_disabled_in_the_configuration(program: Environment) -> None:
    configure(program, "enabled = false")
    assert run(program) == EAGER
    assert run(program, LAZI_ENABLE="1") == DECLARED
    assert run(program, LAZI_ENABLE="1", LAZI_DISABLE="1") == EAGER
    assert run(program, LAZI_ENABLE="0") == EAGER


def test_disabled_for_one_run(program: Environment) -> None:
    assert run(program, LAZI_DISABLE="1") == EAGER
    assert run(program, LAZI_DISABLE="no") == DECLARED


def test_configuration_with_an_error_makes_imports_eager(program: Environment) -> None:
    configure(program, "enabled = 3")
    assert run(program) == EAGER
    configure(program, "this is not TOML")
    assert run(program) == EAGER


@pytest.mark.parametrize(
    ("setting", "variable", "waits"),
    [
        ("", "", False),
        ('stdlib = "include"', "", True),
        ("", "include", True),
        ('stdlib = "include"', "exclude", False),
    ],
)
def test_standard_library_waits_only_when_included(
    program: Environment, setting: str, variable: str, waits: bool
) -> None:
    configure(program, setting)
    write(
        program.project,
        {
            "app/views.py": "import colorsys\nimport sys\nprint('colorsys' in sys.modules)\n"
            "def use(): return colorsys\n"
        },
    )
    assert run(program, LAZI_STDLIB=variable) == f"{not waits}\ndeclared\n"


def test_imports_inside_the_standard_library_stay_as_they_are(program: Environment) -> None:
    code = (
        "import sys\nif 1:\n    import configparser\nconfigparser.x = 1\n"
        "print(all(type(n) is str for m in list(sys.modules.values()) if m is configparser for n in vars(m)),"
        " 'itertools' in sys.modules, type(vars(configparser)['re']).__name__)"
    )
    done = program.run("-c", code, check=True)
    expected = program.run("-c", code, env={"LAZI_DISABLE": "1"}, check=True)
    assert done.stdout == expected.stdout


def test_imports_inside_the_standard_library_wait_if_it_is_included(program: Environment) -> None:
    code = (
        "import sys\nimport sched\n"
        "sched.scheduler\nprint('sched' in sys.modules, 'heapq' in sys.modules)\n"
        "print(len(sched.scheduler().queue))"
    )
    done = program.run("-c", code, env={"LAZI_STDLIB": "include"}, check=True)
    assert done.stdout.splitlines()[-2:] == ["True False", "0"]


# timeit runs this inside of a function of its own.
OWN_MODULES = "import sys; print([name for name in sys.modules if name.startswith('lazi_site')])"


def test_program_of_the_standard_library_needs_no_engine_where_that_is_excluded(program: Environment) -> None:
    done = program.run("-m", "timeit", "-n1", "-r1", OWN_MODULES, check=True)
    assert done.stdout.splitlines()[0] == "['lazi_site.startup.bootstrap']"


# ``trace`` imports pickle, which it uses in a function that is not called here.
TRACED = "import sys\nprint('lazi_site.startup.decisions' in sys.modules, 'pickle' in sys.modules)\n"


@pytest.mark.parametrize("is_configured", [False, True])
def test_program_of_the_standard_library_imports_lazily_if_that_is_included(
    program: Environment, is_configured: bool
) -> None:
    """The configuration says so too late for that, but leaves a file when it is read first."""
    write(program.project, {"traced.py": TRACED})
    arguments = ("-m", "trace", "--listfuncs", "traced.py")
    eager = program.run(*arguments, cwd=program.project, env={"LAZI_DISABLE": "1"}, check=True)
    assert eager.stdout.startswith("False True\n")
    left = program.state / "stdlib-included"
    if is_configured:
        configure(program, 'stdlib = "include"')
        run(program)
        assert left.exists()
    env = {} if is_configured else {"LAZI_STDLIB": "include"}
    lazy = program.run(*arguments, cwd=program.project, env=env, check=True)
    assert lazy.stdout.startswith("True False\n")
    if is_configured:
        configure(program, "")
        run(program)
        assert not left.exists()


DECLARES = "__lazy_modules__ = {names}\nimport heavy\nimport other\ndef use(): return heavy, other\n"


@pytest.mark.parametrize("names", ["['heavy']", "{'heavy'}", "('heavy', 'third')", "{'heavy': 1}"])
def test_declared_mode_obeys_lazy_modules(program: Environment, names: str) -> None:
    configure(program, 'mode = "declared"')
    write(
        program.project,
        {
            "other.py": 'print("load other")\n',
            "app/views.py": DECLARES.replace("{names}", names),
        },
    )
    assert run(program) == "load other\ndeclared\nload heavy\n"


def test_declared_mode_leaves_modules_without_a_declaration_eager(program: Environment) -> None:
    configure(program, 'mode = "declared"')
    assert run(program) == EAGER


def test_declared_names_are_absolute(program: Environment) -> None:
    configure(program, 'mode = "declared"')
    write(
        program.project,
        {
            "app/near.py": 'print("load heavy")\nN = 1\n',
            "app/views.py": "__lazy_modules__ = ['app.near']\nfrom .near import N\ndef use(): return N\n",
        },
    )
    assert run(program) == DECLARED
    write(
        program.project,
        {"app/views.py": "__lazy_modules__ = ['near']\nfrom .near import N\ndef use(): return N\n"},
    )
    assert run(program) == EAGER


def test_in_mode_all_a_declaration_changes_nothing(program: Environment) -> None:
    views = "__lazy_modules__ = []\nimport heavy\ndef use(): return heavy\n"
    write(program.project, {"app/views.py": views})
    assert run(program) == DECLARED


def test_settle_rule_resolves_what_waits_in_the_package(program: Environment) -> None:
    """Loading what pip resolves with performs what waits inside of pip, and makes later imports eager."""
    write(
        program.project,
        {
            "pip/__init__.py": "import heavy\ndef use(): return heavy\n",
            "pip/_internal/__init__.py": "",
            "pip/_internal/resolution/__init__.py": "",
            "pip/_internal/resolution/resolvelib/__init__.py": "",
            "pip/_internal/resolution/resolvelib/resolver.py": 'from ... import late\nprint("install")\n',
            "pip/_internal/late.py": 'import later\nprint("late")\ndef use(): return later\n',
            "later.py": 'print("load later")\n',
            "main.py": "try:\n    import pip\n    print('pip in')\n"
            "    import pip._internal.resolution.resolvelib.resolver\n"
            "finally:\n    pass\nprint('declared')\n",
        },
    )
    assert run(program) == "pip in\nload heavy\nload later\nlate\ninstall\ndeclared\n"


def test_a_fault_of_the_engine_leaves_the_program_running(program: Environment) -> None:
    engine = "native" if IS_NATIVE else "backport"
    (program.purelib / "lazi_site" / engine / "engine.py").write_text("raise OSError('broken')\n")
    assert run(program) == EAGER
    fault = (program.state / "last-fault.txt").read_text()
    assert "OSError: broken" in fault

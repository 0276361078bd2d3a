"""The native engine: the interpreter's own lazy imports (PEP 810) under our filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.checks import checks, run_checks
from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

pytestmark = pytest.mark.skipif(not IS_NATIVE, reason="needs an interpreter with PEP 810")

SHOW = "import sys; print(sys.get_lazy_imports(), sys.get_lazy_imports_filter() is not None)"


@pytest.fixture(scope="module")
def results(enabled_template: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_checks("native", enabled_template, tmp_path_factory.mktemp("native"))


@pytest.mark.parametrize("check", checks("native"))
def test_native(check: str, results: dict[str, str]) -> None:
    assert results[check] == ""


def show(environment: Environment, *options: str, **env: str) -> str:
    return environment.run(*options, "-c", SHOW, env={**env}, check=True).stdout.strip()


def test_mode_is_all_with_our_filter(enabled_template: Environment) -> None:
    assert show(enabled_template) == "all True"
    assert show(enabled_template, LAZI_DISABLE="1") == "normal False"


def test_explicit_normal_is_obeyed(enabled_template: Environment) -> None:
    assert show(enabled_template, "-X", "lazy_imports=normal") == "normal False"
    assert show(enabled_template, PYTHON_LAZY_IMPORTS="normal") == "normal False"
    assert show(enabled_template, "-E", PYTHON_LAZY_IMPORTS="normal") == "all True"
    assert show(enabled_template, "-I", PYTHON_LAZY_IMPORTS="normal") == "all True"
    assert show(enabled_template, PYTHON_LAZY_IMPORTS="") == "all True"


def test_explicit_all_keeps_our_filter(enabled_template: Environment) -> None:
    assert show(enabled_template, "-X", "lazy_imports=all") == "all True"
    assert show(enabled_template, PYTHON_LAZY_IMPORTS="all") == "all True"
    both = show(enabled_template, "-X", "lazy_imports=all", PYTHON_LAZY_IMPORTS="normal")
    assert both == "all True"


def test_explicit_all_stays_when_we_are_switched_off(enabled_template: Environment) -> None:
    assert show(enabled_template, "-X", "lazy_imports=all", LAZI_DISABLE="1") == "all False"


# Runs before our start line, which comes later in the order of names.
FORMER = """\
import sys
sys.former_calls = []
def former(importer, name, fromlist):
    sys.former_calls.append((importer, name, fromlist))
    return name != "refused"
sys.set_lazy_imports_filter(former)
"""


@pytest.fixture
def with_former(enabled: Environment) -> Environment:
    """An enabled environment in which another filter is there first."""
    (enabled.purelib / "a_former.py").write_text(FORMER, encoding="utf-8")
    (enabled.purelib / "a_former.pth").write_text("import a_former\n", encoding="utf-8")
    folder = enabled.project
    for name in ("wanted", "refused", "tried"):
        (folder / f"{name}.py").write_text(f"print('load {name}')\n", encoding="utf-8")
    return enabled


def run(environment: Environment, folder: Path, source: str) -> str:
    (folder / "main.py").write_text(source, encoding="utf-8")
    done = environment.run("main.py", cwd=folder, check=True)
    assert done.stderr == ""
    return done.stdout


def test_former_filter_is_asked_about_what_we_would_let_wait(with_former: Environment) -> None:
    source = (
        "import sys\nimport wanted\nimport refused\ntry:\n    import tried\nfinally:\n    pass\n"
        "print('declared')\nwanted, refused, tried\n"
        "print([call for call in sys.former_calls if call[0] == '__main__' and call[1] != 'sys'])\n"
    )
    assert run(with_former, with_former.project, source) == (
        "load refused\nload tried\ndeclared\nload wanted\n"
        "[('__main__', 'wanted', None), ('__main__', 'refused', None)]\n"
    )


def test_former_filter_is_asked_about_explicit_lazy_imports(with_former: Environment) -> None:
    source = "lazy import wanted\nlazy import refused\nprint('declared')\nwanted, refused\n"
    expected = "load refused\ndeclared\nload wanted\n"
    assert run(with_former, with_former.project, source) == expected


def test_former_filter_comes_back(with_former: Environment) -> None:
    source = (
        "import sys\nimport wanted\nfrom lazi_site.startup import settle\nsettle.unhook()\n"
        "print(sys.get_lazy_imports(), sys.get_lazy_imports_filter().__name__)\nwanted\n"
    )
    assert run(with_former, with_former.project, source) == "normal former\nload wanted\n"


def test_fault_in_a_decision_makes_the_import_eager_and_gives_the_filter_back(
    with_former: Environment,
) -> None:
    source = (
        "import sys\nimport wanted\nfrom lazi_site.native import engine\n"
        "engine.bring_judging = None\nimport refused\n"
        "print(sys.get_lazy_imports_filter().__name__)\nwanted\n"
    )
    expected = "load refused\nformer\nload wanted\n"
    assert run(with_former, with_former.project, source) == expected
    assert "TypeError" in (with_former.state / "last-fault.txt").read_text(encoding="utf-8")

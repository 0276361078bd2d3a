"""lazy_imports() and lazi_site.auto: lazy imports in a program that runs, enabled environment or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.program import load, run
from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

LOADED = "sorted({'heavy', 'other', 'pkg', 'pkg.a', 'second', 'broken'} & set(__import__('sys').modules))"
HOOKS = (
    "(sys.get_lazy_imports(), sys.get_lazy_imports_filter())"
    if IS_NATIVE
    else "(list(sys.path_hooks), list(sys.meta_path), __import__)"
)


@pytest.fixture(params=["not enabled", "enabled"])
def either(
    request: pytest.FixtureRequest, template: Environment, enabled_template: Environment
) -> Environment:
    """An environment, enabled or not."""
    return enabled_template if request.param == "enabled" else template


def test_statements_of_the_block_wait(either: Environment, folder: Path) -> None:
    body = (
        "with lazi.lazy_imports() as block:\n"
        "    import heavy\n    from other import B as b, B\n"
        "    import pkg.a as a\n    from pkg import b as c\n"
        f"    print(block.reason, {LOADED})\n"
        "print(heavy.A)\nprint(b, B)\nprint(a.V)\nprint(c.V)\n"
    )
    lines = run(either, folder, body)
    assert lines[0].strip() == "[]"
    assert lines[1:] == [
        *("load heavy", "1", "load other", "2 2", "load pkg __init__", "load pkg a", "a", "load pkg b", "b"),
    ]


def test_modules_loaded_in_the_block_import_lazily_and_others_as_before(
    template: Environment, enabled_template: Environment, folder: Path
) -> None:
    (folder / "third.py").write_text("import pkg.b\ndef use(): return pkg.b\n")
    body = (
        f"with lazi.lazy_imports():\n    {load('user').strip()}\n    print(lazi.is_active())\n"
        f"print(lazi.is_active(), {LOADED})\n{load('third')}print('end')\n"
    )
    before = ["load pkg __init__", "load pkg b"]
    assert run(template, folder, body) == ["True", "False []", *before, "end"]
    assert run(enabled_template, folder, body) == ["True", "True []", "end"]


@pytest.mark.parametrize("how", ["pass", "raise KeyError"])
def test_interpreter_is_as_before_after_nested_blocks(template: Environment, folder: Path, how: str) -> None:
    body = (
        f"import sys\nbefore = {HOOKS}\ntry:\n"
        "    with lazi.lazy_imports():\n        with lazi.lazy_imports():\n"
        f"            print({HOOKS} != before)\n"
        f"        print(lazi.is_active(), {HOOKS} != before)\n        {how}\n"
        f"except KeyError: print('raised')\nprint(lazi.is_active(), {HOOKS} == before)"
    )
    lines = run(template, folder, body)
    assert lines[:2] == ["True", "True True"]
    assert lines[2:] == ["raised"] * (how != "pass") + ["False True"]


def test_one_block_can_be_entered_again_within_itself(template: Environment, folder: Path) -> None:
    body = (
        "block = lazi.lazy_imports()\nfor _ in range(2):\n"
        "    with block:\n        with block:\n            import heavy\n"
        f"        import other\n        print(lazi.is_active(), {LOADED})\nprint(lazi.is_active())\n"
    )
    assert run(template, folder, body) == ["True []", "True []", "False"]


def test_blocks_of_threads_may_end_in_any_order(template: Environment, folder: Path) -> None:
    body = (
        "first, second = lazi.lazy_imports(), lazi.lazy_imports()\n"
        "first.__enter__(); second.__enter__(); first.__exit__(None, None, None)\n"
        "print(lazi.is_active())\nsecond.__exit__(None, None, None)\nprint(lazi.is_active())\n"
    )
    assert run(template, folder, body) == ["True", "False"]


def test_what_stands_in_a_try_or_in_a_function_is_imported_at_once(either: Environment, folder: Path) -> None:
    body = (
        "with lazi.lazy_imports():\n    try:\n        import nothing_of_that_name\n"
        "    except ImportError:\n        print('missing')\n"
        "try:\n    with lazi.lazy_imports():\n        import nothing_of_that_name\n"
        "except ImportError:\n    print('missing')\n"
        "def function():\n    with lazi.lazy_imports():\n        import heavy\nfunction()\nprint('end')"
    )
    assert run(either, folder, body) == ["missing", "missing", "load heavy", "end"]


@pytest.mark.parametrize("env", [{"LAZI_DISABLE": "1"}, {"LAZI_EAGER": "*"}, {"LAZI_STDLIB": "some"}])
def test_the_users_switches_have_the_last_word(
    either: Environment, folder: Path, env: dict[str, str]
) -> None:
    body = "with lazi.lazy_imports() as block:\n    import heavy\nprint('end', block.reason != '')"
    assert run(either, folder, body, **env) == ["load heavy", f"end {'LAZI_EAGER' not in env}"]


def test_block_leaves_no_frame_in_tracebacks_and_warnings(template: Environment, folder: Path) -> None:
    (folder / "warns.py").write_text("import warnings\nwarnings.warn('hear', stacklevel=2)\n")
    body = (
        "import traceback, warnings\ncaught = []\n"
        "warnings.showwarning = lambda *a: caught.append((a[2].rpartition('/')[2], a[3]))\n"
        "try:\n    with lazi.lazy_imports():\n        import warns\n        import broken\n"
        "except ValueError as e:\n"
        "    print([f.name for f in traceback.extract_tb(e.__traceback__)], caught)\n"
    )
    assert run(template, folder, body) == ["['<module>', '<module>'] [('body.py', 8)]"]


def test_deferred_error_names_the_line_in_the_block(template: Environment, folder: Path) -> None:
    body = (
        "with lazi.lazy_imports():\n    import broken\n"
        "import traceback\ntry:\n    broken.x\nexcept ValueError:\n    print(traceback.format_exc())"
    )
    text = "\n".join(run(template, folder, body))
    assert 'body.py", line 4' in text
    assert "lazy import of 'broken'" in text


def run_script(environment: Environment, folder: Path, text: str, **env: str) -> list[str]:
    """Return the lines that *text* prints as a script."""
    (folder / "script.py").write_text(text)
    done = environment.run(folder / "script.py", env={**env})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


AUTO = (
    "import lazi_site.auto\nimport heavy\nfrom other import B\nimport pkg.a\n"
    f"print({LOADED})\nprint(heavy.A, B)\nprint(pkg.a.V)\nimport lazi_site\nprint(lazi_site.is_active())\n"
)
LAZY = ["[]", "load heavy", "load other", "1 2", "load pkg __init__", "load pkg a", "a", "True"]


def test_auto_makes_what_follows_lazy(either: Environment, folder: Path) -> None:
    assert run_script(either, folder, AUTO) == LAZY


def test_auto_in_another_module_counts_for_those_that_import_it(template: Environment, folder: Path) -> None:
    (folder / "first.py").write_text("import lazi_site.auto\nimport second\ndef use(): return second\n")
    text = f"import first\nimport heavy\nprint({LOADED})\nprint(heavy.A)\nprint(__import__)\n"
    assert run_script(template, folder, text) == ["[]", "load heavy", "1", "<built-in function __import__>"]


@pytest.mark.parametrize("env", [{"LAZI_DISABLE": "1"}, {"LAZI_EAGER": "*"}])
def test_auto_obeys_the_users_switches(either: Environment, folder: Path, env: dict[str, str]) -> None:
    lines = run_script(either, folder, AUTO, **env)
    assert lines[:4] == ["load heavy", "load other", "load pkg __init__", "load pkg a"]


def test_auto_obeys_the_configuration(environment: Environment, folder: Path) -> None:
    environment.user_config.parent.mkdir(parents=True)
    environment.user_config.write_text("enabled = false\n")
    lines = run_script(environment, folder, AUTO)
    assert lines[0] == "load heavy"
    assert lines[-1] == "False"


def test_auto_within_a_block_outlives_it(template: Environment, folder: Path) -> None:
    body = f"with lazi.lazy_imports():\n    import lazi_site.auto\n{load('user')}print(lazi.is_active())"
    assert run(template, folder, body) == ["True"]


def test_blocks_of_many_threads_at_once(template: Environment, folder: Path) -> None:
    for number in range(60):
        (folder / f"small{number}.py").write_text("V = 1\n")
    for number in range(8):
        names = [f"small{(number * 7 + step) % 60}" for step in range(20)]
        text = "".join(f"with lazi_site.lazy_imports():\n    import {name}\n" for name in names)
        used = ", ".join(f"{name}.V" for name in names)
        (folder / f"user{number}.py").write_text(f"import lazi_site\n{text}found = [{used}]\n")
    body = (
        f"import sys, threading\nbefore = {HOOKS}\nfound = []\n"
        "def go(number): found.append(importlib.import_module(f'user{number}').found == [1] * 20)\n"
        "threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]\n"
        "for t in threads: t.start()\nfor t in threads: t.join(60)\n"
        f"print(found == [True] * 8, lazi.is_active(), {HOOKS} == before)\n"
    )
    assert run(template, folder, body) == ["True False True"]

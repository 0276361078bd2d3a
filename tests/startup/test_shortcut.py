"""Modules are found and read as importlib does it, where that takes less, and where it is left to it."""

from __future__ import annotations

import os
import py_compile
import sys
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.support.environment import Environment

# Brings the engine, and tells what is found for the names given.
PROGRAM = """\
import importlib, subj, sys
from importlib.machinery import FileFinder, PathFinder, SourceFileLoader
subj.V
def told(name):
    spec = PathFinder.find_spec(name, [sys.argv[1]])
    if spec is None:
        return None
    kind = next((one.__name__ for one in type(spec.loader).__mro__ if "Loader" in one.__name__
                 and one.__module__.endswith("_external")), None)
    places = spec.submodule_search_locations
    return spec.name, spec.origin, kind, places and list(places), spec.has_location, spec.cached, spec.parent
"""
TOLD = PROGRAM + "for name in sys.argv[2:]:\n    for _ in range(2): print(name, told(name))\n"


@pytest.fixture
def both(enabled: Environment, tmp_path: Path) -> Callable[..., str]:
    """A function that runs a program eagerly and lazily and returns what both print, the same."""

    def run(program: str, *arguments: str, **env: str | None) -> str:
        (tmp_path / "main.py").write_text(program)
        (tmp_path / "subj.py").write_text("import other\nV = 1\n")
        (tmp_path / "other.py").write_text("")
        printed = []
        for disable in ("1", None):
            done = enabled.run("main.py", *arguments, cwd=tmp_path, env={**env, "LAZI_DISABLE": disable})
            printed.append(done.stdout + done.stderr)
        assert not (enabled.state / "last-fault.txt").exists()
        assert printed[0] == printed[1]
        return printed[1]

    return run


def test_is_in_place_where_imports_are_lazy(
    both: Callable[..., str], enabled: Environment, tmp_path: Path
) -> None:
    both(PROGRAM)
    asked = PROGRAM + "print(FileFinder.find_spec.__code__.co_filename.startswith('<frozen'))\n"
    (tmp_path / "main.py").write_text(asked)
    for arguments, env, expected in (
        ((), {}, sys.platform != "linux"),
        ((), {"LAZI_DISABLE": "1"}, True),
        (("-v",), {}, True),
    ):
        done = enabled.run(*arguments, "main.py", cwd=tmp_path, env=env, check=True)
        assert done.stdout == f"{expected}\n"


def test_goes_with_the_engine(enabled: Environment, tmp_path: Path) -> None:
    (tmp_path / "subj.py").write_text("import other\nV = 1\n")
    (tmp_path / "other.py").write_text("")
    asked = (
        "import sys, lazi_site\n"
        "from importlib.machinery import FileFinder\n"
        "for _ in range(2):\n"
        "    with lazi_site.active():\n"
        "        import subj\n"
        "        subj.V\n"
        "        print(FileFinder.find_spec.__module__)\n"
        "    print(FileFinder.find_spec.__module__)\n"
        "    del sys.modules['subj']\n"
    )
    (tmp_path / "main.py").write_text(asked)
    stock, ours = "_frozen_importlib_external", "lazi_site.startup.shortcut"
    expected = [ours, stock] * 2 if sys.platform == "linux" else [stock] * 4
    assert (
        enabled.run("main.py", cwd=tmp_path, env={"LAZI_DISABLE": "1"}, check=True).stdout.split() == expected
    )


def test_list_of_locks_is_held(enabled: Environment, tmp_path: Path) -> None:
    """importlib drops the list of the locks that a thread waits for when it has the lock."""
    asked = IMPORTED + (
        "from _thread import get_ident\n"
        "from importlib import _bootstrap\n"
        "import other\n"
        "has_lists = hasattr(_bootstrap, '_List')\n"
        "print(has_lists and _bootstrap._blocking_on.get(get_ident()), has_lists)\n"
    )
    for name, text in {"main": asked, "subj": "import other\nV = 1\n", "other": ""}.items():
        (tmp_path / f"{name}.py").write_text(text)
    lazily = enabled.run("main.py", cwd=tmp_path, check=True).stdout
    eagerly = enabled.run("main.py", cwd=tmp_path, env={"LAZI_DISABLE": "1"}, check=True).stdout
    has_lists = eagerly == "None True\n"
    assert has_lists or eagerly == "False False\n"  # 3.11 has none
    assert lazily == ("[] True\n" if has_lists else eagerly)


@pytest.mark.skipif(sys.platform != "linux", reason="importlib finds modules where names have no case")
def test_first_module_of_a_directory_is_found_too(enabled: Environment, tmp_path: Path) -> None:
    """Every package is a directory that was not listed before."""
    (tmp_path / "subj.py").write_text("import other\nV = 1\n")
    (tmp_path / "other.py").write_text("")
    (tmp_path / "fresh" / "sub").mkdir(parents=True)
    for name in ("fresh/__init__.py", "fresh/sub/__init__.py", "fresh/sub/part.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "main.py").write_text(
        PROGRAM + "from lazi_site.startup import shortcut\nformer = shortcut.find_by_importlib\nasked = []\n"
        "def find(self, name, target=None): asked.append(name); return former(self, name, target)\n"
        "shortcut.find_by_importlib = find\nimportlib.import_module('fresh.sub.part')\nprint(asked)\n"
    )
    assert enabled.run("main.py", cwd=tmp_path, check=True).stdout == "[]\n"


def test_finds_what_importlib_finds(both: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "found"
    extension = EXTENSION_SUFFIXES[-1]  # the one that all versions have
    names = {
        *("plain", "package", "spaces", "bare_folder", "extension", "both_kinds", "shadowed", "compiled"),
        *("compiled_package", "named_as_file", "no_suffix", "dangling", "package_and_file"),
        *("extension_package", "missing", "Plain"),
    }
    for name in names:
        if name.endswith("folder") or "package" in name:
            (folder / name).mkdir(parents=True)
    for name in ("named_as_file.py", "spaces"):
        (folder / name).mkdir()
    for name in (
        *("plain.py", "package/__init__.py", "spaces/inner.py", "both_kinds.py", "shadowed.py", "no_suffix"),
        *("package_and_file/__init__.py", "package_and_file.py", "extension_package/__init__.py"),
        *(f"extension{extension}", f"both_kinds{extension}", f"shadowed{extension}"),
        f"extension_package/__init__{extension}",
    ):
        (folder / name).write_text("")
    (folder / "dangling.py").symlink_to("nowhere.py")
    for name in ("compiled", "compiled_package/__init__"):
        py_compile.compile(str(folder / "plain.py"), cfile=str(folder / f"{name}.pyc"))
    for given in (str(folder), f"{folder}/", os.path.relpath(folder, tmp_path), str(folder / "nowhere")):
        told = both(TOLD, given, *names)
        assert told.count("SourceFileLoader") == (0 if given.endswith("nowhere") else 6)


@pytest.mark.parametrize("how", ["importlib.invalidate_caches()", "os.utime(sys.argv[1], (1, 1))"])
def test_sees_what_comes_and_goes(both: Callable[..., str], tmp_path: Path, how: str) -> None:
    steps = (
        "import os\nos.mkdir('found')\nfolder = sys.argv[1] + '/'\nprint(told('late'))\n"
        "open(folder + 'late.py', 'w').close()\n"
        f"{how}\nprint(told('late'))\nos.remove(folder + 'late.py')\nprint(told('late'))\n"
        "os.rmdir(folder)\nprint(told('late'))\n"
    )
    told = both(PROGRAM + steps, str(tmp_path / "found")).splitlines()
    assert [line == "None" for line in told] == [True, False, True, True]


IMPORTED = "import importlib, sys\nimport subj\nsubj.V\n"


def test_reads_what_importlib_reads(both: Callable[..., str], tmp_path: Path) -> None:
    steps = IMPORTED + (
        "import importlib.util, os, py_compile\n"
        "def again(source, mtime, **options):\n"
        "    with open('subject.py', 'w') as file: file.write(source)\n"
        "    os.utime('subject.py', (mtime, mtime))\n"
        "    if options: py_compile.compile('subject.py', cfile=cached, doraise=True, **options)\n"
        "    sys.modules.pop('subject', None)\n"
        "    importlib.invalidate_caches()\n"
        "    import subject\n"
        "    print(subject.V, subject.f.__code__.co_filename == os.path.abspath('subject.py'))\n"
        "f = 'def f(): pass\\n'\n"
        "cached = importlib.util.cache_from_source('subject.py')\n"
        "again('V = 1\\n' + f, 1)\n"
        "again('V = 2\\n' + f, 1)\n"  # the same date and size: what was kept holds
        "again('V = 3\\n' + f, 2)\n"
        "again('V = 33\\n' + f, 2)\n"
        "again('V = 4\\n' + f, 3, dfile='elsewhere.py')\n"  # as files are compiled that are moved then
        "for mode in py_compile.PycInvalidationMode:\n"
        "    again('V = 5\\n' + f, 4, invalidation_mode=mode)\n"
        "    again('V = 6\\n' + f, 4)\n"
        "    again('V = 7\\n' + f, 5)\n"
        "    with open(cached, 'r+b') as file: file.write(b'xx')\n"  # another magic number
        "    again('V = 8\\n' + f, 5)\n"
        "    again('V = 9\\n' + f, 5)\n"
    )
    assert len(both(steps, PYTHONDONTWRITEBYTECODE=None).splitlines()) > 15


@pytest.mark.parametrize(
    "damage", ["data[:16]", "data[:40]", "data[:16] + b'N'", "data[:16] + b'\\x7f'", "b''", "data[:10]"]
)
def test_damaged_byte_code(both: Callable[..., str], tmp_path: Path, damage: str) -> None:
    steps = IMPORTED + (
        "import py_compile\n"
        "with open('subject.py', 'w') as file: file.write('V = 1\\n')\n"
        "cached = py_compile.compile('subject.py')\n"
        "with open(cached, 'rb') as file: data = file.read()\n"
        f"with open(cached, 'wb') as file: file.write({damage})\n"
        "try:\n"
        "    import subject\n"
        "    print(subject.V)\n"
        "except Exception as error: print(type(error), error)\n"
    )
    both(steps)


@pytest.mark.parametrize("arguments", [("-O",), ("-OO",), ("-X", "pycache_prefix=cache")])
def test_byte_code_of_another_place(enabled: Environment, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "main.py").write_text(IMPORTED + "import subject\nprint(subject.V, subject.__doc__)\n")
    (tmp_path / "subj.py").write_text("V = 1\n")
    subject = "'''told'''\nV = []\nassert not V.append(1)\n"
    (tmp_path / "subject.py").write_text(subject)
    for _ in range(2):
        assert enabled.run("main.py", cwd=tmp_path, check=True).stdout == "[1] told\n"
    expected = {"-O": "[] told\n", "-OO": "[] None\n"}.get(arguments[0], "[1] told\n")
    for _ in range(2):
        assert enabled.run(*arguments, "main.py", cwd=tmp_path, check=True).stdout == expected


def test_who_keeps_byte_code_elsewhere_reads_it_there(both: Callable[..., str]) -> None:
    # As typeguard and beartype do for the modules that they change.
    steps = IMPORTED + (
        "import importlib._bootstrap_external as external\n"
        "with open('subject.py', 'w') as file: file.write('V = 1\\n')\n"
        "import py_compile, shutil\n"
        "shutil.move(py_compile.compile('subject.py'), 'kept.pyc')\n"
        "with open('other.py', 'w') as file: file.write('V = 2\\n')\n"
        "import os\n"
        "stat = os.stat('subject.py')\n"
        "with open('subject.py', 'w') as file: file.write('V = 3\\n')\n"
        "os.utime('subject.py', ns=(stat.st_atime_ns, stat.st_mtime_ns))\n"
        "external.cache_from_source = lambda path, **options: 'kept.pyc'\n"
        "import subject\n"
        "print(subject.V)\n"
    )
    assert both(steps) == "1\n"


def test_loader_answers_as_the_stock_one(both: Callable[..., str]) -> None:
    steps = PROGRAM + (
        "import importlib.util\n"
        "spec = importlib.util.find_spec('other')\n"
        "try: spec.loader.get_code('another')\n"
        "except ImportError as error: print(error)\n"
        "print(spec.loader.get_code('other').co_name, spec.loader.get_filename('other') == spec.origin)\n"
        "print(isinstance(spec.loader, SourceFileLoader), spec.loader.is_package('other'))\n"
        "import other\n"
        "print(type(other.__loader__) is SourceFileLoader, other.__spec__.loader is other.__loader__)\n"
    )
    assert both(steps).endswith("<module> True\nTrue False\nTrue True\n")


def test_error_of_source_that_does_not_compile(both: Callable[..., str]) -> None:
    steps = IMPORTED + (
        "import traceback\n"
        "with open('wrong.py', 'w') as file: file.write('x = = 1\\n')\n"
        "def use():\n    import wrong\n"
        "try: use()\n"
        "except SyntaxError: traceback.print_exc()\n"
    )
    assert "importlib" not in both(steps)


def test_module_that_does_not_compile_run_by_its_name(enabled: Environment, tmp_path: Path) -> None:
    # runpy leaves importlib's frames in, so that one of ours would show.
    (tmp_path / "package").mkdir()
    body = "from . import first\nfirst.V\nfrom . import second\nsecond.V\n"
    for name, text in {
        "__init__": body,
        "first": "V = 1\n",
        "second": "V = 1\n",
        "wrong": "x = = 1\n",
    }.items():
        (tmp_path / "package" / f"{name}.py").write_text(text)
    for _ in range(2):  # the byte code is there, and the listing of the folder up to date, from the second on
        told = [
            enabled.run("-m", "package.wrong", cwd=tmp_path, env={"LAZI_DISABLE": disable}).stderr
            for disable in ("1", None)
        ]
        assert told[0] == told[1]
    assert "SyntaxError" in told[0]


def test_same_audit_events(both: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "audited").mkdir()
    (tmp_path / "audited" / "__init__.py").write_text("V = 1\n")
    (tmp_path / "audited" / "inner.py").write_text("V = 1\n")
    steps = IMPORTED + (
        "seen = []\n"
        "def hook(event, arguments):\n"
        "    if watching and event in ('open', 'marshal.loads', 'import', 'os.listdir'):\n"
        "        seen.append((event, type(arguments[0]), str(arguments[0])[-40:], *arguments[1:2]))\n"
        "def load():\n"
        "    global watching\n"
        "    watching = True\n"
        "    importlib.import_module('audited.inner')\n"
        "    watching = False\n"
        "    for event in seen: print(*event)\n"
        "watching = False\n"
        "sys.addaudithook(hook)\n"
        "load()\n"
    )
    both(IMPORTED + "import audited.inner\naudited.inner.V\n")  # which writes the byte code
    told = both(steps)
    assert told.count("marshal.loads") == 2
    assert told.count("open ") == 2


def test_verbose_interpreter_tells_what_it_reads(enabled: Environment, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(IMPORTED)
    (tmp_path / "subj.py").write_text("V = 1\n")
    enabled.run("main.py", cwd=tmp_path, check=True)
    told = enabled.run("-v", "main.py", cwd=tmp_path, check=True).stderr
    assert "subj.py" in "".join(line for line in told.splitlines() if " matches " in line)


def test_other_finders_are_left_alone(both: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "strange.py").write_text("V = 1\n")
    steps = PROGRAM + (
        "class Loader(SourceFileLoader): pass\n"
        "class Finder(FileFinder): pass\n"
        "for kind, loader in ((FileFinder, Loader), (Finder, SourceFileLoader), (Finder, Loader)):\n"
        "    spec = kind(sys.argv[1], (loader, ['.py'])).find_spec('strange')\n"
        "    print(type(spec.loader), spec.origin, spec.loader.get_code('strange').co_names)\n"
    )
    told = both(steps, str(tmp_path / "found"))
    assert told.count("__main__.Loader") == 2
    assert told.count("SourceFileLoader") == 1

"""Modules are found and read as importlib does it, where that takes less, and where it is left to it."""

from __future__ import annotations

import os
import py_compile
import sys
import zipfile
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.support.environment import Environment

# Brings the engine, and tells what comes of importing the names given out of a folder.
PROGRAM = """\
import importlib, subj, sys
from importlib.machinery import FileFinder, PathFinder, SourceFileLoader
subj.V
def told(name):
    sys.path.insert(0, sys.argv[1])
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return type(error).__name__, str(error), error.name, error.path, name in sys.modules
    finally:
        del sys.path[0]
        sys.modules.pop(name, None)
    spec = module.__spec__
    places = spec.submodule_search_locations
    about = [(key, value) for key, value in vars(module).items() if key not in ("__builtins__", "__spec__")]
    return (
        [(key, value if type(value) is str else type(value)) for key, value in about],
        spec.name, spec.origin, type(spec.loader), places and list(places), spec.has_location, spec.cached,
        spec.parent, spec.loader is module.__loader__, places is getattr(module, "__path__", None),
        spec._initializing, spec._uninitialized_submodules,
    )
"""
TOLD = PROGRAM + "for name in sys.argv[2:]:\n    for _ in range(2): print(name, told(name))\n"
OURS = "importlib._bootstrap._find_and_load.__module__.startswith('lazi_site')"


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
    asked = PROGRAM + f"print({OURS})\n"
    (tmp_path / "main.py").write_text(asked)
    for arguments, env, expected in (
        ((), {}, sys.platform == "linux"),
        ((), {"LAZI_DISABLE": "1"}, False),
        (("-v",), {}, False),
        (("-X", "pycache_prefix=cache"), {}, False),
    ):
        done = enabled.run(*arguments, "main.py", cwd=tmp_path, env=env, check=True)
        assert done.stdout == f"{expected}\n"


def test_goes_with_the_engine(enabled: Environment, tmp_path: Path) -> None:
    (tmp_path / "subj.py").write_text("import other\nV = 1\n")
    (tmp_path / "other.py").write_text("")
    asked = (
        "import sys, lazi_site\n"
        "import importlib\n"
        "for _ in range(2):\n"
        "    with lazi_site.active():\n"
        "        import subj\n"
        "        subj.V\n"
        f"        print({OURS})\n"
        f"    print({OURS})\n"
        "    del sys.modules['subj']\n"
    )
    (tmp_path / "main.py").write_text(asked)
    expected = [str(sys.platform == "linux"), "False"] * 2
    assert (
        enabled.run("main.py", cwd=tmp_path, env={"LAZI_DISABLE": "1"}, check=True).stdout.split() == expected
    )


def test_lock_is_held_meanwhile_and_then_gone(both: Callable[..., str], tmp_path: Path) -> None:
    body = (
        "from _thread import get_ident\nfrom importlib import _bootstrap\n"
        "lock = _bootstrap._module_locks[__name__]()\n"
        "print(lock.owner == get_ident(), lock.locked() if hasattr(lock, 'locked') else lock.count)\n"
        "del lock\nimport {}\n"
    )
    for name, needs in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.py").write_text(body.format(needs))
    assert both(IMPORTED + "import one\none.two\nprint(importlib._bootstrap._module_locks)\n").endswith(
        "{}\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="importlib finds modules where names have no case")
def test_first_module_of_a_directory_is_found_too(enabled: Environment, tmp_path: Path) -> None:
    """Every package is a directory that was not listed before."""
    (tmp_path / "subj.py").write_text("import other\nV = 1\n")
    (tmp_path / "other.py").write_text("")
    (tmp_path / "fresh" / "sub").mkdir(parents=True)
    for name in ("fresh/__init__.py", "fresh/sub/__init__.py", "fresh/sub/part.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "main.py").write_text(
        PROGRAM + "from lazi_site.startup import shortcut\nasked = []\n"
        "def find(name, *rest): asked.append(name); return former(name, *rest)\n"
        "former, shortcut.former = shortcut.former, find\nPathFinder.find_spec = None\n"
        "importlib.import_module('fresh.sub.part')\nprint(asked)\n"
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
        assert told.count(".SourceFileLoader'>, ") == (0 if given.endswith("nowhere") else 6)


@pytest.mark.parametrize("how", ["importlib.invalidate_caches()", "os.utime(sys.argv[1], (1, 1))"])
def test_sees_what_comes_and_goes(both: Callable[..., str], tmp_path: Path, how: str) -> None:
    steps = (
        "import os, shutil\nos.mkdir('found')\nfolder = sys.argv[1] + '/'\nprint(told('late'))\n"
        "open(folder + 'late.py', 'w').close()\n"
        f"{how}\nprint(told('late'))\nos.remove(folder + 'late.py')\nprint(told('late'))\n"
        "shutil.rmtree(folder)\nprint(told('late'))\n"
    )
    told = both(PROGRAM + steps, str(tmp_path / "found")).splitlines()
    assert ["NotFound" in line for line in told] == [True, False, True, True]


def test_entries_of_the_path_are_what_they_are(both: Callable[..., str], tmp_path: Path) -> None:
    for name in ("folder", "bytes_too", "paths_too", "here", "later"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"in_{name}.py").write_text("V = 1\n")
    (tmp_path / "file").write_text("")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("in_archive.py", "V = 1\n")
    steps = PROGRAM + (
        "import os, pathlib, zipfile\n"
        "here = os.getcwd() + '/'\n"
        "os.chdir('here')\n"
        "entries = [b'bytes_too', pathlib.Path(here + 'paths_too'), here + 'file', here + 'nowhere', '',\n"
        "    here + 'folder/', here + 'archive.zip', None, ['list'], '../later']\n"
        "for entries in (entries, entries[::-1]):\n"
        "    sys.path[:] = [*entries, *sys.path]\n"
        "    for name in ('folder', 'bytes_too', 'paths_too', 'here', 'archive', 'later', 'none'):\n"
        "        sys.modules.pop('in_' + name, None)\n"
        "        try: print(importlib.import_module('in_' + name).__file__)\n"
        "        except ImportError as error: print(error)\n"
        "    print([name for name in sys.path_importer_cache if '/here/' in str(name)])\n"
        "    del sys.path[:len(entries)]\n"
    )
    assert both(steps).count("No module named") == 6


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
        "        first, *rest = arguments\n"
        "        seen.append((event, type(first), str(first)[-40:], *map(type, rest)))\n"
        "        if event == 'open': seen.append(arguments[1:])\n"
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


BODIES = {
    "fails": "import sys\nV = 1\nraise ValueError('no')\n",
    "fails_to_import": "import there_is_none\n",
    "exits": "raise SystemExit(3)\n",
    "takes_itself_out": "import sys\ndel sys.modules[__name__]\n",
    "takes_itself_out_and_fails": "import sys\ndel sys.modules[__name__]\nraise ValueError('no')\n",
    "is_replaced": "import sys, types\nsys.modules[__name__] = types.SimpleNamespace(V=2)\n",
    "is_nothing": "import sys\nsys.modules[__name__] = None\n",
    "is_slotted": "import sys\nclass S:\n    __slots__ = ('__path__', '__spec__')\n"
    "s = S()\ns.__path__, s.__spec__ = __path__, __spec__\nsys.modules[__name__] = s\n",
    "needs_itself": "from . import needs_itself as again\n",
    "sets_attributes": "__spec__.origin, __file__, __package__ = 'o', 'f', 'p'\n",
}


def test_bodies_do_what_they_like(both: Callable[..., str], tmp_path: Path) -> None:
    package = tmp_path / "bodies"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, body in BODIES.items():
        if name == "is_slotted":
            (package / name).mkdir()
            (package / name / "__init__.py").write_text(body)
            (package / name / "inner.py").write_text("")
        else:
            (package / f"{name}.py").write_text(body)
    steps = IMPORTED + (
        "import traceback, warnings\n"
        "warnings.simplefilter('always')\n"
        "warnings.showwarning = lambda message, *where: print(repr(message))\n"  # with no line of importlib
        "for name in sys.argv[1:]:\n"
        "    full = 'bodies.' + name\n"
        "    for _ in range(2):\n"
        "        try: print(name, type(importlib.import_module(full)))\n"
        "        except BaseException as error:\n"
        "            told = traceback.format_exception(error)\n"
        # The lines of importlib itself are shown where it raises an error that is no ImportError.
        "            print([line for line in told if '<frozen' not in line])\n"
        "        print(full in sys.modules, type(vars(sys.modules['bodies']).get(name.partition('.')[0])))\n"
        "        print(sys.modules['bodies'].__spec__._uninitialized_submodules)\n"
        "print(importlib._bootstrap._module_locks)\n"
    )
    told = both(
        steps, *BODIES, "is_slotted.inner", "missing", "fails.inner", "sets_attributes.inner", "absent.inner"
    )
    assert "Cannot set an attribute on 'bodies.is_slotted'" in told
    assert told.endswith("{}\n")


@pytest.mark.parametrize("body", ["fails", "takes_itself_out_and_fails"])
def test_traceback_of_a_body_that_fails(enabled: Environment, tmp_path: Path, body: str) -> None:
    """Nothing of importlib stands in it, and the statement itself does."""
    (tmp_path / "other.py").write_text("")
    (tmp_path / "subj.py").write_text("import other\nV = 1\n")
    (tmp_path / "wrong.py").write_text(BODIES[body])
    (tmp_path / "main.py").write_text("import subj\nsubj.V\ndef use():\n    import wrong\nuse()\n")
    told = [
        enabled.run("main.py", cwd=tmp_path, env={"LAZI_DISABLE": disable}).stderr
        for disable in ("1", None, None)
    ]
    assert told[0] == told[1] == told[2]
    assert "in use" in told[0]


def test_warning_of_a_body_is_attributed_to_the_statement(both: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "warns.py").write_text(
        "import warnings\nfor level in (1, 2, 3): warnings.warn('old', UserWarning, stacklevel=level)\n"
    )
    told = both(IMPORTED + "def use():\n    import warns\nuse()\n")
    places = [line.partition(": UserWarning: old")[0] for line in told.splitlines() if ": old" in line]
    assert [place.rpartition("/")[2] for place in places] == ["warns.py:2", "main.py:5", "main.py:6"]


@pytest.mark.parametrize(
    "skipped",
    [
        "frame.f_globals['__name__'].startswith('importlib')",
        "'importlib' in frame.f_code.co_filename",
        "frame.f_code.co_filename.startswith('<frozen ')",
    ],
)
def test_program_that_looks_for_who_imports_it(
    both: Callable[..., str], tmp_path: Path, skipped: str
) -> None:
    (tmp_path / "looks.py").write_text(
        f"import sys\nframe = sys._getframe(1)\nwhile {skipped}: frame = frame.f_back\n"
        "print(frame.f_globals['__name__'], frame.f_lineno, frame.f_code.co_name)\n"
    )
    assert both(IMPORTED + "def use():\n    import looks\nuse()\n") == "__main__ 5 use\n"


ENTRY_FINDERS = {
    "finds": "def find_spec(self, name, target=None):\n"
    "        print('asked', name, target)\n"
    "        if name == 'wanted': return importlib.util.spec_from_loader(name, Loader())\n",
    "asked": "def find_spec(self, name, target=None): print('asked', name, target)\n",
    "raises": "def find_spec(self, name, target=None): raise KeyError(name)\n",
    "part": "def find_spec(self, name, target=None):\n"
    "        spec = importlib.machinery.ModuleSpec(name, None)\n"
    "        spec.submodule_search_locations = ['/nowhere']\n"
    "        return spec\n",
    "has none": "pass\n",
}


@pytest.mark.parametrize("finder", ENTRY_FINDERS)
def test_finders_of_entries_are_asked_as_ever(both: Callable[..., str], tmp_path: Path, finder: str) -> None:
    (tmp_path / "wanted.py").write_text("print('wanted')\nV = 1\n")
    steps = PROGRAM + (
        "import importlib.util\n"
        "class Loader:\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module): module.V = 2\n"
        f"class Finder:\n    {ENTRY_FINDERS[finder]}"
        "def hook(path):\n"
        "    if path != 'mine:': raise ImportError\n"
        "    return Finder()\n"
        "sys.path_hooks.append(hook)\n"
        "sys.path.insert(0, 'mine:')\n"
        "for name in ('wanted', 'there_is_none'):\n"
        "    for _ in range(2):\n"
        "        try: print(importlib.import_module(name).V)\n"
        "        except Exception as error: print(type(error), error)\n"
    )
    assert both(steps).count("\n") >= 4


FINDERS = {
    "asked": "def find_spec(self, *rest): print('asked', *rest)\n",
    "imports it itself": "def find_spec(self, name, *rest):\n"
    "        print('asked', name)\n"
    "        if name != 'wanted': return\n"
    "        sys.meta_path.remove(self)\n"
    "        import wanted\n"
    "        return PathFinder.find_spec(name)\n",
    "raises": "def find_spec(self, *rest): raise KeyError(rest)\n",
    "raises ImportError": "def find_spec(self, *rest): raise ImportError(rest)\n",
    "has none": "pass\n",
    "finds": "def find_spec(self, name, *rest):\n"
    "        if name == 'wanted': return importlib.util.spec_from_loader(name, Loader())\n",
    "old": "def find_module(self, name, path=None): print('asked', name)\n",
    "imports another": "def find_spec(self, name, *rest):\n"
    "        if name != 'later': import later\n"
    "        print('asked', name)\n",
}


@pytest.mark.parametrize("place", ["0", "len(sys.meta_path)"])
@pytest.mark.parametrize("finder", FINDERS)
def test_finders_are_asked_as_ever(both: Callable[..., str], tmp_path: Path, finder: str, place: str) -> None:
    (tmp_path / "wanted.py").write_text("print('wanted')\nV = 1\n")
    (tmp_path / "later.py").write_text("")
    steps = PROGRAM + (
        "import importlib.util, traceback, warnings\nwarnings.simplefilter('ignore')\n"
        "class Loader:\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module): module.V = 2\n"
        f"class Finder:\n    {FINDERS[finder]}"
        f"sys.meta_path.insert({place}, Finder())\n"
        "for name in ('wanted', 'there_is_none', 'wanted.inner'):\n"
        "    for _ in range(2):\n"
        "        try: print(importlib.import_module(name).V)\n"
        "        except Exception as error: print(type(error), error, error.__cause__, error.__context__)\n"
    )
    assert both(steps).count("\n") >= 6


def test_embedding_program_opens_code_itself(enabled: Environment, tmp_path: Path) -> None:
    """PyFile_SetOpenCodeHook: what it opens, and what it refuses, are its own affair."""
    steps = (
        "import ctypes, io, os\n"
        "opened = []\n"
        "def hook(path, data):\n"
        "    opened.append(path)\n"
        "    return io.open(path, 'rb') if os.path.exists(path) else io.BytesIO()\n"
        "kind = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.c_void_p)\n"
        "kept = kind(hook)\n"
        "ctypes.pythonapi.PyFile_SetOpenCodeHook(kept, None)\n"
        "import subj\nsubj.V\nimport other\nother.V\n"
        "print([name for one in opened for name in ('subj', 'other') if f'__pycache__/{name}.' in one])\n"
        "import importlib\n"
        f"print({OURS})\n"
        "del opened[:]\n"
    )
    (tmp_path / "main.py").write_text(steps)
    (tmp_path / "subj.py").write_text("V = 1\n")
    (tmp_path / "other.py").write_text("V = 1\n")
    for _ in range(2):
        done = enabled.run("main.py", cwd=tmp_path, check=True)
    assert done.stdout == "['subj', 'other']\nFalse\n"


def test_threads_wait_for_each_other(both: Callable[..., str], tmp_path: Path) -> None:
    """A module is run once, nobody gets half of one, and in a circle nobody waits for ever."""
    (tmp_path / "slow.py").write_text("import time\nprint('slow')\ntime.sleep(0.3)\nV = 1\n")
    (tmp_path / "fails_once.py").write_text(
        "import sys, time\ntime.sleep(0.2)\nsys.tries = getattr(sys, 'tries', 0) + 1\nV = 1\n"
        "if sys.tries == 1: raise ValueError\n"
    )
    for name, needs in (("left", "right"), ("right", "left")):
        (tmp_path / f"{name}.py").write_text(
            f"import threading, time\ntime.sleep(0.2)\nimport {needs}\nV = {needs}.__name__\n"
        )
    steps = IMPORTED + (
        "import threading\n"
        "def use(name):\n"
        "    try: found.append(importlib.import_module(name).V)\n"
        "    except ValueError: found.append('failed')\n"
        "for names in (['slow'] * 8, ['fails_once'] * 4, ['left', 'right']):\n"
        "    found = []\n"
        "    threads = [threading.Thread(target=use, args=(name,)) for name in names]\n"
        "    for thread in threads: thread.start()\n"
        "    for thread in threads: thread.join()\n"
        "    print(sorted(map(str, found)))\n"
    )
    told = both(steps)
    assert told.splitlines() == ["slow", str(["1"] * 8), "['1', '1', '1', 'failed']", "['left', 'right']"]

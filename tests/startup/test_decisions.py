"""Decisions that are kept for later starts: used, right, and given up where they may be wrong."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from tests.engine.interpreter import IS_NATIVE
from tests.support.environment import Environment

# What is loaded only to decide.
JUDGE = "lazi_site.native.judging" if IS_NATIVE else "lazi_site.backport.reading"
SHARED = "lazi_site.startup.shared"  # what is read of all programs' decisions
PROGRAM = f"""\
import sys
import subj
subj.use
print("heavy" in sys.modules, {JUDGE!r} in sys.modules)
subj.use()
"""
SUBJECT = "import heavy\ndef use():\n    print(heavy.V)\n"


@pytest.fixture
def program(enabled: Environment) -> Environment:
    """An enabled environment with main.py and a module of which an import waits, not run yet."""
    for name, text in {"main.py": PROGRAM, "subj.py": SUBJECT, "heavy.py": "V = 1\n"}.items():
        (enabled.root / name).write_text(text)
    return enabled


def run(program: Environment, **env: str | None) -> str:
    """Run main.py; nothing may be said on standard error, and no fault be noted."""
    done = program.run("main.py", env=env, check=True)
    assert done.stderr == ""
    assert not (program.state / "last-fault.txt").exists()
    return done.stdout


def files(program: Environment) -> list[Path]:
    """Return the files of what all programs have decided."""
    return sorted(program.state.glob("decisions-*"))


def own_files(program: Environment) -> list[Path]:
    """Return the files of what single programs use."""
    return sorted(program.state.glob("program-*"))


def contents(program: Environment) -> list[bytes]:
    return [path.read_bytes() for path in (*files(program), *own_files(program))]


def test_second_start_decides_nothing(program: Environment) -> None:
    assert run(program) == "False True\n1\n"
    assert run(program) == "False False\n1\n"
    assert len(files(program)) == 1


def test_module_beside_the_program_is_found_at_a_glance(program: Environment) -> None:
    """Though the import system has not looked into that folder yet."""
    catching = "lazi_site.startup.catching"  # loaded to find out who would catch that it is missing
    (program.root / "main.py").write_text(PROGRAM.replace(JUDGE, catching))
    run(program)
    assert run(program) == "False False\n1\n"
    (program.root / "subj.py").unlink()
    (program.root / "subj").mkdir()
    (program.root / "subj/__init__.py").write_text(SUBJECT)
    run(program)
    assert run(program) == "False False\n1\n"


def test_what_other_programs_have_added_is_not_read(program: Environment) -> None:
    """And what was not read is not lost when something is added."""
    (program.root / "pkg").mkdir()
    for name in ("__init__", "one", "two", "three"):
        (program.root / "pkg" / f"{name}.py").write_text("import heavy\ndef use(): return heavy.V\n")
    for names in (("one", "two"), ("three",)):
        uses = "".join(f"import pkg.{name}\npkg.{name}.V = 1\n" for name in names)
        (program.root / "main.py").write_text(uses)
        run(program)
    (program.root / "main.py").write_text(
        f"import sys\nimport pkg.two\npkg.two.use()\nfrom {SHARED} import groups\n"
        "print(sorted((name, type(entry).__name__) for name, entry in groups['pkg'].items()))\n"
    )
    kinds = {"pkg": "tuple", "pkg.one": "tuple", "pkg.three": "bytes", "pkg.two": "tuple"}
    assert run(program) == f"{list(kinds.items())}\n"


def test_start_that_learns_nothing_writes_nothing(program: Environment) -> None:
    run(program)
    before = files(program)[0].stat()
    run(program)
    assert files(program)[0].stat().st_mtime_ns == before.st_mtime_ns
    assert own_files(program) == []


@pytest.fixture
def larger(program: Environment) -> Environment:
    """The same with more modules, and a program that says what it read of the decisions of all."""
    uses = "".join(f"import m{number}\nm{number}.use\n" for number in range(6))
    (program.root / "main.py").write_text(
        f"{uses}import sys\nprint({JUDGE!r} in sys.modules, {SHARED!r} in sys.modules)\n"
    )
    for number in range(6):
        (program.root / f"m{number}.py").write_text(SUBJECT)
    return program


def test_program_that_is_run_again_has_a_file_of_its_own(larger: Environment) -> None:
    """And needs no other one then."""
    assert run(larger) == "True True\n"
    assert own_files(larger) == []
    assert run(larger) == "False True\n"
    (own,) = own_files(larger)
    before = own.stat()
    assert run(larger) == "False False\n"
    files(larger)[0].unlink()
    assert run(larger) == "False False\n"
    assert own.stat().st_mtime_ns == before.st_mtime_ns
    assert files(larger) == []


def test_new_date_needs_no_other_file_than_the_program_s(larger: Environment) -> None:
    for _ in range(3):
        run(larger)
    files(larger)[0].unlink()
    before = contents(larger)
    write_anew(larger.root / "m0.py", SUBJECT)
    assert run(larger) == "False True\n"
    assert contents(larger) == before


def test_what_a_program_learns_later_is_in_its_file_too(larger: Environment) -> None:
    for _ in range(3):
        run(larger)
    write_anew(larger.root / "m0.py", SUBJECT.replace("use", "used") + "use = used\n")
    assert run(larger) == "True True\n"
    assert run(larger) == "False False\n"


def test_run_that_uses_little_does_not_read_what_others_use(program: Environment) -> None:
    names = [f"m{number}" for number in range(80)]
    for name in names:
        (program.root / f"{name}.py").write_text(SUBJECT)
    uses = "".join(f"    import {name}\n    {name}.use\n" for name in names)
    (program.root / "main.py").write_text(
        f"import sys\nif len(sys.argv) > 1:\n{uses}import m0, m1\nm0.use, m1.use\n"
        "from lazi_site.startup.decisions import core\n"
        f"print({JUDGE!r} in sys.modules, {SHARED!r} in sys.modules, len(core))\n"
    )

    def run_with(*arguments: str) -> str:
        return program.run("main.py", *arguments, check=True).stdout

    run_with("much")
    assert run_with("much") == "False True 0\n"
    assert run_with("much") == "False False 81\n"
    assert run_with() == "False False 81\n"
    (own,) = own_files(program)
    before = own.read_bytes()
    for _ in range(2):
        assert run_with() == "False False 3\n"
        assert run_with("much") == "False True 3\n"
    assert own.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"nothing", b"lazisnap" + bytes(80)])
def test_damaged_file_of_a_program_is_replaced(larger: Environment, content: bytes) -> None:
    for _ in range(2):
        run(larger)
    (path,) = own_files(larger)
    for damaged in (content, path.read_bytes()[:-30], path.read_bytes()[:40]):
        path.write_bytes(damaged)
        assert run(larger) == "False True\n"
        assert run(larger) == "False False\n"


def test_file_of_a_program_counts_for_its_snapshot_alone(larger: Environment) -> None:
    for _ in range(2):
        run(larger)
    (larger.project / "lazi-site.toml").write_text("eager = ['heavy']\n")
    assert run(larger) == "True True\n"


@pytest.mark.skipif(IS_NATIVE, reason="3.15 loses nothing by names that wait")
def test_small_modules_are_found_out_once(program: Environment) -> None:
    small = "lazi_site.backport.small"
    work = "from heavy import V\nfrom . import small\nfrom .large import X\n"
    work += "def use(): print(V)\ndef other(): return small, X\n"
    files = {"__init__": "", "small": "def f(): pass\n", "large": "X = open(__file__)\n", "work": work}
    (program.root / "pkg").mkdir()
    for name, text in files.items():
        (program.root / "pkg" / f"{name}.py").write_text(text)
    (program.root / "subj.py").write_text(
        "import sys\nimport pkg.work\ndef use():\n    pkg.work.use()\n"
        f"    print([name in sys.modules for name in ('pkg.small', 'pkg.large', {small!r})])\n"
    )
    assert run(program) == "False True\n1\n[True, False, True]\n"
    assert run(program) == "False False\n1\n[True, False, False]\n"


def test_import_for_its_effect_is_found_out_once(program: Environment) -> None:
    effects = "lazi_site.startup.effects"
    subject = "import acting, idle\nimport heavy\ndef use():\n    print(heavy.V)\n"
    asked = f'print({effects!r} in sys.modules, "acting" in sys.modules, "idle" in sys.modules)\n'
    acting = "import sys\nsys.acting = 1\n"
    files = {"acting": acting, "idle": "V = 1\n", "subj": subject}
    files["main"] = PROGRAM.replace("subj.use()\n", asked)
    for name, text in files.items():
        (program.root / f"{name}.py").write_text(text)
    assert run(program) == "False True\nTrue True False\n"
    assert run(program) == "False False\nFalse True False\n"
    write_anew(program.root / "idle.py", files["idle"])
    assert run(program) == "False False\nFalse True False\n"
    # It may come to have effects.
    write_anew(program.root / "idle.py", acting)
    assert run(program).endswith("\nTrue True True\n")
    assert run(program) == "False False\nFalse True True\n"
    report = program.root / "report.jsonl"
    for _ in range(2):  # as it is told when it is found out, and when it is kept
        report.unlink(missing_ok=True)
        run(program, LAZI_REPORT=str(report))
        assert '"for-effect"' in report.read_text()


def test_unused_module_of_the_standard_library_waits_without_a_question(program: Environment) -> None:
    effects = "lazi_site.startup.effects"
    (program.root / "subj.py").write_text(f"import colorsys\n{SUBJECT}")
    main = PROGRAM.replace("subj.use()\n", f'print({effects!r} in sys.modules, "colorsys" in sys.modules)\n')
    (program.root / "main.py").write_text(main)
    assert run(program, LAZI_STDLIB="include").endswith("True False\n")
    assert run(program, LAZI_STDLIB="include").endswith("False False\n")


def test_standard_module_without_a_file_waits_without_a_question(program: Environment) -> None:
    effects = "lazi_site.startup.effects"
    (program.root / "subj.py").write_text(f"import collections.abc as unused\n{SUBJECT}")
    (program.root / "main.py").write_text(
        PROGRAM.replace("subj.use()\n", f"print({effects!r} in sys.modules)\n")
    )
    assert run(program, LAZI_STDLIB="include").endswith("True\n")
    assert run(program, LAZI_STDLIB="include") == "False False\nFalse\n"


def test_module_that_cannot_be_found_is_missed_without_a_decision(program: Environment) -> None:
    (program.root / "subj.py").write_text("import missing\ndef use():\n    missing.V\n")
    tried = (
        f"try:\n    import subj\nexcept ImportError as error:\n    print(error, {JUDGE!r} in sys.modules)\n"
    )
    (program.root / "main.py").write_text(f"import sys\n{tried}")
    assert run(program) == "No module named 'missing' True\n"
    assert run(program) == "No module named 'missing' False\n"
    report = program.root / "report.jsonl"
    run(program, LAZI_REPORT=str(report))
    assert '"cannot-be-found"' in report.read_text()


@pytest.mark.skipif(not IS_NATIVE, reason="the backport looks at the names each time, and decides nothing")
def test_name_that_a_package_has_is_taken_from_it_without_a_decision(program: Environment) -> None:
    (program.root / "pkg").mkdir()
    text = "from .inner import V\nV\nfrom . import inner\ndef use():\n    inner.V\n"
    (program.root / "pkg/__init__.py").write_text(text)
    (program.root / "pkg/inner.py").write_text("V = 1\n")
    (program.root / "main.py").write_text(
        f"import sys\nimport pkg\npkg.use\nprint({JUDGE!r} in sys.modules)\n"
    )
    assert run(program) == "True\n"
    assert run(program) == "False\n"


def test_changed_module_is_decided_anew(program: Environment) -> None:
    run(program)
    (program.root / "subj.py").write_text(
        "try:\n    import heavy\nexcept ImportError:\n    pass\ndef use():\n    print(heavy.V)\n"
    )
    assert run(program).startswith("True")


def test_module_of_the_same_size_and_date_is_told_by_its_code(program: Environment) -> None:
    path = program.root / "subj.py"
    run(program)
    status = path.stat()
    text = "import heavy; heavy.V\ndef use(): print(1)\n"
    path.write_text(text + "#" * (len(SUBJECT) - len(text) - 1) + "\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    for cached in program.root.glob("__pycache__/subj.*"):
        cached.unlink()
    assert run(program).endswith("1\n")


def write_anew(path: Path, text: str) -> None:
    """Write *text*, with a date that the file *path* has not had."""
    date = path.stat().st_mtime_ns + 10**9
    path.write_text(text)
    os.utime(path, ns=(date, date))


def test_file_with_another_date_is_told_by_its_content(program: Environment) -> None:
    subject = program.root / "subj.py"
    run(program)
    write_anew(subject, SUBJECT)
    assert run(program).startswith("False False")
    # Its instructions are the same, and so is its size.
    write_anew(subject, SUBJECT.replace("heavy", "hevay"))
    assert "No module named 'hevay'" in program.run("main.py").stderr
    write_anew(subject, SUBJECT)
    assert run(program).startswith("False True")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_program_that_comes_out_of_a_pipe_is_not_read_again(program: Environment) -> None:
    pipe = program.root / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("import subj\nprint(subj.use.__name__)\n",))
    writer.start()
    done = program.run(pipe)
    writer.join()
    assert (done.stdout, done.stderr) == ("use\n", "")


def test_new_dates_of_many_files_are_stored(program: Environment) -> None:
    """A new date costs reading the file."""
    package = program.root / "pack"
    package.mkdir()
    names = [f"m{number}" for number in range(20)]
    (package / "__init__.py").write_text("".join(f"import pack.{name}; pack.{name}\n" for name in names))
    for name in names:
        (package / f"{name}.py").write_text(SUBJECT)
    (program.root / "subj.py").write_text(f"import pack; pack\n{SUBJECT}")
    run(program)
    assert run(program).startswith("False False")
    before = contents(program)
    write_anew(package / "m0.py", SUBJECT)
    assert run(program).startswith("False False")
    assert contents(program) == before
    for name in names:
        write_anew(package / f"{name}.py", SUBJECT)
    assert run(program).startswith("False False")
    assert contents(program) != before
    before = contents(program)
    assert run(program).startswith("False False")
    assert contents(program) == before


def test_changed_configuration_makes_them_void(program: Environment) -> None:
    run(program)
    (program.project / "lazi-site.toml").write_text("eager = ['heavy']\n")
    assert run(program).startswith("True")
    assert run(program).startswith("True")
    (program.project / "lazi-site.toml").unlink()
    assert run(program).startswith("False")


def test_variables_that_change_the_policy_count(program: Environment) -> None:
    run(program)
    run(program)
    assert run(program, LAZI_EAGER="heavy").startswith("True")
    assert run(program).startswith("False False")


@pytest.mark.parametrize("stdlib", ["exclude", "include"])
def test_each_setting_of_the_standard_library_has_its_own(program: Environment, stdlib: str) -> None:
    (program.root / "subj.py").write_text(SUBJECT.replace("heavy", "colorsys").replace("V", "ONE_SIXTH"))
    (program.root / "main.py").write_text(PROGRAM.replace("heavy", "colorsys"))
    for _ in range(3):
        assert run(program, LAZI_STDLIB=stdlib).startswith(str(stdlib == "exclude"))
        run(program, LAZI_STDLIB="include" if stdlib == "exclude" else "exclude")


@pytest.mark.parametrize("content", [b"", b"nothing", b"lazisnap" + bytes(80)])
def test_damaged_file_is_replaced(program: Environment, content: bytes) -> None:
    run(program)
    path = files(program)[0]
    for damaged in (content, path.read_bytes()[:-3], path.read_bytes()[:40]):
        path.write_bytes(damaged)
        for own in own_files(program):
            own.unlink()
        assert run(program) == "False True\n1\n"
        assert run(program) == "False False\n1\n"


def test_right_hash_over_odd_content_is_survived(program: Environment) -> None:
    run(program)
    code = (
        "import sys\nfrom lazi_site.config.snapshot import pack_snapshot\n"
        "from lazi_site.startup.snapshot import read_snapshot\n"
        "path = sys.argv[1]\nfound = read_snapshot(path)\n"
        "pieces = {name: eval(sys.argv[2]) for name in found['pieces']}\n"
        "open(path, 'wb').write(pack_snapshot({'snapshot': found['snapshot']}, pieces))\n"
    )
    run(program)
    for odd in ("b'x'", "b''", "b'N'", "b'[\\x00\\x00\\x00\\x00'", "marshal.dumps({'subj': 1})"):
        for file in (*files(program), *own_files(program)):
            program.run("-c", f"import marshal\n{code}", file, odd, env={"LAZI_DISABLE": "1"}, check=True)
        assert run(program) == "False True\n1\n"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
def test_file_that_others_may_write_is_not_read(program: Environment) -> None:
    run(program)
    files(program)[0].chmod(0o666)
    assert run(program) == "False True\n1\n"


def test_without_stored_snapshots_nothing_is_kept(program: Environment) -> None:
    assert run(program, LAZI_NO_SNAPSHOT="1") == "False True\n1\n"
    assert run(program, LAZI_NO_SNAPSHOT="1") == "False True\n1\n"
    assert files(program) == []


def test_place_that_cannot_be_written_is_no_matter(program: Environment) -> None:
    for path in files(program):
        path.unlink()
    program.state.chmod(0o555)
    try:
        done = program.run("main.py", check=True, ordinary=True)
    finally:
        program.state.chmod(0o755)
    assert (done.stdout, done.stderr) == ("False True\n1\n", "")


def test_program_that_outlives_disable_brings_nothing_back(program: Environment) -> None:
    command = "[sys.executable, '-m', 'lazi_site', 'disable']"
    disable = f"import subprocess\nsubprocess.run({command}, check=True, stdout=subprocess.DEVNULL)\n"
    (program.root / "main.py").write_text(PROGRAM + disable)
    (program.state / "notes.txt").write_text("mine")
    assert run(program) == "False True\n1\n"
    assert [path.name for path in program.state.iterdir()] == ["notes.txt"]


def test_clean_and_disable_remove_them(program: Environment) -> None:
    run(program)
    removed = json.loads(program.lazi("clean", "--json", env={"LAZI_DISABLE": "1"}, check=True).stdout)[
        "removed"
    ]
    assert str(files(program)) == "[]"
    assert any("decisions-" in path for path in removed)
    run(program)
    run(program)
    program.disable()
    assert not program.state.exists()


def test_import_made_for_its_effect_stays_eager(program: Environment) -> None:
    (program.root / "subj.py").write_text("import heavy\ndef use(): pass\n")
    (program.root / "heavy.py").write_text("import sys\nsys.effect = True\n")
    (program.root / "main.py").write_text("import sys, subj\nsubj.use\nprint(sys.effect)\n")
    for _ in range(3):
        assert run(program) == "True\n"


def test_module_that_makes_others_eager_does_so_every_time(program: Environment) -> None:
    """What it does to others must not be lost because its own decisions are kept."""
    resolver = program.root / "pip/_internal/resolution/resolvelib/resolver.py"
    resolver.parent.mkdir(parents=True)
    for folder in list(resolver.parents)[:4]:
        (folder / "__init__.py").touch()
    resolver.write_text("import heavy\ndef f(): heavy\n")
    (program.root / "pip/late.py").write_text("import other\ndef f(): other\n")
    (program.root / "other.py").write_text("")
    (program.root / "main.py").write_text(
        "import sys\nif 'early' in sys.argv:\n    import pip.late\n    pip.late.f\n"
        "import pip._internal.resolution.resolvelib.resolver as base\nbase.f\nimport pip.late\npip.late.f\n"
        "print('other' in sys.modules)\n"
    )
    for arguments in (["early"], [], ["early"], [], []):
        done = program.run("main.py", *arguments, check=True)
        assert (done.stdout, done.stderr) == ("True\n", ""), arguments


@pytest.mark.skipif(not IS_NATIVE, reason="the backport's stand-ins act as the real objects")
@pytest.mark.parametrize("first", ["looker", "held"])
def test_module_whose_names_another_goes_through_is_known_at_the_next_start(
    program: Environment, first: str
) -> None:
    looker = "import held\nkinds = {type(value).__name__ for value in held.__dict__.values()}\n"
    (program.root / "looker.py").write_text(looker)
    (program.root / "held.py").write_text("import heavy\ndef f():\n    heavy.V\n")
    (program.root / "main.py").write_text(
        f"import sys\nimport {first}\n{first}.__name__\nimport looker\n"
        f'print("lazy_import" in looker.kinds, {JUDGE!r} in sys.modules)\n'
    )
    # What is looked through is kept only by a start that did not have to judge who looks.
    for _ in range(1 if first == "looker" else 2):
        assert run(program) == "False True\n"
    for _ in range(2):
        assert run(program) == "False False\n"
    told = program.run("main.py", env={"LAZI_TRACE": "4"}, check=True).stderr
    assert ("eager     heavy  in held" in told) == (first == "looker")

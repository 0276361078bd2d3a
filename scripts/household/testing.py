"""Test runners, coverage and debuggers."""

from __future__ import annotations

import json

from .client import DebugClient, free_port
from .common import House, check, expect

QUIET_HEAVY = "A = 1\n\n\ndef double(x):\n    return 2 * x\n"
NOTES = "import os, sys\nopen(os.environ['HOUSE_NOTES'], 'a').write(f'{\"heavy\" in sys.modules} ')\n"
MEASURED = {
    "part.py": (
        "import heavy\nfrom heavy import double\n\n\ndef f(x):\n    if x:\n        return double(x)\n"
        "    return heavy.A\n"
    ),
    "heavy.py": QUIET_HEAVY,
    "main.py": (
        "import subprocess\nimport sys\n\nimport part\n\n\ndef run():\n"
        "    subprocess.run([sys.executable, 'child.py'], check=True)\n    print(part.f(0))\n\n\nrun()\n"
    ),
    "child.py": "import part\n\nprint(part.f(3))\n",
    ".coveragerc": "[run]\npatch = subprocess\nparallel = true\nbranch = true\nsource = .\n",
}


@check("coverage", "a program and its child, measured by coverage's own start file")
def coverage_subprocess(house: House) -> str:
    environment = house.tools("coverage>=7.10")
    house.write(MEASURED)
    python = str(environment.python)
    found = []
    for variables in ({"LAZI_DISABLE": "1"}, {}):
        house.run([python, "-m", "coverage", "run", "main.py"], expect=0, **variables)
        files = len(list(house.folder.glob(".coverage.*")))
        expect(files == 2, f"{files} files of data were written, not 2")
        house.run([python, "-m", "coverage", "combine"], expect=0, **variables)
        house.run([python, "-m", "coverage", "json", "-o", "coverage.json"], expect=0, **variables)
        measured = json.loads((house.folder / "coverage.json").read_text("utf-8"))
        keys = ("executed_lines", "missing_lines", "executed_branches", "missing_branches")
        found.append({file: [row[key] for key in keys] for file, row in measured["files"].items()})
    expect(found[0] == found[1], f"eager: {found[0]}\nlazy: {found[1]}")
    expect(found[0]["part.py"][0] == [1, 2, 5, 6, 7, 8], found[0])
    return f"lines and branches of {len(found[0])} files equal, from 2 processes"


TESTED = {
    "conftest.py": "import pytest\n\nfrom helpers import make\n\n\n@pytest.fixture\ndef made():\n    return make()\n",
    "helpers.py": (
        "import heavy\nfrom heavy import double\n\n\ndef make():\n    return {'a': double(1)}\n\n\n"
        "def check(value):\n    assert value == heavy.A, value\n    assert double(value) == 3\n"
    ),
    "heavy.py": QUIET_HEAVY,
    "test_one.py": (
        "import heavy\nfrom heavy import double\nimport helpers\n\n\n"
        "def test_rewritten(made):\n    assert made == {'a': double(2), 'b': heavy.A}\n\n\n"
        "def test_of_a_helper():\n    helpers.check(1)\n\n\n"
        "def test_good():\n    assert double(heavy.A) == 2\n"
    ),
    "test_two.py": "from heavy import A\n\n\ndef test_it(made):\n    assert made['a'] == A + 2\n",
    "pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\n",
}
TIMES = r"=+ \d+ failed, \d+ passed in .*|0x[0-9a-f]+|.*(scheduling|\[gw\d\]).*"


@check("pytest", "rewritten assertions that fail on waiting names, in tests and helpers")
def pytest_rewriting(house: House) -> str:
    environment = house.tools("pytest")
    house.write(TESTED | {"conftest.py": REGISTERED})
    command = [str(environment.python), "-m", "pytest", "-vv"]
    eager, _ = house.same(command, status=1, mask=TIMES)
    expect("where 2 = double(1)" in eager.stdout, eager)
    expect("3 failed, 1 passed" in eager.stdout, eager)
    return "the same report of 3 failures"


REGISTERED = "import pytest\npytest.register_assert_rewrite('helpers')\n" + TESTED["conftest.py"]


@check("pytest-xdist", "the same with -n 2")
def pytest_xdist(house: House) -> str:
    environment = house.tools("pytest", "pytest-xdist")
    house.write(TESTED | {"conftest.py": REGISTERED})
    command = [str(environment.python), "-m", "pytest", "-n", "2", "--dist", "loadfile"]
    eager, _ = house.same(command, status=1, mask=TIMES, is_sorted=False)
    expect("3 failed, 1 passed" in eager.stdout, eager)
    return "the same report of 3 failures"


DEBUGGED = {
    "heavy.py": QUIET_HEAVY,
    "part.py": (
        "import heavy\nfrom heavy import double\n\n\ndef f(x):\n"
        + "    note()\n    y = double(x)\n    return y + heavy.A\n\n\n"
        + "def note():\n"
        + "".join(f"    {line}\n" for line in NOTES.splitlines())
    ),
    "main.py": "import part\n\nprint('result', part.f(4))\n",
}


@check("pdb", "break, step into, print a name that waits, continue")
def pdb_session(house: House) -> str:
    environment = house.tools()
    house.write(DEBUGGED)
    session = "b part.py:7\nc\np heavy.A\np double\nw\ns\np x\nr\nn\np y\nc\nq\n"
    eager, lazy = house.same(
        [str(environment.python), "-m", "pdb", "main.py"], input=session, mask="0x[0-9a-f]+"
    )
    expect("(Pdb) 8" in eager.stdout and "result 9" in eager.stdout, eager)
    expect((eager.notes, lazy.notes) == ("True ", "False "), f"loaded: {eager.notes}, {lazy.notes}")
    return "same session; the name waited until it was printed"


@check("pdb", "breakpoint() in a program, post mortem of an error in a waiting import")
def pdb_breakpoint(house: House) -> str:
    environment = house.tools()
    house.write(
        {"heavy.py": QUIET_HEAVY, "main.py": "import heavy\nx = 3\nbreakpoint()\ny = heavy.A\nprint(x + y)\n"}
    )
    house.same([str(environment.python), "main.py"], input="p heavy.A\np x\nn\nn\np y\nc\n")
    house.write({"part.py": "import heavy\n\n\ndef f():\n    return heavy.A / 0\n"})
    code = (
        "import pdb, sys, part\ntry:\n    part.f()\nexcept ZeroDivisionError as error:\n"
        "    pdb.post_mortem(error.__traceback__)\n"
    )
    eager, _ = house.same([str(environment.python), "-c", code], input="p heavy.A\nu\nw\nq\n")
    expect("part.py(5)f()" in eager.stdout, eager)
    return "same sessions"


@check("debugpy", "a client attaches, a breakpoint is hit, a name that waits is evaluated")
def debugpy_client(house: House) -> str:
    environment = house.tools("debugpy")
    house.write(DEBUGGED)
    found = []
    for variables in ({"LAZI_DISABLE": "1"}, {}):
        port = free_port()
        command = [str(environment.python), "-Xfrozen_modules=off", "-m", "debugpy", "--listen"]
        command += [f"127.0.0.1:{port}", "--wait-for-client", "main.py"]
        client = DebugClient(port, str(house.folder / "part.py"), 7, ("heavy.A", "double(x)", "x"))
        done = client.beside(lambda: house.run(command, expect=0, **variables))  # noqa: B023
        found.append((client.answers, client.stack, done.stdout, done.notes))
    expect(found[0][:3] == found[1][:3], f"eager: {found[0]}\nlazy: {found[1]}")
    expect(found[0][0] == ["1", "8", "4"] and "result 9" in found[0][2], found[0])
    expect((found[0][3], found[1][3]) == ("True ", "False "), found)
    return "same stack, values and output; the name waited until it was evaluated"


@check("debugpy", "a program with debugpy listening and no client")
def debugpy_alone(house: House) -> str:
    environment = house.tools("debugpy")
    house.write(DEBUGGED)
    command = [
        str(environment.python),
        "-Xfrozen_modules=off",
        "-m",
        "debugpy",
        "--listen",
        "127.0.0.1:0",
        "main.py",
    ]
    house.same(command)
    return "same output"

"""Options and variables of the interpreter."""

from __future__ import annotations

from .common import House, check, expect

FILES = {
    "folder/part.py": "import heavy\nfrom heavy import A\n\n\ndef f():\n    return heavy.A + A\n",
    "folder/heavy.py": "A = 1\n",
    "folder/note.py": (
        "import os, sys\n"
        "with open(os.environ['HOUSE_NOTES'], 'w') as notes:\n    notes.write(str('heavy' in sys.modules))\n"
    ),
    "folder/main.py": "import sys\nimport part\nprint(part.__name__)\nimport note\nprint(note.__name__, part.f(), sys.flags)\n",
}
ADDED = ("-c", "import sys; sys.path.insert(0, 'folder'); exec(open('folder/main.py').read())")
# Options, and how the program is started by them.
RUNS = {
    "": ("folder/main.py",),
    "-E": ("folder/main.py",),
    "-s": ("folder/main.py",),
    "-I": ADDED,
    "-P": ADDED,
    "-S": ("folder/main.py",),
    "-O": ("folder/main.py",),
    "-X frozen_modules=off": ("folder/main.py",),
    "-X importtime": ("folder/main.py",),
    "-X utf8 -X dev -W error -b": ("folder/main.py",),
}
NOT_READ = ("-S",)
TIMES = r"(?m)^import time:.*\n"


@check("the interpreter", "options: none, -E, -s, -I, -P, -S, -O, -X frozen_modules, importtime, dev")
def options(house: House) -> str:
    environment = house.bare()
    house.write(FILES)
    for given, program in RUNS.items():
        command = [str(environment.python), *given.split(), *program]
        eager, lazy = house.same(command, mask=TIMES)
        wanted = ("True", "True" if given in NOT_READ else "False")
        expect((eager.notes, lazy.notes) == wanted, f"{given}: loaded: {eager.notes}, {lazy.notes}")
    return f"{len(RUNS)} ways the same; lazy with all but -S"


@check(
    "the interpreter",
    "PYTHONPATH, PYTHONHOME, PYTHONSTARTUP, PYTHONNOUSERSITE, PYTHONSAFEPATH, PYTHONPYCACHEPREFIX",
)
def variables(house: House) -> str:
    environment = house.bare()
    house.write(FILES)
    base = house.run([house.python, "-c", "import sys; print(sys.prefix)"], expect=0).stdout.strip()
    python = str(environment.python)
    ways: list[dict[str, str]] = [
        {"PYTHONPATH": "folder"},
        {"PYTHONPATH": f"folder:{environment.folder}/missing:", "PYTHONNOUSERSITE": "1"},
        {"PYTHONPATH": str(house.folder / "folder"), "PYTHONSAFEPATH": "1"},
        {"PYTHONPATH": "folder", "PYTHONPYCACHEPREFIX": str(house.folder / "cache")},
        {"PYTHONPATH": "folder", "PYTHONHOME": base},
        {"PYTHONPATH": "folder", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSTARTUP": "folder/part.py"},
    ]
    for way in ways:
        eager, lazy = house.same([python, "-c", "import main"], **way)
        expect((eager.notes, lazy.notes) == ("True", "False"), f"{way}: loaded: {eager.notes}, {lazy.notes}")
    return f"{len(ways)} ways the same, and lazy"


@check("the interpreter", "the base interpreter beside its enabled environment")
def base_interpreter(house: House) -> str:
    house.bare()
    code = "import sys; print([name for name in sys.modules if name.startswith('lazi')])"
    done = house.run([house.python, "-c", code], expect=0)
    expect((done.stdout, done.stderr) == ("[]\n", ""), done)
    return "knows nothing of it"

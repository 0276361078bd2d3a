"""pip in an enabled environment: lazi-site itself replaced and removed, others beside a running process."""

from __future__ import annotations

import zipfile
from pathlib import Path

from support.environments import CommandFailed, Environment

from .common import House, check, expect
from .layouts import examine, is_lazy

WAITING = """
import subprocess, sys
import user

def say(*what):
    print(*what, flush=True)

say("begin", user.NAME)
subprocess.run([sys.executable, "-m", "pip", *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
for attempt in range(2):
    try:
        say("found", user.use())
    except Exception as error:
        say(type(error).__name__, str(error).partition("\\n")[0])
try:
    import extra
    say("extra", extra.A)
except ImportError as error:
    say(type(error).__name__)
say("end")
"""
PROGRAM = {
    "main.py": WAITING,
    "user.py": "import part\nNAME = 'u'\n\n\ndef use():\n    return part.A\n",
}


def make_wheel(folder: Path, name: str, module: str) -> Path:
    """Write a wheel of the distribution *name* with one module of the same name; return its path."""
    path = folder / f"{name}-1-py3-none-any.whl"
    info = f"{name}-1.dist-info"
    files = {
        f"{name}.py": module,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: house\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


def lazy_pip(house: House, environment: Environment, *arguments: str) -> None:
    """Run pip lazily, as people do in an enabled environment; it must succeed."""
    command = [str(environment.python), "-m", "pip", *arguments, "-q", "--disable-pip-version-check"]
    done = house.run([*command, "--no-input"])
    if done.status:
        raise CommandFailed(f"{' '.join(command)}: {done}")


@check("pip", "lazi-site replaced and uninstalled while enabled, installed again")
def pip_of_lazi_site(house: House) -> str:
    environment = house.bare()
    python = str(environment.python)
    lazy_pip(house, environment, "install", "--force-reinstall", "--no-deps", str(house.wheel))
    examine(house, python, on=True)
    lazy_pip(house, environment, "uninstall", "-y", "lazi-site")
    code = "import sys, pip; print([name for name in sys.modules if name.startswith('lazi')])"
    for options in ((), ("-I",), ("-W", "error", "-X", "dev")):
        done = house.run([python, *options, "-c", code], expect=0)
        expect((done.stdout, done.stderr) == ("[]\n", ""), f"after the uninstall: {done}")
    lazy_pip(house, environment, "install", "--no-deps", str(house.wheel))
    examine(house, python, on=True)
    lazy_pip(house, environment, "uninstall", "-y", "platformdirs", "rich", "tomlkit")
    expect(is_lazy(house, python), "imports are eager without lazi-site's dependencies")
    return "silent and eager without it, lazy with it again"


@check("pip", "lazi-site uninstalled and installed while a process with waiting names runs")
def pip_of_lazi_site_beside(house: House) -> str:
    environment = house.bare()
    house.write(PROGRAM)
    house.write({"part.py": "import deep\nA = 1\n\n\ndef late():\n    return deep.B\n", "deep.py": "B = 2\n"})
    command = [str(environment.python), "main.py"]
    done = house.run([*command, "uninstall", "-q", "-y", "lazi-site"], expect=0)
    wanted = "begin u\nfound 1\nfound 1\nModuleNotFoundError\nend\n"
    expect((done.stdout, done.stderr) == (wanted, ""), done)
    done = house.run([*command, "install", "-q", "--no-deps", str(house.wheel)], expect=0)
    expect((done.stdout, done.stderr) == (wanted, ""), done)
    expect(is_lazy(house, str(environment.python)), "imports are eager")
    return "the process goes on, before and after"


@check("pip", "a package uninstalled whose import waits, one installed, while a process runs")
def pip_of_others_beside(house: House) -> str:
    environment = house.bare()
    part = make_wheel(house.folder, "part", "A = 1\n")
    extra = make_wheel(house.folder, "extra", "A = 3\n")
    house.write(PROGRAM)
    environment.pip("install", "-q", str(part))
    command = [str(environment.python), "main.py"]
    done = house.run([*command, "uninstall", "-q", "-y", "part"], expect=0)
    error = "ModuleNotFoundError No module named 'part'\n"
    expect(done.stdout == f"begin u\n{error}{error}ModuleNotFoundError\nend\n" and not done.stderr, done)
    environment.pip("install", "-q", str(part))
    done = house.run([*command, "install", "-q", str(extra)], expect=0)
    expect(done.stdout == "begin u\nfound 1\nfound 1\nextra 3\nend\n" and not done.stderr, done)
    return "the use of its name says that there is no such module; what is new is found"

"""Environments made or remade by other tools, and layouts of distributors."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from support.environments import CommandFailed, Environment, call, virtualenv

from .common import House, NotHere, check, expect

LAZY = "from lazi_site.startup.settle import settle, state; settle(); print(state.engine)"


def is_lazy(house: House, python: str) -> bool:
    """Return whether *python* imports lazily; it must be silent about it."""
    done = house.run([python, "-c", LAZY], expect=0)
    expect(not done.stderr, done)
    return bool(done.stdout.strip())


def examine(house: House, python: str, on: bool) -> None:
    """Raise Wrong unless status and doctor of *python* tell the truth, which is *on*."""
    expect(is_lazy(house, python) == on, f"imports are {'eager' if on else 'lazy'}")
    status = house.run([python, "-m", "lazi_site", "status", "--json"])
    found = json.loads(status.stdout)
    expect(found["on"] == on, f"status: {status}")
    doctor = house.run([python, "-m", "lazi_site", "doctor"])
    expect(doctor.status == int(not on), f"doctor: {doctor}")


def switch_off_and_on(house: House, python: str, *options: str) -> None:
    """Disable and enable the environment of *python*, looking at it in between."""
    house.run([python, "-m", "lazi_site", "disable"], expect=0)
    examine(house, python, on=False)
    house.run([python, "-m", "lazi_site", "enable", *options], expect=0)
    examine(house, python, on=True)


@check("venv", "python -m venv --upgrade, --upgrade-deps and --clear over an enabled environment")
def venv_upgrade(house: House) -> str:
    environment = house.bare()
    python = str(environment.python)
    try:
        call([house.python, "-m", "venv", "--upgrade", "--without-pip", str(environment.folder)])
    except CommandFailed as error:
        raise NotHere(str(error).splitlines()[-1]) from None
    examine(house, python, on=True)
    call([house.python, "-m", "venv", "--clear", "--without-pip", str(environment.folder)])
    done = house.run([python, "-c", "import sys; print(sorted(n for n in sys.modules if 'lazi' in n))"])
    expect((done.status, done.stdout, done.stderr) == (0, "[]\n", ""), done)
    return "stays lazy after --upgrade; nothing is left after --clear"


@check("virtualenv", "made by it, made again over it, --clear, enabled again")
def virtualenv_clear(house: House) -> str:
    folder = house.folder / "made"
    virtualenv(house.python, folder)
    environment = Environment(folder)
    python = str(environment.python)
    environment.pip("install", "-q", str(house.wheel))
    house.lazi(environment, "enable")
    examine(house, python, on=True)
    virtualenv(house.python, folder)
    examine(house, python, on=True)
    tool = [sys.executable, "-m", "virtualenv", "-q", "--clear", "-p", house.python, str(folder)]
    call(tool, PYTHONPATH=str(Path(__file__).parents[2] / ".venv-tools" / "virtualenv"))
    done = house.run([python, "-c", "import sys; print(sorted(n for n in sys.modules if 'lazi' in n))"])
    expect((done.status, done.stdout, done.stderr) == (0, "[]\n", ""), done)
    expect(not (folder / "lazi-site").exists(), "the directory lazi-site is still there")
    environment.pip("install", "-q", str(house.wheel))
    house.lazi(environment, "enable")
    examine(house, python, on=True)
    return "status and doctor are right at each step"


@check("uv", "made and filled by uv: enable, run, sync a reinstall, pip uninstall")
def uv_environment(house: House) -> str:
    uv = str(house.tools("uv").bin / "uv")
    folder = house.folder / "made"
    cache = {"UV_CACHE_DIR": str(house.folder / "cache"), "UV_PYTHON_DOWNLOADS": "never"}
    call([uv, "venv", "-q", "--python", house.python, str(folder)], **cache)
    python = str(Environment(folder).python)
    pip = [uv, "pip"]
    call([*pip, "install", "-q", "--python", python, str(house.wheel)], **cache)
    switch_off_and_on(house, python)
    call([*pip, "install", "-q", "--python", python, "--reinstall", "--no-deps", str(house.wheel)], **cache)
    examine(house, python, on=True)
    house.write({"main.py": "import os\nimport part\nprint(part.A)\n", "part.py": "A = 1\n"})
    done = house.run([uv, "run", "-q", "--no-project", "--python", python, "main.py"], expect=0, **cache)
    expect((done.stdout, done.stderr) == ("1\n", ""), done)
    call([*pip, "uninstall", "-q", "--python", python, "lazi-site"], **cache)
    done = house.run([python, "-c", "print('ran')"])
    expect((done.status, done.stdout, done.stderr) == (0, "ran\n", ""), done)
    return "as one of venv; silent after the uninstall"


@check("conda", "its layout: an interpreter of its own with conda-meta, no pyvenv.cfg")
def conda_layout(house: House) -> str:
    prefix, python = own_interpreter(house)
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta" / "history").write_text("", "utf-8")
    put_in(house, python)
    refused = house.run([python, "-m", "lazi_site", "enable"], CONDA_PREFIX=str(prefix))
    expect(refused.status == 2 and "--force" in refused.stderr, f"enable: {refused}")
    expect("Traceback" not in refused.stderr and refused.stdout == "", refused)
    house.run([python, "-m", "lazi_site", "enable", "--force"], expect=0)
    examine(house, python, on=True)
    switch_off_and_on(house, python, "--force")
    return "refused with a sentence that names --force, with which it works"


@check("Debian", "its layout: packages in dist-packages, read by the distributor's site module")
def debian_layout(house: House) -> str:
    """Debian's own builds do so themselves; others are told to by sysconfig and sitecustomize."""
    prefix, python = own_interpreter(house)
    library = prefix / "lib" / f"python{house.version}"
    if not library_of(house, python).endswith("dist-packages"):
        for name in ("sysconfig.py", "sysconfig/__init__.py"):
            path = library / name
            if path.exists():
                path.write_text(path.read_text("utf-8").replace("site-packages", "dist-packages"), "utf-8")
        added = f"import site\nsite.addsitedir({str(library / 'dist-packages')!r})\n"
        (library / "sitecustomize.py").write_text(added, "utf-8")
    packages = Path(library_of(house, python))
    put_in(house, python)
    refused = house.run([python, "-m", "lazi_site", "enable"])
    expect(refused.status == 2 and "not in a virtualenv" in refused.stderr, f"enable: {refused}")
    house.run([python, "-m", "lazi_site", "enable", "--force"], expect=0)
    expect((packages / "lazi_site.pth").exists(), "no start file in dist-packages")
    house.write({"part.py": "import heavy\n\n\ndef f():\n    return heavy.A\n", "heavy.py": "A = 1\n"})
    (packages / "packed.py").write_text("import heavy\n\n\ndef f():\n    return heavy.A\n")
    code = "import sys, part, packed; print('heavy' in sys.modules, part.f(), packed.f())"
    done = house.run([python, "-c", code], expect=0)
    expect(done.stdout == "False 1 1\n", f"what waits in dist-packages: {done}")
    switch_off_and_on(house, python, "--force")
    house.run([python, "-m", "lazi_site", "disable"], expect=0)
    return "refused without --force; with it packages in dist-packages wait"


def own_interpreter(house: House) -> tuple[Path, str]:
    """Return the prefix and the executable of a copy of the interpreter with its standard library."""
    code = "import sys, os, sysconfig; print(sys.base_prefix, os.path.realpath(sys.executable), sysconfig.get_path('stdlib'))"
    base, executable, library = house.run([house.python, "-c", code], expect=0).stdout.split()
    prefix = house.folder / "prefix"
    target = prefix / "lib" / f"python{house.version}"
    ignored = shutil.ignore_patterns(
        "test", "idlelib", "site-packages", "dist-packages", "__pycache__", "config-*", "sitecustomize.py"
    )
    shutil.copytree(library, target, ignore=ignored)
    (prefix / "bin").mkdir()
    python = prefix / "bin" / f"python{house.version}"
    shutil.copy2(executable, python)
    for shared in Path(base, "lib").glob(f"libpython{house.version}.so*"):
        shutil.copy2(shared, prefix / "lib")
    done = house.run([str(python), "-c", "import sys; print(sys.prefix)"])
    if done.status or done.stdout.strip() != str(prefix):
        raise NotHere(f"a copied interpreter does not run here: {done}")
    return prefix, str(python)


def library_of(house: House, python: str) -> str:
    """Return the directory into which packages for *python* belong."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return house.run([python, "-c", code], expect=0).stdout.strip()


def put_in(house: House, python: str) -> None:
    """Install lazi-site and what it needs into the interpreter *python*, which has no pip."""
    target = Path(library_of(house, python))
    target.mkdir(parents=True, exist_ok=True)
    pip = str(house.bare("helper").python)
    call([pip, "-m", "pip", "install", "-q", "--target", str(target), str(house.wheel)])

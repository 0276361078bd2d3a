"""Editable installs: do their modules wait, and behave as they do eagerly?"""

from __future__ import annotations

import json

from .common import House, check, expect, pip

SOURCES = {
    "__init__.py": "from . import part\nfrom .part import value\n",
    "part.py": (
        "import heavy\nfrom .deep import late\n\n\ndef value():\n    return heavy.A + late.B\n\n\n"
        "def spec():\n    return type(__loader__).__name__, __spec__.origin, __file__\n"
    ),
    "deep/__init__.py": "",
    "deep/late.py": "B = 2\n",
}
PROGRAM = (
    "import importlib.resources, inspect, os, sys\n"
    "import shop, single\n"
    "note = open(os.environ['HOUSE_NOTES'], 'a')\n"
    "print(shop.__name__, single.__name__)\n"
    "print('shop.part' in sys.modules, end=',', file=note)\n"
    "part = sys.modules.get('shop.part') or __import__('shop.part').part\n"
    "print('shop.deep.late' in sys.modules, 'heavy' in sys.modules, sep=',', file=note)\n"
    "print(shop.value(), single.use(), shop.__file__, part.__file__, shop.__path__, shop.__spec__.name)\n"
    "print(inspect.getsource(shop.part.value), inspect.getsourcefile(single))\n"
    "print(sorted(one.name for one in importlib.resources.files('shop').iterdir() if one.name != '__pycache__'))\n"
)
WAITS, LOADED = "False,False,False\n", "True,True,True\n"
SETUPTOOLS = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
version = "1"
[tool.setuptools]
packages = ["shop", "shop.deep"]
py-modules = ["single", "heavy"]
"""
HATCHLING = """
[build-system]
requires = ["hatchling", "editables"]
build-backend = "hatchling.build"
[project]
name = "shop"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["src/shop"]
force-include = {"src/single.py" = "single.py", "src/heavy.py" = "heavy.py"}
"""
SCIKIT = """
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
[project]
name = "shop"
version = "1"
[tool.scikit-build]
wheel.cmake = false
wheel.packages = ["src/shop", "src/single.py", "src/heavy.py"]
editable.mode = "redirect"
"""


def try_install(house: House, backend: str, project: str, kinds: set[str], *options: str) -> str:
    """Install a project editable, run the program, and compare; *kinds*: what status calls the install."""
    environment = house.bare()
    pip(environment, "install", "-q", "--prefer-binary", *backend.split())
    # Of a src layout setuptools makes a path, not a finder.
    place = "project" if project is SETUPTOOLS else "project/src"
    files = {f"{place}/shop/{name}": text for name, text in SOURCES.items()}
    files |= {
        f"{place}/single.py": "import heavy\n\n\ndef use():\n    return heavy.A\n",
        f"{place}/heavy.py": "A = 1\n",
        "project/pyproject.toml": project,
        "main.py": PROGRAM,
    }
    house.write(files)
    arguments = ("install", "-q", "--no-build-isolation", "--no-deps", *options)
    pip(environment, *arguments, "-e", str(house.folder / "project"))
    eager, lazy = house.same([str(environment.python), "main.py"])
    expect(eager.notes == LOADED, eager)
    status = house.run([str(environment.python), "-m", "lazi_site", "status", "--json"])
    found = json.loads(status.stdout)["editable_installs"]
    expect({one["kind"] for one in found} == kinds, f"status says of the installs: {found}")
    says_lazy = all(one["imports"] == "lazy" for one in found)
    expect(says_lazy, f"status says {found}, and loaded was: {lazy.notes}")
    house.lazi(environment, "doctor")
    expect(lazy.notes == WAITS, f"loaded: {lazy.notes}")
    house.write({f"{place}/shop/deep/late.py": "B = 40\n"})
    done = house.run([str(environment.python), "main.py"], expect=0)
    expect("\n41 " in done.stdout, f"a changed source is not seen: {done}")
    return f"same output, all its imports wait ({', '.join(sorted(kinds))})"


@check("setuptools", "editable install with a finder")
def editable_setuptools(house: House) -> str:
    return try_install(house, "setuptools", SETUPTOOLS, {"setuptools"})


@check("setuptools", "editable install, editable_mode=strict")
def editable_setuptools_strict(house: House) -> str:
    mode = "--config-settings=editable_mode=strict"
    return try_install(house, "setuptools", SETUPTOOLS, {"path"}, mode)


@check("setuptools", "editable install, editable_mode=compat")
def editable_setuptools_compat(house: House) -> str:
    mode = "--config-settings=editable_mode=compat"
    return try_install(house, "setuptools", SETUPTOOLS, {"path"}, mode)


@check("hatchling", "editable install with a path")
def editable_hatchling(house: House) -> str:
    return try_install(house, "hatchling editables", HATCHLING, {"path"})


@check("hatchling", "editable install with the finder of editables (dev-mode-exact)")
def editable_hatchling_exact(house: House) -> str:
    exact = HATCHLING + "[tool.hatch.build]\ndev-mode-exact = true\n"
    return try_install(house, "hatchling editables", exact, {"finder"})


@check("scikit-build-core", "editable install with its redirecting finder")
def editable_scikit(house: House) -> str:
    return try_install(house, "scikit-build-core", SCIKIT, {"finder", "path"})

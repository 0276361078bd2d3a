"""Editable installs whose modules are found by a finder: they wait as all others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environment import Environment

# What the finders of setuptools, of editables (a class), and of scikit-build-core (an object) have in common
# with these: the names of class and mapping, and the stock loader.
FINDERS = {
    "__editable___shop_finder": (
        "MAPPING = {name: '' for name in FILES}\nclass _EditableFinder:\n    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n        return find(name)\n"
        "sys.meta_path.append(_EditableFinder)\n"
    ),
    "_editable_impl_shop": (
        "class RedirectingFinder:\n    _redirections = FILES\n    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n        return find(name)\n"
        "sys.meta_path.append(RedirectingFinder)\n"
    ),
    "_shop_editable": (
        "class ScikitBuildRedirectingFinder:\n"
        "    def __init__(self):\n        self.known_source_files = FILES\n"
        "    def find_spec(self, name, path=None, target=None):\n        return find(name)\n"
        "sys.meta_path.insert(0, ScikitBuildRedirectingFinder())\n"
    ),
}
USE = "import sys, shop, single; shop.NAME; print('heavy' in sys.modules, shop.use(), single.use())"


def install(environment: Environment, module: str) -> None:
    """Put two modules elsewhere, and the finder *module* for them with its start file in place."""
    source = environment.root / "source"
    (source / "shop").mkdir(parents=True)
    body = "import heavy\nNAME = __name__\ndef use(): return heavy.A\n"
    files = {"shop": source / "shop" / "__init__.py", "single": source / "other.py"}
    for file in files.values():
        file.write_text(body)
    environment.add_module("heavy", "A = 1\n")
    head = f"import sys\nFILES = { ({name: str(file) for name, file in files.items()}) }\n"
    head += (
        "def find(name):\n    if name in FILES:\n        from importlib.util import spec_from_file_location\n"
        "        return spec_from_file_location(name, FILES[name])\n"
    )
    environment.add_module(module, head + FINDERS[module])
    Path(environment.purelib, f"{module}.pth").write_text(f"import {module}\n")


@pytest.mark.parametrize("module", FINDERS)
def test_modules_that_an_editable_finder_finds_wait_too(enabled: Environment, module: str) -> None:
    install(enabled, module)
    assert enabled.run("-c", USE, env={"LAZI_DISABLE": "1"}, check=True).stdout == "True 1 1\n"
    assert enabled.run("-c", USE, check=True).stdout == "False 1 1\n"
    (found,) = enabled.status()["editable_installs"]
    assert (found["target"], found["imports"]) == (module, "lazy")


@pytest.mark.parametrize("module", FINDERS)
def test_editable_finder_is_alone_again_where_the_configuration_says_eager(
    enabled: Environment, module: str
) -> None:
    install(enabled, module)
    (enabled.project / "lazi-site.toml").write_text("enabled = false\n")
    code = USE + "; print([type(one).__name__ for one in sys.meta_path if 'lazi' in type(one).__module__])"
    assert enabled.run("-c", code, check=True).stdout == "True 1 1\n[]\n"

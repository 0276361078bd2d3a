"""Checks of the backport's loaders and finders, in an interpreter that imports lazily (3.11 to 3.14)."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import marshal
import pickle
import sys
from pathlib import Path

from runner import equal, load, run


def check_loader_is_a_source_file_loader() -> None:
    module = load("kind", kind="import math\n")
    loader = module.__loader__
    equal(type(loader), importlib.machinery.SourceFileLoader)
    equal((module.__spec__.loader is loader, loader.name, Path(loader.path).name), (True, "kind", "kind.py"))
    equal(loader.get_source("kind"), "import math\n")
    equal(loader.get_data(loader.path), b"import math\n")
    equal(loader.is_package("kind"), False)


def check_code_asked_for_by_others_is_stock() -> None:
    load("asked", asked="import asked_target\nx = 1\n", asked_target="")
    loader = sys.modules["asked"].__loader__
    code = loader.get_code("asked")
    expected = compile("import asked_target\nx = 1\n", loader.path, "exec", dont_inherit=True)
    equal((code.co_code, code.co_consts), (expected.co_code, expected.co_consts))
    equal(marshal.loads(marshal.dumps(code)) == code, True)
    equal(importlib.util.find_spec("asked").loader.get_code("asked").co_code, expected.co_code)


def check_bytecode_cache_is_stock() -> None:
    module = load("cached", cached="import cached_target\n", cached_target="")
    path = Path(module.__spec__.cached)
    code = marshal.loads(path.read_bytes()[16:])
    expected = compile("import cached_target\n", module.__file__, "exec", dont_inherit=True)
    equal((code.co_code, code.co_consts), (expected.co_code, expected.co_consts))


def check_extension_modules_keep_the_stock_loader() -> None:
    import _ctypes_test as extension  # type: ignore[import-not-found]

    equal(type(extension.__loader__), importlib.machinery.ExtensionFileLoader)
    for finder in sys.path_importer_cache.values():
        if type(finder) is importlib.machinery.FileFinder:
            kinds = dict(finder._loaders)  # type: ignore[attr-defined]
            for suffix in importlib.machinery.EXTENSION_SUFFIXES:
                equal(kinds[suffix], importlib.machinery.ExtensionFileLoader)


def check_loader_of_the_standard_library_is_a_stock_one() -> None:
    """It is included here, so that the loader was ours; distlib looks it up by its type."""
    import colorsys
    import json.tool

    for module in (colorsys, json, json.tool):
        equal(type(module.__loader__), importlib.machinery.SourceFileLoader)


def check_own_modules_keep_the_stock_loader() -> None:
    import lazi_site.startup

    equal(type(lazi_site.startup.__loader__), importlib.machinery.SourceFileLoader)
    # The engine's code comes out of the snapshot; nothing is deferred in it either.
    engine = sys.modules["lazi_site.backport.engine"]
    equal(type(engine.__loader__), importlib.machinery.SourceFileLoader)


def check_finders_are_stock() -> None:
    load("stock", stock="")
    kinds = {type(finder) for finder in sys.path_importer_cache.values() if finder is not None}
    equal(importlib.machinery.FileFinder in kinds, True)
    equal({kind.__module__ for kind in kinds} <= {"_frozen_importlib_external", "zipimport"}, True)
    equal(
        [getattr(f, "__name__", "?") for f in sys.meta_path[-3:]],
        ["BuiltinImporter", "FrozenImporter", "PathFinder"],
    )


def check_specs_and_functions_can_be_pickled() -> None:
    module = load("pickled", pickled="import math\ndef f(): return math.floor(1.5)\n")
    equal(pickle.loads(pickle.dumps(module.f)), module.f)


def check_a_directory_may_be_relative_missing_or_a_file() -> None:
    Path("somewhere").mkdir(exist_ok=True)
    Path("somewhere/found_there.py").write_text("V = 1\n", encoding="utf-8")
    sys.path[:0] = ["no/such/directory", "somewhere", __file__]
    try:
        import found_there  # type: ignore[import-not-found]

        equal(found_there.V, 1)
        equal(importlib.util.find_spec("surely_missing_mod"), None)
    finally:
        del sys.path[:3]


def check_module_in_a_folder_of_the_standard_library_s_name_is_not_standard() -> None:
    from lazi_site.startup import bootstrap

    library = bootstrap.STANDARD_LIBRARY
    equal(
        [
            bootstrap.is_standard(path)
            for path in (library, library + "/json", library + "/site-packages", "", "/x")
        ],
        [True, True, False, False, False],
    )
    equal([bootstrap.is_ours(path) for path in ("", "/x", None, b"/x")], [True, True, False, False])


if __name__ == "__main__":
    run(globals())

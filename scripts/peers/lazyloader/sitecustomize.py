"""Makes imports lazy by importlib.util.LazyLoader, except those of the standard library.

For bench_programs.py, which puts this folder on PYTHONPATH.
"""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader


class LazyFinder:
    """Finds what the path holds, and gives it a loader that waits."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Return the spec of the module *name*, None for one of the standard library."""
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


sys.path.remove(os.path.dirname(__file__))  # programs may print or scan it
sys.meta_path.insert(sys.meta_path.index(PathFinder), LazyFinder)

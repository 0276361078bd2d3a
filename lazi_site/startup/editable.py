"""Editable installs with a finder (3.11 to 3.14), read only where there is one.

Such an install puts a finder on ``sys.meta_path`` that maps names to files
elsewhere and gives their modules the stock loader: top-level names in those of
setuptools and editables, whose submodules are found through the path hook as
always, and all names in that of scikit-build-core. This finder, in front of
the others, gives these modules our loader.
"""

import sys
from _frozen_importlib_external import SourceFileLoader

from .loaders import DeferringSourceLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class EditableFinder:
    """A meta path finder that asks the finders of editable installs for the names which they map."""

    def __init__(self, finders: "list[Any]") -> None:
        self.finders = finders

    def find_spec(self, fullname: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """Return the spec of a mapped module with our loader in it, or None for the finders that follow."""
        for finder in self.finders:
            if fullname in names_of(finder):
                spec = finder.find_spec(fullname, path, target)
                if spec is not None and type(spec.loader) is SourceFileLoader:
                    spec.loader = DeferringSourceLoader(spec.loader.name, spec.loader.path)
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Do nothing: the finders asked are on the meta path themselves."""


def names_of(finder: "Any") -> "Any":
    """Return the mapping, or what else ``in`` can ask, of the names that *finder* finds."""
    for name in ("_redirections", "known_source_files"):  # editables, scikit-build-core
        found = getattr(finder, name, None)
        if found is not None:
            return found
    return getattr(sys.modules.get(finder.__module__), "MAPPING", ())  # setuptools


def install(finders: "list[Any]") -> None:
    """Put a finder for what the editable *finders* map in front of the meta path."""
    sys.meta_path.insert(0, EditableFinder(finders))


def remove() -> None:
    """Take the finder off the meta path."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder) is not EditableFinder]

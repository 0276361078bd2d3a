"""Editable installs of setuptools' second kind (3.11 to 3.14), read only where there is one.

Such an install puts a finder on ``sys.meta_path`` that maps top-level names to
folders elsewhere and gives their modules the stock loader. Submodules are
found through the path hook as always; this finder, in front of the others,
gives the top-level modules our loader too.
"""

import sys
from _frozen_importlib_external import SourceFileLoader

from .loaders import DeferringSourceLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class EditableFinder:
    """A meta path finder that asks setuptools' editable finders for the names which they map."""

    def __init__(self, finders: "list[Any]") -> None:
        self.finders = finders

    def find_spec(self, fullname: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """Return the spec of a mapped module with our loader in it, or None for the finders that follow."""
        for finder in self.finders:
            mapping = getattr(sys.modules.get(finder.__module__), "MAPPING", ())
            if fullname in mapping:
                spec = finder.find_spec(fullname, path, target)
                if spec is not None and type(spec.loader) is SourceFileLoader:
                    spec.loader = DeferringSourceLoader(spec.loader.name, spec.loader.path)
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Do nothing: the finders asked are on the meta path themselves."""


def install(finders: "list[Any]") -> None:
    """Put a finder for what the editable *finders* map in front of the meta path."""
    sys.meta_path.insert(0, EditableFinder(finders))


def remove() -> None:
    """Take the finder off the meta path."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder) is not EditableFinder]

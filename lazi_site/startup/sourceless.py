"""The backport's loader of modules without source (3.11 to 3.14); few environments have any."""

from _frozen_importlib_external import SourcelessFileLoader

from .loaders import code_to_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType


class DeferringBytecodeLoader(SourcelessFileLoader):
    """The stock loader of modules without source, whose executed code defers imports."""

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the code of the module, changed if the import system is going to run it."""
        return code_to_run(self, SourcelessFileLoader.get_code(self, fullname), fullname)

"""An AttributeError of a module's body, which the interpreter would swallow. Few imports raise one."""

from .namespaces import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FailedAttribute:
    """Raises the AttributeError of a module's body that ``module.name`` would swallow.

    The lookup of a module's attribute takes an AttributeError for "not there"
    and then calls the module's ``__getattr__`` (Objects/moduleobject.c): for
    that one call it is this.
    """

    __slots__ = ("error", "former", "namespace")

    def __init__(self, namespace: "dict[str, Any]", error: AttributeError) -> None:
        self.namespace = namespace
        self.error = error
        self.former = namespace.get("__getattr__", MISSING)
        namespace["__getattr__"] = self

    def __call__(self, name: str) -> "Any":
        if self.namespace.get("__getattr__") is self:
            del self.namespace["__getattr__"]
            if self.former is not MISSING:
                self.namespace["__getattr__"] = self.former
        raise self.error

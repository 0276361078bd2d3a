"""Letting go of modules that were unloaded: the books must not keep their namespaces. Read only then."""

from .modules import promised, wanted
from .namespaces import records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def release(namespaces: "list[dict[str, Any]]") -> None:
    """Strike the *namespaces* of unloaded modules out of the books.

    Names that wait there resolve as before when somebody who holds on to a
    namespace looks them up, but nobody resolves them for him.
    """
    gone = {id(namespace) for namespace in namespaces}
    for target, origins in list(wanted.items()):
        origins[:] = [one for one in origins if id(getattr(one, "namespace", None)) not in gone]
        if not origins:
            wanted.pop(target, None)
    for submodules in list(promised.values()):
        for promise in list(submodules.values()):
            if id(promise.namespace) in gone:
                # The import that was promised is absolute, so that it needs no more of its importer.
                wanted_of_it = ("__name__", "__builtins__")
                promise.namespace = {name: promise.namespace.get(name) for name in wanted_of_it}
    for place in gone:
        records.pop(place, None)

"""Small modules beside one that is in use: what waits for them is resolved.

A namespace with waiting names slows its module's code down (see
namespaces.rebuild()), and what waits in a module that works hard is often a
small module of the same package, such as the one with its exceptions. A module
is in use once its own code resolves a name after its body has run: then an
import takes place anyway. Programs that only load it, to show their help say,
load none of its neighbours.
"""

import sys

from ..startup import decisions
from ..startup.snapshot import load
from . import engine
from .engine import SMALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .namespaces import Record


def settle_neighbours(record: "Record") -> None:
    """Resolve names of *record* that wait for small modules beside its own; one that fails goes on waiting.

    Not in a module that itself says what is to be lazy.
    """
    namespace = record.namespace
    importer, file = namespace.get("__name__"), namespace.get("__file__")
    if not isinstance(importer, str) or not isinstance(file, str):
        return
    if "__lazy_modules__" in namespace:
        return
    table = decisions.kept(importer, file)
    if not table:
        return
    known: dict[str, tuple[str, ...]] = table.setdefault(SMALL, {})
    beside = importer.partition(".")[0] + "."
    for name, key in list(record.pending.items()):
        target = key.origin.full_target
        if record.pending.get(name) is not key or not f"{target}.".startswith(beside):
            continue  # it came along with another one, or is of another package
        title = key.origin.title(key)
        if title not in known:
            load("lazi_site.backport.deciding")
            load("lazi_site.backport.small")
            from ..startup.keeping import note
            from . import deciding
            from .small import needed_for

            known[title] = needed_for(deciding.get_policy(), target, key.attribute)
            note(importer, file, table)
        if known[title] and all(map(is_ready, known[title])):
            try:
                namespace[name]
            except (Exception, SystemExit):
                continue


def is_ready(name: str) -> bool:
    """Return whether the module *name* is loaded, and has run.

    Of ``module:name``, whether that is a class, and one that learns nothing of those that derive from it.
    """
    module, _, attribute = name.partition(":")
    if not attribute:
        return engine.is_at_hand(module, None)
    if not engine.is_at_hand(module, (attribute,)):
        return False
    value = vars(sys.modules[module])[attribute]
    if type(value) is not type or issubclass(value, type):
        return False  # it has a metaclass, or is one
    return not any("__init_subclass__" in vars(one) for one in value.__mro__[:-1])

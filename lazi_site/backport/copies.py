"""Copies of namespaces that hold stand-ins: the real objects are put there in their place."""

import sys
from gc import get_referrers
from sys import getrefcount

from ..startup.packages import ModuleType
from .namespaces import USUAL_REFERENCES, copied, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .namespaces import SettledKey

FunctionType = type(settle)


def has_other_holders(key: "SettledKey") -> bool:
    """Return whether somebody besides *key* holds its stand-in, which its namespace no longer does."""
    stand_in = key.stand_in
    return getrefcount(stand_in) > USUAL_REFERENCES


def repair() -> None:
    """Replace the stand-ins of names that have just settled in the dicts and lists that hold them.

    Those are copies of namespaces. Most are the globals of methods that attrs writes for the classes of
    the module, or are in the object that a module has put in its own place in sys.modules. To find others
    takes a look at every object there is, so it is done once for all names.
    """
    todo = []
    while copied:  # pop by pop, as another thread may do the same
        todo.append(copied.pop())
    copies: dict[int, list[dict[Any, Any]]] = {}
    for key, value in todo:
        place = id(key.namespace)
        if place not in copies:
            copies[place] = [*globals_of_methods(key.namespace), *in_its_place(key.namespace)]
        for copy in copies[place]:
            if copy.get(key) is key.stand_in:
                copy[key] = value
    values = {id(key.stand_in): value for key, value in todo if has_other_holders(key)}
    stand_ins = [key.stand_in for key, _ in todo if id(key.stand_in) in values]
    for holder in get_referrers(*stand_ins) if stand_ins else ():
        if type(holder) is dict:
            for name, held in list(holder.items()):
                if id(held) in values:
                    holder[name] = values[id(held)]
        elif type(holder) is list and holder is not stand_ins:
            holder[:] = [values.get(id(held), held) for held in holder]


def in_its_place(namespace: "dict[str, Any]") -> "Iterator[dict[Any, Any]]":
    """Yield the namespace of what sys.modules has for the module of *namespace*, if it is another one."""
    name = namespace.get("__name__")
    module = sys.modules.get(name) if type(name) is str else None
    if issubclass(type(module), ModuleType):
        other = object.__getattribute__(module, "__dict__")  # a class of its own may do anything
        if other is not namespace:
            yield other


def globals_of_methods(namespace: "dict[str, Any]") -> "Iterator[dict[Any, Any]]":
    """Yield the globals of methods of the classes in *namespace*, where they are another dict."""
    seen = {id(namespace)}
    for value in list(namespace.values()):
        # Asking a stand-in what it is would perform its import; its type is no metaclass.
        if issubclass(type(value), type) and value.__dict__.get("__module__") == namespace.get("__name__"):
            for member in list(value.__dict__.values()):
                if type(member) is FunctionType and id(member.__globals__) not in seen:
                    seen.add(id(member.__globals__))
                    yield member.__globals__

"""Resolves the names that a new finder or path hook uses; see finders.py. Few programs have one."""

import sys

from .bootstrap import state
from .finders import LISTS, asked, known
from .usage import mentioned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MODULE = type(sys)


def settle_new(which: int, resolve: "Callable[[Any, set[str]], None]") -> None:
    """For every member that is new in the list *which*, *resolve* the names it uses in its module."""
    name = LISTS[which]
    current: list[Any] = getattr(sys, name)
    new = [member for member in current if not any(member is old for old in known[which])]
    known[which] = list(current)
    # Another thread that goes through the list must not see it shrink: it gets another one.
    without = [member for member in current if not any(member is one for one in new)]
    before = list(without)
    cached = set(sys.path_importer_cache)
    setattr(sys, name, without)
    try:
        for member in new:
            owner = getattr(member, "__module__", None) or type(member).__module__
            if owner in sys.modules:
                resolve(sys.modules[owner], names_used(member))
                settle_used(sys.modules[owner], names_to_find(member), resolve, set())
    finally:
        if without == before:
            setattr(sys, name, current)
        else:
            for member in new:
                without.insert(current.index(member), member)
        asked[which] = getattr(sys, name)
        # What was imported meanwhile made finders that a new hook has not been asked for.
        for path in set(sys.path_importer_cache) - cached:
            sys.path_importer_cache.pop(path, None)


def settle_used(
    module: "Any", names: "set[str]", resolve: "Callable[[Any, set[str]], None]", seen: "set[tuple[int, str]]"
) -> None:
    """*resolve* the *names* of *module* that some code mentions, and what is used by them.

    Functions and classes of the same package are followed, their own code being
    read for names, and where imports inside the standard library wait too, those
    of its modules.

    seen: by id of the module, the names that were looked at.
    """
    new = {name for name in names if (id(module), name) not in seen}
    seen.update((id(module), name) for name in new)
    resolve(module, new)
    for name in new:
        try:
            value = module.__dict__.get(name)
            is_module = type(value) is MODULE
            owner_name = getattr(value, "__name__" if is_module else "__module__", "")
            owner = sys.modules.get(owner_name)
            if owner is module or (type(owner) is MODULE and is_followed(owner_name, module)):
                # What is taken from a module is named by the same code.
                settle_used(owner, names if is_module else names_used(value), resolve, seen)
        except Exception:
            continue  # its import fails, and it goes on waiting; or it answers with an error


def is_followed(name: str, user: "Any") -> bool:
    """Return whether what its *user* takes from the module *name* is followed.

    That is so within a package, and where imports inside the standard library may wait, into that.
    """
    top = name.partition(".")[0]
    if top == str(getattr(user, "__name__", "")).partition(".")[0]:
        return True
    return not state.skips_stdlib and top in sys.stdlib_module_names


def names_used(member: "Any") -> "set[str]":
    """Return the names that the code of a finder, hook, function or class mentions."""
    return {name for names in codes_of(member).values() for name in names}


def names_to_find(member: "Any") -> "set[str]":
    """Return those that it mentions in finding: in find_spec(), or all of a function, and what that calls."""
    codes = codes_of(member)
    found: set[str] = set()
    todo = {"find_spec", "__call__", ""}
    while todo:
        names = codes.pop(todo.pop(), set()) - found
        found |= names
        todo |= names
    return found


def codes_of(member: "Any") -> "dict[str, set[str]]":
    """Return the names that each method of *member*, and under "" that its own code mentions."""
    owner = member if isinstance(member, type) else type(member)
    found: dict[str, set[str]] = {}
    for name, function in (("", member), *vars(owner).items()):
        inner = getattr(function, "__func__", getattr(function, "__wrapped__", function))
        code = getattr(inner, "__code__", None)
        if code is not None:
            found[name] = mentioned(code)
    return found

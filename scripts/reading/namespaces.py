"""Imports modules, performs every import that waits, and tells what their namespaces hold.

    namespaces.py MODULES FOUND

MODULES: a list of names, imported in this order. FOUND gets {"failed": {module:
error}, "waited": number of names, "reason": why imports are eager, "found":
{module: {name: (what it is, number)}}}: its type, of numbers and texts the value
too; and one number for all places at which the very same object stands. What
was decided about the modules is stored for the next run, as at the end of every
program.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
import types
import warnings
from typing import Any

MEMORY = 4 << 30  # bytes
# The loader of a patched module is ours; builtins are copied to where code was executed.
LEFT_OUT = ("__loader__", "__builtins__", "__cached__")
VALUES = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis))


def load(names: list[str]) -> dict[str, str]:
    """Import *names*; return what those that fail raise."""
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
    return failed


def count_waiting() -> int:
    """Return how many names wait in this interpreter."""
    from lazi_site.api.waiting import _waiting

    return sum(1 for _ in _waiting())


def resolve() -> tuple[int, str]:
    """Perform every import that waits; return how many names did, and why imports are eager, if they are."""
    import lazi_site
    from lazi_site.startup.bootstrap import state

    waited = count_waiting()
    try:
        lazi_site.resolve_all()
    except BaseException:  # some modules end the program; the others are resolved without them
        for target in sorted(lazi_site.lazy_modules()):
            with contextlib.suppress(BaseException):
                lazi_site.resolve_all(target)
    return waited, state.reason


def store_decisions() -> None:
    """Do what lazi-site does when the interpreter ends, which this program does not come to."""
    keeping = sys.modules.get("lazi_site.startup.keeping")
    if keeping is not None and keeping.changed:
        keeping.store()


def describe(names: list[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """Return what the namespaces of the modules *names* hold."""
    spaces: dict[str, dict[str, Any]] = {}
    for name in names:
        contents = getattr(sys.modules.get(name), "__dict__", None)
        if type(contents) is dict:
            spaces[name] = {key: value for key, value in contents.items() if key not in LEFT_OUT}
    numbers: dict[int, int] = {}
    return {
        name: {
            str(key): (describe_one(value), numbers.setdefault(id(value), len(numbers)))
            for key, value in contents.items()
        }
        for name, contents in spaces.items()
    }


def describe_one(value: object) -> str:
    """Return what *value* is, without asking it: some objects do a lot when they are asked."""
    kind = type(value)
    title = f"{kind.__module__}.{kind.__qualname__}"
    if kind in VALUES:
        return f"{title} {value!r:.200}"
    if issubclass(kind, types.ModuleType):
        return f"{title} {object.__getattribute__(value, '__dict__').get('__name__')}"
    if kind is types.FunctionType:
        return f"{title} of {value.__module__}"
    return title


def main() -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(sys.argv[1], encoding="utf-8") as file:
        names = json.load(file)
    is_lazy = not os.environ.get("LAZI_DISABLE")
    if is_lazy:
        from lazi_site.startup.settle import settle

        settle()  # a program that mentions builtins is left alone, so that its first import does not do it
    failed = load(names)
    # Statements that say ``lazy`` themselves wait in eager runs too. (3.15)
    waited, reason = resolve() if is_lazy or sys.version_info >= (3, 15) else (0, "")
    found = describe([name for name in names if name not in failed])
    with open(sys.argv[2], "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump({"failed": failed, "waited": waited, "reason": reason, "found": found}, file)
    store_decisions()
    os._exit(0)  # threads that a module started, and what is to happen at exit, are no matter


main()

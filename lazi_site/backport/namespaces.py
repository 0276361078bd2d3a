"""The books of the backport: which names of which namespace wait, and what settling one of them means.

A namespace is a module's ``__dict__``. The keys that resolve themselves are in
``keys.py``; what such a key becomes when it has its value is here.
"""

import sys
from _weakref import ref
from gc import callbacks as gc_callbacks
from itertools import starmap
from sys import _current_frames, getrefcount

from ..startup.bootstrap import record_fault
from ..startup.packages import is_running, stop_finding_in
from ..startup.snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .modules import Origin

MISSING: "Any" = object()
# Set by keys.py: the code of PendingKey.__eq__, and what gives a stand-in its value.
lookup_code: "Any" = None
set_value: "Any" = None


class SettledKey(str):
    """A name in a namespace that has its value: a string with some memory.

    origin: what performs its import. attribute: what is taken from the target,
    None for a module itself. namespace: where it stands. stand_in: its value
    until it settles. busy: the threads that are resolving it, or None.
    """

    __slots__ = ("attribute", "busy", "namespace", "origin", "stand_in")
    attribute: "str | None"
    busy: "list[int] | None"
    namespace: "dict[str, Any]"
    origin: "Origin"
    stand_in: "Any"

    def __reduce_ex__(self, protocol: "Any") -> "Any":
        """Have copies be plain strings: what the key remembers is nobody else's business."""
        return str, (str.__str__(self),)


class Record:
    """The waiting names of one namespace: {name: key}, in the order in which they came.

    in_use: the module's own code has resolved one since its body ran.
    """

    __slots__ = ("in_use", "namespace", "pending")

    def __init__(self, namespace: "dict[str, Any]") -> None:
        self.namespace = namespace
        self.in_use = False
        self.pending: dict[str, SettledKey] = {}


records: "dict[int, Record]" = {}  # by id of the namespace, which the record keeps alive
# For other modules, as a method of what is imported is looked up anew for each call (3.11 to 3.14).
record_at = records.get
to_rebuild: "list[Record]" = []  # nothing waits in them any more
copied: "list[tuple[SettledKey, object]]" = []  # keys whose stand-in has other holders too, and their values
to_finish: "list[Any]" = []  # packages of which all promised submodules are loaded


def waiting(namespace: "dict[str, Any]", name: str) -> "SettledKey | None":
    """Return the key of *name* if it waits in *namespace*; does not resolve it."""
    record = records.get(id(namespace))
    return record.pending.get(name) if record is not None else None


def plain_value(namespace: "dict[str, Any]", name: str) -> "Any":
    """Return what *name* is bound to in *namespace*, MISSING if it is unbound or waits."""
    return namespace.get(name, MISSING) if waiting(namespace, name) is None else MISSING


def plain_values(namespace: "dict[str, Any]", names: "tuple[str, ...]") -> "list[Any] | None":
    """Return what each of *names* is bound to in *namespace*, or None if one is unbound or waits."""
    record = records.get(id(namespace))
    pending = record.pending if record is not None else ()
    values = []
    for name in names:
        value = MISSING if name in pending else namespace.get(name, MISSING)
        if value is MISSING:
            return None
        values.append(value)
    return values


def bind(namespace: "dict[str, Any]", name: str, value: object) -> None:
    """Store *value* as an assignment to *name* does."""
    if id(namespace) in records:
        make_way(namespace, name)
    namespace[name] = value


def make_way(namespace: "dict[str, Any]", name: str) -> None:
    """Let the key of *name* be an ordinary one if it waits in *namespace*: it is about to get a value."""
    key = waiting(namespace, name)
    if key is not None:
        discard(key)


def settle(key: SettledKey, value: object) -> None:
    """Give *key* its real value in its namespace; whoever calls this calls repair_copies() too.

    It becomes an ordinary key first, as the hash of a pending one is a call.
    Before its value is there no other thread comes in: nothing is called, and
    nothing jumps back. (3.11 to 3.14)
    """
    namespace, stand_in = key.namespace, key.stand_in
    key.__class__ = SettledKey
    if key in namespace:
        namespace[key] = value
    set_value(stand_in, value)
    if getrefcount(stand_in) > USUAL_REFERENCES:
        copied.append((key, value))
    _forget(key)


def discard(key: SettledKey) -> None:
    """Let *key* be an ordinary name: somebody assigns to it or deletes it."""
    key.__class__ = SettledKey
    _forget(key)


def repair_copies() -> None:
    """Replace the stand-ins of names that have just settled where copies of namespaces hold them."""
    try:
        load("lazi_site.backport.copies")
        from . import copies

        copies.repair()
    except RecursionError:
        pass  # the program's own depth; what is left is repaired with the next name
    except Exception as error:
        record_fault("repairing copies of a namespace", error)


def _forget(key: SettledKey) -> None:
    record = records.get(id(key.namespace))
    if record is None or record.pending.get(key) is not key:
        return
    record.pending.pop(key, None)
    if not record.pending and records.pop(id(key.namespace), None) is not None:
        to_rebuild.append(record)
        await_collection()


def rebuild_later(namespace: "dict[str, Any]") -> None:
    """Rebuild *namespace* at a collection if it has settled keys: ``import *`` takes them along."""
    if any(type(name) is SettledKey for name in list(namespace)):
        to_rebuild.append(Record(namespace))
        await_collection()


def await_collection() -> None:
    """Have the collector call, once for what is in the two lists."""
    if _call_back not in gc_callbacks:
        gc_callbacks.append(_call_back)


def finish_later(package: "Any") -> None:
    """Take what finds missing submodules from the module *package* at a collection when nothing waits in it.

    Not in the lookup of its last name: the program may be going through the
    names of the package, of which there must not become fewer.
    """
    to_finish.append(package)
    await_collection()


def finish_packages() -> None:
    """Do what was put off by finish_later()."""
    for package in to_finish[:]:
        if id(getattr(package, "__dict__", None)) not in records:
            to_finish.remove(package)
            stop_finding_in(package)


def rebuild_settled() -> None:
    """Rebuild the namespaces in which nothing waits any more, as soon as that is safe.

    Not while the module runs, as more names may come. And not while a lookup in
    the namespace is under way, that is, while a frame of a key's ``__eq__``
    stands on some thread's stack: CPython finds out that the table changed by
    comparing its address, and the new table may come to lie where the old one
    was. (3.11 to 3.14)
    """
    finished = [record for record in to_rebuild if not is_running(record.namespace)]
    looked_up = set()
    for top in _current_frames().values() if finished else ():
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_code is lookup_code:
                looked_up.add(id(frame.f_locals["self"].namespace))
            frame = frame.f_back
    for record in finished:
        namespace = record.namespace
        if id(namespace) not in looked_up:
            try:
                to_rebuild.remove(record)
            except ValueError:
                continue  # another thread was faster
            if id(namespace) not in records:
                rebuild(namespace)
    while not (to_rebuild or to_finish) and _call_back in gc_callbacks:
        gc_callbacks.remove(_call_back)


def _at_collection(phase: str, info: "dict[str, int]") -> None:
    """Rebuild at the end of a garbage collection: a moment outside of a lookup that comes by itself."""
    if phase == "stop" and info["generation"]:  # the youngest is collected too often
        finish_packages()
        rebuild_settled()


_collector = ref(_at_collection)


def _call_collector(phase: str, info: "dict[str, int]") -> None:
    function = _collector()
    if function is not None:
        function(phase, info)


# An interpreter lets go of its callbacks after its last collection. This module's globals must not hang
# on one, or our books keep all modules in memory when a subinterpreter ends. (3.11 to 3.14)
_FunctionType: "Any" = type(_call_collector)
_call_back = _FunctionType(_call_collector.__code__, {"_collector": _collector, "__builtins__": {}})


def rebuild(namespace: "dict[str, Any]") -> None:
    """Make every name in *namespace* a plain string again, in the same order.

    CPython specialises lookups only in tables whose keys are all exact strings;
    a table with a settled key costs 7 ns more per global. A table that is filled
    with such keys is one (``dict(namespace)`` would copy the slow layout). All
    happens within one call of C code, so no thread sees it empty, and nothing that
    one assigns is lost. (3.11 to 3.14)
    """
    if any(type(name) not in (str, SettledKey) for name in list(namespace)):
        return  # the program's own keys, which stay what they are
    fresh: dict[str, Any] = {}
    items = zip(map(sys.intern, map(str.__str__, namespace)), namespace.values(), strict=False)
    steps = ((dict.update, fresh, items), (dict.clear, namespace), (dict.update, namespace, fresh))
    try:
        list(starmap(_CALL, steps))
    except RuntimeError:  # another thread has added a name meanwhile; nothing was done
        rebuild_later(namespace)


_CALL = type(dict.clear).__call__


def _count_references() -> int:
    """Return the references to a stand-in that only its key holds, as settle() counts them."""
    key = SettledKey("name")
    key.stand_in = object()  # any object of its own
    stand_in = key.stand_in
    return getrefcount(stand_in)


USUAL_REFERENCES = _count_references()

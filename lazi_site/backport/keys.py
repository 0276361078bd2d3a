"""Self-resolving keys: names in a module's namespace that perform their import when looked up.

A dict compares the looked-up key with stored keys of equal hash by ``==``. A
key that is a str subclass with an ``__eq__`` of its own therefore learns of
every lookup of its name, whoever makes it: code of the module, getattr,
``from m import name``, eval, C code. It performs the import, puts the real
value in its place and answers; CPython notices when the table changed
meanwhile and starts the lookup again (Objects/dictobject.c; 3.11 to 3.14).

A key keeps its place in the namespace for good, so the order of names and
iterations that are under way stay as they are: settling changes its value and
its class. The namespace stays an exact dict.
"""

import sys
from _thread import get_ident
from sys import is_finalizing

from ..startup import instructions as op
from ..startup import switches
from ..startup.bootstrap import record_fault
from ..startup.packages import is_running
from ..startup.shortcut import SETS_SUBMODULE
from ..startup.snapshot import load
from . import namespaces, stubs
from .namespaces import (
    MISSING,
    Record,
    SettledKey,
    copied,
    discard,
    make_way,
    record_at,
    records,
    repair_copies,
    settle,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .modules import Origin

_getframe = sys._getframe
after_use: "Callable[[], None] | None" = None  # what is to happen after each use of a waiting name

# Instructions that assign or delete the name they look up, that only ask
# whether it is there, and that read it.
_WRITES = frozenset(
    {op.STORE_NAME, op.STORE_GLOBAL, op.STORE_ATTR, op.STORE_SUBSCR}
    | {op.DELETE_NAME, op.DELETE_GLOBAL, op.DELETE_ATTR, op.DELETE_SUBSCR}
)
_WRITES_NAMES = frozenset({op.STORE_NAME, op.STORE_GLOBAL, op.DELETE_NAME, op.DELETE_GLOBAL})
_ASKS = frozenset({op.CONTAINS_OP, op.COMPARE_OP})
_READS = frozenset({op.LOAD_NAME, op.LOAD_GLOBAL})
_READS_ATTRIBUTE = frozenset({op.LOAD_ATTR, op.LOAD_METHOD, op.IMPORT_FROM})
# Instructions that put a key object into a new dict or set.
_COLLECTS = frozenset({op.STORE_SUBSCR, op.MAP_ADD, op.SET_ADD, op.SET_UPDATE, op.BUILD_MAP, op.BUILD_SET})
# Instructions that hash a key object and get no value by it.
_KEEPS_WAITING = _COLLECTS | _ASKS

# As SETS_SUBMODULE, importlib's own: what sets a loaded submodule on its package.
_IMPORTLIB_SETS = sys.modules["_frozen_importlib"]._find_and_load_unlocked.__code__


class PendingKey(SettledKey):
    """A name whose import is still to be performed."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        same = str.__eq__(self, other)
        if same is not True:
            return same
        try:
            frame = _getframe(1)
        except (ValueError, TypeError):
            return True  # the interpreter shuts down: nothing is imported any more; see __hash__()
        code = frame.f_code
        operation = code.co_code[frame.f_lasti]
        if operation in _ASKS:
            return True
        if operation in _WRITES:
            if operation in _WRITES_NAMES and frame.f_globals is not self.namespace:
                # ``from m import *`` took the key itself along, as its import failed in a circle.
                put(self.namespace, self.origin, (self.attribute,), (str.__str__(self),))
            elif not self.origin.is_own_store(code, frame.f_lasti):
                discard(self)
            return True
        if code is SETS_SUBMODULE or code is _IMPORTLIB_SETS:
            # Storing the module under the key loses nothing: ``from .run import
            # run`` in a package still puts its function there when it resolves.
            if self.origin.is_submodule(self):
                discard(self)
            return True
        thread = get_ident()
        if self.busy is not None and thread in self.busy:
            return self._again(operation)
        self.busy = [*(self.busy or ()), thread]
        try:
            value = self.origin.at_hand(self)
            at_hand = value is not MISSING
            if not at_hand:
                if switches.trace:
                    from ..startup import watch  # loaded, because it watches

                    watch.resolving(self.namespace.get("__name__"), self.origin.title(self), frame)
                # Run here and not in a function, so that a chain of modules that
                # need each other gets as deep as it does when eager, or nearly.
                stub, namespace = self.origin.stub(self)
                value = eval(stub, namespace)
        except BaseException as error:
            _rest(self, thread)
            if switches.watched:
                from ..startup import watch

                watch.resolved(self.namespace.get("__name__"), self.origin.title(self), frame, error)
            if operation not in _READS_ATTRIBUTE and self.origin.is_absent(self, error):
                return False
            # Frames of ours are taken out; a bare raise adds none.
            stubs.tidy(error, self.origin.title(self), self.origin.full_target)
            if isinstance(error, AttributeError) and operation in _READS_ATTRIBUTE:
                load("lazi_site.backport.failing")
                from .failing import FailedAttribute

                FailedAttribute(self.namespace, error)
            raise
        if switches.watched:
            from ..startup import watch

            name = self.namespace.get("__name__")
            watch.resolved(name, self.origin.title(self), frame, at_hand=at_hand)
        if type(self) is PendingKey:
            settle(self, value)
        _rest(self, thread)
        try:
            self.origin.after(self)
        except Exception as error:
            record_fault(f"after loading {self.origin.title(self)}", error)
        # A stand-in that was asked is a variable of whoever asks, mostly of a loop, and holding no more of
        # it when the next name settles: that saves a look at all objects for each turn of the loop.
        if copied and code is not _REAL:
            repair_copies()
        if after_use is not None:
            after_use()
        record = record_at(id(self.namespace))
        if record is not None and not record.in_use and frame.f_globals is record.namespace:
            _use(record)
        return True

    def __hash__(self) -> int:
        """Resolve if somebody looks up with the key object itself: identity would skip ``__eq__``.

        At the end the interpreter itself does so, to clear the namespace. It may have cleared this
        module's by then: its names are None, that of what tells the end among them.
        """
        if is_finalizing is not None and not is_finalizing():
            try:
                frame = _getframe(1)
                if frame.f_code.co_code[frame.f_lasti] not in _KEEPS_WAITING:
                    if self.busy is None:
                        load("lazi_site.backport.callees")
                        from .callees import collects_names

                        if collects_names(frame.f_code, frame.f_lasti):
                            return str.__hash__(self)
                        resolved(self.namespace, str.__str__(self))
                    elif get_ident() in self.busy:  # ``import *`` from within this key's own import
                        value = self.origin.partial(self)
                        if value is not MISSING:
                            settle(self, value)
                            if copied:
                                repair_copies()
            except Exception:
                # Hashing is no use of the name; the use that follows meets the
                # stand-in, which raises the same error.
                return str.__hash__(self)
        return str.__hash__(self)

    def _again(self, operation: int) -> bool:
        """Answer a lookup from within the import that this key performs: a circular import.

        What is bound already is taken, as in an eager circular import; else the
        name is not there yet, which for a plain read is an ImportError that
        says so.
        """
        value = self.origin.partial(self)
        if value is not MISSING:
            settle(self, value)
            if copied:
                repair_copies()
            return True
        if operation in _READS:
            raise self.origin.circular(self)
        return False


namespaces.lookup_code = PendingKey.__eq__.__code__


def _use(record: Record) -> None:
    """Note that the module of *record* is in use, unless its body still runs; see neighbours.py."""
    if is_running(record.namespace):
        return
    record.in_use = True
    try:
        load("lazi_site.backport.neighbours")
        from .neighbours import settle_neighbours

        settle_neighbours(record)
    except RecursionError:
        pass  # the program's own depth
    except Exception as error:
        record_fault(f"looking beside {record.namespace.get('__name__')}", error)


def _rest(key: SettledKey, thread: int) -> None:
    """Note that *thread* no longer resolves *key*."""
    key.busy = [ident for ident in key.busy or () if ident != thread] or None


class StandIn:
    """What iterating over a namespace's values shows for a waiting name; it acts as the real object.

    Lookups never meet one. It answers attribute access, calls and isinstance()
    by performing the import, so that code which goes through the values of a
    namespace finds what it would find when imports are eager.
    """

    __slots__ = ("key", "value")
    key: PendingKey
    value: "Any"

    def __getattribute__(self, name: str) -> "Any":
        if name == "__class__" and _is_resolving(self):
            return StandIn  # to who asks all objects that there are what they are
        return getattr(_real(self), name)

    def __setattr__(self, name: str, value: "Any") -> None:
        setattr(_real(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_real(self), name)

    def __call__(self, *arguments: "Any", **keywords: "Any") -> "Any":
        return _real(self)(*arguments, **keywords)

    def __eq__(self, other: object) -> bool:
        return bool(_real(self) == other)

    def __hash__(self) -> int:
        return hash(_real(self))

    def __bool__(self) -> bool:
        return bool(_real(self))

    def __iter__(self) -> "Any":
        return iter(_real(self))

    def __getitem__(self, item: "Any") -> "Any":
        return _real(self)[item]

    def __mro_entries__(self, bases: "Any") -> "Any":
        return (_real(self),)

    def __len__(self) -> int:
        return len(_real(self))

    def __contains__(self, item: "Any") -> bool:
        return item in _real(self)

    def __add__(self, other: "Any") -> "Any":
        return _real(self) + other

    def __radd__(self, other: "Any") -> "Any":
        return other + _real(self)

    def __mul__(self, other: "Any") -> "Any":
        return _real(self) * other

    def __rmul__(self, other: "Any") -> "Any":
        return other * _real(self)

    def __lt__(self, other: "Any") -> "Any":
        return _real(self) < other

    def __le__(self, other: "Any") -> "Any":
        return _real(self) <= other

    def __gt__(self, other: "Any") -> "Any":
        return _real(self) > other

    def __ge__(self, other: "Any") -> "Any":
        return _real(self) >= other

    def __int__(self) -> int:
        return int(_real(self))

    def __float__(self) -> float:
        return float(_real(self))

    def __index__(self) -> int:
        return _real(self).__index__()  # type: ignore[no-any-return]

    def __fspath__(self) -> "Any":
        return _real(self).__fspath__()

    def __str__(self) -> str:
        return str(_real(self))

    def __format__(self, specification: str) -> str:
        return format(_real(self), specification)

    def __repr__(self) -> str:
        return repr(_real(self))

    def __reduce_ex__(self, protocol: "Any") -> "Any":
        return _real(self).__reduce_ex__(protocol)


# The slots themselves, past __getattribute__ and __setattr__.
_slots: "dict[str, Any]" = {name: StandIn.__dict__[name] for name in StandIn.__slots__}
_set_key = _slots["key"].__set__
_get_key = _slots["key"].__get__
_get_value = _slots["value"].__get__
namespaces.set_value = _slots["value"].__set__


def _real(stand_in: StandIn) -> "Any":
    try:
        return _get_value(stand_in)
    except AttributeError:
        key = _get_key(stand_in)
        return key.namespace[str.__str__(key)]


_REAL = _real.__code__


def _is_resolving(stand_in: StandIn) -> bool:
    """Return whether this thread performs the import that *stand_in* waits for."""
    key = _get_key(stand_in)
    return key.busy is not None and get_ident() in key.busy


def resolved(namespace: "dict[str, Any]", name: str) -> "Any":
    """Return the value of *name* in *namespace*, performing its import if it waits."""
    return namespace[name]


def put(
    namespace: "dict[str, Any]",
    origin: "Origin",
    attributes: "tuple[str | None, ...]",
    names: "tuple[str, ...]",
) -> None:
    """Put a new pending key for each of *names* into *namespace*, in place of any former entry.

    attributes: what each takes from the target of *origin*, None for a module itself.
    """
    place = id(namespace)
    # Most statements bind one name, for which zip() takes as long as making its key.
    pairs = ((attributes[0], names[0]),) if len(names) == 1 else zip(attributes, names, strict=True)
    for attribute, name in pairs:
        if name in namespace:
            make_way(namespace, name)
            del namespace[name]
        record = record_at(place)
        if record is None:
            record = records[place] = Record(namespace)
        key = SettledKey(name)
        key.attribute = attribute
        key.busy = None
        key.namespace = namespace
        key.origin = origin
        key.stand_in = stand_in = StandIn()
        _set_key(stand_in, key)
        # It becomes a pending key after it is stored, because storing hashes it.
        namespace[key] = stand_in
        record.pending[name] = key
        key.__class__ = PendingKey

"""Which modules are waited for, and what happens when one of them is loaded.

Three books: the statements that wait for a module, so that their names are
bound when it has loaded, mostly without any lookup; the submodules that
deferred imports promise to a package (``import a.b`` makes ``a.b`` usable for
everybody who has ``a``); and the modules that are loading.
"""

import sys
from _frozen_importlib_external import PathFinder

from ..startup.bootstrap import state
from ..startup.finders import asked, settle_new_finders
from ..startup.finders import known as known_finders
from ..startup.packages import WITHOUT_IMPORT, ModuleType, find_missing_in, is_ours, is_running
from . import keys, stubs
from .namespaces import (
    MISSING,
    Record,
    SettledKey,
    copied,
    finish_later,
    plain_value,
    rebuild_later,
    record_at,
    records,
    repair_copies,
    settle,
    waiting,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import Any

    from .deferred import DeferredImport

NO_ATTRIBUTE = (None,)  # of a module: it is what is bound


class Origin:
    """What performs the import of one or more keys; see the subclasses.

    target: absolute name of the module that is imported; full_target: of the one that the
    statement names, of which *target* may be only the top.
    namespace, filename, line: of the module, and the place in it, that the statement stands in.
    """

    __slots__ = ()
    target: str
    full_target: str
    namespace: "Any"  # a dict
    filename: str
    line: int

    def title(self, key: SettledKey) -> str:
        """Return what *key* imports, as messages name it."""
        return self.target if key.attribute is None else f"{self.target}.{key.attribute}"

    def at_hand(self, key: SettledKey) -> "Any":
        """Return the value of *key* if its target is loaded and simply has it, else MISSING."""
        module = sys.modules.get(self.target)
        if module is None or is_running(getattr(module, "__dict__", {})):
            return MISSING  # running, perhaps in another thread: the import waits for it
        return self.partial(key)

    def stub(self, key: SettledKey) -> "tuple[CodeType, dict[str, Any]]":
        """Return code that performs the import and returns the value of *key*, and where to run it."""
        raise NotImplementedError

    def partial(self, key: SettledKey) -> "Any":
        """Return the value of *key* as far as its target has got, or MISSING."""
        module = sys.modules.get(self.target)
        if module is None:
            return MISSING
        if key.attribute is None:
            return module
        return plain_value(getattr(module, "__dict__", {}), key.attribute)

    def circular(self, key: SettledKey) -> ImportError:
        """Return the error for a *key* that its own import reads before it is bound."""
        return ImportError(
            f"cannot import name {str.__str__(key)!r} from partially initialized module"
            f" {self.target!r} (most likely due to a circular import)",
            name=self.target,
        )

    def after(self, key: SettledKey) -> None:
        """Do what follows from *key* having been resolved."""
        loaded(self.target)

    def is_own_store(self, code: "CodeType", offset: int) -> bool:
        """Return whether the instruction at *offset* of *code* is the statement's own store."""
        return False

    def is_submodule(self, key: SettledKey) -> bool:
        """Return whether a module set on the package under this name is the value of *key*."""
        return False

    def is_absent(self, key: SettledKey, error: BaseException) -> bool:
        """Return whether *error* means no more than that the name does not exist."""
        return False


class Submodule(Origin):
    """A submodule that a deferred import promises to its package: a key in the package's namespace.

    declared_by: what stands for the import statement.
    """

    __slots__ = ("filename", "full_target", "line", "namespace", "target")

    def __init__(self, target: str, declared_by: Origin) -> None:
        self.target = self.full_target = target
        self.namespace = declared_by.namespace
        self.filename = declared_by.filename
        self.line = declared_by.line

    def stub(self, key: SettledKey) -> "tuple[CodeType, dict[str, Any]]":
        """Return code that imports the submodule; a name to take makes IMPORT_NAME return it, not the top."""
        return stubs.make(self.filename, self.line, 0, self.target, ("__name__",), ()), self.namespace

    def is_submodule(self, key: SettledKey) -> bool:
        return True

    def is_absent(self, key: SettledKey, error: BaseException) -> bool:
        return isinstance(error, ModuleNotFoundError) and error.name == self.target


wanted: "dict[str, list[DeferredImport | SettledKey]]" = {}  # target -> statements and names that wait for it
promised: "dict[str, dict[str, Submodule]]" = {}  # package -> name of submodule -> its promise
published: "set[str]" = set()  # packages that have run and hold keys for what is promised to them
loading: "list[str]" = []  # modules whose code was fetched and that may still be running
with_star: "set[str]" = set()  # those of them that have an ``import *``


def promise(target: str, declared_by: Origin) -> None:
    """Promise the module *target* to its package, that to the package above it, and so on.

    An import that is deferred would have set these attributes, and other
    modules may rely on them.
    """
    while True:
        package, _, name = target.rpartition(".")
        if not package or target in sys.modules:
            return
        known = promised.setdefault(package, {})
        if name in known:
            return  # with those above it
        known[name] = Submodule(target, declared_by)
        if package in sys.modules:
            _place(sys.modules[package], name, known[name])
        target = package


def redeem(target: str) -> None:
    """Strike out the promise of the module *target*, which is loaded.

    With the last one its package need not find missing submodules any more.
    """
    package, _, name = target.rpartition(".")
    names = promised.get(package)
    is_last = names and names.pop(name, None) is not None and not names
    if is_last and package in sys.modules and not (state.takes_stdlib and package in WITHOUT_IMPORT):
        finish_later(sys.modules[package])


def promise_found(package: str, names: "Iterable[str]", declared_by: Origin) -> None:
    """Promise those of *names*, taken ``from`` the loaded *package*, that are modules on disk.

    What a package takes from itself and has not can be nothing else, unless it serves names by a
    ``__getattr__``. It waits under its name already; but what those modules import of each other is to
    be found too.
    """
    namespace = getattr(sys.modules[package], "__dict__", {})
    path = namespace.get("__path__")
    if path is None:
        return
    if namespace is declared_by.namespace:
        serves = namespace.get("__getattr__")
        if serves is not None and not is_ours(serves):
            return
        known = promised.setdefault(package, {})
        for name in names:
            known.setdefault(name, Submodule(f"{package}.{name}", declared_by))
        find_missing_in(package)
        return
    for name in names:
        if waiting(namespace, name) is None and name not in namespace:
            target = f"{package}.{name}"
            if PathFinder.find_spec(target, path) is not None:
                promise(target, declared_by)


def publish(package: str) -> None:
    """Put keys for the submodules promised to the loaded *package* into its namespace.

    Once the package has run there is nothing to do any more: what is promised
    to it later is put there at once.
    """
    names = promised.get(package)
    if not names or package in published:
        return
    module = sys.modules.get(package)
    if module is None:
        return
    for name, origin in list(names.items()):
        if origin.target in sys.modules:
            redeem(origin.target)
        else:
            _place(module, name, origin)
    if not is_running(getattr(module, "__dict__", {})):
        published.add(package)


def _place(module: "Any", name: str, origin: Submodule) -> None:
    """Put a key for the submodule *name* into the namespace of *module* if nothing there is in its way.

    A variable of that name gives way once the package has run: performing the
    import eagerly would have replaced it. Another module gives way to a statement
    of the package itself, at once: a star import may have brought it.
    """
    namespace = getattr(module, "__dict__", None)
    if type(namespace) is not dict or waiting(namespace, name) is not None:
        return
    if name in namespace:
        if any(type(one) is keys.PendingKey and str.__eq__(one, name) for one in list(namespace)):
            return  # taken along from the namespace of the module in whose place this one is
        is_module = isinstance(namespace[name], ModuleType)
        if is_running(namespace):
            if not (is_module and origin.namespace is namespace):
                return
        elif is_module:
            return
    keys.put(namespace, origin, NO_ATTRIBUTE, (name,))
    find_missing_in(module.__name__)


def resolve_in(package: str) -> None:
    """Perform every import that waits in *package* or a module below it; one that fails goes on waiting."""
    for record in list(records.values()):
        importer = record.namespace.get("__name__")
        if isinstance(importer, str) and importer.partition(".")[0] == package:
            _resolve(record, list(record.pending))


def settle_finders() -> None:
    """Resolve what waits in the modules of finders and path hooks that are new."""
    settle_new_finders(_resolve_module)


def _resolve_module(module: "Any", names: "set[str]") -> None:
    record = record_at(id(getattr(module, "__dict__", None)))
    if record is not None:
        _resolve(record, names.intersection(record.pending))


def _resolve(record: Record, names: "Iterable[str]") -> None:
    for name in names:
        key = record.pending.get(name)
        try:
            if key is not None and key.busy:
                # Its import is under way, and will find the module loaded.
                __import__(key.origin.full_target)
            else:
                record.namespace[name]
        except Exception:
            continue


def starts(name: str) -> None:
    """Note that the code of the module *name* is about to run, and settle what is loaded by now."""
    # Every module comes here: what is asked first spares it calls, a tenth of what patching it takes.
    if asked[0] is not sys.meta_path or asked[1] is not sys.path_hooks or asked != known_finders:
        settle_finders()
    if loading:
        finish()
    if copied:
        repair_copies()
    loading.append(name)
    published.discard(name)
    if name in promised:
        publish(name)


def loaded(name: str) -> None:
    """Bind what waits for the module *name*, which was just imported, and for others loaded with it."""
    finish()
    redeem(name)
    publish(name)
    if name in wanted:
        _bind_waiting(name)


def finish() -> None:
    """Bind what waits for modules that have finished loading since the last look.

    Modules finish in the reverse order in which they start, so only the last
    ones need a look. With several threads some are noticed later than they
    could be; until then their names resolve when they are looked up.
    """
    for name in reversed(loading[:]):
        module = sys.modules.get(name)
        if module is not None and is_running(getattr(module, "__dict__", {})):
            return
        try:
            loading.remove(name)
        except ValueError:
            return  # another thread was faster
        if module is not None:
            redeem(name)
            publish(name)
            if name in wanted:
                _bind_waiting(name)
            if name in with_star:
                with_star.discard(name)
                rebuild_later(getattr(module, "__dict__", {}))
            if state.takes_stdlib and name in WITHOUT_IMPORT:
                find_missing_in(name)


def _bind_waiting(name: str) -> None:
    """Give their values to the names that wait for the module *name*, if it is loaded."""
    module = sys.modules.get(name)
    if module is not None and not is_running(getattr(module, "__dict__", {})):
        for one in wanted.pop(name, ()):
            if isinstance(one, SettledKey):
                bind_name(one)
            else:
                bind_names(one)


def bind_name(key: SettledKey) -> None:
    """Give its value to the name that *key* is if its target has it by now."""
    if type(key) is keys.PendingKey and key.busy is None:
        value = Origin.at_hand(key.origin, key)
        if value is MISSING:
            await_name(key)
        else:
            settle(key, value)


def await_name(key: SettledKey) -> None:
    """Note for which module the name *key* waits, which its loaded target has not."""
    place = awaited(key.origin.target, key.attribute)
    if place:
        wanted.setdefault(place, []).append(key)


def bind_names(origin: "DeferredImport") -> None:
    """Give their values to the names of *origin* that its target has; note for which modules the others wait.

    What the target has not may be a submodule, which the statement would have set on it.
    """
    record = record_at(id(origin.namespace))
    if record is None:
        return
    pending = record.pending
    target = origin.target
    module = sys.modules.get(target)
    contents = getattr(module, "__dict__", {})
    if module is None or is_running(contents):
        if module is not None and origin.fromlist:
            promise_found(target, origin.fromlist, origin)
        wanted.setdefault(target, []).append(origin)
        return
    # As partial() does for one name; what is the same for all of them is looked up once.
    record = record_at(id(contents))
    unready = record.pending if record is not None else ()
    missing: list[SettledKey] = []
    for bound in origin.bound:
        key = pending.get(bound)
        if key is not None and key.origin is origin and key.busy is None:
            attribute = key.attribute
            value: Any = module
            if attribute is not None:
                value = MISSING if attribute in unready else contents.get(attribute, MISSING)
                if value is MISSING:
                    missing.append(key)
                    continue
            if type(key) is keys.PendingKey:
                settle(key, value)
    if missing:
        promise_found(target, [key.attribute for key in missing if key.attribute], origin)
        for key in missing:
            await_name(key)


def awaited(target: str, attribute: "str | None") -> str:
    """Return what has to be loaded for the loaded module *target* to have *attribute*, "" if nobody knows.

    A package takes most of its names from its modules, for which they wait in it, and other modules
    take them from the package. These have their values as soon as the package has, and not only when each
    is used: what waits in a namespace slows all code of its module down.
    """
    passed = set()
    while attribute is not None and (target, attribute) not in passed:
        passed.add((target, attribute))
        contents = getattr(sys.modules.get(target), "__dict__", {})
        if target not in sys.modules or is_running(contents):
            return target
        key = waiting(contents, attribute)
        if key is None or key.origin.target == target:  # ``from . import attribute``
            submodule = f"{target}.{attribute}"
            return submodule if "__path__" in contents and submodule not in sys.modules else ""
        target, attribute = key.origin.target, key.attribute
    return target if target not in sys.modules else ""

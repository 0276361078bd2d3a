"""What a patched import statement does when control reaches it: bind at once, defer, or import now."""

import sys

from ..startup import bytecode as op
from ..startup import guards
from ..startup.bootstrap import record_fault
from ..startup.packages import is_running
from ..startup.policy import CANNOT_BE_FOUND, FOR_ITS_EFFECT, NOT_DECLARED, SWITCHED_OFF
from ..startup.switches import switches
from . import keys, stubs
from .modules import Origin, promise, promise_found, settle_finders, wanted
from .namespaces import MISSING, SettledKey, bind, plain_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from ..startup.policy import Eager

_getframe = sys._getframe


class DeferredImport:
    """One import statement of a module: the constant that its patched code inverts (``~constant``).

    target: absolute name of the module. first: what a plain ``import a.b``
    binds and loads at first use, its top. is_unused: nobody mentions the name.
    is_guarded: the module is loaded in a try that catches ImportError.
    """

    __slots__ = (
        "filename",
        "first",
        "is_guarded",
        "is_unused",
        "line",
        "statement",
        "target",
    )

    def __init__(
        self,
        statement: op.Statement,
        target: str,
        filename: str,
        line: int,
        is_unused: bool,
    ) -> None:
        self.statement = statement
        self.target = target
        self.filename = filename
        self.line = line
        self.is_unused = is_unused
        self.is_guarded = False
        plain = statement.fromlist is None and not statement.dotted_as
        self.first = target.partition(".")[0] if plain else target

    def __invert__(self) -> None:
        """Stand in for the statement; the interpreter drops the result."""
        frame = _getframe(1)
        namespace = local = frame.f_globals
        if not frame.f_code.co_nlocals:
            local = frame.f_locals
        # else there are comprehensions in the module, whose variables the interpreter
        # adds to a copy of the namespace if a star import bound their names (3.12)
        try:
            if local is namespace:
                why = self.reason_against(namespace)
                if why is None:
                    if not self.bind_loaded(namespace):
                        self.defer(namespace)
                    return
                if switches.watched:
                    self.tell_eager(namespace, why)
        except RecursionError:
            pass
        except Exception as error:
            record_fault(f"deferring the import of {self.target}", error)
        try:
            self.import_now(namespace, local)
        except BaseException as error:
            stubs.forget_stub(error)
            raise

    def reason_against(self, namespace: "dict[str, Any]") -> "Eager | None":
        """Return why the statement must import now, for reasons known only when it runs, or None."""
        if switches.force_eager(namespace.get("__name__")):
            return SWITCHED_OFF
        if switches.declared_only and self.target not in namespace.get("__lazy_modules__", ()):
            return NOT_DECLARED
        if self.is_guarded and not guards.can_be_found(self.target):
            return CANNOT_BE_FOUND
        if not self.is_unused:
            return None
        # Nobody else looks for names in the program.
        if namespace.get("__name__") == "__main__":
            return FOR_ITS_EFFECT
        from ..startup import effects  # few programs come here

        return FOR_ITS_EFFECT if effects.statement_has_effects(self.target, self.statement.fromlist) else None

    def tell_eager(self, namespace: "dict[str, Any]", why: "Eager") -> None:
        """Tell that the statement imports now, and *why*."""
        from ..startup import watch

        watch.eager(namespace.get("__name__"), self.target, self.filename, self.line, why)

    def bound_names(self) -> "list[str]":
        """Return the names that the statement binds."""
        return [name for _, name in self.statement.bindings]

    def is_loaded(self) -> bool:
        """Return whether the target is in sys.modules, so that nothing is to be gained by waiting."""
        return sys.modules.get(self.target) is not None

    def import_now(self, namespace: "dict[str, Any]", local: "Any") -> None:
        """Do what the original statement does, as if it stood here."""
        statement = self.statement
        for attribute, name in statement.bindings:
            value = eval(self.stub(attribute, statement.name), namespace)
            if local is namespace:
                bind(namespace, name, value)
            else:
                local[name] = value

    def stub(self, attribute: "str | None", name: str) -> "CodeType":
        """Return code that imports *name* and returns what the statement binds for *attribute*."""
        statement = self.statement
        fromlist: tuple[str, ...] | None = None
        attributes: tuple[str, ...] = ()
        if attribute is not None:
            fromlist = attributes = (attribute,)
        elif statement.dotted_as:
            attributes = tuple(name.split(".")[1:])
        return stubs.make(self.filename, self.line, statement.level, name, fromlist, attributes)

    def bind_loaded(self, namespace: "dict[str, Any]") -> bool:
        """Bind all names at once if the target is loaded and has them; return whether that was done.

        A module that is still running may be so in another thread, for which an
        import would wait: that is left to the first use. But one that takes names
        from itself takes those that it has: a key would hide what it stands for.
        """
        module = sys.modules.get(self.target)
        if module is None:
            return False
        contents = getattr(module, "__dict__", {})
        if contents is not namespace and is_running(contents):
            return False
        statement = self.statement
        if statement.fromlist is not None:
            if type(contents) is not dict:
                return False
            values = [plain_value(contents, name) for name in statement.fromlist]
            if any(value is MISSING for value in values):
                return False
        else:
            values = [sys.modules.get(self.first)]
            if statement.dotted_as or values[0] is None:
                return False
        for (_, name), value in zip(statement.bindings, values, strict=True):
            bind(namespace, name, value)
        if switches.watched:
            from ..startup import watch

            importer = namespace.get("__name__")
            watch.bound(importer, self.target, self.bound_names(), self.filename, self.line)
        return True

    def defer(self, namespace: "dict[str, Any]") -> "Execution":
        """Put a key for each name into *namespace*, and promise the submodules on the way."""
        if switches.watched:
            from ..startup import watch

            importer = namespace.get("__name__")
            declared = watch.is_declared(self.target, namespace)
            names = self.bound_names()
            watch.deferred(importer, self.target, names, self.filename, self.line, declared=declared)
        execution = Execution(self, namespace)
        statement = self.statement
        for attribute, name in statement.bindings:
            execution.keys.append(keys.put(namespace, name, execution, attribute))
        wanted.setdefault(self.first, []).append(execution)
        declared_by = (namespace, self.filename, self.line)
        promise(self.target, declared_by)
        if statement.fromlist and self.target in sys.modules:
            promise_found(self.target, statement.fromlist, declared_by)
        return execution


class Execution(Origin):
    """One execution of a deferred statement in one namespace, with the keys that it made."""

    __slots__ = ("deferred", "namespace", "own_code")

    def __init__(self, deferred: DeferredImport, namespace: "dict[str, Any]") -> None:
        self.deferred = deferred
        self.namespace = namespace
        self.target = deferred.first
        self.keys = []
        self.own_code: CodeType | None = None

    @property
    def full_target(self) -> str:
        return self.deferred.target

    def at_hand(self, key: SettledKey) -> "Any":
        if self.deferred.statement.dotted_as:
            return MISSING  # ``import a.b as c`` looks at the attributes, not at sys.modules
        return Origin.at_hand(self, key)

    def stub(self, key: SettledKey) -> "tuple[CodeType, dict[str, Any]]":
        """Return the statement for *key*; of ``import a.b`` only a, as a.b loads when it is used."""
        settle_finders()
        deferred = self.deferred
        name = deferred.statement.name if self.target == deferred.target else self.target
        return deferred.stub(key.attribute, name), self.namespace

    def stores(self, code: "CodeType", offset: int) -> bool:
        return code is self.own_code and offset in self.deferred.statement.stores

    def is_submodule(self, key: SettledKey) -> bool:
        """Return whether *key* was made by ``from . import name`` in the package's own ``__init__``."""
        return key.attribute is not None and self.target == key.namespace.get("__name__")

"""What a patched import statement does when control reaches it: bind at once, defer, or import now."""

import sys

from ..startup import guards
from ..startup import instructions as op
from ..startup.bootstrap import record_fault
from ..startup.packages import is_running
from ..startup.reasons import CANNOT_BE_FOUND, FOR_ITS_EFFECT, NOT_DECLARED, SWITCHED_OFF
from ..startup.settle import load
from ..startup.switches import switches
from . import keys, stubs
from .modules import Origin, promise, promise_found, settle_finders, wanted
from .namespaces import MISSING, SettledKey, bind, plain_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from ..startup.reasons import Eager

    # What waiting() of reading.py says of a statement, a tuple because it is stored: full_target, fromlist;
    # start, at, level, name, bound, end, dotted_as; target, line, is_sure, is_for_effect.
    Waiting = tuple[
        str, tuple[str, ...] | None, int, int, int, str, tuple[str, ...], int, bool, str, int, bool, bool
    ]

_getframe = sys._getframe


class DeferredImport(op.Statement, Origin):
    """One import statement of a module: the constant that its patched code inverts (``~constant``).

    full_target: absolute name of the module. target: what is loaded at the first
    use; of a plain ``import a.b``, which binds a, only that, as a.b loads when it is used.
    filename, line: where the statement stands. is_sure: the package of the target is there without
    doubt. is_for_effect: the module's code never mentions the names that the statement binds.
    namespace: where it was executed, if it waits. own_code: what runs, if it is not patched.

    One object is all these things: every further object and call would be felt.
    """

    __slots__ = (
        "filename",
        "full_target",
        "is_for_effect",
        "is_sure",
        "line",
        "namespace",
        "own_code",
        "target",
    )
    namespace: "Any"  # a dict; None until the statement waits

    def __init__(self, statement: "Waiting", filename: str) -> None:
        (
            self.full_target,
            self.fromlist,
            self.start,
            self.at,
            self.level,
            self.name,
            self.bound,
            self.end,
            self.dotted_as,
            self.target,
            self.line,
            self.is_sure,
            self.is_for_effect,
        ) = statement
        self.filename = filename
        self.namespace = None
        self.own_code: CodeType | None = None

    def __invert__(self) -> None:
        """Stand in for the statement; the interpreter drops the result."""
        frame = _getframe(1)
        namespace = local = frame.f_globals
        if not frame.f_code.co_nlocals:
            local = frame.f_locals
        # else there are comprehensions in the module, whose variables the interpreter
        # adds to a copy of the namespace if a star import bound their names (3.12)
        try:
            # One object waits in one namespace; somebody may run the code in a second one.
            if local is namespace and (self.namespace is None or self.namespace is namespace):
                if self.full_target in sys.modules and self.bind_loaded(namespace):
                    return
                why = self.reason_against(namespace, frame)
                if why is None:
                    self.defer(namespace)
                    return
                if switches.watched:
                    self.tell_eager(namespace, why)
        except RecursionError:
            pass
        except Exception as error:
            record_fault(f"deferring the import of {self.full_target}", error)
        try:
            self.import_now(namespace, local)
        except BaseException as error:
            stubs.forget_stub(error)
            raise

    def reason_against(self, namespace: "dict[str, Any]", frame: "FrameType") -> "Eager | None":
        """Return why the statement must import now, for reasons known only when *frame* runs it, or None."""
        if not switches.is_plain and switches.force_eager(namespace):
            return SWITCHED_OFF
        if switches.declared_only and self.full_target not in namespace.get("__lazy_modules__", ()):
            return NOT_DECLARED
        if not self.is_sure and guards.is_missed(self.full_target, frame):
            return CANNOT_BE_FOUND
        if not self.is_for_effect:
            return None
        # Nobody else looks for names in the program.
        if namespace.get("__name__") == "__main__":
            return FOR_ITS_EFFECT
        load("lazi_site.startup.effects")  # few programs come here
        from ..startup import effects

        return FOR_ITS_EFFECT if effects.statement_has_effects(self.full_target, self.fromlist) else None

    def tell_eager(self, namespace: "dict[str, Any]", why: "Eager") -> None:
        """Tell that the statement imports now, and *why*."""
        from ..startup import watch

        watch.eager(
            namespace.get("__name__"), self.full_target, self.filename, self.line, why.code, why.detail
        )

    def import_now(self, namespace: "dict[str, Any]", local: "Any") -> None:
        """Do what the original statement does, as if it stood here."""
        for attribute, name in self.bindings():
            value = eval(self.make_stub(attribute, self.name), namespace)
            if local is namespace:
                bind(namespace, name, value)
            else:
                local[name] = value

    def make_stub(self, attribute: "str | None", name: str) -> "CodeType":
        """Return code that imports *name* and returns what the statement binds for *attribute*."""
        fromlist: tuple[str, ...] | None = None
        attributes: tuple[str, ...] = ()
        if attribute is not None:
            fromlist = attributes = (attribute,)
        elif self.dotted_as:
            attributes = tuple(name.split(".")[1:])
        return stubs.make(self.filename, self.line, self.level, name, fromlist, attributes)

    def bind_loaded(self, namespace: "dict[str, Any]") -> bool:
        """Bind all names at once if the target is loaded and has them; return whether that was done.

        A module that is still running may be so in another thread, for which an
        import would wait: that is left to the first use. But one that takes names
        from itself takes those that it has: a key would hide what it stands for.
        """
        module = sys.modules.get(self.full_target)
        contents = getattr(module, "__dict__", {})
        if contents is not namespace and is_running(contents):
            return False
        values: list[Any] | None
        if self.fromlist is not None:
            values = plain_values(contents, self.fromlist) if type(contents) is dict else None
            if values is None:
                return False
        else:
            values = [sys.modules.get(self.target)]
            if self.dotted_as or values[0] is None:
                return False
        for name, value in zip(self.bound, values, strict=True):
            bind(namespace, name, value)
        if switches.watched:
            from ..startup import watch

            importer = namespace.get("__name__")
            watch.bound(importer, self.full_target, self.bound, self.filename, self.line)
        return True

    def defer(self, namespace: "dict[str, Any]") -> None:
        """Put a key for each name into *namespace*, and promise the submodules on the way."""
        if switches.watched:
            from ..startup import watch

            importer = namespace.get("__name__")
            target = self.full_target
            declared = watch.is_declared(target, namespace)
            watch.deferred(importer, target, self.bound, self.filename, self.line, declared=declared)
        self.namespace = namespace
        for attribute, name in self.bindings():
            keys.put(namespace, name, self, attribute)
        waiting = wanted.get(self.target)
        if waiting is None:
            wanted[self.target] = [self]
        else:
            waiting.append(self)
        target = self.full_target
        if "." in target:
            promise(target, self)
        if self.fromlist and target in sys.modules:
            promise_found(target, self.fromlist, self)

    def at_hand(self, key: SettledKey) -> "Any":
        if self.dotted_as:
            return MISSING  # ``import a.b as c`` looks at the attributes, not at sys.modules
        return Origin.at_hand(self, key)

    def stub(self, key: SettledKey) -> "tuple[CodeType, dict[str, Any]]":
        """Return the statement for *key*, and where to run it."""
        settle_finders()
        name = self.name if self.target == self.full_target else self.target
        return self.make_stub(key.attribute, name), self.namespace

    def is_own_store(self, code: "CodeType", offset: int) -> bool:
        return code is self.own_code and self.at < offset < self.end

    def is_submodule(self, key: SettledKey) -> bool:
        """Return whether *key* was made by ``from . import name`` in the package's own ``__init__``."""
        return key.attribute is not None and self.target == key.namespace.get("__name__")

"""What a patched import statement does when control reaches it: bind at once, defer, or import now."""

import sys

from ..startup import switches
from ..startup.bootstrap import record_fault
from ..startup.guards import is_missed
from ..startup.packages import is_running
from ..startup.reasons import CANNOT_BE_FOUND, FOR_ITS_EFFECT, NOT_DECLARED, SWITCHED_OFF
from ..startup.snapshot import load
from . import keys, stubs
from .modules import NO_ATTRIBUTE, Origin, bind_names, promise, settle_finders, wanted
from .namespaces import MISSING, SettledKey, bind, plain_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType
    from typing import Any, Final

    from ..startup.decisions import Source
    from ..startup.reasons import Eager

    # What waiting() of reading.py says of a statement, one tuple because it is stored, and as each tuple
    # more is one for the garbage collector. full_target: absolute name of the module; fromlist: the names
    # taken, None for ``import name``; end: offset past its last instruction; simple: ASK, or what it is if
    # the program does not decide otherwise, SURE or IF_FOUND; bound: the names bound; target: what is
    # loaded at the first use; of a plain ``import a.b``, which binds a, only that, as a.b loads when it is
    # used; at: offset of IMPORT_NAME; level, name: as in ``from ..name import``; dotted_as: it is ``import
    # a.b as c``; line; is_sure: the package of the target is there without doubt; is_for_effect: the
    # module's code never mentions the names that the statement binds; or the files, once it was found out,
    # that show that it has no effects all the same.
    Waiting = tuple[
        str,
        tuple[str, ...] | None,
        int,
        int,
        tuple[str, ...],
        str,
        int,
        int,
        str,
        bool,
        int,
        bool,
        bool | tuple[Source, ...],
    ]

# Where those things stand that are asked for one by one.
FULL_TARGET: "Final" = 0
FROMLIST: "Final" = 1
END: "Final" = 2
SIMPLE: "Final" = 3
BOUND: "Final" = 4
TARGET: "Final" = 5
AT: "Final" = 6
LEVEL: "Final" = 7
NAME: "Final" = 8
DOTTED_AS: "Final" = 9
LINE: "Final" = 10
IS_FOR_EFFECT: "Final" = 12
# Whether a statement waits: it depends on more; always; unless its module is loaded to find out whether
# the target can be (guards.py).
ASK, SURE, IF_FOUND = 0, 1, 2
_getframe = sys._getframe
_loaded = sys.modules


class Imports:
    """The import statements of one module that were handed over: the constant that its patched code inverts.

    statements: by their starts. filename: of the module. before: bytes of a patched statement before
    UNARY_INVERT. has_variables: its code has some besides its names, for comprehensions (3.12 and later).
    namespace: where the module's code was executed first, None before that.
    """

    __slots__ = ("before", "filename", "has_variables", "namespace", "statements")

    def __init__(
        self, statements: "dict[int, Waiting]", filename: str, before: int = 0, *, has_variables: bool = False
    ) -> None:
        self.statements = statements
        self.filename = filename
        self.before = before
        self.has_variables = has_variables
        self.namespace: Any = None

    def __invert__(self) -> None:
        """Stand in for the statement; the interpreter drops the result."""
        frame = _getframe(1)
        waiting = self.statements[frame.f_lasti - self.before]
        namespace = local = frame.f_globals
        if not self.has_variables:
            local = frame.f_locals
        # else the interpreter adds the variables to a copy of the namespace if a star
        # import bound their names (3.12)
        if self.namespace is None:
            self.namespace = namespace
        try:
            # Names wait in one namespace; somebody may run the code in a second one.
            if local is namespace is self.namespace:
                if waiting[FULL_TARGET] in _loaded and bind_loaded(waiting, namespace, self.filename):
                    return
                statement = DeferredImport()
                statement.imports = self
                statement.waiting = waiting
                why = None
                simple = waiting[SIMPLE]
                if not (simple and switches.is_quiet) or (
                    simple == IF_FOUND and is_missed(waiting[FULL_TARGET], frame)
                ):
                    why = statement.reason_against(frame)
                if why is None:
                    statement.defer()
                    return
                if switches.watched:
                    statement.tell_eager(why)
        except RecursionError:
            pass
        except Exception as error:
            record_fault(f"deferring the import of {waiting[FULL_TARGET]}", error)
        try:
            import_now(waiting, self.filename, namespace, local)
        except BaseException as error:
            stubs.tidy(error)
            raise


def bind_loaded(waiting: "Waiting", namespace: "dict[str, Any]", filename: str) -> bool:
    """Bind all names of a statement at once if its target is loaded and has them; return whether it has.

    A module that is still running may be so in another thread, for which an
    import would wait: that is left to the first use. But one that takes names
    from itself takes those that it has: a key would hide what it stands for.
    """
    full_target, fromlist = waiting[FULL_TARGET], waiting[FROMLIST]
    module = _loaded.get(full_target)
    contents = getattr(module, "__dict__", {})
    if contents is not namespace and is_running(contents):
        return False
    values: list[Any] | None
    if fromlist is not None:
        values = plain_values(contents, fromlist) if type(contents) is dict else None
        if values is None:
            return False
    else:
        values = [_loaded.get(waiting[TARGET])]
        if waiting[DOTTED_AS] or values[0] is None:
            return False
    for name, value in zip(waiting[BOUND], values, strict=True):
        bind(namespace, name, value)
    if switches.watched:
        from ..startup import watch

        watch.bound(namespace.get("__name__"), full_target, waiting[BOUND], filename, waiting[LINE])
    return True


def bindings(waiting: "Waiting") -> "Iterator[tuple[str | None, str]]":
    """Return (attribute or None, name bound) in order."""
    return zip(waiting[FROMLIST] or NO_ATTRIBUTE, waiting[BOUND], strict=True)


def import_now(waiting: "Waiting", filename: str, namespace: "dict[str, Any]", local: "Any") -> None:
    """Do what the original statement does, as if it stood here, for the namespace or other locals."""
    for attribute, name in bindings(waiting):
        value = eval(make_stub(waiting, filename, attribute, waiting[NAME]), namespace)
        if local is namespace:
            bind(namespace, name, value)
        else:
            local[name] = value


def make_stub(waiting: "Waiting", filename: str, attribute: "str | None", name: str) -> "CodeType":
    """Return code that imports *name* and returns what the statement binds for *attribute*."""
    fromlist: tuple[str, ...] | None = None
    attributes: tuple[str, ...] = ()
    if attribute is not None:
        fromlist = attributes = (attribute,)
    elif waiting[DOTTED_AS]:
        attributes = tuple(name.split(".")[1:])
    return stubs.make(filename, waiting[LINE], waiting[LEVEL], name, fromlist, attributes)


class DeferredImport(Origin):
    """One import statement that waits, or is about to: the *waiting* one of *imports*.

    It holds no more than that, as the garbage collector goes through every object several times.
    """

    __slots__ = ("imports", "waiting")
    imports: Imports
    waiting: "Waiting"

    @property
    def full_target(self) -> str:  # type: ignore[override]
        return self.waiting[FULL_TARGET]

    @property
    def fromlist(self) -> "tuple[str, ...] | None":
        """The names that the statement takes, None for ``import name``."""
        return self.waiting[FROMLIST]

    @property
    def bound(self) -> "tuple[str, ...]":
        """The names that the statement binds."""
        return self.waiting[BOUND]

    @property
    def target(self) -> str:  # type: ignore[override]
        return self.waiting[TARGET]

    @property
    def line(self) -> int:  # type: ignore[override]
        return self.waiting[LINE]

    @property
    def namespace(self) -> "Any":
        return self.imports.namespace

    @property
    def filename(self) -> str:  # type: ignore[override]
        return self.imports.filename

    def bindings(self) -> "Iterator[tuple[str | None, str]]":
        """Return (attribute or None, name bound) in order."""
        return bindings(self.waiting)

    def reason_against(self, frame: "FrameType") -> "Eager | None":
        """Return why the statement must import now, for reasons known only when *frame* runs it, or None."""
        *_, name, _, _, is_sure, is_for_effect = self.waiting
        namespace = self.namespace
        if not switches.is_plain and switches.force_eager(namespace):
            return SWITCHED_OFF
        if switches.declared_only and self.full_target not in namespace.get("__lazy_modules__", ()):
            return NOT_DECLARED
        if not is_sure and is_missed(self.full_target, frame):
            return CANNOT_BE_FOUND
        if not is_for_effect:
            return None
        # Nobody else looks for names in the program.
        if namespace.get("__name__") == "__main__" and not (self.fromlist and name):
            return FOR_ITS_EFFECT
        if isinstance(is_for_effect, tuple):
            load("lazi_site.startup.keeping")
            from ..startup.keeping import are_same

            if are_same(is_for_effect):
                return None
        # What is loaded, or is just being loaded, has had its effects; whether names are there is not asked.
        target = self.full_target
        if all(f"{target}.{one}" in sys.modules for one in self.fromlist or ()) and target in sys.modules:
            return None
        load("lazi_site.startup.effects")  # few programs come here
        load("lazi_site.backport.deciding")
        from ..startup import effects
        from . import deciding

        files = effects.inert_files(self.full_target, self.fromlist)
        acts = files is None and effects.statement_has_effects(self.full_target, self.fromlist)
        if acts or files is not None:
            deciding.keep(namespace.get("__name__"), frame.f_code.co_filename, self.waiting, files)
        return FOR_ITS_EFFECT if acts else None

    def tell_eager(self, why: "Eager") -> None:
        """Tell that the statement imports now, and *why*."""
        from ..startup import watch

        watch.eager(self.namespace.get("__name__"), self.full_target, self.filename, self.line, *why)

    def defer(self) -> None:
        """Put a key for each name into the namespace, and promise the submodules on the way."""
        waiting = self.waiting
        full_target, fromlist = waiting[FULL_TARGET], waiting[FROMLIST]
        names, target = waiting[BOUND], waiting[TARGET]
        namespace = self.imports.namespace
        if switches.watched:
            from ..startup import watch

            importer = namespace.get("__name__")
            declared = watch.is_declared(full_target, namespace)
            watch.deferred(importer, full_target, names, self.filename, self.line, declared=declared)
        keys.put(namespace, self, fromlist or NO_ATTRIBUTE, names)
        if "." in full_target:
            promise(full_target, self)
        if fromlist and full_target in _loaded:
            bind_names(self)
        else:
            wanted.setdefault(target, []).append(self)

    def at_hand(self, key: SettledKey) -> "Any":
        if self.waiting[DOTTED_AS]:
            return MISSING  # ``import a.b as c`` looks at the attributes, not at sys.modules
        return Origin.at_hand(self, key)

    def stub(self, key: SettledKey) -> "tuple[CodeType, dict[str, Any]]":
        """Return the statement for *key*, and where to run it."""
        settle_finders()
        target = self.target
        name = self.waiting[NAME] if target == self.full_target else target
        return make_stub(self.waiting, self.filename, key.attribute, name), self.namespace

    def is_submodule(self, key: SettledKey) -> bool:
        """Return whether *key* was made by ``from . import name`` in the package's own ``__init__``."""
        return key.attribute is not None and self.target == key.namespace.get("__name__")


class ProgramImport(DeferredImport):
    """A statement of code that is running, *own_code*, whose own store follows; see program.py."""

    __slots__ = ("own_code",)
    own_code: "CodeType"

    def is_own_store(self, code: "CodeType", offset: int) -> bool:
        return code is self.own_code and self.waiting[AT] < offset < self.waiting[END]

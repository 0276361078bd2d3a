"""The native engine: the filter that CPython 3.15 asks about every import that may be lazy (PEP 810).

The answers to most questions were found by an earlier start and are in a table
(startup/decisions.py); others are found by judging.py, which is loaded then.
"""

import _imp
import sys

from ..startup import decisions, shortcut, switches
from ..startup.bootstrap import is_declared, record_fault, restore, state
from ..startup.callers import is_collected, is_lent
from ..startup.finders import asked, known, settle_new_finders
from ..startup.guards import is_missed
from ..startup.packages import WITHOUT_IMPORT, find_missing_in, is_ours
from ..startup.snapshot import load, setting, variables_at_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any

    from ..startup.decisions import Source, Table

# What is known of a statement, under its offset. All but ASK are kept for later starts. Under the
# complement of the offset stands what the telling takes: the line and, if it is EAGER, code and detail
# of the reason, else, once it was told, the names that it binds.
EAGER, WAITS = 0, 1
FOR_EFFECT = 2  # nothing uses the name that it binds: it waits if its target is loaded or has no effects
FROM_ITSELF = 3  # the module takes names from itself: see must_have_now()
IF_FOUND = 4  # it waits, unless its module is loaded to find out whether this target can be: see guards.py
ASK = 5  # nothing is known yet, or it depends on what happens in this process
SAYS_LAZY = 6  # it says ``lazy`` itself: it waits, whatever is at hand
OF_ITSELF = (FOR_EFFECT, FROM_ITSELF)  # the answers that a module can have for what it takes from itself
FILES = 1 << 29  # under the offset and this stand the files that show that a target has no effects
LOOKS_THROUGH = 1 << 30  # under this the modules whose names the code goes through
LOOKED_FOR = LOOKS_THROUGH + 1  # under this the packages that are to be loaded whole: see usage.py
SERVED = LOOKS_THROUGH + 2  # and under this the packages whose submodules its waiting statements would load

STDLIB = sys.stdlib_module_names
MAXIMUM_KNOWN = 64
_getframe = sys._getframe
_loaded = sys.modules

_variables = variables_at_start()
_settings: "dict[str, Any]" = state.snapshot["settings"]
excludes_stdlib = setting("stdlib", _settings, _variables) == "exclude"
decisions.open_decisions(_variables, "exclude" if excludes_stdlib else "include")
switches.change(declared_only=_settings["mode"] == "declared")

# By the name of a module its code and what is known of that. (Of what has no name as of None.)
tables: "dict[str | None, tuple[CodeType | None, Table]]" = {}
NOTHING: "tuple[CodeType | None, Table]" = (None, {})
NOBODY: "tuple[object, CodeType | None, Table]" = (None, None, {})
latest = NOBODY  # whose statement was asked about last: importer, code and table
DECIDED: "Table" = {}  # the table of modules in which nothing waits but what says so
# Modules for which Policy.settles() may have an answer.
settling: "dict[str, str]" = _settings["shipped-settle"]
settled: "set[str]" = set()  # packages in which no import may wait any longer
looked_through: "set[str]" = set()  # modules whose names another one goes through: the same holds for them
served: "set[str]" = set()  # packages that find their missing submodules, from when they are loaded


def excepthook(kind: type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    """Print *error* as the interpreter does, with our note if a waiting import raised it.

    The interpreter performs waiting imports without us, so the note cannot be added earlier.
    """
    import sys

    try:
        from lazi_site.startup.advice import advise

        advise(error)
    except Exception:
        pass
    sys.__excepthook__(kind, error, traceback)


# threading keeps the hook that it finds until all modules are gone, and with it all that the hook has as
# globals. Without builtins among them the interpreter could not import what prints errors.
_function: "Any" = type(excepthook)
excepthook = _function(excepthook.__code__, {"__name__": __name__, "__builtins__": __builtins__})
if sys.excepthook is sys.__excepthook__:
    sys.excepthook = excepthook


def import_filter(importer: object, name: str, fromlist: "tuple[str, ...] | None") -> object:
    """Return whether the import of *name*, made in the module *importer*, may wait.

    Never raises, as that would break the statement. Checked on 3.15.2. A program asks for every
    statement that runs, so this answers only what takes no more than a look into a table.

    importer: its ``__name__``, unchecked: None or any object in code without one.
    fromlist: the names taken, None for ``import name``.
    """
    global latest
    frame = _getframe(1)
    try:
        one, code, table = latest
        if code is not frame.f_code or one is not importer:
            code, table = tables.get(importer, NOTHING) if type(importer) is str else NOTHING
            if code is not frame.f_code:
                return full_filter(importer, name, fromlist, frame)
            latest = importer, code, table
        answer = table.get(frame.f_lasti, ASK)
        if answer > WAITS:
            if table is DECIDED and "__lazy_modules__" not in frame.f_globals:
                return says_lazy(frame) and full_filter(importer, name, fromlist, frame)
            if answer != IF_FOUND or is_missed(name, frame):
                return full_filter(importer, name, fromlist, frame)
        # New finders are seen here unless a list itself was replaced; then with the next module.
        if asked != known or not switches.is_plain:
            return full_filter(importer, name, fromlist, frame)
        if not answer and not ("__lazy_modules__" in frame.f_globals and is_declared(frame, name)):
            return False
        if name in _loaded and is_at_hand(name, fromlist, frame):
            return False
    except RecursionError:
        return False
    except Exception as error:
        record_fault(f"deciding about {name}", error)
        return False
    return True


def full_filter(
    importer: object, name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType | None" = None
) -> object:
    """Return what import_filter() does, by all that can count.

    frame: of the statement; by default the one that asks, which the interpreter's is.
    """
    if frame is None:
        frame = _getframe(1)
    try:
        table = table_of(importer, frame.f_code)
        if table is None:
            table = enter(importer, frame)
        answer = table.get(frame.f_lasti, ASK)
        if answer > WAITS or not switches.is_plain or asked != known or "__lazy_modules__" in frame.f_globals:
            answer = decide(importer, name, fromlist, frame, table, answer)
        elif switches.watched:
            telling.tell_known(importer, name, fromlist, frame, answer, table.get(~frame.f_lasti))
        if not answer or (answer != SAYS_LAZY and is_at_hand(name, fromlist, frame)):
            return False
    except RecursionError:
        return False
    except Exception as error:
        record_fault(f"deciding about {name}", error)
        return False
    former = state.former[1]
    return former is None or former(importer, name, fromlist)


def choose_filter() -> "Any":
    """Return the filter for this process; the quick one tells nobody, and asks no other filter."""
    return full_filter if switches.watched or state.former[1] is not None else import_filter


def decide(
    importer: object,
    name: str,
    fromlist: "tuple[str, ...] | None",
    frame: "FrameType",
    table: "Table",
    answer: int,
) -> int:
    """Return EAGER, WAITS or SAYS_LAZY, where more counts than that *table* has this *answer* for it."""
    # What a module declares lazy is so without us too, and may not even be there.
    declared = "__lazy_modules__" in frame.f_globals and is_declared(frame, name)
    if declared or table is DECIDED:
        waits = declared or says_lazy(frame)
        if waits and switches.watched:
            telling.tell(importer, name, fromlist, frame)
        return SAYS_LAZY if waits else EAGER
    # A finder's own names must not wait for an import that it is asked about.
    settle_new_finders(resolve_names)
    if (answer == IF_FOUND and is_missed(name, frame)) or (
        answer in OF_ITSELF and name == importer and must_have_now(frame, fromlist)
    ):
        if not switches.watched:
            return EAGER
        answer = ASK  # which tells why
    if (
        answer == ASK
        or (answer == FOR_EFFECT and may_act(name, fromlist, table.get(FILES + frame.f_lasti)))
        or not switches.is_plain
    ):
        judged: int = bring_judging().judge_statement(importer, name, fromlist, frame)
        return judged
    if switches.watched:
        telling.tell_known(importer, name, fromlist, frame, answer, table.get(~frame.f_lasti))
    return answer if answer in (EAGER, SAYS_LAZY) else WAITS


def resolve_names(module: object, names: "set[str] | None" = None) -> None:
    """Perform every import that waits in *module* (for one of *names*); one that fails goes on waiting."""
    from types import LazyImportType  # type: ignore[attr-defined]  # loaded, as a lazy import is in hand

    contents = getattr(module, "__dict__", {})
    # Most modules have none that waits; this asks in C code only.
    found = list(contents.items()) if LazyImportType in map(type, contents.values()) else ()
    for name, value in found:
        if type(value) is LazyImportType and (names is None or name in names):
            try:
                getattr(module, name)
            except Exception:
                continue


def serve(package: str) -> None:
    """Let *package* and those above it find their missing submodules; see packages.py."""
    find_missing_in(package)
    while package not in served and package:
        served.add(package)
        package = package.rpartition(".")[0]


# Where another 3.15 should not have it, only packages that are loaded already find what they miss.
_set_lazy_attributes: "Any" = getattr(_imp, "_set_lazy_attributes", None)


def set_lazy_attributes(module: object, name: str) -> object:
    """Stand in for what importlib calls when it has loaded the module *name*; pickle is taught what waits.

    That is in _find_and_load_unlocked() (3.15.2). A package whose body imports nothing has no statement
    that could tell us. An import that fails does not come to here, so no traceback has a frame of ours.
    """
    result = _set_lazy_attributes(module, name)
    try:
        if name in served:
            find_missing_in(name)
        elif name == "pickle":
            load("lazi_site.native.pickling")
    except Exception as error:
        record_fault(f"serving {name}", error)
    return result


def leave() -> None:
    """Take what is ours out of the import system; see settle.leave_at_exit()."""
    shortcut.remove()
    restore()
    if getattr(_imp, "_set_lazy_attributes", None) is set_lazy_attributes:
        _imp._set_lazy_attributes = _set_lazy_attributes  # type: ignore[attr-defined]


if _set_lazy_attributes is not None:
    _imp._set_lazy_attributes = set_lazy_attributes  # type: ignore[attr-defined]
for _name in () if excludes_stdlib else WITHOUT_IMPORT:
    serve(_name)


def enter(importer: object, frame: "FrameType") -> "Table":
    """Return what is known of the code that runs in *frame*, the body of the module *importer*."""
    code = frame.f_code
    is_own = type(importer) is str and importer.startswith("lazi_site.")
    # Not for an import of ours: the code that looks at finders may be what is being loaded.
    if not is_own and (sys.meta_path is not asked[0] or sys.path_hooks is not asked[1]):
        settle_new_finders(resolve_names)
    table: Table | None = None
    if type(importer) is str:
        if importer in settling:
            bring_judging().settle_package(importer)
        if settled and importer.partition(".")[0] in settled:
            table = {} if switches.watched else DECIDED  # who watches is told why
        elif is_decided(importer) or importer in looked_through:
            table = DECIDED
        else:
            table = decisions.table_of(importer, code)
    if table is None:
        table = {}
    elif LOOKED_FOR in table:
        bring_judging().settle_packages(table[LOOKED_FOR], str(importer))
    for package in table.get(SERVED, ()):
        if package not in served:
            serve(package)
    if LOOKS_THROUGH in table:
        if switches.watched:
            table = {}  # all is found out anew, for who wants to know why
        else:
            looked_through.update(table[LOOKS_THROUGH])
            for name in table[LOOKS_THROUGH]:
                resolve_names(_loaded.get(name))
    if table is not DECIDED:
        lent, collected = is_lent(frame.f_back, frame), is_collected(frame.f_back)
        if lent or collected:
            kept: Table = bring_judging().kept_by_callers(table, frame, lent=lent, collected=collected)
            table = kept
    if len(tables) >= MAXIMUM_KNOWN:
        tables.clear()
    remember(importer, code, table)
    return table


def table_of(importer: object, code: "CodeType") -> "Table | None":
    """Return what is known of *code*, the body of the module *importer*, None if it was not entered."""
    entered, table = tables.get(importer if type(importer) is str else None, NOTHING)
    return table if entered is code else None


def remember(importer: object, code: "CodeType", table: "Table") -> None:
    """Have statements of *code*, the body of the module *importer*, looked up in *table* from now on."""
    global latest
    tables[importer if type(importer) is str else None] = code, table
    latest = NOBODY


def forget() -> None:
    """Have every module entered anew: what holds for its statements may be something else by now."""
    global latest
    tables.clear()
    latest = NOBODY


def is_decided(importer: str) -> bool:
    """Return whether nothing in the module *importer* waits but what says so: in ours, and where excluded."""
    top = importer.partition(".")[0]
    return (excludes_stdlib and top in STDLIB) or top == "lazi_site"


def bring_judging() -> "Any":
    """Return judging.py, which a start needs for what no earlier one has met."""
    return load("lazi_site.native.judging")


def is_at_hand(name: str, fromlist: "tuple[str, ...] | None", frame: "FrameType") -> bool:
    """Return whether the statement only has to bind what is loaded: that it does at once, as it does eagerly.

    Who takes a name before another value is put there has the former one, and a stand-in
    for a module in ``sys.modules`` is taken while it is there. Not what the module of *frame* declares lazy,
    and not from a module that still runs, perhaps in another thread, for which the import would wait.
    """
    contents = getattr(_loaded.get(name), "__dict__", None)
    # As is_running(), without the call: half of all statements come here.
    if type(contents) is not dict or getattr(contents.get("__spec__"), "_initializing", False):
        return False
    for one in fromlist or ():
        # Its type would have to be imported; one that is the program's own waits without need.
        if one not in contents or type(contents[one]).__name__ == "lazy_import":
            return False
    return not ("__lazy_modules__" in frame.f_globals and is_declared(frame, name))


def may_act(name: str, fromlist: "tuple[str, ...] | None", files: "tuple[Source, ...] | None") -> bool:
    """Return whether an import might have effects now; *files* show that it has none if they are the same."""
    if are_loaded(name, fromlist):
        return False
    if files is None:
        return True
    load("lazi_site.startup.keeping")
    from ..startup.keeping import are_same

    return not are_same(files)


def are_loaded(name: str, fromlist: "tuple[str, ...] | None") -> bool:
    """Return whether the module *name*, or what *fromlist* takes from it, is loaded."""
    if not fromlist:
        return name in sys.modules
    contents = getattr(sys.modules.get(name), "__dict__", {})
    return all(item in contents or f"{name}.{item}" in sys.modules for item in fromlist)


def must_have_now(frame: "FrameType", names: "tuple[str, ...] | None") -> bool:
    """Return whether the module in which *frame* runs cannot wait for *names* of its own.

    It serves names by a ``__getattr__``, which a waiting one would hide, or has them already.
    """
    namespace = frame.f_globals
    serves = namespace.get("__getattr__")
    if serves is not None and not is_ours(serves):
        return True
    return bool(names) and all(name in namespace for name in names or ())


def says_lazy(frame: "FrameType") -> bool:
    """Return whether the statement at which *frame* stands says ``lazy`` itself; see first_filter()."""
    return bool(frame.f_code.co_code[frame.f_lasti + 1] & 1)


_trace = int(setting("trace", _settings, _variables))
if _trace or _variables.get("LAZI_REPORT"):
    shortcut.install()  # who watches stands around it
    load("lazi_site.native.telling")
    from ..startup import watch
    from . import telling

    watch.begin(_trace, _variables.get("LAZI_REPORT", ""), state.engine)

"""What a module's compiled code tells about its import statements; pure functions on code objects.

Both engines use it: the backport to find what it overwrites, the native one to
answer what its filter is not told (which names are bound, are they used, does
the statement stand in a ``with``). 3.11 to 3.15 are frozen formats, so their
opcode numbers are constants; a test compares them with the interpreter's own.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

ABSENT = 999  # stands for an opcode that a version does not have
_VERSION = min(max(sys.version_info[1], 11), 15) - 11


def _number(*numbers: int) -> int:
    """Return this interpreter's number out of those of 3.11, 3.12, 3.13, 3.14 and 3.15."""
    return numbers[_VERSION]


BUILD_MAP = _number(105, 105, 48, 47, 45)
BUILD_SET = _number(104, 104, 49, 48, 46)
BINARY_OP = _number(122, 122, 45, 44, 42)
BINARY_SUBSCR = _number(25, 25, 5, ABSENT, ABSENT)
CALL = _number(171, 171, 53, 52, 50)
CALL_FUNCTION_EX = _number(142, 142, 54, 4, 4)
CALL_KW = _number(ABSENT, ABSENT, 57, 55, 53)
COMPARE_OP = _number(107, 107, 58, 56, 54)
CONTAINS_OP = _number(118, 118, 59, 57, 55)
DELETE_ATTR = _number(96, 96, 63, 61, 59)
DELETE_GLOBAL = _number(98, 98, 66, 64, 62)
DELETE_NAME = _number(91, 91, 67, 65, 63)
DELETE_SUBSCR = _number(61, 61, 9, 8, 8)
EXTENDED_ARG = _number(144, 144, 71, 69, 67)
IMPORT_FROM = _number(109, 109, 74, 72, 71)
IMPORT_NAME = _number(108, 108, 75, 73, 72)
KW_NAMES = _number(172, 172, ABSENT, ABSENT, ABSENT)
LOAD_ATTR = _number(106, 106, 82, 80, 79)
LOAD_BUILD_CLASS = _number(71, 71, 24, 21, 19)
LOAD_COMMON_CONSTANT = _number(ABSENT, ABSENT, ABSENT, 81, 80)
LOAD_CONST = _number(100, 100, 83, 82, 81)
LOAD_FAST_AND_CLEAR = _number(ABSENT, 143, 86, 85, 84)
LOAD_GLOBAL = _number(116, 116, 91, 92, 91)
LOAD_METHOD = _number(160, ABSENT, ABSENT, ABSENT, ABSENT)
LOAD_NAME = _number(101, 101, 92, 93, 92)
LOAD_SMALL_INT = _number(ABSENT, ABSENT, ABSENT, 94, 93)
MAP_ADD = _number(147, 147, 95, 98, 97)
NOP = _number(9, 9, 30, 27, 25)
POP_JUMP_FORWARD_IF_FALSE = _number(114, ABSENT, ABSENT, ABSENT, ABSENT)
POP_JUMP_IF_FALSE = _number(ABSENT, 114, 97, 100, 99)
POP_TOP = _number(1, 1, 32, 31, 29)
PUSH_EXC_INFO = _number(35, 35, 33, 32, 30)
RAISE_VARARGS = _number(130, 130, 101, 104, 103)
RESUME = _number(151, 151, 149, 128, 128)
RETURN_VALUE = _number(83, 83, 36, 35, 33)
SET_ADD = _number(146, 146, 105, 107, 106)
STORE_ATTR = _number(95, 95, 108, 110, 109)
STORE_GLOBAL = _number(97, 97, 113, 115, 114)
STORE_NAME = _number(90, 90, 114, 116, 115)
STORE_SUBSCR = _number(60, 60, 39, 38, 36)
SWAP = _number(99, 99, 115, 117, 116)
TO_BOOL = _number(ABSENT, ABSENT, 40, 39, 37)
UNARY_INVERT = _number(15, 15, 41, 40, 38)

# Units between LOAD_NAME f and the unit after ``f()``, caches included.
_AFTER_CALL = _number(2 + 5, 4, 5, 5, 5)
_CALL_AT = _number(2, 0, 1, 1, 1)  # units between LOAD_NAME f and CALL
_SUBSCRIPTS = frozenset({BINARY_SUBSCR, BINARY_OP, STORE_SUBSCR, DELETE_SUBSCR})
_LEVELS = frozenset({LOAD_CONST, LOAD_SMALL_INT})
_NAME_SHIFT = _number(0, 0, 0, 0, 2)  # 3.15 keeps lazy and eager bits below the name's index


class Statement:
    """One import statement in compiled code.

    start, at, end: offsets of its first instruction, of IMPORT_NAME, and past its last one.
    name, level: as in ``from ..name import``; fromlist: the names taken, None for ``import name``.
    bindings: (attribute or None, name bound) in order; stores: offsets of what binds them.
    dotted_as: it is ``import a.b as c``.
    """

    __slots__ = (
        "at",
        "bindings",
        "dotted_as",
        "end",
        "fromlist",
        "level",
        "name",
        "start",
        "stores",
    )

    def __init__(
        self, start: int, at: int, level: int, name: str, fromlist: "tuple[str, ...] | None"
    ) -> None:
        self.start = start
        self.at = at
        self.end = 0
        self.level = level
        self.name = name
        self.fromlist = fromlist
        self.bindings: list[tuple[str | None, str]] = []
        self.stores: list[int] = []
        self.dotted_as = False


def statements(code: "CodeType") -> "Iterator[Statement]":
    """Yield the import statements of *code* in order, star and unknown forms left out."""
    for statement in heads(code):
        if complete(statement, code):
            yield statement


def heads(code: "CodeType") -> "Iterator[Statement]":
    """Yield what stands in *code* before each IMPORT_NAME; complete() reads what follows it.

    Most statements of most modules are decided by their target alone.
    """
    instructions = code.co_code
    at = instructions.find(IMPORT_NAME)
    while at >= 0:
        # Arguments stand at odd offsets, and co_code shows inline caches as zeros.
        if not at & 1:
            statement = _head(code, instructions, at)
            if statement is not None:
                yield statement
        at = instructions.find(IMPORT_NAME, at + 1)


def decode(code: "CodeType", at: int) -> "Statement | None":
    """Return the statement whose IMPORT_NAME stands at the offset *at*, or None if it has no known form."""
    statement = _head(code, code.co_code, at)
    return statement if statement is not None and complete(statement, code) else None


def complete(statement: Statement, code: "CodeType") -> bool:
    """Read what follows IMPORT_NAME into *statement*; False if it has no known form."""
    read = _read_plain if statement.fromlist is None else _read_from
    return read(statement, code.co_code, code.co_names)


def _head(code: "CodeType", instructions: bytes, at: int) -> "Statement | None":
    # Nearly always no argument is above 255: then the three instructions are six bytes.
    if instructions[at - 6] != EXTENDED_ARG and instructions[at - 2] == LOAD_CONST:
        kind = instructions[at - 4]
        if kind in _LEVELS:
            level = instructions[at - 3]
            return Statement(
                at - 4,
                at,
                level if kind == LOAD_SMALL_INT else code.co_consts[level],
                code.co_names[instructions[at + 1] >> _NAME_SHIFT],
                code.co_consts[instructions[at - 1]],
            )
    index, at_from = backwards(instructions, at)
    kind = instructions[at_from]
    argument, at_level = backwards(instructions, at_from)
    if kind == LOAD_CONST:
        fromlist = code.co_consts[argument]
    elif kind == LOAD_COMMON_CONSTANT:
        fromlist = None  # 3.15; no other common constant can stand here
    else:
        return None
    kind = instructions[at_level]
    level, before = backwards(instructions, at_level)
    if kind == LOAD_CONST:
        level = code.co_consts[level]
    elif kind != LOAD_SMALL_INT:
        return None
    return Statement(before + 2, at, level, code.co_names[index >> _NAME_SHIFT], fromlist)


def absolute(name: str, level: int, package: str) -> str:
    """Return the absolute name of what ``from <level dots>name`` means in *package*, or "" beyond the top."""
    if not level:
        return name
    parts = package.split(".")
    if not package or level > len(parts):
        return ""
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{name}" if name else base


def backwards(instructions: bytes, at: int) -> "tuple[int, int]":
    """Return the whole argument of the instruction at *at*, and the offset of the one before it."""
    argument = instructions[at + 1]
    shift = 8
    at -= 2
    while instructions[at] == EXTENDED_ARG and at >= 0:
        argument |= instructions[at + 1] << shift
        shift += 8
        at -= 2
    return argument, at


def forwards(instructions: bytes, at: int) -> "tuple[int, int, int]":
    """Return opcode and whole argument of the instruction at *at*, and the offset of the next one."""
    argument = 0
    while instructions[at] == EXTENDED_ARG:
        argument = (argument | instructions[at + 1]) << 8
        at += 2
    return instructions[at], argument | instructions[at + 1], at + 2


def _read_plain(statement: Statement, instructions: bytes, names: "tuple[str, ...]") -> bool:
    """Read what follows ``import a``, ``import a.b`` or ``import a.b as c``; False if it is unknown."""
    operation, argument, at = forwards(instructions, statement.at + 2)
    while operation == IMPORT_FROM:
        statement.dotted_as = True
        operation, argument, at = forwards(instructions, at)
        if operation == SWAP:
            if instructions[at] != POP_TOP:
                return False
            operation, argument, at = forwards(instructions, at + 2)
    if operation not in (STORE_NAME, STORE_GLOBAL):
        return False
    statement.bindings.append((None, names[argument]))
    statement.stores.append(at - 2)
    if statement.dotted_as:
        if instructions[at] != POP_TOP:
            return False
        at += 2
    statement.end = at
    return True


def _read_from(statement: Statement, instructions: bytes, names: "tuple[str, ...]") -> bool:
    """Read what follows ``from a import``; False for a star import."""
    operation, argument, at = forwards(instructions, statement.at + 2)
    while operation == IMPORT_FROM:
        attribute = names[argument]
        operation, argument, at = forwards(instructions, at)
        if operation not in (STORE_NAME, STORE_GLOBAL):
            return False
        statement.bindings.append((attribute, names[argument]))
        statement.stores.append(at - 2)
        operation, argument, at = forwards(instructions, at)
    statement.end = at
    return operation == POP_TOP and bool(statement.bindings)


def covered_ranges(table: bytes) -> "list[tuple[int, int, int]]":
    """Return (start, end, handler) offsets of what exception handlers cover: try, except and with.

    Format: Objects/exception_handling_notes.txt in CPython, 3.11 and later.
    """
    ranges: list[tuple[int, int, int]] = []
    values = iter(table)
    while True:
        entry = []
        for _ in range(4):
            byte = next(values, None)
            if byte is None:
                return ranges
            value = byte & 63
            while byte & 64:
                byte = next(values)
                value = value << 6 | byte & 63
            entry.append(value)
        ranges.append((entry[0] * 2, (entry[0] + entry[1]) * 2, entry[2] * 2))


def handler_of(ranges: "list[tuple[int, int, int]]", offset: int) -> "int | None":
    """Return the handler of what is raised at *offset*, by the *ranges*, of which no two overlap, or None."""
    for start, end, handler in ranges:
        if start <= offset < end:
            return handler
    return None


def occurrences(code: "CodeType", operation: int, argument: int) -> "Iterator[int]":
    """Yield the offsets of the instructions of *code* that are *operation* with *argument*."""
    instructions = code.co_code
    unit = bytes((operation, argument & 255))
    at = instructions.find(unit)
    while at >= 0:
        if not at & 1 and backwards(instructions, at)[0] == argument:
            yield at
        at = instructions.find(unit, at + 1)


def loads(code: "CodeType", name: str) -> "Iterator[int]":
    """Yield the offsets at which module-level *code* itself (not what is nested in it) loads *name*."""
    if name in code.co_names:
        yield from occurrences(code, LOAD_NAME, code.co_names.index(name))


def attributes(code: "CodeType", name: str) -> "Iterator[int]":
    """Yield the offsets at which *code* reads an attribute *name*, method calls on 3.11 left out."""
    if name in code.co_names:
        index = code.co_names.index(name)
        yield from occurrences(code, LOAD_ATTR, index << 1 if _VERSION else index)


def for_type_checkers(code: "CodeType") -> "list[tuple[int, int]]":
    """Return the (start, end) offsets of the bodies of ``if TYPE_CHECKING:`` in module-level *code*.

    They never run, so their imports need no work.
    """
    found = []
    for places in (loads(code, "TYPE_CHECKING"), attributes(code, "TYPE_CHECKING")):
        for at in places:
            end = _end_of_if(code.co_code, at + 2)
            if end:
                found.append((at, end))
    return found


def _end_of_if(instructions: bytes, at: int) -> int:
    """Return where the jump at *at* goes that skips the body of an ``if``, or 0 if there is none."""
    while instructions[at] in (0, TO_BOOL):  # inline caches are zeros
        at += 2
    operation, argument, at = forwards(instructions, at)
    if operation not in (POP_JUMP_IF_FALSE, POP_JUMP_FORWARD_IF_FALSE):
        return 0
    return at + 2 * (argument + (_VERSION >= 2))  # from 3.13 on the jump has a cache unit


class Usage:
    """Answers what a module's own code does with the names that it binds at module level."""

    __slots__ = ("code", "import_stores", "nested")

    def __init__(self, code: "CodeType") -> None:
        self.code = code
        self.nested: set[str] | None = None
        self.import_stores: frozenset[int] | None = None

    def is_for_effect(self, statement: Statement) -> bool:
        """Return whether the code never mentions what *statement* binds: it imports for the effect.

        That is said of modules imported as such; names taken ``from`` a module
        count as used, because others may take them from here.
        """
        if statement.fromlist is not None and statement.name:
            return False
        return not any(self.is_loaded(name) for _, name in statement.bindings)

    def is_loaded(self, name: str) -> bool:
        """Return whether the code loads *name*, or functions and classes in it mention it.

        For nested code any mention counts (attributes too): a wrong yes only
        keeps an import lazy that its importer names.
        """
        if self.nested is None:
            self.nested = set()
            collect_names(self.code, self.nested)
        return name in self.nested or next(loads(self.code, name), None) is not None

    def has_variable_for(self, package: str, target: str, names: "tuple[str, ...]") -> bool:
        """Return whether a module that the body of *package* imports has the name of a variable of that body.

        target, names: what the statement imports. In ``from .log import
        colours`` followed by ``log = getLogger()`` the variable replaces the
        submodule, which has to be loaded before: it is set on the package then.
        """
        if target == package:
            modules = names
        elif target.startswith(package + "."):
            modules = (target[len(package) + 1 :].partition(".")[0],)
        else:
            return False
        return any(name in self.code.co_names and self.is_assigned(name) for name in modules)

    def is_assigned(self, name: str) -> bool:
        """Return whether module-level code binds *name* otherwise than by import statements."""
        stores = set(occurrences(self.code, STORE_NAME, self.code.co_names.index(name)))
        if stores and self.import_stores is None:
            found = [statement.stores for statement in statements(self.code)]
            self.import_stores = frozenset(at for one in found for at in one)
        return bool(stores) and not stores <= (self.import_stores or frozenset())


def mentioned(code: "CodeType") -> "set[str]":
    """Return every name that *code*, and what is nested in it, mentions."""
    found = set(code.co_names)
    collect_names(code, found)
    return found


def collect_names(code: "CodeType", found: "set[str]") -> None:
    kind = type(code)
    for constant in code.co_consts:
        if type(constant) is kind:
            found.update(constant.co_names)
            collect_names(constant, found)


def scans_namespace(code: "CodeType") -> bool:
    """Return whether module-level code looks through its own namespace as a whole.

    ``globals()``, ``locals()``, ``vars()`` or ``dir()`` without arguments, other
    than ``x in globals()``, ``globals()[x]`` and a few harmless methods: what is
    found there must be the real objects, so such a module imports eagerly.
    """
    instructions, names = code.co_code, code.co_names
    for name in ("globals", "locals", "vars", "dir"):
        for at in loads(code, name):
            call = at + 2 + 2 * _CALL_AT
            if instructions[call : call + 2] != bytes((CALL, 0)):
                continue
            operation, argument, after = forwards(instructions, at + 2 + 2 * _AFTER_CALL)
            if operation in (CONTAINS_OP, POP_TOP):
                continue
            if operation in (LOAD_CONST, LOAD_NAME) and instructions[after] in _SUBSCRIPTS:
                continue
            if operation in (LOAD_ATTR, LOAD_METHOD):
                index = argument >> 1 if _VERSION >= 1 else argument
                if names[index] in ("get", "update", "setdefault", "pop"):
                    continue
            return True
    return False


def has_dead_variables(code: "CodeType") -> bool:
    """Return whether a copy of module-level *code* would delete names of the module (3.12).

    The variables of comprehensions are hidden ones of the module. In a copy that
    ``replace`` makes, only those are still hidden for which there are instructions. Of one in
    code that never runs (``if False:``) there are none: when somebody asks for the
    frame's locals, as a star import does, the module's own name is deleted.
    """
    if _VERSION != 1 or not code.co_nlocals:
        return False
    instructions = code.co_code
    alive = set()
    at = instructions.find(LOAD_FAST_AND_CLEAR)
    while at >= 0:
        if not at & 1:
            alive.add(instructions[at + 1])
        at = instructions.find(LOAD_FAST_AND_CLEAR, at + 1)
    return len(alive) < code.co_nlocals

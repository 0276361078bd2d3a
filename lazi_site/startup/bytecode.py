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

    Head = tuple[int, int, int, str, tuple[str, ...] | None]
    Tail = tuple[tuple[str, ...], int, bool]

ABSENT = 999  # stands for an opcode that a version does not have
_VERSION = min(max(sys.version_info[1], 11), 15) - 11  # 0 to 4


def of_version(*numbers: int) -> int:
    """Return this interpreter's number out of those of 3.11, 3.12, 3.13, 3.14 and 3.15."""
    return numbers[_VERSION]


BUILD_MAP = of_version(105, 105, 48, 47, 45)
BUILD_SET = of_version(104, 104, 49, 48, 46)
BINARY_OP = of_version(122, 122, 45, 44, 42)
BINARY_SUBSCR = of_version(25, 25, 5, ABSENT, ABSENT)
CALL = of_version(171, 171, 53, 52, 50)
CALL_FUNCTION_EX = of_version(142, 142, 54, 4, 4)
CALL_KW = of_version(ABSENT, ABSENT, 57, 55, 53)
COMPARE_OP = of_version(107, 107, 58, 56, 54)
CONTAINS_OP = of_version(118, 118, 59, 57, 55)
DELETE_ATTR = of_version(96, 96, 63, 61, 59)
DELETE_GLOBAL = of_version(98, 98, 66, 64, 62)
DELETE_NAME = of_version(91, 91, 67, 65, 63)
DELETE_SUBSCR = of_version(61, 61, 9, 8, 8)
EXTENDED_ARG = of_version(144, 144, 71, 69, 67)
IMPORT_FROM = of_version(109, 109, 74, 72, 71)
IMPORT_NAME = of_version(108, 108, 75, 73, 72)
KW_NAMES = of_version(172, 172, ABSENT, ABSENT, ABSENT)
LOAD_ATTR = of_version(106, 106, 82, 80, 79)
LOAD_BUILD_CLASS = of_version(71, 71, 24, 21, 19)
LOAD_COMMON_CONSTANT = of_version(ABSENT, ABSENT, ABSENT, 81, 80)
LOAD_CONST = of_version(100, 100, 83, 82, 81)
LOAD_FAST_AND_CLEAR = of_version(ABSENT, 143, 86, 85, 84)
LOAD_GLOBAL = of_version(116, 116, 91, 92, 91)
LOAD_METHOD = of_version(160, ABSENT, ABSENT, ABSENT, ABSENT)
LOAD_NAME = of_version(101, 101, 92, 93, 92)
LOAD_SMALL_INT = of_version(ABSENT, ABSENT, ABSENT, 94, 93)
MAP_ADD = of_version(147, 147, 95, 98, 97)
NOP = of_version(9, 9, 30, 27, 25)
POP_JUMP_FORWARD_IF_FALSE = of_version(114, ABSENT, ABSENT, ABSENT, ABSENT)
POP_JUMP_IF_FALSE = of_version(ABSENT, 114, 97, 100, 99)
POP_TOP = of_version(1, 1, 32, 31, 29)
PUSH_EXC_INFO = of_version(35, 35, 33, 32, 30)
RAISE_VARARGS = of_version(130, 130, 101, 104, 103)
RESUME = of_version(151, 151, 149, 128, 128)
RETURN_VALUE = of_version(83, 83, 36, 35, 33)
SET_ADD = of_version(146, 146, 105, 107, 106)
STORE_ATTR = of_version(95, 95, 108, 110, 109)
STORE_GLOBAL = of_version(97, 97, 113, 115, 114)
STORE_NAME = of_version(90, 90, 114, 116, 115)
STORE_SUBSCR = of_version(60, 60, 39, 38, 36)
SWAP = of_version(99, 99, 115, 117, 116)
TO_BOOL = of_version(ABSENT, ABSENT, 40, 39, 37)
UNARY_INVERT = of_version(15, 15, 41, 40, 38)

_MANY_NAMES = 256  # as many as an argument of one byte can tell apart

_LEVELS = frozenset({LOAD_CONST, LOAD_SMALL_INT})
_NAME_SHIFT = of_version(0, 0, 0, 0, 2)  # 3.15 keeps lazy and eager bits below the name's index


class Statement:
    """One import statement in compiled code, of what head() and tail() return about it.

    start, at, end: offsets of its first instruction, of IMPORT_NAME, and past its last one.
    name, level: as in ``from ..name import``; fromlist: the names taken, None for ``import name``.
    bound: the names bound, in order; dotted_as: it is ``import a.b as c``.
    """

    __slots__ = ("at", "bound", "dotted_as", "end", "fromlist", "level", "name", "start")

    def __init__(self, head: "Head", tail: "Tail") -> None:
        self.start, self.at, self.level, self.name, self.fromlist = head
        self.bound, self.end, self.dotted_as = tail

    def bindings(self) -> "Iterator[tuple[str | None, str]]":
        """Return (attribute or None, name bound) in order."""
        return zip(self.fromlist or (None,), self.bound, strict=True)


def statements(code: "CodeType") -> "Iterator[Statement]":
    """Yield the import statements of *code* in order, star and unknown forms left out."""
    for found in heads(code):
        rest = tail(code, found[1], found[4])
        if rest is not None:
            yield Statement(found, rest)


def decode(code: "CodeType", at: int) -> "Statement | None":
    """Return the statement whose IMPORT_NAME stands at the offset *at*, or None if it has no known form."""
    found = head(code, at)
    rest = found and tail(code, at, found[4])
    return Statement(found, rest) if found and rest else None


def heads(code: "CodeType") -> "Iterator[Head]":
    """Yield what head() returns for each IMPORT_NAME of *code*.

    Most statements of most modules are decided by their target alone, so that
    nothing is made of them.
    """
    instructions = code.co_code
    at = instructions.find(IMPORT_NAME)
    if at < 0:
        return
    constants, names = code.co_consts, code.co_names
    while at >= 0:
        # Arguments stand at odd offsets, and co_code shows inline caches as zeros.
        if not at & 1:
            # Nearly always no argument is above 255: then the three instructions are six bytes.
            first = instructions[at - 4]
            is_short = instructions[at - 2] == LOAD_CONST and instructions[at - 6] != EXTENDED_ARG
            if is_short and first in _LEVELS:
                level = instructions[at - 3]
                if first == LOAD_CONST:
                    level = constants[level]
                name = names[instructions[at + 1] >> _NAME_SHIFT]
                yield at - 4, at, level, name, constants[instructions[at - 1]]
            else:
                found = head(code, at)
                if found is not None:
                    yield found
        at = instructions.find(IMPORT_NAME, at + 1)


def head(code: "CodeType", at: int) -> "Head | None":
    """Return (start, at, level, name, fromlist) of the statement whose IMPORT_NAME stands at the offset *at*.

    None if what stands before that is unknown.
    """
    instructions = code.co_code
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
    return before + 2, at, level, code.co_names[index >> _NAME_SHIFT], fromlist


def tail(code: "CodeType", at: int, fromlist: "tuple[str, ...] | None") -> "Tail | None":
    """Return (bound, end, dotted_as) of the statement whose IMPORT_NAME stands at the offset *at*.

    None for a star import and what has no known form.
    """
    instructions, names = code.co_code, code.co_names
    end = at + 2
    if fromlist is None:
        return _read_plain(instructions, names, end)
    # As above; then each name takes four bytes, an IMPORT_FROM and a STORE_NAME.
    for name in fromlist:
        if (
            instructions[end] != IMPORT_FROM
            or instructions[end + 2] != STORE_NAME
            or names[instructions[end + 3]] != name
        ):
            return _read_from(instructions, names, at + 2)
        end += 4
    return (fromlist, end + 2, False) if instructions[end] == POP_TOP else None


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


def _read_plain(instructions: bytes, names: "tuple[str, ...]", at: int) -> "Tail | None":
    """Read what follows ``import a``, ``import a.b`` or ``import a.b as c`` from the offset *at* on."""
    operation, argument, at = forwards(instructions, at)
    dotted_as = operation == IMPORT_FROM
    while operation == IMPORT_FROM:
        operation, argument, at = forwards(instructions, at)
        if operation == SWAP:
            if instructions[at] != POP_TOP:
                return None
            operation, argument, at = forwards(instructions, at + 2)
    if operation not in (STORE_NAME, STORE_GLOBAL):
        return None
    if dotted_as:
        if instructions[at] != POP_TOP:
            return None
        at += 2
    return (names[argument],), at, dotted_as


def _read_from(instructions: bytes, names: "tuple[str, ...]", at: int) -> "Tail | None":
    """Read what follows ``from a import`` from the offset *at* on; None for a star import."""
    bound = []
    operation, argument, at = forwards(instructions, at)
    while operation == IMPORT_FROM:
        operation, argument, at = forwards(instructions, at)
        if operation not in (STORE_NAME, STORE_GLOBAL):
            return None
        bound.append(names[argument])
        operation, argument, at = forwards(instructions, at)
    return (tuple(bound), at, False) if operation == POP_TOP and bound else None


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


def is_within(parts: "list[tuple[int, int]]", offset: int) -> bool:
    """Return whether *offset* lies inside one of the *parts*, (start, end) each."""
    return any(start < offset < end for start, end in parts)


def occurrences(code: "CodeType", operation: int, argument: int) -> "Iterator[int]":
    """Yield the offsets of the instructions of *code* that are *operation* with *argument*."""
    instructions = code.co_code
    unit = bytes((operation, argument & 255))
    at = instructions.find(unit)
    while at >= 0:
        if not at & 1 and backwards(instructions, at)[0] == argument:
            yield at
        at = instructions.find(unit, at + 1)


def has_many_names(code: "CodeType") -> bool:
    """Return whether *code* is better read once for all its names than looked through for each of them.

    A look is as long as the code, and a generated module can have thousands of imports.
    """
    return len(code.co_names) > _MANY_NAMES


def all_of(code: "CodeType", operation: int) -> "Iterator[tuple[int, int]]":
    """Yield offset and whole argument of every instruction of *code* that is *operation*."""
    instructions = code.co_code
    at = instructions.find(operation)
    while at >= 0:
        if not at & 1:
            yield at, backwards(instructions, at)[0]
        at = instructions.find(operation, at + 1)


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

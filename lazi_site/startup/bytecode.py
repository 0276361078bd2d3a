"""What a module's compiled code tells about its import statements; pure functions on code objects.

Both engines use it: the backport to find what it overwrites, the native one to
answer what its filter is not told (which names are bound, are they used, does
the statement stand in a ``with``).
"""

from . import instructions as op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    Head = tuple[int, int, int, str, tuple[str, ...] | None]
    Tail = tuple[tuple[str, ...], int, bool]

_MANY_NAMES = 256  # as many as an argument of one byte can tell apart

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_CAUGHT = frozenset({op.LOAD_NAME, op.LOAD_GLOBAL, op.LOAD_ATTR, op.BUILD_TUPLE})
_LEVELS = frozenset({op.LOAD_CONST, op.LOAD_SMALL_INT})
_NAME_SHIFT = op.of_version(0, 0, 0, 0, 2)  # 3.15 keeps lazy and eager bits below the name's index


class Statement:
    """One import statement in compiled code, of what head() and tail() of bytecode.py return about it.

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
    at = instructions.find(op.IMPORT_NAME)
    if at < 0:
        return
    constants, names = code.co_consts, code.co_names
    while at >= 0:
        # Arguments stand at odd offsets, and co_code shows inline caches as zeros.
        if not at & 1:
            # Nearly always no argument is above 255: then the three instructions are six bytes.
            first = instructions[at - 4]
            is_short = instructions[at - 2] == op.LOAD_CONST and instructions[at - 6] != op.EXTENDED_ARG
            if is_short and first in _LEVELS:
                level = instructions[at - 3]
                if first == op.LOAD_CONST:
                    level = constants[level]
                name = names[instructions[at + 1] >> _NAME_SHIFT]
                yield at - 4, at, level, name, constants[instructions[at - 1]]
            else:
                found = head(code, at)
                if found is not None:
                    yield found
        at = instructions.find(op.IMPORT_NAME, at + 1)


def head(code: "CodeType", at: int) -> "Head | None":
    """Return (start, at, level, name, fromlist) of the statement whose IMPORT_NAME stands at the offset *at*.

    None if what stands before that is unknown.
    """
    instructions = code.co_code
    index, at_from = backwards(instructions, at)
    kind = instructions[at_from]
    argument, at_level = backwards(instructions, at_from)
    if kind == op.LOAD_CONST:
        fromlist = code.co_consts[argument]
    elif kind == op.LOAD_COMMON_CONSTANT:
        fromlist = None  # 3.15; no other common constant can stand here
    else:
        return None
    kind = instructions[at_level]
    level, before = backwards(instructions, at_level)
    if kind == op.LOAD_CONST:
        level = code.co_consts[level]
    elif kind != op.LOAD_SMALL_INT:
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
    # As above; then each name takes four bytes, an op.IMPORT_FROM and a op.STORE_NAME.
    for name in fromlist:
        if (
            instructions[end] != op.IMPORT_FROM
            or instructions[end + 2] != op.STORE_NAME
            or names[instructions[end + 3]] != name
        ):
            return _read_from(instructions, names, at + 2)
        end += 4
    return (fromlist, end + 2, False) if instructions[end] == op.POP_TOP else None


def absolute(name: str, level: int, package: str) -> str:
    """Return the absolute name of what ``from <level dots>name`` means in *package*; "" if too far up."""
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
    while instructions[at] == op.EXTENDED_ARG and at >= 0:
        argument |= instructions[at + 1] << shift
        shift += 8
        at -= 2
    return argument, at


def forwards(instructions: bytes, at: int) -> "tuple[int, int, int]":
    """Return opcode and whole argument of the instruction at *at*, and the offset of the next one."""
    argument = 0
    while instructions[at] == op.EXTENDED_ARG:
        argument = (argument | instructions[at + 1]) << 8
        at += 2
    return instructions[at], argument | instructions[at + 1], at + 2


def _read_plain(instructions: bytes, names: "tuple[str, ...]", at: int) -> "Tail | None":
    """Read what follows ``import a``, ``import a.b`` or ``import a.b as c`` from the offset *at* on."""
    operation, argument, at = forwards(instructions, at)
    dotted_as = operation == op.IMPORT_FROM
    while operation == op.IMPORT_FROM:
        operation, argument, at = forwards(instructions, at)
        if operation == op.SWAP:
            if instructions[at] != op.POP_TOP:
                return None
            operation, argument, at = forwards(instructions, at + 2)
    if operation not in (op.STORE_NAME, op.STORE_GLOBAL):
        return None
    if dotted_as:
        if instructions[at] != op.POP_TOP:
            return None
        at += 2
    return (names[argument],), at, dotted_as


def _read_from(instructions: bytes, names: "tuple[str, ...]", at: int) -> "Tail | None":
    """Read what follows ``from a import`` from the offset *at* on; None for a star import."""
    bound = []
    operation, argument, at = forwards(instructions, at)
    while operation == op.IMPORT_FROM:
        operation, argument, at = forwards(instructions, at)
        if operation not in (op.STORE_NAME, op.STORE_GLOBAL):
            return None
        bound.append(names[argument])
        operation, argument, at = forwards(instructions, at)
    return (tuple(bound), at, False) if operation == op.POP_TOP and bound else None


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


def catches_import_error(code: "CodeType", offset: int) -> bool:
    """Return whether the instruction at *offset* stands in a try that an ImportError does not leave.

    A ``with`` is taken for one if its code speaks of such errors, as with suppress(ImportError).
    """
    ranges = covered_ranges(code.co_exceptiontable)
    handler = handler_of(ranges, offset)
    while handler is not None:
        if code.co_code[handler] == op.PUSH_EXC_INFO and _catches(code, handler + 2):
            return True
        # What it does not catch goes to the one around it; in between stands the handler's own clean-up.
        handler = handler_of(ranges, handler)
    return False


def _catches(code: "CodeType", at: int) -> bool:
    """Return whether the handler whose first test stands at the offset *at* catches an ImportError."""
    instructions, names = code.co_code, code.co_names
    if instructions[at] == op.WITH_EXCEPT_START:
        return not _IMPORT_ERRORS.isdisjoint(names)
    while True:  # for each clause
        operation, argument, at = forwards(instructions, at)
        if operation == op.POP_TOP:
            return True  # a bare except
        caught = set()
        while operation in _CAUGHT:
            if operation in (op.LOAD_NAME, op.LOAD_GLOBAL):
                caught.add(names[argument >> (operation == op.LOAD_GLOBAL)])
            operation, argument, at = forwards(instructions, past_caches(instructions, at))
        if operation != op.CHECK_EXC_MATCH:
            return False  # no clause is left, or it is a finally
        if caught & _IMPORT_ERRORS:
            return True
        operation, argument, at = forwards(instructions, at)
        at = past_caches(instructions, at) + 2 * argument  # where this jumps to unless the clause is taken


def past_caches(instructions: bytes, at: int) -> int:
    """Return the offset of the first instruction from *at* on; inline caches are zeros."""
    while not instructions[at]:
        at += 2
    return at


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
        yield from occurrences(code, op.LOAD_NAME, code.co_names.index(name))


def attributes(code: "CodeType", name: str) -> "Iterator[int]":
    """Yield the offsets at which *code* reads an attribute *name*, method calls on 3.11 left out."""
    if name in code.co_names:
        index = code.co_names.index(name)
        yield from occurrences(code, op.LOAD_ATTR, index << 1 if op.VERSION else index)


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
    while instructions[at] in (0, op.TO_BOOL):  # inline caches are zeros
        at += 2
    operation, argument, at = forwards(instructions, at)
    if operation not in (op.POP_JUMP_IF_FALSE, op.POP_JUMP_FORWARD_IF_FALSE):
        return 0
    return at + 2 * (argument + (op.VERSION >= 2))  # from 3.13 on the jump has a cache unit

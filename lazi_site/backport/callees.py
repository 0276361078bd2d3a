"""What the code calls at a place: read only when a call hashes a waiting name."""

from ..startup import bytecode
from ..startup import instructions as op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

# Of C code: what puts the names that it is given into a dict or a set, and looks none up.
COLLECTING = frozenset(
    {"dict", "set", "frozenset", "OrderedDict", "fromkeys", "_count_elements", "add", "update", "union"}
)
LOADING = frozenset({op.LOAD_GLOBAL, op.LOAD_NAME, op.LOAD_ATTR, op.LOAD_METHOD})


# What was found out about the latest calls, by id of the code and offset: {: (code, answer)}. Most hash one
# name after the other, in a loop.
_found: "dict[tuple[int, int], tuple[CodeType, bool]]" = {}
MAXIMUM = 64


def collects_names(code: "CodeType", at: int) -> bool:
    """Return whether the call at the offset *at* of *code* does no more with names than collecting them."""
    place = id(code), at
    known = _found.get(place)
    if known is None or known[0] is not code:
        if len(_found) >= MAXIMUM:
            _found.clear()
        known = _found[place] = code, is_collecting(code, at)
    return known[1]


def is_collecting(code: "CodeType", at: int) -> bool:
    """Do what collects_names() does, reading the code.

    ``set(vars(m).keys())`` goes through the names of m: importing what one of
    them waits for could add more, which ends the call with an error. What is
    called begins where the whole call begins in the source, and no argument
    does. Code without positions (``-X no_debug_ranges``) collects nothing.
    """
    instructions = code.co_code
    places = [(line, column) for line, _, column, _ in code.co_positions()]
    place = places[at // 2]
    if None in place:
        return False
    for index in range(at // 2 - 1, -1, -1):
        operation = instructions[2 * index]
        if operation in LOADING and places[index] == place:
            argument = bytecode.backwards(instructions, 2 * index)[0]
            return code.co_names[name_index(operation, argument)] in COLLECTING
    return False


def name_index(operation: int, argument: int) -> int:
    """Return which of a code's names *operation* loads; the lowest bit of some arguments is a flag."""
    has_flag = operation == op.LOAD_GLOBAL or (operation == op.LOAD_ATTR and op.LOAD_METHOD == op.ABSENT)
    return argument >> 1 if has_flag else argument

"""pyparsing: arithmetic expressions."""

from pyparsing import Word, infix_notation, nums, one_of, opAssoc

NUMBER = Word(nums)
GRAMMAR = infix_notation(NUMBER, [(one_of("* /"), 2, opAssoc.LEFT), (one_of("+ -"), 2, opAssoc.LEFT)])


def work() -> int:
    """Return the length of the result."""
    return len(str([GRAMMAR.parse_string(f"{number}*(2+3)-4/({number}+1)") for number in range(25)]))

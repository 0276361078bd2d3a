"""The interpreter's instructions.

3.11 to 3.15 are frozen formats, so their opcode numbers are constants; a test
compares them with the interpreter's own.
"""

import sys

ABSENT = 999  # stands for an opcode that a version does not have
SUBSCRIPT = 26  # the argument by which BINARY_OP takes an item (3.14 and later)
VERSION = min(max(sys.version_info[1], 11), 15) - 11  # 0 to 4


def of_version(*numbers: int) -> int:
    """Return this interpreter's number out of those of 3.11, 3.12, 3.13, 3.14 and 3.15."""
    return numbers[VERSION]


BUILD_MAP = of_version(105, 105, 48, 47, 45)
BUILD_SET = of_version(104, 104, 49, 48, 46)
BUILD_STRING = of_version(157, 157, 51, 50, 48)
BUILD_TUPLE = of_version(102, 102, 52, 51, 49)
BINARY_OP = of_version(122, 122, 45, 44, 42)
BINARY_SUBSCR = of_version(25, 25, 5, ABSENT, ABSENT)
CALL = of_version(171, 171, 53, 52, 50)
CALL_FUNCTION_EX = of_version(142, 142, 54, 4, 4)
CALL_KW = of_version(ABSENT, ABSENT, 57, 55, 53)
CHECK_EXC_MATCH = of_version(36, 36, 7, 6, 6)
COMPARE_OP = of_version(107, 107, 58, 56, 54)
CONTAINS_OP = of_version(118, 118, 59, 57, 55)
DELETE_ATTR = of_version(96, 96, 63, 61, 59)
DELETE_GLOBAL = of_version(98, 98, 66, 64, 62)
DELETE_NAME = of_version(91, 91, 67, 65, 63)
DELETE_SUBSCR = of_version(61, 61, 9, 8, 8)
DICT_MERGE = of_version(164, 164, 68, 66, 64)
DICT_UPDATE = of_version(165, 165, 69, 67, 65)
EXTENDED_ARG = of_version(144, 144, 71, 69, 67)
GET_ITER = of_version(68, 68, 19, 16, 70)
IMPORT_FROM = of_version(109, 109, 74, 72, 71)
IMPORT_NAME = of_version(108, 108, 75, 73, 72)
KW_NAMES = of_version(172, 172, ABSENT, ABSENT, ABSENT)
LOAD_ATTR = of_version(106, 106, 82, 80, 79)
LOAD_BUILD_CLASS = of_version(71, 71, 24, 21, 19)
LOAD_COMMON_CONSTANT = of_version(ABSENT, ABSENT, ABSENT, 81, 80)
LOAD_CONST = of_version(100, 100, 83, 82, 81)
LOAD_FAST = of_version(124, 124, 85, 84, 83)
LOAD_FAST_AND_CLEAR = of_version(ABSENT, 143, 86, 85, 84)
LOAD_FAST_BORROW = of_version(ABSENT, ABSENT, ABSENT, 86, 85)
LOAD_FROM_DICT_OR_GLOBALS = of_version(ABSENT, 175, 90, 91, 90)
LOAD_GLOBAL = of_version(116, 116, 91, 92, 91)
LOAD_METHOD = of_version(160, ABSENT, ABSENT, ABSENT, ABSENT)
LOAD_NAME = of_version(101, 101, 92, 93, 92)
LOAD_SMALL_INT = of_version(ABSENT, ABSENT, ABSENT, 94, 93)
MAP_ADD = of_version(147, 147, 95, 98, 97)
NOP = of_version(9, 9, 30, 27, 25)
POP_JUMP_FORWARD_IF_FALSE = of_version(114, ABSENT, ABSENT, ABSENT, ABSENT)
POP_JUMP_IF_FALSE = of_version(ABSENT, 114, 97, 100, 99)
POP_TOP = of_version(1, 1, 32, 31, 29)
PRECALL = of_version(166, ABSENT, ABSENT, ABSENT, ABSENT)
PUSH_EXC_INFO = of_version(35, 35, 33, 32, 30)
PUSH_NULL = of_version(2, 2, 34, 33, 31)
RAISE_VARARGS = of_version(130, 130, 101, 104, 103)
RESUME = of_version(151, 151, 149, 128, 128)
RETURN_VALUE = of_version(83, 83, 36, 35, 33)
SET_ADD = of_version(146, 146, 105, 107, 106)
SET_UPDATE = of_version(163, 163, 107, 109, 108)
STORE_ATTR = of_version(95, 95, 108, 110, 109)
STORE_FAST = of_version(125, 125, 110, 112, 111)
STORE_GLOBAL = of_version(97, 97, 113, 115, 114)
STORE_NAME = of_version(90, 90, 114, 116, 115)
STORE_SUBSCR = of_version(60, 60, 39, 38, 36)
SWAP = of_version(99, 99, 115, 117, 116)
TO_BOOL = of_version(ABSENT, ABSENT, 40, 39, 37)
UNARY_INVERT = of_version(15, 15, 41, 40, 38)
WITH_EXCEPT_START = of_version(49, 49, 44, 43, 41)

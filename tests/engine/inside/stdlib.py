"""Checks of the bytecode functions on modules of the standard library."""

from __future__ import annotations

import ast
import dis
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from runner import equal, run

from lazi_site.startup import bytecode
from lazi_site.startup.usage import Usage

SAMPLE = 120


def sources() -> Iterator[tuple[str, str]]:
    """Yield (name, source) of a fixed sample of the standard library's modules, large ones among them."""
    folder = Path(ast.__file__).parent
    paths = [
        path for path in folder.rglob("*.py") if not {"test", "site-packages", "lib2to3"} & {*path.parts}
    ]
    paths = sorted(path for path in paths if "idlelib" not in path.parts)
    for path in paths[:: max(1, len(paths) // SAMPLE)]:
        yield str(path), path.read_bytes().decode("utf-8", "replace")


@functools.cache
def compiled() -> list[tuple[str, ast.Module, CodeType]]:
    """Return name, tree and code of the sample's modules."""
    found = []
    for name, source in sources():
        try:
            found.append((name, ast.parse(source), compile(source, name, "exec", dont_inherit=True)))
        except SyntaxError:
            continue
    return found


def written(body: list[ast.stmt]) -> Iterator[tuple[int, str, tuple[str, ...] | None]]:
    """Yield (level, name, names taken) of the module-level imports in *body*, star imports left out."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            if names != ("*",):
                yield node.level, node.module or "", names
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
            # The compiler drops what cannot be reached.
            yield from written(node.body if node.test.value else node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "finalbody"):
                yield from written(getattr(node, field, []))
            for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
                yield from written(part.body)


def all_waiting(code: CodeType) -> dict[int, Any]:
    """Return by its start what would be known of every import statement of *code*."""
    from lazi_site.backport.reading import waiting

    usage = Usage(code)
    found = [(head, bytecode.tail(code, head[1], head[4])) for head in bytecode.heads(code)]
    return {
        head[0]: waiting(head, tail, head[3], 1, "any", usage) for head, tail in found if tail is not None
    }


def check_statements_are_those_of_the_source() -> None:
    total = 0
    for name, tree, code in compiled():
        found = {(s.level, s.name, s.fromlist) for s in bytecode.statements(code)}
        expected = set(written(tree.body))
        total += len(found)
        equal((name, found - expected), (name, set()))
        equal((name, expected - found), (name, set()))
    equal(total > 300, True)


def check_covered_ranges_are_those_of_the_exception_table() -> None:
    entries = 0
    for name, _, code in compiled():
        parsed = dis._parse_exception_table(code)  # type: ignore[attr-defined]
        entries += len(parsed)
        expected = [(entry.start, entry.end, entry.target) for entry in parsed]
        equal((name, bytecode.covered_ranges(code.co_exceptiontable)), (name, expected))
    equal(entries > 50, True)


def check_code_with_all_statements_overwritten_is_sound() -> None:
    """Same size, same tables, each statement three instructions and no-ops, all else untouched."""
    from lazi_site.backport.patch import overwrite

    for name, _, code in compiled():
        known = all_waiting(code)
        changed = overwrite(code, known, list(known))
        equal((name, len(changed.co_code)), (name, len(code.co_code)))
        equal((name, list(changed.co_lines())), (name, list(code.co_lines())))
        equal((name, changed.co_exceptiontable), (name, code.co_exceptiontable))
        equal((name, changed.co_consts[: len(code.co_consts)] == code.co_consts), (name, True))
        listed = list(dis.get_instructions(changed))
        rest = bytearray(changed.co_code)
        for start, (_, _, end, *_) in known.items():
            made = [
                (i.opname, i.argval) for i in listed if start <= i.offset < end and i.opname != "EXTENDED_ARG"
            ]
            load = ("LOAD_CONST", changed.co_consts[len(code.co_consts)])
            equal((name, made[:3]), (name, [load, ("UNARY_INVERT", None), ("POP_TOP", None)]))
            equal((name, {operation for operation, _ in made[3:]} <= {"NOP"}), (name, True))
            rest[start:end] = code.co_code[start:end]
        equal((name, bytes(rest) == code.co_code), (name, True))


def check_jumps_into_statements_still_land_on_instructions() -> None:
    from lazi_site.backport.patch import overwrite

    for name, _, code in compiled():
        known = all_waiting(code)
        changed = overwrite(code, known, list(known))
        inside = {offset for start, one in known.items() for offset in range(start + 2, one[2], 2)}
        equal((name, inside & set(dis.findlabels(changed.co_code))), (name, set()))


def check_statements_beyond_the_largest_constant_stay() -> None:
    from lazi_site.backport.patch import overwrite

    code = compile("import first\nimport second", "", "exec")
    for room, kept in ((2, 0), (1, 0), (0, 2)):
        wide = code.replace(co_consts=code.co_consts + (None,) * (65536 - room - len(code.co_consts)))
        known = all_waiting(wide)
        changed = overwrite(wide, known, list(known))
        equal((room, len(list(bytecode.statements(changed)))), (room, kept))


if __name__ == "__main__":
    if sys.version_info >= (3, 15):
        # No code is changed there.
        for check in [name for name in globals() if name.startswith("check_") and "statement" in name]:
            if check != "check_statements_are_those_of_the_source":
                globals()[check] = lambda: None
    run(globals())

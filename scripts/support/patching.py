"""The engine of the backport in this process, and going through code with dis."""

from __future__ import annotations

import dis
import types
from typing import Any


def load_engine() -> Any:
    """Return the backport's engine, loaded in this process as a start would, with all that may wait."""
    from lazi_site.config.shipped import KINDS
    from lazi_site.startup import bootstrap

    settings: dict[str, Any] = {
        "enabled": True,
        "mode": "all",
        "stdlib": "include",
        "trace": 0,
        "settle-after": 0,
    }
    for name in ("eager", "eager-in", "lazy", *(f"shipped-{kind}" for kind in KINDS)):
        settings[name] = {}
    bootstrap.state.snapshot = {"settings": settings}
    bootstrap.state.engine = "backport"
    from lazi_site.backport import engine

    return engine


def walk(code: types.CodeType) -> int:
    """Go through all that dis knows of *code* and the code in it; return the number of instructions."""
    count = sum(1 for _ in dis.get_instructions(code))
    assert count
    assert len(list(code.co_positions())) == len(code.co_code) // 2
    list(code.co_lines())
    return count + sum(walk(one) for one in code.co_consts if isinstance(one, types.CodeType))


def read_statements(code: types.CodeType) -> int:
    """Return how many import statements bytecode.py finds in *code*, after asking all it can be asked."""
    from lazi_site.startup import bytecode, usage

    bytecode.covered_ranges(code.co_exceptiontable)
    bytecode.for_type_checkers(code)
    usage.scans_namespace(code)
    asked = usage.Usage(code)
    found = list(bytecode.statements(code))
    for statement in found:
        asked.is_unused(statement.bound)
    return len(found)

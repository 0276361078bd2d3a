"""Checks that need the interpreter under test: a script of functions is run in it once, and each is a test.

The scripts are in ``inside``; they may use the standard library and lazi_site,
not pytest. A function whose name starts with ``check_`` is a check; it fails
by raising.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.support.environment import Environment

FOLDER = Path(__file__).parent / "inside"


def checks(script: str) -> list[str]:
    """Return the names of the checks in *script*, such as "bytecode"."""
    tree = ast.parse((FOLDER / f"{script}.py").read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith("check_")]


def run_checks(
    script: str, environment: Environment, folder: Path, env: dict[str, str | None] | None = None
) -> dict[str, str]:
    """Run *script* in *environment*, *folder* being current; return the error of each check or ""."""
    done = environment.run(FOLDER / f"{script}.py", env=env, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    fault = environment.state / "last-fault.txt"
    assert not fault.exists(), fault.read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(done.stdout)
    return found

"""Code of our own that is as small as can be, because every start reads it."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def compile_small(path: str, is_package: bool) -> CodeType:
    """Return the code of the file *path* without what only readers and type checkers need.

    From 3.14 on the annotations are a quarter of it. Docstrings of packages stay:
    pytest looks for a word in that of a plug-in's. Errors: OSError, SyntaxError, ValueError.
    """
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    strip_types(tree)
    code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=1 if is_package else 2)
    return code


def strip_types(node: ast.AST) -> None:
    """Take the annotations, and what stands under ``if TYPE_CHECKING``, out of the statements of *node*."""
    for block in ("body", "orelse", "finalbody", "handlers"):
        statements: list[Any] = getattr(node, block, [])
        for place, one in enumerate(statements):
            if isinstance(one, ast.AnnAssign):
                plain = ast.Assign([one.target], one.value) if one.value else ast.Pass()
                statements[place] = ast.copy_location(plain, one)
            elif isinstance(one, ast.If) and getattr(one.test, "id", "") == "TYPE_CHECKING":
                statements[place] = ast.copy_location(ast.Pass(), one)
            elif hasattr(one, "body"):
                if isinstance(one, ast.FunctionDef):
                    one.returns = None
                    arguments = one.args
                    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                    for argument in (*named, arguments.vararg, arguments.kwarg):
                        if argument is not None:
                            argument.annotation = None
                strip_types(one)

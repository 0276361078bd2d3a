"""Code of our own that is as small as can be, because many starts read it."""

from __future__ import annotations

import ast

from ..startup import bytecode
from ..startup.snapshot import MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def compile_small(path: str, name: str, is_package: bool, loaded: set[str]) -> CodeType:
    """Return the code of our module *name* in the file *path* without what only readers and checkers need.

    From 3.14 on the annotations are a quarter of it. Docstrings of packages stay:
    pytest looks for a word in that of a plug-in's. Errors: OSError, SyntaxError, ValueError.

    loaded: our modules that are loaded before this one.
    """
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    strip_types(tree)
    take_from_loaded(tree, name if is_package else name.rpartition(".")[0], loaded)
    code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=1 if is_package else 2)
    return code


def take_from_loaded(tree: ast.Module, package: str, loaded: set[str]) -> None:
    """Have the statements of *tree*, a module of *package*, take from ``sys.modules`` what they import.

    snapshot.run() puts that into the namespace as MODULES. The import system takes several times as long for
    a module that is loaded, and on 3.15 asks our own filter about every statement besides.
    """
    statements: list[ast.stmt] = []
    for one in tree.body:
        lines = binding(one, package, loaded)
        if not lines:
            statements.append(one)
            continue
        for taking in ast.parse("\n".join(lines)).body:
            for node in ast.walk(taking):
                ast.copy_location(node, one)
            statements.append(taking)
    tree.body = statements


def binding(statement: ast.stmt, package: str, loaded: set[str]) -> list[str]:
    """Return the lines that bind what *statement* imports, none if it is to stay as it is.

    package: the one that relative imports start from. loaded: our modules that are loaded.
    """
    if isinstance(statement, ast.Import):
        pairs = [(one.asname or one.name, one.name, "") for one in statement.names]
    elif isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
        source = bytecode.absolute(statement.module or "", statement.level, package)
        pairs = []
        for one in statement.names:
            is_module = f"{source}.{one.name}" in loaded
            name, attribute = (f"{source}.{one.name}", "") if is_module else (source, f".{one.name}")
            pairs.append((one.asname or one.name, name, attribute))
    else:
        return []
    lines = []
    for bound, name, attribute in pairs:
        if name in loaded:
            lines.append(f"{bound} = {MODULES}[{name!r}]{attribute}")
        elif "." not in name:  # of the standard library: loaded, if the program has not taken it out
            lines.append(f"{bound} = ({MODULES}.get({name!r}) or __import__({name!r})){attribute}")
        else:
            return []
    return lines


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

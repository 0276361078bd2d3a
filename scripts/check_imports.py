#!/usr/bin/env python3
"""Hold the direction of imports inside lazi_site, by reading its source.

    check_imports.py [FOLDER]      FOLDER: a lazi_site package (default: this checkout's)
    check_imports.py --draw        put the drawing of the table into the guide for contributors

Prints one sentence with file and line for every import that goes the wrong
way; exit status 1 if there is one, or if the drawing in the guide is not that
of the table. Imports under ``if TYPE_CHECKING:`` are free, because nobody
executes them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "lazi_site"
CHECKOUT = Path(__file__).resolve().parents[1]
GUIDE = CHECKOUT / ".github" / "CONTRIBUTING.md"
FENCE = "```mermaid\n"

STDLIB = sys.stdlib_module_names


@dataclass(frozen=True)
class Rule:
    """What the modules of one part may import.

    outside: top-level modules that are not ours (None: any). ours: other parts,
    at any place. late: what else, inside functions only. The part itself and
    the root (``__init__``, which imports nothing) are always allowed.
    """

    outside: frozenset[str] | None
    ours: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()


def names(text: str) -> frozenset[str]:
    """Return the words of *text*."""
    return frozenset(text.split())


# What every interpreter has loaded by the time site runs, and modules that are
# compiled into it: importing them costs nothing at start-up.
ALREADY_LOADED = names(
    "sys os io stat marshal builtins _imp _thread _frozen_importlib _frozen_importlib_external"
    " itertools _opcode gc time _weakref"
)
EVERYTHING = names(
    "errors startup backport native safety config install scan doctor measure report api auto cli __main__"
)

# One row a part of the package, a part being a module or a folder right under it.
RULES = {
    "__init__": Rule(names(""), late=names("api")),
    "errors": Rule(STDLIB),
    # The slow path of start-up reads the configuration; each engine is loaded late.
    "startup": Rule(ALREADY_LOADED, late=names("config backport native")),
    "backport": Rule(ALREADY_LOADED, names("startup")),
    "native": Rule(ALREADY_LOADED, names("startup"), late=names("types copyreg pkgutil")),
    "safety": Rule(STDLIB, names("startup.policy")),
    "config": Rule(STDLIB | names("platformdirs tomlkit"), names("errors startup safety")),
    "install": Rule(STDLIB, names("errors config startup")),
    "measure": Rule(STDLIB, names("errors config startup.policy")),
    "scan": Rule(STDLIB, names("errors config startup")),
    "doctor": Rule(STDLIB, names("errors config install startup scan.codes")),
    "report": Rule(None, names("errors")),
    "budget": Rule(STDLIB, names("errors measure report startup.policy")),
    # pytest loads it at every start.
    "pytest_plugin": Rule(names("pytest"), late=names("budget")),
    "api": Rule(STDLIB, names("errors startup backport native")),
    "auto": Rule(ALREADY_LOADED, names("startup")),
    "cli": Rule(None, EVERYTHING - names("__main__")),
    "__main__": Rule(STDLIB, names("cli")),
}


@dataclass(frozen=True)
class Import:
    """One imported module: its absolute name, its line, and whether a function holds it."""

    module: str
    line: int
    late: bool


def imports_of(tree: ast.Module, module: str, is_package: bool) -> Iterator[Import]:
    """Yield what the source *tree* of *module* imports, relative names made absolute."""
    return walk(tree, module.split(".") if is_package else module.split(".")[:-1], late=False)


def walk(node: ast.AST, package: list[str], late: bool) -> Iterator[Import]:
    """Yield the imports below *node*, which stands in a module of *package*."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and is_type_checking(child.test):
            for other in child.orelse:
                yield from walk(ast.Module([other], []), package, late)
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, late)
        elif isinstance(child, ast.ImportFrom):
            yield from import_from(child, package, late)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from walk(child, package, late=True)
        else:
            yield from walk(child, package, late)


def import_from(node: ast.ImportFrom, package: list[str], late: bool) -> Iterator[Import]:
    """Yield what ``from ... import ...`` imports; from a package of ours, each name by itself."""
    base = package[: len(package) - node.level + 1] if node.level else []
    module = ".".join([*base, *([node.module] if node.module else [])])
    if module.partition(".")[0] != PACKAGE:
        yield Import(module, node.lineno, late)
        return
    for alias in node.names:
        yield Import(f"{module}.{alias.name}", node.lineno, late)


def is_type_checking(test: ast.expr) -> bool:
    """Return whether *test* is ``TYPE_CHECKING`` or ``typing.TYPE_CHECKING``."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def verdict(part: str, found: Import) -> str:
    """Return why a module of *part* may not have the import *found*, or ""."""
    rule = RULES.get(part)
    if rule is None:
        return f"'{part}' has no row in the table of scripts/check_imports.py"
    top, _, rest = found.module.partition(".")
    if top != PACKAGE:
        free = rule.outside is None or top in rule.outside or (found.late and top in rule.late)
        if top == "__future__" or free:
            return ""
        return f"'{part}' must not import '{found.module}'"
    target = rest.partition(".")[0]
    if target == part or target not in RULES:  # itself, or a name of the root, such as __version__
        return ""
    if any(rest == one or rest.startswith(one + ".") for one in rule.ours):
        return ""
    if target in rule.late:
        if found.late:
            return ""
        return f"'{part}' may import '{found.module}' only inside a function"
    return f"'{part}' must not import '{found.module}'"


def check(folder: Path) -> list[str]:
    """Return one sentence for every import of the package in *folder* that breaks a rule."""
    complaints = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join([PACKAGE, *(parts[:-1] if is_package else parts)])
        tree = ast.parse(path.read_text("utf-8"), str(path))
        for found in imports_of(tree, module, is_package):
            reason = verdict(parts[0], found)
            if reason:
                place = path.relative_to(folder.parent)
                complaints.append(f"{place}:{found.line}: {reason}.")
    return complaints


def drawing() -> str:
    """Return the table as a diagram: an arrow from each part to those that it may import.

    A dotted one stands for imports inside functions only; words at an arrow name the modules that it
    is about. Left out: cli may import all, and who may import errors.
    """
    lines = ["graph TD"]
    for part, rule in RULES.items():
        modules: dict[str, list[str]] = {}
        for one in sorted(rule.ours - {"errors"}) if part != "cli" else ():
            target, _, module = one.partition(".")
            modules.setdefault(target, []).append(module)
        lines += [
            f"  {part} -->{f'|{label}|' if (label := ', '.join(filter(None, names))) else ''} {target}"
            for target, names in modules.items()
        ]
        lines += [f"  {part} -.-> {target}" for target in sorted(rule.late & RULES.keys())]
    everybody = [part for part, rule in RULES.items() if "errors" in rule.ours and part != "cli"]
    lines.append(f"  some[{', '.join(everybody)}] --> errors")
    lines.append("  cli --> any[any other part]")
    return "\n".join(lines) + "\n"


def draw() -> None:
    """Put the drawing into the guide, in place of the one that is there."""
    before, _, rest = GUIDE.read_text("utf-8").partition(FENCE)
    GUIDE.write_text(before + FENCE + drawing() + rest[rest.index("```") :], "utf-8")


def main() -> int:
    """Check the package named on the command line, or draw; return the exit status."""
    if sys.argv[1:] == ["--draw"]:
        draw()
    folders = [Path(one).resolve() for one in sys.argv[1:] if one != "--draw"]
    complaints = check(folders[0] if folders else CHECKOUT / PACKAGE)
    if FENCE + drawing() + "```" not in GUIDE.read_text("utf-8"):
        complaints.append(f"{GUIDE.name}: the drawing is not that of the table. Run: check_imports.py --draw")
    print("\n".join(complaints) if complaints else "check_imports: every import goes the right way.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

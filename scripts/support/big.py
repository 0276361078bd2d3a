"""Generated code of any size: an environment of many packages, and modules of many import statements."""

from __future__ import annotations

from pathlib import Path

PER_PACKAGE = 40  # modules, with the package itself
# Imports what its arguments ask for, and prints a sum that is right only if every name was.
# few: three modules of each of ten packages.  all: every module of the upper half of the packages, from
# the last to the first, and then what their names stand for, which is in the lower half.
IMPORT_PACKAGES = """\
import sys
sys.path.insert(0, sys.argv[1])
kind, count, inside = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
packages = range(count - 1, count // 2 - 1, -1)
if kind == "few":
    packages, inside = packages[:10], 3
found = [
    __import__(f"p{package:03}.m{number:02}", None, None, ["f"])
    for package in packages for number in range(1, inside)
] if kind != "none" else []
print(sum(module.f() for module in found))
"""
IMPORT_ONE = """\
import sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2] != "none":
    print(__import__(sys.argv[2]).f())
"""


def write_packages(folder: Path, modules: int) -> None:
    """Write at least *modules* modules in packages of PER_PACKAGE into *folder*.

    A module imports the one before it in its package, and, twice, one with its
    own name from a package of half the number, in the two forms of import.
    """
    for package in range(modules // PER_PACKAGE):
        inside = folder / f"p{package:03}"
        inside.mkdir(parents=True)
        (inside / "__init__.py").write_text("")
        other = f"p{package // 2:03}"
        for number in range(1, PER_PACKAGE):
            lines = ["VALUE = 1"]
            names = ["VALUE"]
            if number > 1:
                lines.append(f"from . import m{number - 1:02} as before")
                names.append("before.VALUE")
            if package:
                lines.append(f"import {other}.m{number:02}")
                lines.append(f"from {other}.m{number:02} import VALUE as other")
                names += [f"{other}.m{number:02}.VALUE", "other"]
            text = "\n".join([*lines, "", "def f():", f"    return {' + '.join(names)}", ""])
            (inside / f"m{number:02}.py").write_text(text)


def expected(kind: str, packages: int) -> int:
    """Return what IMPORT_PACKAGES prints for *kind* in an environment of so many *packages*."""
    if kind == "none":
        return 0
    chosen = list(range(packages - 1, packages // 2 - 1, -1))
    inside = PER_PACKAGE
    if kind == "few":
        chosen, inside = chosen[:10], 3
    return sum(1 + (number > 1) + 2 * (package > 0) for package in chosen for number in range(1, inside))


def link_packages(folder: Path, whole: Path, packages: int) -> None:
    """Make *folder* an environment of the first *packages* packages of *whole*, by links."""
    folder.mkdir()
    for package in range(packages):
        (folder / f"p{package:03}").symlink_to(whole / f"p{package:03}", target_is_directory=True)


def write_statements(folder: Path, sizes: list[int]) -> None:
    """Write modules of so many import statements each into *folder*, and the modules that those import.

    waiting1000 has 1000 statements whose names nobody uses; used1000 has 1000
    whose names its function uses, half of each form; package1000 is a package
    whose 1000 statements import its own modules.
    """
    folder.mkdir()
    for number in range(max(sizes)):
        (folder / f"t{number}.py").write_text("VALUE = 1\n")
    for size in sizes:
        halves = [
            f"from t{number} import VALUE as v{number}\n" if number % 2 else f"import t{number}\n"
            for number in range(size)
        ]
        uses = [f"v{number}" if number % 2 else f"t{number}.VALUE" for number in range(size)]
        statements = "".join(halves)
        (folder / f"waiting{size}.py").write_text(f"{statements}\ndef f():\n    return 0\n")
        body = "".join(f"    total += {use}\n" for use in uses)
        function = f"\ndef f():\n    total = 0\n{body}    return total\n"
        (folder / f"used{size}.py").write_text(statements + function)
        package = folder / f"package{size}"
        package.mkdir()
        own = statements.replace("import t", "from . import t").replace("from t", "from .t")
        (package / "__init__.py").write_text(own + function)
        for number in range(size):
            (package / f"t{number}.py").symlink_to(folder / f"t{number}.py")

"""Reads one distribution: its modules' sources and compiled code, into plain data that can be stored.

The data of a module: {"file", "effects": [(line, code, detail)], "imports":
[(line, target, names, code)]}. It does not depend on the configuration.
"""

from __future__ import annotations

import os
from importlib.machinery import EXTENSION_SUFFIXES, SourceFileLoader
from types import CodeType
from typing import Any

from ..config.shipped import read_shipped_rules
from ..startup.effects import inert, statement_has_effects
from .classify import ClassFacts, Effect, ModuleFacts, classify
from .statements import WAITS, Statement, read_statements

Module = dict[str, Any]


class _Loader(SourceFileLoader):
    """Reads compiled code where it is stored, and stores none."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Leave the disk alone."""


def read_modules(files: dict[str, str]) -> dict[str, Module]:
    """Return {name: data} for the modules in *files*, {name: path}."""
    inert.update(read_shipped_rules()[0]["inert"])  # this process may have read no policy
    found: dict[str, Module] = {}
    facts: dict[str, ModuleFacts] = {}
    for name, path in files.items():
        effects: list[Effect] = []
        imports: list[Statement] = []
        if path.endswith(tuple(EXTENSION_SUFFIXES)):
            effects.append(Effect(0, "extension-module", os.path.basename(path)))
        else:
            is_package = os.path.basename(path) == "__init__.py"
            try:
                facts[name] = classify(_read(path), name, is_package)
                code = _Loader(name, path).get_code(name)
                if isinstance(code, CodeType):
                    imports = read_statements(code, name, name if is_package else name.rpartition(".")[0])
                    imports = [_settled(statement) for statement in imports]
            except (SyntaxError, ValueError, OSError, ImportError, RecursionError) as error:
                effects.append(
                    Effect(getattr(error, "lineno", None) or 0, "unreadable", type(error).__name__)
                )
        found[name] = {"file": path, "effects": effects, "imports": imports}
    noticed = _noticed_classes(facts)
    for name, module in found.items():
        effects = module["effects"] + noticed.get(name, [])
        if name in facts:
            effects += facts[name].effects
        module["effects"] = [(one.line, one.code, one.detail) for one in sorted(set(effects))]
    return found


def _settled(statement: Statement) -> Statement:
    """Return *statement* as one that waits if it is made for an effect that its targets do not have."""
    line, target, names, reason = statement
    if reason == "for-effect":
        reason = reason if statement_has_effects(target, names) else WAITS
    return line, target, names, reason


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _noticed_classes(facts: dict[str, ModuleFacts]) -> dict[str, list[Effect]]:
    """Return {module: effects} for classes whose making runs code of another module.

    That is code of a metaclass, or of an ``__init_subclass__``, which usually
    puts the class into a registry. Only bases and metaclasses that the
    distribution itself defines are known.
    """
    classes = {f"{module}.{one.name}": one for module, found in facts.items() for one in found.classes}
    noticed: dict[str, list[Effect]] = {}
    for full, one in classes.items():
        module = full.rpartition(".")[0]
        why = _noticed_by(one, module, classes, facts, set())
        if why and why.rpartition(".")[0] != module:
            noticed.setdefault(module, []).append(
                Effect(one.line, "class-registers", f"{one.name}, by {why}")
            )
    return noticed


def _noticed_by(
    one: ClassFacts,
    module: str,
    classes: dict[str, ClassFacts],
    facts: dict[str, ModuleFacts],
    seen: set[str],
) -> str:
    """Return the full name of the metaclass or base class that notices the class *one*, or ""."""
    above = [one.metaclass] if one.metaclass else []
    for name in above + one.bases:
        full = _find_class(name, module, classes, facts)
        if full in seen or full not in classes:
            continue
        seen.add(full)
        found = classes[full]
        if found.is_metaclass if name in above else found.notices_subclasses:
            return full
        deeper = _noticed_by(found, full.rpartition(".")[0], classes, facts, seen)
        if deeper:
            return deeper
    return ""


def _find_class(name: str, module: str, classes: dict[str, ClassFacts], facts: dict[str, ModuleFacts]) -> str:
    """Return the full name of the class that *module* knows by the dotted *name*, through packages."""
    if f"{module}.{name}" in classes:
        return f"{module}.{name}"
    for _ in range(4):  # modules that hand the name on
        holder, _, last = name.rpartition(".")
        if name in classes or holder not in facts:
            break
        name = facts[holder].imported.get(last, "")
    return name

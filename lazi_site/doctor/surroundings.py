"""Checks on the interpreter, on what others do at its start, and on what a fresh one does."""

from __future__ import annotations

import ast
import os

from ..install import describe
from ..install.enable import forget_faults
from ..install.probe import ask_fresh_interpreter
from ..install.start_line import NAMES
from ..startup import bootstrap
from ..startup.settle import OFF_BY_CONFIGURATION
from .codes import ERROR, INFO, OK, WARNING
from .finding import Finding
from .installed import is_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = ("meta_path", "path_hooks")


def check_surroundings() -> Iterator[Finding]:
    """Yield what there is to say about everything that is not ours, and how a start ends."""
    reason = bootstrap.unsupported()
    if reason:
        yield Finding("interpreter-unsupported", ERROR, reason)
    yield from check_other_start_files()
    yield from check_customize()
    yield from check_fresh_start()


def check_other_start_files() -> Iterator[Finding]:
    """Yield others' start files that run code, and editable installs that are not lazy."""
    installs = describe.describe_editable_installs()
    known = {install["file"] for install in installs}
    for install in installs:
        if install["imports"] != describe.LAZY:
            message = f"{install['target']} ({install['file']}) is loaded by the install's own loader"
            yield Finding("editable-eager", INFO, message)
    found = []
    for directory in describe.site_directories():
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in names:
            if name not in (*NAMES, *known) and name.endswith((".pth", ".start")):
                content = describe.read_bytes(os.path.join(directory, name)) or b""
                if name.endswith(".start") or any(
                    line.startswith((b"import ", b"import\t")) for line in content.splitlines()
                ):
                    found.append(name)
    if found:
        yield Finding("other-start-files", INFO, f"these run code at every start too: {', '.join(found)}")


def check_customize() -> Iterator[Finding]:
    """Yield those of sitecustomize and usercustomize that replace the lists of finders."""
    from importlib.machinery import PathFinder

    for name in ("sitecustomize", "usercustomize"):
        spec = PathFinder.find_spec(name)
        source = describe.read_bytes(spec.origin) if spec is not None and spec.origin else None
        if source is not None and replaces_finders(source):
            assert spec is not None
            yield Finding(
                "customize-replaces-finders",
                WARNING,
                f"{spec.origin} replaces the lists of finders",
                str(spec.origin),
            )


def replaces_finders(source: bytes) -> bool:
    """Return whether *source* sets, empties or deletes sys.meta_path or sys.path_hooks as a whole."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            target, is_changed = node.value, not isinstance(node.ctx, ast.Load)
        elif isinstance(node, ast.Attribute) and node.attr == "clear":
            target, is_changed = node.value, True
        elif isinstance(node, ast.Attribute):
            target, is_changed = node, not isinstance(node.ctx, ast.Load)
        else:
            continue
        if is_changed and isinstance(target, ast.Attribute) and target.attr in LISTS:
            return True
    return False


def check_fresh_start() -> Iterator[Finding]:
    """Yield how a fresh interpreter imports, and what was noted of an earlier one's fault."""
    noted = describe.last_fault()
    answer = ask_fresh_interpreter()
    if noted or answer.fault:
        repair = forget_faults if noted and not answer.fault else None
        yield Finding("fault-noted", WARNING, noted or answer.fault, repair=repair)
    if answer.engine:
        yield Finding("fresh-start-lazy", OK, f"a fresh interpreter imports lazily ({answer.engine} engine)")
    elif is_enabled():
        if not answer.started and not answer.fault:
            reason = "the start file was not run"
        else:
            reason = answer.reason or "it does not say why"
        is_wanted = reason == OFF_BY_CONFIGURATION
        yield Finding(
            "fresh-start-eager",
            INFO if is_wanted else ERROR,
            f"a fresh interpreter imports eagerly: {reason}",
        )

"""Attributes of a package that a deferred module would have made: its missing submodules.

``import pkg.a`` runs pkg.a, which may import pkg.b; whoever then uses ``pkg.b``
never imported it himself. While imports of a package's modules wait, an
attribute that it lacks and that is a module on disk is therefore imported.
Who asks whether it is there, by ``hasattr(pkg, "b")``, gets the answer that he
gets eagerly: for that, what waits below the package is loaded.
"""

import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]

from .snapshot import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any


ModuleType = type(sys)
# Packages of the standard library whose submodules programs use without an import of them, because
# other modules import them: ``urllib.response``, ``importlib.util``. Where these may wait, the package
# finds its submodules from the start and for good. All but importlib hold nothing else.
WITHOUT_IMPORT = frozenset({"concurrent", "email.mime", "importlib", "urllib", "wsgiref", "xml", "xml.etree"})
OWN_ATTRIBUTES = frozenset({"__dict__", "__getattr__", "__getattribute__"})


def is_running(namespace: "dict[str, Any]") -> bool:
    """Return whether the module of *namespace* is still executing its body."""
    return getattr(namespace.get("__spec__"), "_initializing", False) is True


def make_getattr(module: "Any") -> "Callable[[str], Any]":
    """Return the ``__getattr__`` (PEP 562) of the package *module* some of whose modules are waited for."""

    def find(name: str) -> "Any":
        """Return the submodule *name*, importing it; AttributeError as without us if there is none."""
        namespace = module.__dict__
        package = namespace["__name__"]
        if not (name.startswith("__") or is_running(namespace)):
            target = f"{package}.{name}"
            path = namespace.get("__path__")
            if path is not None and _find_spec(target, path) is not None:
                if is_question(sys._getframe(1)):
                    load("lazi_site.startup.waiting")
                    from .waiting import load_waiting

                    load_waiting(package, target)
                else:
                    __import__(target)
                if target in sys.modules:
                    return sys.modules[target]
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=module)

    return find


_code = make_getattr(sys).__code__


def is_ours(function: object) -> bool:
    """Return whether *function*, a package's ``__getattr__``, is one that make_getattr() returned."""
    return getattr(function, "__code__", None) is _code


def is_question(frame: "FrameType") -> bool:
    """Return whether *frame* calls something, as hasattr() or getattr(), and does not read an attribute."""
    if frame.f_code.co_filename.startswith("<frozen importlib"):
        return False  # that asks before it imports what is not there
    load("lazi_site.startup.instructions")
    from . import instructions as op

    operation = frame.f_code.co_code[frame.f_lasti]
    return operation in (op.CALL, op.CALL_KW, op.CALL_FUNCTION_EX, op.PRECALL)


def is_ordinary(module: "Any") -> bool:
    """Return whether *module* is a module whose class leaves its attributes to the module type."""
    kind = type(module)
    return kind is ModuleType or (
        issubclass(kind, ModuleType)
        and not any(not OWN_ATTRIBUTES.isdisjoint(vars(base)) for base in kind.__mro__[:-2])
    )


def find_missing_in(package: str) -> None:
    """Let *package* and the packages above it find their missing submodules, as far as they are loaded.

    A package that has a ``__getattr__`` of its own, or is an object of a class
    that answers for its attributes, answers for itself.
    """
    while package:
        module = sys.modules.get(package)
        if is_ordinary(module):
            namespace = module.__dict__
            if "__path__" in namespace:
                namespace.setdefault("__getattr__", make_getattr(module))
        package = package.rpartition(".")[0]


def stop_finding_in(module: "Any") -> None:
    """Take back what find_missing_in() gave *module*: a ``__getattr__`` makes its attributes slower."""
    namespace = getattr(module, "__dict__", {})
    if is_ours(namespace.get("__getattr__")):
        del namespace["__getattr__"]

"""The backport's engine: given a module's code, what is to run instead. Loaded with the first such module."""

import os
import sys

from ..startup import state
from ..startup.policy import Policy
from ..startup.switches import switches
from . import modules
from .patch import patched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..startup.bytecode import Statement

policy = Policy(state.snapshot["settings"], os.environ)
switches.declared_only = policy.mode == "declared"


def prepare(code: "CodeType", fullname: str) -> "CodeType":
    """Return the code to execute for the module *fullname*, whose compiled body is *code*."""
    modules.starts(fullname)
    if not switches.active:
        return code
    if switches.declared_only and "__lazy_modules__" not in code.co_names:
        return code
    if policy.decide_importer(fullname) is not None:
        return code
    module = sys.modules.get(fullname)
    package = fullname if hasattr(module, "__path__") else fullname.rpartition(".")[0]

    def may_wait(target: str, statement: "Statement") -> bool:
        return policy.decide(fullname, target, statement.fromlist or ()) is None

    return patched(code, package, may_wait)

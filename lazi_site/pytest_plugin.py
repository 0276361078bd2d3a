"""The fixture ``import_budget``, for pytest, which finds this module by itself.

It is loaded at the start of every pytest of the environment, so it imports
nothing but pytest; what the fixture needs is imported when a test asks for it.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def import_budget() -> Callable[..., list[str]]:
    """Fail if a command loads too many modules, or a module that it must not.

    import_budget(["mytool", "--help"], at_most=150, never=["pandas", "numpy.*"])
    runs the command lazily and returns the names of the modules that it loads;
    help(lazi_site.budget.import_budget) tells the rest.
    """
    from . import budget

    return budget.import_budget

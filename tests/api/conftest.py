"""The folder of modules that the tests of the API use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.program import write_modules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the modules of program.py."""
    return write_modules(tmp_path)

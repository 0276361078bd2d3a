"""The interpreter under test: its version, and which engine it has."""

from __future__ import annotations

import subprocess

from tests.support.environment import tested_python


def _read_version() -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([tested_python(), "-c", code], capture_output=True, text=True, check=True)
    major, minor = done.stdout.split()
    return int(major), int(minor)


VERSION = _read_version()
IS_NATIVE = VERSION >= (3, 15)
ENGINE = "native" if IS_NATIVE else "backport"

#!/usr/bin/env python3
"""Run the test suite in a virtual environment of its own.

    test.py [--python PATH] [pytest arguments ...]

Makes .venv-test (one for each version of Python) in the checkout, installs
this project with its test extra as an editable install, and runs pytest. The
tests build their own environments; set LAZI_TEST_PYTHON to the interpreter
that they shall be about, otherwise it is the one that runs pytest.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys

from support.environments import CHECKOUT, CommandFailed, Environment, describe


def test_environment(python: str) -> Environment:
    """Return an environment of *python* with the project and its test extra installed."""
    version, path = describe(python)
    environment = Environment(CHECKOUT / ".venv-test" / version)
    environment.ensure(path)
    wanted = hashlib.sha256((CHECKOUT / "pyproject.toml").read_bytes()).hexdigest()
    record = environment.record()
    if record.get("test extra") != wanted:
        environment.pip("install", "-q", "-e", f"{CHECKOUT}[test]")
        environment.write_record({**record, "test extra": wanted})
    return environment


def main() -> int:
    """Prepare the environment, run pytest, and return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="runs pytest")
    options, rest = parser.parse_known_args()
    try:
        environment = test_environment(options.python)
    except CommandFailed as error:
        sys.exit(f"test.py: the environment could not be made\n{error}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.call([str(environment.python), "-m", "pytest", *rest], cwd=CHECKOUT, env=kept)


if __name__ == "__main__":
    sys.exit(main())

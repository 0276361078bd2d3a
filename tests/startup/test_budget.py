"""What an enabled environment adds to a bare interpreter start."""

from __future__ import annotations

from tests.support.environment import Environment

# No import statement: only what the start itself loads is counted.
LOADED = "print(*__import__('sys').modules)"


def test_bare_start_adds_at_most_four_modules(environment: Environment) -> None:
    before = set(environment.run("-c", LOADED, check=True).stdout.split())
    environment.enable()
    after = set(environment.run("-c", LOADED, check=True).stdout.split())
    assert len(after - before) <= 4, sorted(after - before)

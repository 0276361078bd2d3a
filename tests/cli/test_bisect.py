"""bisect: finds few rules in few runs, says what they cost, writes them where they are wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.programs import CHECKING, SHOWING, add_shop
from tests.support.environment import Environment


def bisect(environment: Environment, *arguments: str, **options: Any) -> dict[str, Any]:
    """Return what ``lazi-site bisect --json`` says."""
    done = environment.lazi("bisect", "--json", *arguments, **options)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["verdict"] in ("same", "cured") else 1), done.stdout
    return found


def files_without_programs(environment: Environment) -> list[str]:
    """Return the names of the stored files, without that of what lazi-site's own command uses."""
    names = sorted(path.name for path in environment.state.iterdir())
    own = [name for name in names if name.startswith("program-")]
    assert len(own) <= 1
    return [name for name in names if name not in own]


def test_one_rule_is_found_in_few_runs_written_and_verified(enabled: Environment) -> None:
    add_shop(enabled)
    enabled.lazi("verify", "--", "python", "-c", CHECKING)  # what is decided about its modules is kept
    stored = files_without_programs(enabled)
    found = bisect(enabled, "--write", "project", "--", "python", "-c", CHECKING)
    assert found["rules"] == {"eager": ["shop.apples"]}
    assert found["imports_seen"] > 20
    assert found["runs"] <= 6
    assert found["always_right_with_rules"] is True
    assert min(found["cpu_ms"].values()) > 0
    path = enabled.project / "lazi-site.toml"
    assert (found["written"], found["verified"]) == (str(path), True)
    assert '"shop.apples", # 20' in path.read_text()
    assert "lazi-site bisect: python -c" in path.read_text()
    assert enabled.lazi("verify", "--", "python", "-c", CHECKING).returncode == 0
    assert files_without_programs(enabled) == stored
    assert bisect(enabled, "--", "python", "-c", CHECKING)["verdict"] == "same"


def test_rules_that_are_needed_together_are_found(enabled: Environment) -> None:
    add_shop(enabled)
    found = bisect(enabled, "--", "python", "-c", SHOWING)
    assert found["rules"] == {"eager-in": ["shop.catalogue"]}  # one that does the work of two
    for name in ("apples", "pears"):
        # No one module imports both.
        source = f"import shop.{name}\n\ndef use():\n    return shop.{name}\n"
        enabled.add_module(f"{name}.user", source)
    source = "from shop import registry\ndef show():\n    print(sorted(registry.known))\n"
    enabled.add_module("shop.catalogue", source)
    code = "import apples.user as a, pears.user as b; a.use, b.use; " + SHOWING
    found = bisect(enabled, "--", "python", "-c", code)
    assert found["rules"] == {"eager": ["shop.apples", "shop.pears"]}
    assert found["runs"] <= 16


def test_own_configuration_of_the_run_counts_too(enabled: Environment) -> None:
    add_shop(enabled, "apples pears")
    own = enabled.root / "own.toml"
    own.write_text('eager = ["shop.pears"]\n')
    found = bisect(enabled, "--", "python", "-c", CHECKING, env={"LAZI_CONFIG": str(own)})
    assert found["rules"] == {"eager": ["shop.apples"]}


def test_result_is_told_to_a_person(enabled: Environment) -> None:
    add_shop(enabled)
    done = enabled.lazi("bisect", "--", "python", "-c", CHECKING)
    assert done.returncode == 0
    assert "different: exit status, stdout, stderr\n" in done.stdout
    assert '  eager = ["shop.apples"]\n      import of shop.apples, ' in done.stdout
    assert "ms lazy with the rules\n" in done.stdout
    assert not (enabled.project / "lazi-site.toml").exists()


def test_test_of_the_user_decides(enabled: Environment) -> None:
    add_shop(enabled)
    program = ("--", "python", "-c", SHOWING)
    found = bisect(enabled, "--command-ok", 'grep -q pears "$LAZI_RUN_STDOUT"', *program)
    assert found["rules"] == {"eager": ["shop.pears"]}
    assert bisect(enabled, "--command-ok", "exit $LAZI_RUN_STATUS", *program)["verdict"] == "same"
    found = bisect(enabled, "--command-ok", f"python -c '{CHECKING}'")
    assert found["rules"] == {"eager": ["shop.apples"]}


def test_test_that_the_eager_run_does_not_pass_is_refused(enabled: Environment) -> None:
    done = enabled.lazi("bisect", "--command-ok", "false", "--", "python", "-c", "pass")
    assert done.returncode == 2
    assert "The eager run does not pass the test either" in done.stderr


def test_exit_only_looks_at_nothing_else(enabled: Environment) -> None:
    add_shop(enabled)
    assert bisect(enabled, "--exit-only", "--", "python", "-c", SHOWING)["verdict"] == "same"
    found = bisect(enabled, "--exit-only", "--", "python", "-c", CHECKING)
    assert found["rules"] == {"eager": ["shop.apples"]}


def test_what_is_not_laziness_is_told(enabled: Environment) -> None:
    code = "import os, sys; sys.exit('LAZI_DISABLE' in os.environ)"
    done = enabled.lazi("bisect", "--", "python", "-c", code)
    assert done.returncode == 1
    assert "The eager run fails too (exit status 1)." in done.stdout
    assert "It is not laziness" in done.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody can make files")
def test_rules_that_cannot_be_written_are_told_all_the_same(enabled: Environment) -> None:
    add_shop(enabled)
    (enabled.project / "lazi-site.toml").symlink_to("/proc/no-such-folder/lazi-site.toml")
    done = enabled.lazi("bisect", "--write", "project", "--", "python", "-c", CHECKING)
    assert done.returncode == 1, done.stderr
    assert '  eager = ["shop.apples"]\n' in done.stdout
    assert "They could not be written: " in done.stdout


def test_search_ends_when_its_runs_are_used_up(enabled: Environment) -> None:
    add_shop(enabled)
    found = bisect(enabled, "--max-runs", "1", "--", "python", "-c", CHECKING)
    assert (found["verdict"], found["runs"], found["rules"]) == ("out of runs", 1, {})

"""The policy: pure answers from settings and environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lazi_site.startup.policy import ALWAYS_EAGER, DEFER, Patterns, Policy

EMPTY: dict[str, Any] = {
    "mode": "all",
    "stdlib": "exclude",
    "trace": 0,
    "eager": {},
    "eager-in": {},
    "lazy": {},
    "shipped-eager": {},
    "shipped-eager-in": {},
    "shipped-eager-within": {},
    "shipped-settle": {},
    "shipped-inert": {},
}


def policy(environ: Mapping[str, str] | None = None, **settings: Any) -> Policy:
    named = {name.replace("_", "-"): value for name, value in settings.items()}
    return Policy(EMPTY | named, environ or {})


def code(decision: Any) -> str:
    return "defer" if decision is DEFER else decision[0]


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        ("a", ["a"], ["a.b", "b", "ab", "b.a", ""]),
        ("a.b", ["a.b"], ["a", "a.b.c", "a.bc"]),
        ("a.*", ["a", "a.b", "a.b.c"], ["ab", "b.a", "b"]),
        ("a.b.*", ["a.b", "a.b.c"], ["a", "a.c", "a.bc"]),
        ("*", ["a", "a.b", ""], []),
    ],
)
def test_pattern_matches(pattern: str, matches: list[str], others: list[str]) -> None:
    patterns = Patterns({pattern: "the file"})
    assert [name for name in matches if not patterns.find(name)] == []
    assert [name for name in others if patterns.find(name)] == []


def test_found_rule_names_pattern_and_origin() -> None:
    assert Patterns({"a.*": "x.toml"}).find("a.b") == "'a.*' in x.toml"
    assert Patterns({"a": "x.toml"}).find("a") == "'a' in x.toml"
    assert Patterns({"*": "x.toml"}).find("a") == "'*' in x.toml"


def test_exact_pattern_is_named_before_one_for_the_package() -> None:
    assert Patterns({"a.*": "first", "a.b": "second"}).find("a.b") == "'a.b' in second"


def test_import_of_another_package_waits() -> None:
    assert policy().decide("app", "requests") is DEFER
    assert policy().decide("requests.api", "requests.sessions", ["Session"]) is DEFER


def test_import_in_a_module_without_a_name_waits() -> None:
    assert policy().decide("", "requests") is DEFER


@pytest.mark.parametrize("target", sorted(ALWAYS_EAGER))
def test_some_targets_never_wait(target: str) -> None:
    decision = policy(stdlib="include", lazy={"*": "x"}).decide("app", target)
    assert code(decision) == "always-eager"


def test_own_imports_never_wait() -> None:
    settings = {"lazy": {"*": "x"}}
    assert code(policy(**settings).decide("lazi_site.cli", "rich")) == "own-module"
    assert policy(**settings).decide("lazi_site_plugin", "rich") is DEFER


@pytest.mark.parametrize("target", ["json", "json.decoder", "_thread", "os.path", "xml.etree.ElementTree"])
def test_standard_library_is_left_alone_unless_included(target: str) -> None:
    assert code(policy().decide("app", target)) == "stdlib-target"
    assert policy(stdlib="include").decide("app", target) is DEFER


def test_environment_overrides_the_stdlib_setting() -> None:
    assert policy({"LAZI_STDLIB": "include"}).decide("app", "json") is DEFER
    changed = policy({"LAZI_STDLIB": "exclude"}, stdlib="include")
    assert code(changed.decide("app", "json")) == "stdlib-target"
    assert policy({"LAZI_STDLIB": ""}, stdlib="include").decide("app", "json") is DEFER


def test_eager_rule_holds_for_the_target_in_every_importer() -> None:
    found = policy(eager={"heavy.*": "x.toml"})
    decision = found.decide("app", "heavy.sub")
    assert decision is not None
    assert decision == ("eager-rule", "'heavy.*' in x.toml")
    assert found.decide("heavy.sub", "other") is DEFER


def test_eager_rule_counts_names_that_may_be_submodules() -> None:
    found = policy(eager={"pkg.sub": "x.toml"})
    assert code(found.decide("app", "pkg", ["a", "sub"])) == "eager-rule"
    assert found.decide("app", "pkg", ["a"]) is DEFER
    assert found.decide("app", "pkg") is DEFER


def test_eager_in_rule_holds_for_the_importer() -> None:
    found = policy(eager_in={"app.*": "x.toml"})
    decision = found.decide("app.views", "heavy")
    assert decision is not None
    assert decision == ("eager-in-rule", "'app.*' in x.toml")
    assert found.decide("other", "app.views") is DEFER


def test_environment_adds_eager_targets() -> None:
    found = policy({"LAZI_EAGER": " a , b.*,, "}, eager={"c": "x.toml"})
    assert [code(found.decide("app", name)) for name in ("a", "b.x", "c", "a.x", "d")] == [
        *("eager-rule", "eager-rule", "eager-rule"),
        *("defer", "defer"),
    ]
    decision = found.decide("app", "a")
    assert decision is not None
    assert "LAZI_EAGER" in decision[1]


def test_lazy_rule_overrides_shipped_rules_only() -> None:
    found = policy(
        lazy={"*": "x.toml"},
        shipped_eager={"a": "shipped"},
        shipped_eager_in={"b": "shipped"},
        eager={"c": "x.toml"},
        eager_in={"d": "x.toml"},
    )
    assert found.decide("app", "a") is DEFER
    assert found.decide("b", "x") is DEFER
    assert code(found.decide("app", "c")) == "eager-rule"
    assert code(found.decide("d", "x")) == "eager-in-rule"


def test_shipped_rules_hold_without_a_lazy_rule() -> None:
    found = policy(lazy={"other": "x.toml"}, shipped_eager={"a.*": "s"}, shipped_eager_in={"b.*": "s"})
    assert code(found.decide("app", "a.x")) == "shipped-eager-rule"
    assert code(found.decide("b.x", "y")) == "shipped-eager-in-rule"


def test_rule_within_a_package_holds_for_importers_of_that_package_alone() -> None:
    found = policy(shipped_eager_within={"b.registry": "s"})
    assert code(found.decide("b", "b.registry")) == "shipped-eager-rule"
    assert code(found.decide("b.x.y", "b", ("registry",))) == "shipped-eager-rule"
    assert found.decide("app", "b.registry") is DEFER
    assert found.decide("b", "b.other") is DEFER
    lazy = policy(shipped_eager_within={"b.registry": "s"}, lazy={"b.*": "x.toml"})
    assert lazy.decide("b", "b.registry") is DEFER


def test_lazy_rule_for_a_submodule_leaves_the_rest_of_the_package_eager() -> None:
    found = policy(lazy={"b.fine": "x.toml"}, shipped_eager_in={"b.*": "s"})
    assert found.decide("b.fine", "y") is DEFER
    assert code(found.decide("b.other", "y")) == "shipped-eager-in-rule"


def test_settling_module_makes_its_package_eager_from_then_on() -> None:
    found = policy(shipped_settle={"pip.install": "shipped"})
    assert found.decide("pip.cli", "heavy") is DEFER
    assert found.settles("pip.cli") == ""
    assert found.settles("pip.install") == "pip"
    assert code(found.decide("pip.cli", "heavy")) == "eager-in-rule"
    assert found.decide("other", "heavy") is DEFER
    assert found.settles("pip.install") == ""


def test_lazy_rule_overrides_settling() -> None:
    found = policy(shipped_settle={"pip.install": "shipped"}, lazy={"pip.*": "x.toml"})
    assert found.settles("pip.install") == ""
    assert found.decide("pip.cli", "heavy") is DEFER


def test_trace_comes_from_the_environment_or_the_settings() -> None:
    assert [policy(trace=2).trace, policy({"LAZI_TRACE": "3"}, trace=2).trace] == [2, 3]

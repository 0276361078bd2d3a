"""The rules that come with lazi-site: modules whose imports must not wait, or may all the same, with reasons.

Reads safety/rules.toml; what the rules say is decided there, what they do in
startup.policy.
"""

from __future__ import annotations

import os
import sys

from .own import own_folder
from .problems import Problem
from .sources import Source, read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KINDS = ("eager", "eager-in", "eager-within", "settle", "inert")


def read_shipped_rules() -> tuple[dict[str, dict[str, str]], Source]:
    """Return the shipped rules for this interpreter and their file as a source.

    The rules are {kind: {pattern: reason}} for each of KINDS.
    """
    import tomllib

    path = os.path.join(own_folder(), "safety", "rules.toml")
    source = Source("shipped rules", path)
    rules: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    data = read_file(source)
    if data is None:
        return rules, source
    try:
        for row in tomllib.loads(data.decode("utf-8")).get("rule", ()):
            if fits_version(row.get("python", ""), sys.version_info[:2]):
                for pattern in patterns_of(row):
                    rules[row["kind"]][pattern] = "the shipped rules: " + row["reason"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        source.problems.append(Problem(path, f"the file is damaged ({error!r})"))
    return rules, source


def patterns_of(row: dict[str, Any]) -> list[str]:
    """Return the patterns of the *row* of a rule, which has one of them or a list."""
    pattern = row["pattern"]
    return pattern if isinstance(pattern, list) else [pattern]


def fits_version(specifier: str, version: tuple[int, int]) -> bool:
    """Return whether *version* of Python fits *specifier*.

    specifier: "" or conditions such as ``>=3.12,<3.15``; all must hold. The
    operators are ``<``, ``<=``, ``>``, ``>=``, ``==`` and ``!=``, the versions X.Y.

    Errors: ValueError for anything else.
    """
    for condition in filter(None, (part.strip() for part in specifier.split(","))):
        operator = condition.rstrip("0123456789. ")
        major, _, minor = condition.removeprefix(operator).strip().partition(".")
        if not (major.isdecimal() and minor.isdecimal()):
            raise ValueError(f"{specifier!r} is not a version specifier")
        bound = int(major), int(minor)
        holds = {
            "<": version < bound,
            "<=": version <= bound,
            ">": version > bound,
            ">=": version >= bound,
            "==": version == bound,
            "!=": version != bound,
        }
        if operator not in holds:
            raise ValueError(f"{specifier!r} is not a version specifier")
        if not holds[operator]:
            return False
    return True

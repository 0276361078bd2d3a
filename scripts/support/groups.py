"""The environments in which recipes run: one for each group of them and interpreter."""

from __future__ import annotations

from pathlib import Path

from .benching import say
from .environments import Environment
from .recipes import Recipe
from .running import write_counter


def group_environments(
    recipes: list[Recipe], version: str, python: str, keep: Path, wheel: Path | None
) -> tuple[dict[str, Environment], dict[str, str]]:
    """Return {group: environment} with what *recipes* need, and {requirement: why it is not installed}.

    wheel: of lazi-site, which is installed and enabled; None: without it. Raises CommandFailed.
    """
    environments: dict[str, Environment] = {}
    failures: dict[str, str] = {}
    for group in sorted({recipe.group for recipe in recipes}):
        environment = environments[group] = Environment(keep / f"{version}-{group}")
        wanted = [recipe for recipe in recipes if recipe.group == group]
        requirements = sorted({one for recipe in wanted for one in recipe.install})
        say(f"{version}: environment '{group}'")
        environment.ensure(python)
        failures.update(environment.install(requirements))
        write_counter(environment)
        if wheel:
            environment.install_lazi_site(wheel)
    return environments, failures


def missing(recipe: Recipe, failures: dict[str, str]) -> str:
    """Return which requirement of *recipe* is not installed, and why, or ""."""
    return next((f"{one}: {failures[one]}" for one in recipe.install if one in failures), "")

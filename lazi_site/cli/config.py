"""``lazi-site config``: show, check, path."""

from __future__ import annotations

import os

from ..errors import UsageError
from . import status_codes
from .output import print_json, print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..config.resolve import Value

DESCRIPTION = """\
Shows the configuration that holds in this virtualenv and where each value
comes from. Files are TOML; later ones win, lists of patterns add up:
the site file, the user file, the project's lazi-site.toml (or [tool.lazi-site]
in its pyproject.toml), the file named by LAZI_CONFIG, LAZI_* variables, and
--set, which shows what would hold."""

EXAMPLES = """\
  lazi-site config                         the merged values
  lazi-site config show --json
  lazi-site config show --set stdlib=include --set eager=a,b.*
  lazi-site config check lazi-site.toml    is this file in order?
  lazi-site config path                    which files are looked at"""

EXIT_STATUS = """\
  0  the configuration is in order
  1  something in it is wrong; it is said where, and what was expected
  2  check: there is no such file; --set: no such option"""

FILES = """\
  /etc/xdg/lazi-site/config.toml     site file
  ~/.config/lazi-site/config.toml    user file
  lazi-site.toml, pyproject.toml     project files; the first alone if both are there
  lazi-site config path tells where they are on this machine."""

VARIABLES = """\
  LAZI_CONFIG        one more file, stronger than those above
  LAZI_ENABLE        1: lazy although a file says enabled = false
  LAZI_DISABLE       1: eager
  LAZI_STDLIB        include or exclude: the option stdlib
  LAZI_EAGER         patterns separated by commas, added to the option eager
  LAZI_TRACE         0 to 4: the option trace
  LAZI_NO_SNAPSHOT   1: nothing is stored, as with snapshot = false"""

SEE_ALSO = "  lazi-site why, lazi-site bisect, lazi-site status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``config`` to *parser*."""
    import argparse

    parser.add_argument("--json", action="store_true", help="print JSON")
    json_too = argparse.ArgumentParser(add_help=False)
    json_too.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    shown = actions.add_parser(
        "show", parents=[json_too], help="the merged values, each with its source (the default)"
    )
    shown.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        dest="assignments",
        help="as if the strongest source said so",
    )
    check = actions.add_parser("check", parents=[json_too], help="say what is wrong with a file")
    check.add_argument("file", metavar="FILE", help="a lazi-site.toml, config.toml, pyproject.toml")
    actions.add_parser("path", parents=[json_too], help="the configuration files, present or not")


def run(action: str | None, json: bool, file: str | None = None, assignments: Sequence[str] = ()) -> int:
    """Carry out *action*: "show" (None), "check" (of *file*) or "path"."""
    if file is not None:
        return check(file, json)
    return path(json) if action == "path" else show(json, assignments)


def show(json: bool, assignments: Sequence[str]) -> int:
    """Show every option's value and source, and all problems.

    assignments: ``OPTION=VALUE``, each stronger than all other sources.

    Errors: UsageError for one that makes no sense.
    """
    from ..config.refresh import Configuration
    from ..config.resolve import overlay_command_line, overlay_environment

    configuration = Configuration()
    configuration.read_rules()
    values = configuration.values
    problems = configuration.problems + overlay_environment(values, os.environ)
    overlay_command_line(values, assignments)
    if json:
        print_json(
            {
                "project": configuration.project,
                "options": {name: value_as_dict(value) for name, value in values.items()},
                "shipped": configuration.rules,
                "problems": [problem.as_dict() for problem in problems],
            }
        )
    else:
        rows = [row for name, value in values.items() for row in value_rows(name, value)]
        print_table(("option", "value", "source"), rows)
        shipped = sum(map(len, configuration.rules.values()))
        print(f"\n{shipped} shipped rules keep imports eager; `lazy` overrides them.")
        for problem in problems:
            print(f"problem: {problem.sentence}")
    return status_codes.NEGATIVE if problems else status_codes.OK


def value_as_dict(value: Value) -> dict[str, object]:
    """Return *value* for JSON."""
    if isinstance(value.value, list):
        return {"value": value.value, "sources": value.origins}
    return {"value": value.value, "source": value.origin}


def value_rows(name: str, value: Value) -> list[tuple[str, str, str]]:
    """Return the table rows of the option *name*: one, or one for each pattern."""
    if not isinstance(value.value, list):
        text = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
        return [(name, text, value.origin)]
    rows = [(name, pattern, origin) for pattern, origin in value.origins.items()]
    return rows or [(name, "none", value.origin)]


def check(file: str, json: bool) -> int:
    """Say what is wrong with the configuration file *file*.

    Errors: UsageError if it does not exist.
    """
    from ..config.sources import Source, read_source

    is_pyproject = os.path.basename(file) == "pyproject.toml"
    source = Source("file", file, ("tool", "lazi-site") if is_pyproject else ())
    read_source(source)
    if not source.present:
        raise UsageError("no-such-file", f"The file {file} does not exist.")
    if json:
        print_json({"path": file, "problems": [problem.as_dict() for problem in source.problems]})
    else:
        for problem in source.problems:
            print(problem.sentence)
        if not source.problems:
            print(f"{file} is in order: {', '.join(source.values) or 'no settings in it'}.")
    return status_codes.NEGATIVE if source.problems else status_codes.OK


def path(json: bool) -> int:
    """List the configuration files, the last one the strongest."""
    from ..config.refresh import Configuration

    sources = Configuration().sources
    if json:
        print_json(
            {
                "sources": [
                    {"name": source.name, "path": source.path, "present": source.present}
                    for source in sources
                ]
            }
        )
    else:
        rows = [(source.name, source.path, "present" if source.present else "absent") for source in sources]
        print_table(("source", "path", "state"), rows)
    return status_codes.OK

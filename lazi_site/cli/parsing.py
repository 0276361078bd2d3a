"""The parser of each command: its arguments, and help that is built like a page of a manual.

A command's module gives the sections: DESCRIPTION, EXAMPLES, EXIT_STATUS, FILES, VARIABLES and
SEE_ALSO; all but the first two may be missing.
"""

from __future__ import annotations

import argparse
import importlib
import os

from . import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECTIONS = {
    "examples": "EXAMPLES",
    "exit status": "EXIT_STATUS",
    "files": "FILES",
    "environment": "VARIABLES",
    "see also": "SEE_ALSO",
}
USUAL_WIDTH = 80  # columns where there is no terminal
WIDEST = 100  # columns; longer lines are hard to read


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of what we wrote, and breaks lines at the terminal's edge or before.

    argparse makes one for every option that is added. It would import shutil
    each time to ask for the width: 5 ms for the first.
    """

    def __init__(self, prog: str, **more: Any) -> None:
        # argparse leaves two columns free itself if it is not told the width.
        super().__init__(prog, **{"width": min(columns(), WIDEST) - 2, **more})


class Parser(argparse.ArgumentParser):
    """A parser whose help comes from HelpFormatter, and those of its subcommands too."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"formatter_class": HelpFormatter, **more})


def columns() -> int:
    """Return how wide the terminal is: as COLUMNS says, else as the terminal does."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size().columns or USUAL_WIDTH  # of standard output
    except OSError:  # that is no terminal, or closed
        return USUAL_WIDTH


def command_module(name: str) -> Any:
    """Return the module of the command *name*, one of COMMANDS."""
    return importlib.import_module(f".{name}", __package__)


def make_parser(name: str) -> Parser:
    """Return the parser of the command *name*, one of COMMANDS."""
    parser = Parser(prog=f"lazi-site {name}")
    fill(parser, command_module(name))
    return parser


def fill(parser: argparse.ArgumentParser, command: Any) -> None:
    """Give *parser* the texts and the arguments of the module *command*."""
    parser.description = command.DESCRIPTION
    texts = {title: getattr(command, attribute, "") for title, attribute in SECTIONS.items()}
    parser.epilog = "\n\n".join(f"{title}:\n{text}" for title, text in texts.items() if text)
    command.add_arguments(parser)


def whole_parser() -> Parser:
    """Return one parser for the whole command line; it is for shells and checks, and imports every command.

    `lazi-site` itself runs without it.
    """
    parser = Parser(prog="lazi-site", usage="lazi-site COMMAND [options]")
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(prog="lazi-site", dest="name", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        fill(commands.add_parser(name, help=summary), command_module(name))
    return parser

"""``lazi-site completion``: the script with which a shell completes our command lines."""

from __future__ import annotations

from ..errors import RefusedError
from . import COMMANDS, status_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Prints a script with which the shell completes commands, options, the names of
files and directories, and the reason codes of `lazi-site explain`. The script
needs nothing that is installed, no Python either, and so holds for every
virtualenv. To print it, the package shtab is needed:

  pip install 'lazi-site[completion]'"""

EXAMPLES = """\
  lazi-site completion bash > ~/.local/share/bash-completion/completions/lazi-site
  lazi-site completion zsh > ~/.zfunc/_lazi-site     a folder of $fpath, before compinit
  lazi-site completion fish > ~/.config/fish/completions/lazi-site.fish
  eval "$(lazi-site completion bash)"                for this session"""

EXIT_STATUS = """\
  0  printed
  2  shtab is not installed"""

SEE_ALSO = "  lazi-site --help"

SHELLS = ("bash", "zsh", "fish")

# What completes the word of an argument, by its metavar: "file" and "directory" are shtab's own.
BY_METAVAR = {
    "FILE": "file",
    "DIR": "directory",
    "PROGRAM": "program",
    "-- CMD": "program",
    "-- CMD ...": "program",
}
# A program of PATH with arguments of which nothing is known but that they may be files.
PROGRAM = {
    "bash": "_lazi_site_program_files",  # by "_files" in it shtab knows that names of files come out
    "zsh": "_lazi_site_program",
    "fish": "(__fish_complete_command; __fish_complete_path (commandline -ct))",
}
PREAMBLE = {
    "bash": """\
_lazi_site_program_files() {
  compgen -c -- "$1"
  compgen -f -- "$1"
}
""",
    "zsh": """\
_lazi_site_program() {
  # The words are those from the `--` on.
  if [[ $words[1] == -- ]]; then
    shift words
    (( CURRENT-- ))
  fi
  _normal
}
""",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``completion`` to *parser*."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that shall complete")


def run(shell: str) -> int:
    """Print the script for *shell*.

    Errors: RefusedError without shtab.
    """
    # Made when it is asked for, and by an optional package: the script is needed once on a machine,
    # lazi-site in every virtualenv. Asking the command itself at each press of a key, the other way to
    # do it, would start an interpreter each time.
    try:
        import shtab
    except ImportError:
        raise RefusedError(
            "no-shtab",
            "The script is made by the package shtab, which is not installed here.",
            "Install it: python -m pip install 'lazi-site[completion]'",
        ) from None
    print(shtab.complete(completed_parser(), shell, "lazi_site", PREAMBLE.get(shell, "")))
    return status_codes.OK


def completed_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, whose arguments say what completes them."""
    import shtab

    from ..doctor import codes as doctor
    from ..scan import codes as scan
    from .parsing import whole_parser

    ways = {"file": shtab.FILE, "directory": shtab.DIRECTORY, "program": PROGRAM}
    parser = whole_parser()
    for path, one in subparsers(parser):
        # A line beside the name of the command; the whole description would go there.
        one.description = COMMANDS.get(path, one.description)
        for action in one._actions:
            if action.metavar in BY_METAVAR:
                action.complete = ways[BY_METAVAR[action.metavar]]  # type: ignore[attr-defined]
            elif action.metavar == "CODE":
                action.choices = [*scan.CODES, *doctor.CODES]
    return parser


def subparsers(parser: argparse.ArgumentParser, path: str = "") -> list[tuple[str, argparse.ArgumentParser]]:
    """Return *parser* and all parsers below it, each with the words that lead to it; *path*: to this one."""
    found = [(path, parser)]
    for action in parser._actions:
        # Only that of subcommands has parsers as choices.
        for name, below in action.choices.items() if isinstance(action.choices, dict) else ():
            found += subparsers(below, f"{path} {name}".strip())
    return found

"""The command ``lazi-site``: finds the module of a command, runs it, and words its errors.

One small module a command, imported when it is asked for. Such a module has
DESCRIPTION, EXAMPLES, ``add_arguments(parser)`` and ``run(**options)``, which
returns an exit status and knows nothing of argparse.
"""

from __future__ import annotations

import os
import sys

from .. import __version__
from ..errors import LaziSiteError, UsageError
from ..startup import bootstrap
from . import status_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "enable": "make every Python of a virtualenv import lazily",
    "disable": "undo enable; the environment's files are as before",
    "status": "say whether imports are lazy here, and if not, why",
    "doctor": "examine the virtualenv, say what is not in order, and mend it with --fix",
    "clean": "remove what lazi-site stores and can make again",
    "config": "show, check and find the configuration",
    "why": "was this module's import deferred, by which rule, and what loaded it",
    "verify": "say whether a program does the same eager and lazy",
    "bisect": "find the rules with which a program does the same",
    "scan": "what the installed packages do when they are loaded, and which imports wait",
    "explain": "what a reason code means and what to do about it",
    "bench": "what a command takes eager and lazy: CPU and wall time, memory, modules",
    "report": "what a run imported, what it did not need, and what that saved",
    "top": "rank the programs of the virtualenv by what lazy imports save",
    "completion": "print the script with which bash, zsh or fish completes command lines",
}

HELP = """\
usage: lazi-site COMMAND [options]

Makes every Python of a virtualenv import lazily, so that programs start
faster. Nothing of yours is edited and nothing has to be run differently.

commands:
{commands}

options:
  -h, --help     show this help; each command has its own: lazi-site COMMAND --help
  -V, --version  show the version

examples:
  lazi-site enable                  in the virtualenv of this lazi-site
  lazi-site enable --venv .venv     in another one that has lazi-site installed
  LAZI_DISABLE=1 python app.py      one run with eager imports
  lazi-site status                  on or off, and why
  lazi-site doctor                  is everything in order? --fix mends what is ours
  lazi-site verify -- flask --help  is it the same eager and lazy?
  lazi-site bench -- flask --help   what does it save?
  lazi-site scan                    which packages are safe, and why others are not
  lazi-site top                     what all programs here save, and do they still do the same?
  lazi-site disable

exit status:
  {ok}  done or yes
  {negative}  no or something found
  {refused}  refused or wrong usage

files:
  site-packages/lazi_site.pth       start file, written by enable
  VENV/lazi-site/                   record of enable, stored configuration
  lazi-site.toml, pyproject.toml    configuration of a project
  ~/.config/lazi-site/config.toml   configuration of a user
  lazi-site config path tells where configuration is looked for on this machine.

environment, of any program in the virtualenv:
  LAZI_DISABLE=1         imports are eager
  LAZI_ENABLE=1          imports are lazy although the configuration says no
  LAZI_CONFIG=FILE       one more configuration file
  LAZI_EAGER=a,b.*       modules whose import never waits
  LAZI_STDLIB=include    the standard library is lazy too
  LAZI_TRACE=1 ... 4     say on standard error what becomes of each import
  LAZI_REPORT=FILE       record it, for lazi-site report --from FILE
  LAZI_NO_SNAPSHOT=1     nothing is stored
  NO_COLOR=1             no colours in what lazi-site prints
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``lazi-site`` with *arguments* (the process's own) and return its exit status."""
    try:
        status = run_command(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return status
    except LaziSiteError as error:
        return complain(error.message, error.hint)
    except KeyboardInterrupt:
        return status_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone. Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return status_codes.BROKEN_PIPE
    except OSError as error:
        return complain(f"{error}.")


def run_command(arguments: list[str]) -> int:
    """Find and run the command that *arguments* ask for.

    Errors: UsageError for an unknown one; whatever the command raises.
    """
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help", "help"):
        if name == "help" and rest:
            return run_command([rest[0], "--help"])
        print(help_text(), end="")
        return status_codes.OK
    if name in ("-V", "--version"):
        print(f"lazi-site {__version__}")
        return status_codes.OK
    if name not in COMMANDS:
        from ..config.options import closest

        meant = closest(name, COMMANDS)
        raise UsageError(
            "unknown-command",
            f"There is no command '{name}'.",
            f"Did you mean 'lazi-site {meant}'?" if meant else "See lazi-site --help.",
        )
    import_eagerly()
    from .parsing import command_module, make_parser

    status: int = command_module(name).run(**vars(make_parser(name).parse_args(rest)))
    return status


def import_eagerly() -> None:
    """Switch lazy imports off in this process.

    A command has to work in whatever state the engine is, so that this cannot
    be done stops it no more than anything else in the engine.
    """
    if bootstrap.state.engine:
        try:
            from ..startup import switches

            switches.change(active=False)
        except Exception:
            pass


def help_text() -> str:
    """Return the text of ``lazi-site --help``."""
    return HELP.format(
        commands="\n".join(f"  {name:<12}{summary}" for name, summary in COMMANDS.items()),
        ok=status_codes.OK,
        negative=status_codes.NEGATIVE,
        refused=status_codes.REFUSED,
    )


def complain(message: str, hint: str = "") -> int:
    """Say *message* and *hint* on standard error and return the exit status for it."""
    print(f"lazi-site: {message}", file=sys.stderr)
    if hint:
        print(hint, file=sys.stderr)
    return status_codes.REFUSED

#!/usr/bin/env python3
"""Hold what the documents point at: links, anchors, our command lines, scripts. No network.

    check_links.py [FILE ...]      Markdown files (default: README.md, CHANGES.md, .github/*.md)

Every relative link leads to a file of the checkout and every anchor to a
heading, every ``lazi-site ...`` is a command with options that its parser
knows (in the help of the commands too), and every script that is named exists.
Prints one sentence with file and line for each that does not; exit status 1.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from lazi_site.cli import COMMANDS, help_text  # noqa: E402
from lazi_site.cli.completion import subparsers  # noqa: E402
from lazi_site.cli.parsing import whole_parser  # noqa: E402

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src|srcset)=\"([^\"]+)\"")
CODE_SPAN = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"(?<![\w/.=\[-])lazi-site +(.*)")
END = re.compile(r" \[?(?:--|#|\||&&|>)(?:[ \]]|$)|  +")  # what follows is no longer our command line


@dataclass(frozen=True)
class Line:
    """One line of a document.

    file: as it is printed. number: from 1. text: the line. code: whether it stands in a fence.
    """

    file: str
    number: int
    text: str
    code: bool


def read(path: Path) -> list[Line]:
    """Return the lines of the Markdown file *path*, without those that fence code."""
    found = []
    code = False
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text.lstrip().startswith("```"):
            code = not code
        else:
            found.append(Line(str(path.relative_to(CHECKOUT)), number, text, code))
    return found


def anchors(lines: list[Line]) -> set[str]:
    """Return the anchors of a document's headings, made as the usual viewers make them."""
    found: set[str] = set()
    for line in lines:
        if not line.code and (heading := re.match(r"#{1,6} +(.*)", line.text)):
            words = re.sub(r"[^\w\- ]", "", heading[1].strip().lower()).replace(" ", "-")
            # Of headings that are the same, the second has -1 at its end.
            numbers = (f"{words}-{number}" if number else words for number in range(len(lines)))
            found.add(next(one for one in numbers if one not in found))
    return found


def check_links(path: Path, lines: list[Line]) -> Iterator[tuple[Line, str]]:
    """Yield each link of the document *path* that leads nowhere."""
    for line in lines:
        if line.code:
            continue
        for target in (one or two for one, two in LINK.findall(CODE_SPAN.sub("", line.text))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            if not file.exists() or not file.is_relative_to(CHECKOUT):
                yield line, f"{target} does not exist"
            elif anchor and anchor not in anchors(read(file)):
                yield line, f"{name or 'this document'} has no heading for #{anchor}"


def options_by_command() -> dict[str, set[str]]:
    """Return by the words of a command, such as "config show", the options that its parser knows."""
    return {path: set(parser._option_string_actions) for path, parser in subparsers(whole_parser())}


def check_command(rest: str, options: dict[str, set[str]]) -> str:
    """Return what is wrong with the command line ``lazi-site`` *rest*, or ""."""
    text = END.split(rest, maxsplit=1)[0]
    try:
        words = [word.strip("[](),.;:") for word in shlex.split(text)]
    except ValueError:  # an apostrophe, or a quotation that ends on the next line
        words = []
    path = before = ""
    for word in filter(None, words):
        name = word.partition("=")[0]
        if name.startswith("-"):
            # Those of a command hold before and behind what it is told to do.
            known = options[path].union(*(options[one] for one in options if path and one.startswith(path)))
            if name not in known:
                return f"lazi-site {path} has no option {name}".replace("  ", " ")
        elif f"{path} {word}".strip() in options:
            path = f"{path} {word}".strip()
        elif word.isupper() or word in ("...", "help"):
            return ""  # it stands for something, or for any command
        elif not path or (has_subcommands(path, options) and not before.startswith("-")):
            return f"there is no command lazi-site {path} {word}".replace("  ", " ")
        before = word
    return ""


def has_subcommands(path: str, options: dict[str, set[str]]) -> bool:
    """Return whether the command *path* has commands of its own."""
    return any(one.startswith(f"{path} ") for one in options)


def check_commands(lines: list[Line], options: dict[str, set[str]]) -> Iterator[tuple[Line, str]]:
    """Yield each command line of ours in *lines* that would be refused."""
    for line in lines:
        for text in [line.text] if line.code else CODE_SPAN.findall(line.text):
            for found in COMMAND.finditer(text):
                # Other text of ours may stand in a fence; a command line begins it.
                begins = not line.code or re.fullmatch(r"[\s$]*(?:LAZI_\w+=\S+ +)*", text[: found.start()])
                if (begins or found[1].split(" ")[0] in COMMANDS) and (
                    complaint := check_command(found[1], options)
                ):
                    yield line, complaint


def check_scripts(lines: list[Line]) -> Iterator[tuple[Line, str]]:
    """Yield each script that *lines* name and that is not there."""
    for line in lines:
        for name in re.findall(r"\bscripts/\w+(?:/\w+)*\.py\b", line.text):
            if not (CHECKOUT / name).is_file():
                yield line, f"{name} does not exist"


def help_lines() -> list[Line]:
    """Return the lines of every command's help as if they were code."""
    texts = {"lazi-site --help": help_text()}
    texts |= {f"lazi-site {path} --help": one.format_help() for path, one in subparsers(whole_parser())[1:]}
    return [
        Line(name, number, line, True)
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
    ]


def main() -> int:
    """Check and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    usual = [CHECKOUT / "README.md", CHECKOUT / "CHANGES.md", *sorted((CHECKOUT / ".github").glob("*.md"))]
    paths = [path.resolve() for path in parser.parse_args().files] or usual
    options = options_by_command()
    found = list(check_commands(help_lines(), options))
    for path in paths:
        lines = read(path)
        found += [*check_links(path, lines), *check_commands(lines, options), *check_scripts(lines)]
    for line, complaint in found:
        print(f"{line.file}:{line.number}: {complaint}.")
    if not found:
        print("check_links: all that the documents point at is there.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

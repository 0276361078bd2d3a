"""The report as one page: a picture of import time and tables to search, in a file that needs no other."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCRIPTS = ("words.js", "icicle.js", "table.js", "page.js")


def to_html(document: dict[str, Any]) -> str:
    """Return the page of the report *document*."""
    template = read("page.html")
    parts = {
        "title": escape(" ".join(document["command"] or ["recorded imports"])),
        "style": read("page.css"),
        # No "<" in it, so that no text of a program can end the script element.
        "data": json.dumps(document, separators=(",", ":")).replace("<", "\\u003c"),
        "script": "\n".join(map(read, SCRIPTS)),
    }
    before, *rest = template.split("{{")
    # Each part is put in once, so that what looks like a mark in a part stays as it is.
    return before + "".join(parts[name] + after for name, _, after in (one.partition("}}") for one in rest))


def read(name: str) -> str:
    """Return the text of the template's file *name*."""
    return files(__name__.rpartition(".")[0]).joinpath("template", name).read_text("utf-8")

"""Markdown: a text with lists, tables and code as HTML."""

import markdown

PART = """\
# Title {0}

Some *text* with `code` and [a link](http://x/{0}).

- one
- two

| a | b |
|---|---|
| 1 | 2 |

"""
TEXT = "".join(PART.format(number) for number in range(30))


def work() -> int:
    """Return the length of the result."""
    return len(markdown.markdown(TEXT, extensions=["tables", "fenced_code", "toc"]))

"""html5lib: a page parsed and written again."""

import html5lib

PAGE = "<!doctype html><title>t</title>" + "".join(
    f"<p class=a>text {number} <b>bold <i>both</b> italic</i> &amp; <a href='?x={number}'>link</a>"
    for number in range(60)
)


def work() -> int:
    """Return the length of the result."""
    return len(html5lib.serialize(html5lib.parse(PAGE), tree="etree"))

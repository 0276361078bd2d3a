"""Mako: a template compiled and rendered."""

from mako.template import Template

SOURCE = "<%def name='cell(x)'><td>${x | h}</td></%def>% for row in rows:\n<tr>${cell(row)}</tr>\n% endfor\n"


def work() -> int:
    """Return the length of the result."""
    return len(Template(SOURCE.replace("% for", "\n% for", 1)).render(rows=range(2_000)))  # noqa: S702

"""Jinja2: a table of 500 rows, and the compilation of its template."""

from jinja2 import Environment

SOURCE = (
    "{% macro cell(x) %}<td>{{ x|e }}</td>{% endmacro %}<table>{% for row in rows %}<tr>"
    "{% for x in row %}{{ cell(x) }}{% endfor %}</tr>{% endfor %}</table>"
)
ROWS = [[f"{number}&{column}" for column in range(6)] for number in range(200)]


def work() -> int:
    """Return the length of the result."""
    return len(Environment(cache_size=0).from_string(SOURCE).render(rows=ROWS))  # noqa: S701

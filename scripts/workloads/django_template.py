"""Django: a template with loops, filters and conditions."""

import django
from django.conf import settings
from django.template import Context, Engine

settings.configure()
django.setup()
SOURCE = (
    "{% for row in rows %}{% if forloop.counter|divisibleby:2 %}{{ row.name|upper|truncatechars:12 }}"
    "{% else %}{{ row.name|default:'none' }}{% endif %} {{ row.value|floatformat:2 }}\n{% endfor %}"
)
ROWS = [{"name": f"name of the row {number}", "value": number / 7} for number in range(150)]


def work() -> int:
    """Return the length of the result."""
    return len(Engine().from_string(SOURCE).render(Context({"rows": ROWS})))

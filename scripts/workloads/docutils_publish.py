"""Docutils: reStructuredText as HTML."""

from docutils.core import publish_string

PART = """\
Title {0}
---------

Some *text* with ``code``, a `link <http://x/{0}>`_.

- one
- two

.. note:: mind

"""
TEXT = "".join(PART.format(number) for number in range(25))


def work() -> int:
    """Return the length of the result."""
    return len(publish_string(TEXT, writer="html", settings_overrides={"_disable_config": True}))

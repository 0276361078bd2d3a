"""The errors that lazi-site's commands show a person: one sentence, and what to do about it.

Imports nothing, so that any part of the tool side may raise them. The start-up
side has none: it never raises.
"""

from __future__ import annotations


class LaziSiteError(Exception):
    """Something a command cannot do, in words for the person at the keyboard.

    reference: a stable kebab-case name of this error, for searching and for tests.
    message: one full sentence that says what is wrong.
    hint: one sentence that says what to do, or "".
    """

    def __init__(self, reference: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.reference = reference
        self.message = message
        self.hint = hint


class RefusedError(LaziSiteError):
    """The command could be carried out but must not be, here or in this way."""


class UsageError(LaziSiteError):
    """The command line asks for something that does not exist."""

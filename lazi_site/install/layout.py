"""Where things are in this interpreter's environment, and which project it belongs to."""

from __future__ import annotations

import os
import sys
import sysconfig

from ..config.record import state_directory as state_directory
from .start_line import start_file_name

PROJECT_FILES = ("lazi-site.toml", "pyproject.toml")


def site_packages() -> str:
    """Return the directory of this environment whose start files are read."""
    return sysconfig.get_path("purelib")


def in_virtualenv() -> bool:
    """Return whether this interpreter runs in a virtual environment."""
    return sys.prefix != sys.base_prefix


def start_file() -> str:
    """Return the path of the start file that belongs to this interpreter."""
    return os.path.join(site_packages(), start_file_name(sys.version_info[:2]))


def find_project() -> str | None:
    """Return the directory of the project that this environment serves, or None.

    That is the directory that holds the virtualenv or its nearest parent with
    a configuration file. Where there is none it is the directory itself, so
    that a lazi-site.toml written there later is found. An interpreter outside
    a virtualenv serves no project.
    """
    if not in_virtualenv():
        return None
    holder = directory = os.path.dirname(os.path.abspath(sys.prefix))
    while True:
        if any(os.path.isfile(os.path.join(directory, name)) for name in PROJECT_FILES):
            return directory
        above = os.path.dirname(directory)
        if above == directory:
            return holder
        directory = above

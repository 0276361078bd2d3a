"""Removes caches, and for good everything of ours but configuration. Prints nothing."""

from __future__ import annotations

import os
import re

from ..startup.snapshot import snapshot_directories
from .describe import read_bytes, site_directories
from .enable import disable, is_cache, not_writable, remove, remove_state
from .layout import site_packages
from .start_line import MARK, NAMES

# How the directory of one environment is called in the user's cache.
OF_ENVIRONMENT = re.compile("[0-9a-f]{16}")


def clean() -> list[str]:
    """Remove what can be made again: snapshots, what scan stored, notes of faults; return the paths.

    Those of this environment, in it and in the user's cache directory.

    Errors: RefusedError when a file cannot be removed.
    """
    removed = []
    for directory in snapshot_directories():
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in names:
            if is_cache(name):
                path = os.path.join(directory, name)
                try:
                    remove(path)
                except OSError as error:
                    raise not_writable(path, error.strerror or str(error)) from None
                removed.append(path)
    remove_empty(snapshot_directories()[1:])
    return removed


def purge() -> list[str]:
    """Do what disable() does, and remove the rest of ours but configuration files; return the paths.

    The rest: start files of ours in the interpreter's other site directories,
    and this user's cache directory with the snapshots of all environments.

    Errors: RefusedError when a file cannot be removed.
    """
    removed = disable()
    try:
        for directory in site_directories():
            for name in NAMES if directory != site_packages() else ():
                path = os.path.join(directory, name)
                if MARK in (read_bytes(path) or b"") and remove(path):
                    removed.append(path)
        for cache in {os.path.dirname(directory) for directory in snapshot_directories()[1:]}:
            for name in sorted(os.listdir(cache)) if os.path.isdir(cache) else ():
                directory = os.path.join(cache, name)
                if OF_ENVIRONMENT.fullmatch(name) and remove_state(directory):
                    removed.append(directory)
            if os.path.isdir(cache) and not os.listdir(cache):
                os.rmdir(cache)
    except OSError as error:
        raise not_writable(error.filename or "a file", error.strerror or str(error)) from None
    return removed


def remove_empty(directories: tuple[str, ...]) -> None:
    """Remove those of *directories* that are empty, and the one above if that is then empty too."""
    for directory in directories:
        try:
            os.rmdir(directory)
            os.rmdir(os.path.dirname(directory))
        except OSError:
            continue

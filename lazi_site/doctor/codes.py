"""The codes of what doctor finds, with what they mean and what to do. Stable: scripts compare them."""

from __future__ import annotations

from ..scan.codes import Code

OK, INFO, WARNING, ERROR = "ok", "info", "warning", "error"

FIX = "Run: lazi-site doctor --fix"
NOTHING = "Nothing has to be done."
KIND = "environment"


def _code(meaning: str, advice: str) -> Code:
    return Code(KIND, meaning, advice)


CODES = {
    "interpreter-unsupported": _code(
        "The interpreter has no engine, so that its imports are eager.", "Use CPython 3.11 or later."
    ),
    "not-enabled": _code("The environment is not enabled.", "Run: lazi-site enable"),
    "start-file-right": _code("The start file is what enable writes.", NOTHING),
    "start-file-missing": _code(
        "The environment was enabled, but its start file is gone, so that imports are eager.",
        f"{FIX} (or lazi-site disable).",
    ),
    "start-file-changed": _code("The start file is not what this lazi-site writes.", FIX),
    "start-file-of-another-place": _code(
        "The start file names a lazi-site that is not this environment's: it was copied, or"
        " lazi-site was installed anew elsewhere.",
        FIX,
    ),
    "start-file-of-another-version": _code(
        "The start file is of the kind that other versions of Python read.", FIX
    ),
    "start-file-unsafe": _code(
        "Others than the environment's owner can change the start file, which every start runs.", FIX
    ),
    "start-file-twice": _code(
        "Another site directory of this interpreter has a start file too; the first that is read counts.",
        "Remove the one that is not meant, or run lazi-site disable --purge and enable again.",
    ),
    "record-right": _code("The record that enable left can be read.", NOTHING),
    "record-missing": _code(
        "The record that enable left is gone, so that the project's configuration is not read.", FIX
    ),
    "record-damaged": _code("The record that enable left cannot be used; imports are eager.", FIX),
    "record-of-another-version": _code("The environment was enabled by another version of lazi-site.", FIX),
    "state-directory-right": _code(
        "The directory of lazi-site's own files belongs to you or to root, and only its owner writes.",
        NOTHING,
    ),
    "state-directory-unsafe": _code(
        "Others may put files into the directory of lazi-site's own files; no snapshot is stored there.", FIX
    ),
    "state-directory-read-only": _code(
        "You may not write into the environment, so that your snapshots lie in your cache directory.", NOTHING
    ),
    "snapshot-right": _code("The stored configuration is up to date.", NOTHING),
    "snapshot-off": _code(
        "The configuration is not stored, as is wanted; every start reads all of its files.", NOTHING
    ),
    "snapshot-missing": _code(
        "The configuration is not stored yet; the next start that needs it reads the files and stores it.",
        NOTHING,
    ),
    "snapshot-stale": _code(
        "The stored configuration is older than its files; the next start that needs it stores it anew.",
        NOTHING,
    ),
    "snapshot-damaged": _code("The stored configuration cannot be read, and is passed over.", FIX),
    "snapshot-not-trusted": _code(
        "The stored configuration belongs to somebody else or can be changed by others, and is passed over.",
        FIX,
    ),
    "snapshot-without-place": _code(
        "There is no directory in which the configuration could be stored; every start reads all files.",
        "Let the home directory be writable, or set XDG_CACHE_HOME.",
    ),
    "configuration-right": _code("The configuration has no mistakes.", NOTHING),
    "configuration-wrong": _code(
        "A configuration file has a mistake; imports are eager until it is corrected.",
        "Correct the file; lazi-site config check FILE says when it is right.",
    ),
    "variable-wrong": _code(
        "An environment variable has a value that it cannot have; imports are eager.", "Correct or unset it."
    ),
    "configuration-off": _code(
        "The configuration switches lazy imports off.",
        "To have them, take `enabled = false` out; LAZI_ENABLE=1 does it for one run.",
    ),
    "switched-off": _code(
        "Processes started from here import eagerly, by an environment variable.", "Unset the variable."
    ),
    "fault-noted": _code(
        "A start met a fault of lazi-site's own and imported eagerly.",
        f"{FIX}, which forgets it if it is gone; if it comes again, please report it.",
    ),
    "abandoned-files": _code("Files are left of a command that was killed.", FIX),
    "other-start-files": _code(
        "Start files of others run code at every start, which can change how modules are imported.",
        "If something is odd, try without them.",
    ),
    "customize-replaces-finders": _code(
        "sitecustomize or usercustomize replaces sys.meta_path or sys.path_hooks, after our start file:"
        " imports may be eager.",
        "Let it insert or append instead.",
    ),
    "editable-eager": _code(
        "An editable install brings its own loader, whose modules import eagerly below Python 3.15.",
        "Install it in a mode that puts its directory on the path.",
    ),
    "fresh-start-lazy": _code("A fresh interpreter imports lazily.", NOTHING),
    "fresh-start-eager": _code(
        "A fresh interpreter imports eagerly although the environment is enabled.",
        "The message says why; see the other findings.",
    ),
}

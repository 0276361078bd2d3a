"""Where settings come from: names the files, reads them, and checks what they say.

Merging is resolve's. Reads only regular files and never waits for one; a file
that cannot be used becomes a problem, never an exception.
"""

from __future__ import annotations

import os
import stat
import sys
import time

from .options import BY_NAME, closest
from .problems import Problem, find_line, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MAXIMUM_SIZE = 1 << 20  # bytes of a configuration file
MAXIMUM_PROBLEMS = 10  # of one file; finding the line of each goes through the whole file

Stamp = tuple[int, int]  # mtime_ns and size
ABSENT: Stamp = (-1, -1)
UNKNOWN: Stamp = (-2, -2)  # equals no file's stamp, so the next start looks again
RACY = 20_000_000  # ns: file systems keep the time of a change no finer than a few ms


class Source:
    """One file that may hold settings.

    name: which of the sources it is, for a person: "user file".
    path: the file.
    table: where in it the settings are: () or ("tool", "lazi-site").
    note: why it was not read although it may be there, or "".
    stamp: its mtime and size when it was read, ABSENT or UNKNOWN.
    status: what the system said of the open file, or None.
    values: the valid settings in it, by option name.
    problems: what is wrong with it.
    """

    __slots__ = ("name", "note", "path", "problems", "stamp", "status", "table", "values")

    def __init__(self, name: str, path: str, table: tuple[str, ...] = ()) -> None:
        self.name = name
        self.path = path
        self.table = table
        self.note = ""
        self.stamp = ABSENT
        self.status: os.stat_result | None = None
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []

    @property
    def present(self) -> bool:
        """Whether the file is there."""
        return self.stamp != ABSENT

    @property
    def origin(self) -> str:
        """Where a setting of this file comes from, in words."""
        table = f" [{'.'.join(self.table)}]" if self.table else ""
        return f"the {self.name} {self.path}{table}"


def name_directories(libraries: str | None) -> tuple[str, str]:
    """Return the directories of the site's and of the user's configuration.

    libraries: where platformdirs is if it is not on the path yet, as in an
    environment that sees the system's packages: start files are read first.

    Errors: ImportError without platformdirs.
    """
    known = "platformdirs" in sys.modules
    try:
        import platformdirs
    except ImportError:
        if libraries is None:
            raise
        platformdirs = load_from(libraries, "platformdirs")
    try:
        return (
            platformdirs.site_config_dir("lazi-site", appauthor=False),
            platformdirs.user_config_dir("lazi-site", appauthor=False),
        )
    finally:
        # The program that starts here may have a module of this name itself,
        # in a directory that is not on the path yet.
        for name in () if known else list(sys.modules):
            if name.partition(".")[0] == "platformdirs":
                del sys.modules[name]


def load_from(directory: str, name: str) -> Any:
    """Return the module *name* after loading it from *directory*, which need not be on the path.

    Errors: ImportError if it is not there.
    """
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec(name, [directory])
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def locate_sources(project: str | None, libraries: str | None, environ: Mapping[str, str]) -> list[Source]:
    """Return all configuration files, unread, the last one the strongest.

    project, libraries: as recorded by ``enable``.
    environ: the variables; LAZI_CONFIG is looked at here, others by platformdirs.
    """
    site_directory, user_directory = name_directories(libraries)
    sources = [
        Source("site file", os.path.join(site_directory, "config.toml")),
        Source("user file", os.path.join(user_directory, "config.toml")),
    ]
    # The base directory specification has relative directories ignored; they
    # would bring the current directory into play.
    sources = [source for source in sources if os.path.isabs(source.path)]
    if project is not None:
        sources.append(Source("project file", os.path.join(project, "pyproject.toml"), ("tool", "lazi-site")))
        sources.append(Source("project file", os.path.join(project, "lazi-site.toml")))
    if environ.get("LAZI_CONFIG"):
        sources.append(Source("LAZI_CONFIG file", environ["LAZI_CONFIG"]))
    return sources


def read_sources(sources: list[Source]) -> None:
    """Read every one of *sources* in place."""
    own_file_present = False
    # The last first: pyproject.toml counts only where no lazi-site.toml is, and
    # one that appears in between is seen by the next start.
    for source in reversed(sources):
        if source.name == "project file" and source.table and own_file_present:
            source.stamp = read_stamp(source.path)
            source.note = "not read, because lazi-site.toml stands beside it"
            continue
        read_source(source)
        if source.name == "project file":
            own_file_present = source.present
        if source.name == "LAZI_CONFIG file" and not source.present:
            source.problems.append(
                Problem(
                    source.path,
                    "the file named by LAZI_CONFIG does not exist",
                    expected="an existing file",
                )
            )


def read_stamp(path: str) -> Stamp:
    """Return the stamp of the file *path* without reading it."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except (OSError, ValueError):
        return UNKNOWN
    return found.st_mtime_ns, found.st_size


def read_source(source: Source) -> None:
    """Fill in stamp, values and problems of *source* from its file."""
    data = read_file(source)
    if data is None:
        return
    import tomllib  # 18 ms, and mostly there is no file

    if abs(time.time_ns() - source.stamp[0]) < RACY:
        source.stamp = UNKNOWN  # it could still change without a new mtime
    text = ""
    try:
        text = data.decode("utf-8")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        source.problems.append(
            Problem(source.path, "it is not UTF-8", line=line, expected="TOML, which is UTF-8")
        )
    except (ValueError, RecursionError) as error:
        source.problems.append(
            Problem(
                source.path,
                f"it is not TOML: {toml_message(error)}",
                line=toml_line(error, text),
                expected="TOML",
            )
        )
    else:
        check_document(source, document, text)


def read_file(source: Source) -> bytes | None:
    """Return the content of the source's file, or None after noting why there is none."""
    try:
        found = os.stat(source.path)
        source.stamp = found.st_mtime_ns, found.st_size
        if not stat.S_ISREG(found.st_mode):
            # Opening one could wait for ever (a FIFO) or do something (a device).
            raise OSError(0, "it is not a regular file")
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(source.path, flags)
        try:
            source.status = found = os.fstat(descriptor)
            # Taken before reading: a change during it makes the next start read again.
            source.stamp = found.st_mtime_ns, found.st_size
            if not stat.S_ISREG(found.st_mode):
                raise OSError(0, "it is not a regular file")
            data = b""
            while len(data) <= MAXIMUM_SIZE:
                piece = os.read(descriptor, MAXIMUM_SIZE + 1 - len(data))
                if not piece:
                    return data
                data += piece
            raise OSError(0, "it is larger than 1 MB")
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        source.stamp = ABSENT
    except PermissionError as error:
        if source.name == "user file" and source.stamp == ABSENT:
            # A service that runs with another user's HOME: it has no user file
            # that it could read, and must not pay the slow path at every start.
            return None
        note_unreadable(source, error)
    except (OSError, ValueError) as error:
        note_unreadable(source, error)
    return None


def note_unreadable(source: Source, error: Exception) -> None:
    """Make *error*, met while reading the source's file, a problem of it."""
    if source.stamp == ABSENT:
        source.stamp = UNKNOWN  # stat itself failed
    reason = getattr(error, "strerror", None) or str(error)
    source.problems.append(
        Problem(source.path, f"it cannot be read: {reason}", expected="a readable regular file")
    )


def check_document(source: Source, document: dict[str, Any], text: str) -> None:
    """Keep what is valid in *document* as the source's values, and note the rest as problems."""
    values: Any = document
    for depth, name in enumerate(source.table):
        values = values.get(name, {})
        if not isinstance(values, dict):
            table = source.table[: depth + 1]
            source.problems.append(
                Problem(
                    source.path,
                    f"it is {show(values)}",
                    line=find_line(text, table, ""),
                    key=".".join(table),
                    value=values,
                    expected="a table",
                )
            )
            return
    for key, value in values.items():
        if len(source.problems) >= MAXIMUM_PROBLEMS:
            return
        option = BY_NAME.get(key)
        full_key = ".".join((*source.table, key))
        if option is None:
            meant = closest(key, BY_NAME)
            source.problems.append(
                Problem(
                    source.path,
                    "there is no such option" + (f", did you mean '{meant}'?" if meant else ""),
                    line=find_line(text, source.table, key),
                    key=full_key,
                    value=value,
                    expected=f"'{meant}'" if meant else f"one of {', '.join(BY_NAME)}",
                )
            )
            continue
        mistake = option.mistake(value)
        if mistake is None:
            source.values[key] = value
            continue
        wrong, expected = mistake
        source.problems.append(
            Problem(
                source.path,
                f"{show(wrong)} does not fit",
                line=find_line(text, source.table, key, wrong),
                key=full_key,
                value=wrong,
                expected=expected,
            )
        )


def toml_message(error: Exception) -> str:
    """Return what tomllib found wrong, without the place."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).partition(" (at ")[0]


def toml_line(error: Exception, text: str) -> int:
    """Return the line that tomllib's *error* names (an attribute from 3.14 on), or 0."""
    line = getattr(error, "lineno", 0)
    if line:
        return int(line)
    _, _, place = str(error).rpartition("(at line ")
    number = place.partition(",")[0]
    if number.isdigit():
        return int(number)
    return text.count("\n") + 1 if "end of document" in str(error) else 0

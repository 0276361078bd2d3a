"""The slow path of a start: read all configuration and write a new snapshot.

Runs in users' interpreters, in many at once, whenever a source has changed;
what is imported for it is seen by nobody else but costs them all.
"""

from __future__ import annotations

import os
import sys

from ..startup.bootstrap import is_on
from ..startup.snapshot import FORMAT, stored_snapshots
from .packing import pack_code
from .record import read_record
from .resolve import Value, merge_sources
from .shipped import read_shipped_rules
from .snapshot import store_snapshot
from .sources import Source, locate_sources, read_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .problems import Problem


class Configuration:
    """Everything that was read at one moment.

    project: the directory recorded by ``enable``, or None.
    sources: the configuration files, the last one the strongest.
    record: the environment's record, as a source; rules_file: the shipped rules, likewise.
    values: the merged value of every option.
    rules: the shipped rules, {kind: {pattern: reason}}, after read_rules().
    """

    __slots__ = ("project", "record", "rules", "rules_file", "sources", "values")

    def __init__(self) -> None:
        record = read_record()
        self.project = record.project
        self.record = record.source
        self.sources = locate_sources(record.project, record.libraries, os.environ)
        read_sources(self.sources)
        self.values: dict[str, Value] = merge_sources(self.sources)
        self.rules: dict[str, dict[str, str]] = {}
        self.rules_file: Source | None = None

    def read_rules(self) -> Source:
        """Read the shipped rules too and return their file; not every command needs them."""
        if self.rules_file is None:
            self.rules, self.rules_file = read_shipped_rules()
        return self.rules_file

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong with what was read."""
        sources = [self.record, *self.sources]
        if self.rules_file is not None:
            sources.append(self.rules_file)
        return [problem for source in sources for problem in source.problems]

    @property
    def is_stored(self) -> bool:
        """Whether a snapshot of this is to be stored: the option ``snapshot`` and LAZI_NO_SNAPSHOT."""
        return self.values["snapshot"].value is True and not is_on(os.environ, "LAZI_NO_SNAPSHOT")

    def settings(self) -> dict[str, Any]:
        """Return what a start needs to know of all this: the policy."""
        self.read_rules()
        values = self.values
        return {
            "enabled": values["enabled"].value,
            "mode": values["mode"].value,
            "stdlib": values["stdlib"].value,
            "trace": values["trace"].value,
            "snapshot": values["snapshot"].value,
            "settle-after": values["settle-after"].value,
            "eager": values["eager"].origins,
            "eager-in": values["eager-in"].origins,
            "lazy": values["lazy"].origins,
            **{f"shipped-{kind}": rules for kind, rules in self.rules.items()},
        }

    def as_snapshot(self, *, to_keep: bool = True) -> dict[str, Any]:
        """Return the snapshot: the settings, our engine's code, and what both were read from.

        to_keep: it is going to be stored.
        """
        rules_file = self.read_rules()
        _, stored = next(stored_snapshots(), ("", None))
        packed, stamps = pack_code(stored, to_keep=to_keep)
        # The rules are a source although they come with us, and so is the code:
        # another build of the same version may bring other ones.
        watched = [self.record, *self.sources, rules_file]
        return {
            "format": FORMAT,
            "prefix": sys.prefix,
            "sources": [*((source.path, *source.stamp) for source in watched), *stamps],
            "code": packed,
            "settings": self.settings(),
            "problems": [problem.sentence for problem in self.problems],
        }


def refresh(store: bool = True) -> dict[str, Any]:
    """Read the record and all configuration files, store the snapshot if told to, and return it.

    A file that cannot be used becomes one of the snapshot's problems; that the
    snapshot could not be stored makes no difference to what is returned.
    """
    configuration = Configuration()
    is_stored = store and configuration.is_stored
    snapshot = configuration.as_snapshot(to_keep=is_stored)
    if is_stored:
        store_snapshot(snapshot)
    return snapshot

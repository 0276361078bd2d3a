"""A benchmark as JSON, kept in a file to compare a later one with, and that comparison."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import UsageError
from .benching import FIGURES, NATIVE_ALL, Benchmark
from .ratios import CONFIDENCE, Ratio, Spread, separate_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
DIGITS = 4  # behind the point; of a millisecond, or of a ratio


@dataclass(frozen=True)
class Change:
    """How one figure of one way has changed: the medians of both benchmarks, and new relative to old."""

    old: float
    new: float
    ratio: Ratio


@dataclass(frozen=True)
class Comparison:
    """A benchmark beside a saved one.

    differs: by the name of what is not the same in both ("command", "python",
    "engine"), the old and the new one.
    changes: by way and figure, of the ways that both have.
    old_ratios: those that were saved, by way and figure.
    """

    file: str
    differs: dict[str, tuple[Any, Any]]
    changes: dict[str, dict[str, Change]]
    old_ratios: dict[str, dict[str, Ratio]]


def as_dict(found: Benchmark) -> dict[str, Any]:
    """Return *found* as JSON knows it; a way that this interpreter does not have is None."""
    return {
        "command": found.command,
        "python": found.python,
        "engine": found.engine,
        "rounds": found.rounds,
        "recorded": found.recorded,
        "confidence": CONFIDENCE,
        "ways": {
            name: way
            and {
                "statuses": way.statuses,
                "modules": way.modules,
                **{figure: _rounded(asdict(spread)) for figure, spread in way.figures.items()},
            }
            for name in ("eager", "lazy", NATIVE_ALL)
            for way in (found.ways.get(name),)
        },
        "ratios": {
            name: ratios and {figure: _rounded(asdict(ratio)) for figure, ratio in ratios.items()}
            for name in ("lazy", NATIVE_ALL)
            for ratios in (found.ratios.get(name),)
        },
    }


def save(found: Benchmark, file: str) -> None:
    """Write *found* into *file*."""
    Path(file).write_text(json.dumps({"version": VERSION, **as_dict(found)}, indent=1) + "\n", "utf-8")


def read_saved(file: str) -> dict[str, Any]:
    """Return what save() wrote into *file*.

    Errors: UsageError if it cannot be read or is something else.
    """
    try:
        saved = json.loads(Path(file).read_bytes())
        if saved["version"] != VERSION or not isinstance(saved["command"], list):
            raise ValueError(file)
        _ratios(saved)
        for way in filter(None, saved["ways"].values()):
            for figure in FIGURES:
                _spread(way[figure])
    except OSError as error:
        raise UsageError(
            "unreadable-benchmark",
            f"'{file}' cannot be read: {error.strerror}.",
            "Write it with: lazi-site bench --save FILE -- CMD",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            "no-benchmark",
            f"'{file}' is not what --save of this version of lazi-site writes.",
            "Write it anew: lazi-site bench --save FILE -- CMD",
        ) from None
    return dict(saved)


def compare(found: Benchmark, saved: dict[str, Any], file: str) -> Comparison:
    """Return *found* beside what read_saved() gave of *file*."""
    new = as_dict(found)
    return Comparison(
        file,
        {
            key: (saved.get(key), new[key])
            for key in ("command", "python", "engine")
            if saved.get(key) != new[key]
        },
        {
            name: {
                figure: _change(_spread(saved["ways"][name][figure]), way.figures[figure])
                for figure in FIGURES
            }
            for name, way in found.ways.items()
            if saved["ways"].get(name)
        },
        _ratios(saved),
    )


def comparison_as_dict(comparison: Comparison) -> dict[str, Any]:
    """Return *comparison* as JSON knows it."""
    return {
        "file": comparison.file,
        "differs": {key: {"old": old, "new": new} for key, (old, new) in comparison.differs.items()},
        "changes": {
            way: {figure: _rounded(asdict(change)) for figure, change in changes.items()}
            for way, changes in comparison.changes.items()
        },
    }


def _change(old: Spread, new: Spread) -> Change:
    return Change(old.median, new.median, separate_ratio(new.values, old.values))


def _spread(fields: dict[str, Any]) -> Spread:
    return Spread.of([float(value) for value in fields["values"]])


def _ratios(saved: dict[str, Any]) -> dict[str, dict[str, Ratio]]:
    """Return the ratios that were saved."""
    return {
        name: {
            figure: Ratio(**{key: float(ratios[figure][key]) for key in ("ratio", "low", "high")})
            for figure in FIGURES
        }
        for name, ratios in saved["ratios"].items()
        if ratios
    }


def _rounded(fields: Any) -> Any:
    """Return *fields* with numbers of DIGITS digits behind the point."""
    if isinstance(fields, dict):
        return {key: _rounded(value) for key, value in fields.items()}
    if isinstance(fields, (list, tuple)):
        return [_rounded(value) for value in fields]
    return round(fields, DIGITS)

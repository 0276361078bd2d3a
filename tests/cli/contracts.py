"""The form of every command's ``--json``: what scripts may rely on. A change here is a change for them.

A form is a type; a tuple of forms, any of which will do; a set of the only
values; a list of one form, that of every entry; a dictionary: exactly these
keys, or with the one key "*" any, whose values all have the form.
"""

from __future__ import annotations

from typing import Any

ANY_KEY = "*"
NUMBER = (int, float)
TEXT = (str, None)

VERSION = {"version": int}
PROBLEM = {
    "path": str,
    "line": (int, None),
    "key": TEXT,
    "value": (str, bool, *NUMBER, None),
    "expected": TEXT,
    "message": str,
}
SOURCE = {"name": str, "path": str, "present": bool}
PLACE = [(str, int)]  # module, file, line, function

STATUS = VERSION | {
    "lazi_site": str,
    "on": bool,
    "reason": TEXT,
    "engine": {"backport", "native", None},
    "interpreter": {"implementation": str, "version": str, "executable": str},
    "environment": {"prefix": str, "virtualenv": bool},
    "project": TEXT,
    "start_files": [{"path": str, "state": str}],
    "snapshot": ({"path": str, "fresh": bool}, None),
    "sources": [SOURCE | {"settings": [str], "note": TEXT}],
    "problems": [PROBLEM],
    "last_fault": TEXT,
    "editable_installs": [
        {"file": str, "kind": {"path", "setuptools", "finder"}, "target": str, "imports": str}
    ],
}

PLAIN = {"value": (bool, str, int), "source": str}
PATTERNS = {"value": [str], "sources": {ANY_KEY: str}}
CONFIG_SHOW = VERSION | {
    "project": TEXT,
    "options": {
        **dict.fromkeys(("enabled", "mode", "stdlib", "trace", "snapshot", "settle-after"), PLAIN),
        **dict.fromkeys(("eager", "eager-in", "lazy"), PATTERNS),
    },
    "shipped": {ANY_KEY: {ANY_KEY: str}},
    "problems": [PROBLEM],
}
CONFIG_CHECK = VERSION | {"path": str, "problems": [PROBLEM]}
CONFIG_PATH = VERSION | {"sources": [SOURCE]}

FINDING = {"code": str, "module": str, "file": str, "line": int, "detail": str}
SCAN = VERSION | {
    "packages": [
        {
            "name": str,
            "version": str,
            "packages": [str],
            "verdict": {"safe", "acts", "eager"},
            "modules": int,
            "imports": int,
            "waiting": int,
            "counts": {ANY_KEY: int},
            "findings": [FINDING],
        }
    ]
}
EXPLAIN = VERSION | {
    "codes": [{"code": str, "kind": {"import", "module", "environment"}, "meaning": str, "advice": str}],
}

DIFFERENCE = {"stream": str, "diff": [str]}
RUN = {"status": (int, None), "cpu_ms": NUMBER, "seconds": NUMBER}
VERIFY = VERSION | {
    "command": [str],
    "same": bool,
    "differences": [DIFFERENCE],
    "lazy_runs_that_differ": int,
    "not_deterministic": [str],
    "failed_import": ({"importer": TEXT, "target": str, "file": TEXT, "line": (int, None)}, None),
    "eager": [RUN],
    "lazy": [RUN],
}
BISECT = VERSION | {
    "command": [str],
    "verdict": {"same", "cured", "not laziness", "out of runs"},
    "differences": [DIFFERENCE],
    "not_deterministic": [str],
    "rules": {ANY_KEY: [str]},
    "runs": int,
    "imports_seen": int,
    "always_right_with_rules": (bool, None),
    "cpu_ms": {"eager": NUMBER, "lazy": NUMBER, "with_rules": (*NUMBER, None)},
    "written": TEXT,
    "not_written": TEXT,
    "verified": (bool, None),
}

RULE = ({"code": str, "detail": str}, None)
WHY = VERSION | {
    "module": str,
    "file": TEXT,
    "policy": {"imports_of_it": RULE, "imports_in_it": RULE},
}
MET = {"importer": str, "target": str, "file": str, "line": int}
LOAD = {"ns": int, "own": int, "lazy": bool, "stack": [PLACE], "error": TEXT}
WHY_IN_RUN = WHY | {
    "command": [str],
    "status": int,
    "processes": [
        {
            "pid": int,
            "argv": [str],
            "statements": [
                (
                    MET | {"event": {"deferred", "bound"}},
                    MET | {"event": {"eager"}, "code": str, "detail": str},
                )
            ],
            "load": (LOAD, None),
        }
    ],
}

LOADED = {
    "module": str,
    **dict.fromkeys(("ns", "own_ns", "start_ns", "thread"), int),
    "parent": (int, None),
    "lazy": bool,
    "stack": [PLACE],
    "error": TEXT,
}
TOTALS = ("statements", "never_needed", "loaded_later", "bound", "eager", "modules", "import_ns")
REPORT = VERSION | {
    "command": ([str], None),
    "status": (int, None),
    "eager_status": (int, None),
    "problem": str,
    "processes": [
        {
            "pid": int,
            "argv": [str],
            "engine": {"backport", "native", ""},
            "python": str,
            "totals": dict.fromkeys(TOTALS, int),
            "eager_run": ({"modules": int, "import_ns": int, "never_loaded": [str]}, None),
            "statements": [
                {
                    "importer": str,
                    "target": str,
                    "names": [str],
                    "file": str,
                    "line": int,
                    "state": {"never-needed", "loaded-later", "bound", "eager"},
                    "code": str,
                    "detail": str,
                    "place": (PLACE, None),
                    "saved_ns": (int, None),
                    "spared": (int, None),
                }
            ],
            "modules": [LOADED],
            "eager_modules": ([LOADED], None),
            "reasons": [{"code": str, "detail": str, "statements": int}],
            "cuts": [
                {
                    "importer": str,
                    "file": str,
                    "line": int,
                    "code": str,
                    "advice": str,
                    "modules": [str],
                    "saves_ns": int,
                }
            ],
        }
    ],
}

FIGURES = ("cpu_ms", "wall_ms", "peak_mib")
SPREAD = {"median": NUMBER, "lower": NUMBER, "upper": NUMBER, "values": [NUMBER]}
RATIO = {"ratio": NUMBER, "low": NUMBER, "high": NUMBER}
WAY = {"statuses": [int], "modules": (int, None), **dict.fromkeys(FIGURES, SPREAD)}
RATIOS = dict.fromkeys(FIGURES, RATIO)
EXAMINED = {
    "code": str,
    "level": {"ok", "info", "warning", "error"},
    "message": str,
    "path": TEXT,
    "advice": TEXT,
    "fixable": bool,
}
DOCTOR = VERSION | {
    "environment": str,
    "findings": [EXAMINED],
    "repaired": [EXAMINED],
    "not_repaired": [EXAMINED | {"reason": str}],
}
CLEAN = VERSION | {"removed": [str]}

MEASURED = (*NUMBER, None)  # None where nothing was counted
TOP = VERSION | {
    "python": str,
    "engine": {"backport", "native"},
    "runs": int,
    "totals": {
        "programs": int,
        "eager_cpu_ms": NUMBER,
        "lazy_cpu_ms": NUMBER,
        "saved_ms": NUMBER,
        "geometric_mean": MEASURED,
        "outcomes": {ANY_KEY: int},
    },
    "programs": [
        {
            "name": str,
            "distribution": TEXT,
            "also": [str],
            "option": str,
            "outcome": {"same", "different", "too-long", "no-answer", "not-runnable"},
            "exit_status": (int, None),
            "eager_cpu_ms": MEASURED,
            "lazy_cpu_ms": MEASURED,
            "saved_ms": MEASURED,
            "ratio": MEASURED,
            "differences": [DIFFERENCE],
            "lazy_runs_that_differ": int,
            "not_deterministic": [str],
            "problem": TEXT,
        }
    ],
}

CHANGE = {"old": NUMBER, "new": NUMBER, "ratio": RATIO}
CHANGES = dict.fromkeys(FIGURES, CHANGE)
SAVED = VERSION | {
    "command": [str],
    "python": str,
    "engine": {"backport", "native"},
    "rounds": int,
    "recorded": bool,
    "confidence": int,
    "ways": {"eager": WAY, "lazy": WAY, "native_all": (WAY, None)},
    "ratios": {"lazy": RATIOS, "native_all": (RATIOS, None)},
}
BENCH = SAVED | {
    "fail_over": ({"limit": NUMBER, "unit": {"ratio", "ms"}, "value": NUMBER, "exceeded": bool}, None),
    "compared": (
        {
            "file": str,
            "differs": {ANY_KEY: {"old": (str, [str], None), "new": (str, [str])}},
            "changes": {ANY_KEY: CHANGES},
        },
        None,
    ),
}


def breaches(found: Any, form: Any, where: str = "") -> list[str]:
    """Return in words where *found* has not the *form*; *where*: its place in the whole."""
    if isinstance(form, tuple):
        tries = [breaches(found, one, where) for one in form]
        return min(tries, key=len)
    if form is None or isinstance(form, set):
        fits = found is None if form is None else any(found == one for one in form)
        return [] if fits else [f"{where}: {found!r}, expected {form}"]
    if isinstance(form, type):
        return [] if type(found) is form else [f"{where}: {found!r}, expected {form.__name__}"]
    if not isinstance(found, type(form)):
        return [f"{where}: {found!r}, expected a {type(form).__name__}"]
    if isinstance(form, list):
        entries = ((one, form[0], f"{where}[{at}]") for at, one in enumerate(found))
    elif ANY_KEY in form:
        entries = ((one, form[ANY_KEY], f"{where}.{key}") for key, one in found.items())
    else:
        wrong = [f"{where}.{key}: not expected" for key in found.keys() - form.keys()]
        wrong += [f"{where}.{key}: missing" for key in form.keys() - found.keys()]
        if wrong:
            return wrong
        entries = ((one, form[key], f"{where}.{key}") for key, one in found.items())
    return [breach for entry in entries for breach in breaches(*entry)]

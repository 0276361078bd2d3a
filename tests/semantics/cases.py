"""The format of the case files, and running one case; no rule is stated here.

A case file holds one case after another::

    === the rule that the case holds, in words
    run: -m tool
    same as eager
    --- subj.py
    import heavy
    --- expect
    load heavy

Options stand before the first file, each on a line: ``run:`` what follows the
interpreter (``main.py`` if missing), ``stdin:`` the file to read from,
``env:`` a variable ``NAME=value``, ``status:`` the exit status (0 if missing),
``on:`` engines or versions the case is for, such as ``backport`` or
``3.12 3.13``. ``same as eager``: the expected output is also that of a run
with LAZI_DISABLE. ``prints errors``: standard error need not be empty.

``--- expect`` is the output; ``--- expect backport`` or ``--- expect native``
stand for the engines that differ in it. Where a case has no ``main.py``, one
imports ``subj`` eagerly; where it has no ``heavy.py``, it gets HEAVY.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.environment import Environment

FOLDER = Path(__file__).parent / "cases"
HEAVY = 'print("load heavy")\nA, B = 1, 2\n\n\nclass K:\n    pass\n\n\ndef fn():\n    return 3\n'
MAIN = "try:\n    import subj\nfinally:\n    pass\n"


@dataclass
class Case:
    """One case of a file: its rule, its options, its files and what it prints by engine ("" for both)."""

    rule: str
    options: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)

    def is_for(self, version: str, engine: str) -> bool:
        """Return whether the case is for the interpreter of that version, such as "3.12"."""
        wanted = self.options.get("on", "").split()
        return not wanted or version in wanted or engine in wanted


def read_cases(path: Path) -> list[Case]:
    """Return the cases in the file *path*."""
    blocks = re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [parse_case(block) for block in blocks]


def parse_case(block: str) -> Case:
    """Return the case that *block* describes."""
    head, *pieces = re.split(r"^--- (.+)\n", block, flags=re.MULTILINE)
    rule, *options = head.strip().splitlines()
    case = Case(rule.strip())
    for option in options:
        name, _, value = option.partition(":")
        if name not in ("run", "stdin", "env", "status", "on", "same as eager", "prints errors"):
            raise ValueError(f"{rule}: unknown option {option!r}")
        case.options[name] = value.strip()
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        word, _, engine = name.strip().partition(" ")
        if word == "expect":
            case.expected[engine] = text.strip()
        else:
            case.files[name.strip()] = text.rstrip("\n") + "\n"
    if "" not in case.expected and set(case.expected) != {"backport", "native"}:
        raise ValueError(f"{rule}: nothing is expected")
    case.files.setdefault("main.py", MAIN)
    case.files.setdefault("heavy.py", HEAVY)
    return case


def run_case(case: Case, environment: Environment, folder: Path, *, eager: bool = False) -> str:
    """Run *case* in *folder* and return what it printed; errors on the way fail the test.

    What an earlier run left there goes, but byte code and files that are the same stay.
    """
    wanted = {name.partition("/")[0] for name in case.files} | {"__pycache__"}
    for path in folder.iterdir():
        if path.name not in wanted:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    env: dict[str, str | None] = {"LAZI_STDLIB": "include", "LAZI_DISABLE": "1" if eager else None}
    if "env" in case.options:
        name, _, value = case.options["env"].partition("=")
        env[name] = value
    stdin = case.files[case.options["stdin"]] if "stdin" in case.options else None
    arguments = [part.replace("\\t", " ") for part in case.options.get("run", "main.py").split()]
    done = environment.run(*arguments, env=env, cwd=folder, input=stdin)
    fault = environment.state / "last-fault.txt"
    if fault.exists():
        text = fault.read_text(encoding="utf-8")
        fault.unlink()
        raise AssertionError(f"the engine gave up: {text}")
    status = int(case.options.get("status", "0"))
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    if "prints errors" not in case.options:
        assert done.stderr == "", done.stderr
    return done.stdout.strip()

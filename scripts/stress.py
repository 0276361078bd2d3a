#!/usr/bin/env python3
"""Strain an enabled environment: many starts, threads, forks, signals, subinterpreters, the end of a process.

    stress.py                                     small numbers, with the running interpreter
    stress.py circles --rounds 1000 --python PATH one of them, as long as wanted
    stress.py starts --starts 200                 interpreters started at once

The programs are in scripts/stressing. `starts` begins that many interpreters at
once, while a configuration file is edited, so that their snapshot is stale, and
`enable` and `disable` run in turns. Exit status 1 if a program printed something
wrong, ended with another status, or hung.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from support.benching import check_names, environments, failures_in_words, make_parser
from support.environments import (
    CHECKOUT,
    Environment,
    installing_environment,
)
from support.tables import table

PROGRAMS = CHECKOUT / "scripts" / "stressing"
NAMES = ("starts", "circles", "meddling", "forks", "signals", "tasks", "interpreters", "ending")
HANGS = 120  # seconds after which a start counts as hanging
CONFIGURATIONS = ('eager = ["nothing"]\n', "enabled = false\n", "enabled = \n", "", 'stdlib = "include"\n')


def main() -> int:
    """Run what is asked for; return the exit status."""
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    add("--rounds", type=int, default=20, metavar="N", help="rounds of each program (default 20)")
    add("--starts", type=int, default=200, metavar="N", help="interpreters started at once (default 200)")
    add("--subinterpreters", type=int, default=100, metavar="N", help="made one by one (default 100)")
    options = parser.parse_args()
    check_names(parser, options.names, NAMES)
    rows = [("python", "what", "done", "seconds", "result")]
    complaints = []
    with failures_in_words():
        for version, environment in environments(options, "stress"):
            for name in options.names or NAMES:
                began = time.monotonic()
                done, complaint = run(name, environment, options)
                seconds = f"{time.monotonic() - began:.1f}"
                rows.append((version, name, done, seconds, "FAILED" if complaint else "passed"))
                if complaint:
                    complaints.append(f"\n{name} on {version}:\n{complaint}")
    print(table(rows))
    print("".join(complaints))
    return int(bool(complaints))


def run(name: str, environment: Environment, options: argparse.Namespace) -> tuple[str, str]:
    """Run *name*; return what was done and what went wrong, or ""."""
    with tempfile.TemporaryDirectory(prefix="lazi-site-") as folder:
        if name == "starts":
            return start_many(environment, Path(folder), options.starts)
        rounds = options.subinterpreters if name == "interpreters" else options.rounds
        done, complaint = run_program(environment, name, rounds, Path(folder))
        if name == "interpreters":
            eager, _ = run_program(environment, name, rounds, Path(folder), LAZI_DISABLE="1")
            done = f"{done}, eager: {eager}"
    return done, complaint


def run_program(
    environment: Environment, name: str, rounds: int, folder: Path, **variables: str
) -> tuple[str, str]:
    """Run the program *name* in *folder*; return what it printed and what went wrong, or ""."""
    done = subprocess.run(
        [str(environment.python), str(PROGRAMS / f"{name}.py"), str(rounds)],
        cwd=folder,
        env=variables_in(folder, LAZI_STDLIB="include", **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = " ".join(done.stdout.split()).strip("{}").replace('"', "")
    if not done.returncode and not done.stderr:
        return printed, ""
    return printed, f"exit status {done.returncode}\n{done.stderr}"


def variables_in(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a process whose home is *folder* and whose imports are lazy."""
    kept = {name: value for name, value in installing_environment().items() if name != "LAZI_DISABLE"}
    return {**kept, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), **more}


def start_many(environment: Environment, folder: Path, starts: int) -> tuple[str, str]:
    """Start interpreters at once while configuration and start file change; all must do the same."""
    (folder / "app.py").write_text("import heavy\ndef value(): return heavy.A\n", "utf-8")
    (folder / "heavy.py").write_text("A = 42\n", "utf-8")
    variables = variables_in(folder, PYTHONPATH=str(folder))
    code = (
        "import sys, app; print(app.value());"
        "print(sys.modules['lazi_site.startup.bootstrap'].state.engine"
        " if 'lazi_site.startup.bootstrap' in sys.modules else '', file=open('engines', 'a'))"
    )
    stop = threading.Event()
    complaints: list[str] = []
    counts = [0, 0]

    def edit() -> None:
        file = folder / "config" / "lazi-site" / "config.toml"
        file.parent.mkdir(parents=True)
        for text in itertools.cycle(CONFIGURATIONS):
            file.write_text(text, "utf-8")  # in place: a reader may find half of it
            counts[0] += 1
            if stop.wait(0.02):
                return

    def switch() -> None:
        for command in itertools.cycle(("disable", "enable")):
            done = subprocess.run(
                [str(environment.python), "-m", "lazi_site", command],
                env=variables | {"LAZI_DISABLE": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            counts[1] += 1
            if done.returncode:
                complaints.append(f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
            if stop.is_set() and command == "enable":
                return

    threads = [threading.Thread(target=edit), threading.Thread(target=switch)]
    for thread in threads:
        thread.start()
    command = [str(environment.python), "-c", code]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [
        subprocess.Popen(command, cwd=folder, env=variables, text=True, **pipes)  # type: ignore[call-overload]
        for _ in range(starts)
    ]
    for one in running:
        try:
            output, error = one.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            one.kill()
            output, error = one.communicate()
            error += "it hung"
        if (one.returncode, output, error) != (0, "42\n", ""):
            complaints.append(f"exit status {one.returncode}, printed {output!r}\n{error}")
    stop.set()
    for thread in threads:
        thread.join()
    fault = environment.folder / "lazi-site" / "last-fault.txt"
    if fault.exists():
        complaints.append(fault.read_text("utf-8"))
    lazy = (folder / "engines").read_text("utf-8").split()
    done = f"starts: {starts}, of them lazy: {len(lazy)}, edits: {counts[0]}, enable and disable: {counts[1]}"
    return done, "\n".join(complaints[:3] and [f"{len(complaints)} went wrong, the first:", *complaints[:3]])


if __name__ == "__main__":
    sys.exit(main())

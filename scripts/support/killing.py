"""Kills what changes an environment at random moments, and judges the state that is left."""

from __future__ import annotations

import json

from .surroundings import Surroundings, last_line

OPERATIONS = ("enable", "disable", "snapshot refresh", "bisect --write")

# Runs in the environment's interpreter. Every operation is done in a child by fork, so that
# loading modules takes no part of the time; the parent kills it between 0 and 1.6 of that time.
DRIVER = r"""
import json, os, random, signal, sys, time
project, each, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
from lazi_site.config.refresh import Configuration, refresh
from lazi_site.config.record import pack_record, read_record, state_directory
from lazi_site.config.writing import add_patterns, choose_source
from lazi_site.install.enable import disable, enable
from lazi_site.install.layout import site_packages, start_file
from lazi_site.install.start_line import start_file_content
from lazi_site.startup.snapshot import read_snapshot, snapshot_directories, snapshot_name
import tomlkit, tomllib, json, platformdirs
dice = random.Random(seed)
toml = os.path.join(project, "lazi-site.toml")
old_text, new_name = "# mine\nlazy = [\n    'a.b',\n]\n", "c.d"
START = start_file_content(os.path.basename(start_file()))

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None

def write(path, text):
    with open(path, "w") as file:
        file.write(text)

def setting_up():
    write(toml, old_text)
    enable(project=project)
    refresh()

def add_rule():
    source = choose_source(Configuration().sources, "project")
    add_patterns(source, {"lazy": [new_name]}, "a comment")

def state_of_enabling():
    start, record = read(start_file()), read(os.path.join(state_directory(), "environment.json"))
    if start not in (None, START):
        return "start file of %d bytes" % len(start)
    if record is not None and json.loads(record)["project"] != project:
        return "record is wrong"
    if start is not None and record is None:
        return "start file without record"
    if start is not None:
        return "enabled"
    return "disabled" if record is None else "disabled, with a record"

def state_of_snapshot():
    found = read_snapshot(os.path.join(snapshot_directories()[0], snapshot_name()))
    return "unreadable" if found is None else repr(sorted(found["settings"]["eager"]))

def state_of_rules():
    text = read(toml).decode()
    return repr(tomllib.loads(text)["lazy"]) if text.startswith("# mine") else "lost"

def nothing():
    pass

def prepare_snapshot():
    setting_up()
    write(toml, "eager = ['new']\n")

KINDS = {
    "enable": (disable, lambda: enable(project=project), state_of_enabling,
               ("disabled", "enabled", ("disabled, with a record",))),
    "disable": (setting_up, disable, state_of_enabling,
                ("enabled", "disabled", ("disabled, with a record",))),
    "snapshot refresh": (prepare_snapshot, refresh, state_of_snapshot, ("[]", "['new']", ())),
    "bisect --write": (setting_up, add_rule, state_of_rules, ("['a.b']", "['a.b', 'c.d']", ())),
}

def begin(operation):
    child = os.fork()
    if not child:
        try:
            operation()
        finally:
            os._exit(0)
    return child

disable()
untouched = sorted(os.listdir(site_packages()))
failures, counts = [], {}
for name, (prepare, operation, judge, (old, new, between)) in KINDS.items():
    times = []
    for _ in range(5):
        prepare()
        began = time.perf_counter()
        os.waitpid(begin(operation), 0)
        times.append(time.perf_counter() - began)
    limit = sorted(times)[2] * 1.6
    found = counts[name] = {}
    for number in range(each):
        prepare()
        wait = dice.triangular(0, limit, limit * 0.7)  # what changes files comes late
        began = time.perf_counter()
        child = begin(operation)
        while time.perf_counter() - began < wait:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        state = judge()
        kind = "old" if state == old else "new" if state == new else "between"
        found[kind] = found.get(kind, 0) + 1
        if kind == "between" and state not in between:
            failures.append("%s, kill %d: %s" % (name, number, state))
        # What was left must not be in the way of the next command, and disable removes all of it.
        enable(project=project)
        if state_of_enabling() != "enabled":
            failures.append("%s, kill %d: enabled again, but %s" % (name, number, state_of_enabling()))
        disable()
        left = sorted(os.listdir(site_packages()))
        if left != untouched or os.path.exists(state_directory()):
            failures.append("%s, kill %d: disable left files" % (name, number))
            untouched = left
        if name == "bisect --write":
            left = [one for one in os.listdir(project) if one != "lazi-site.toml"]
            for one in left:
                os.unlink(os.path.join(project, one))
print(json.dumps([counts, failures]))
"""


def kill_often(place: Surroundings, each: int, seed: int) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Kill each of OPERATIONS *each* times; return the states that were left, and what is wrong."""
    done = place.run("-c", DRIVER, str(place.project), str(each), str(seed), patience=3600, LAZI_DISABLE="1")
    if done.status != 0 or done.errors:
        return {}, [f"the kills ended with {done.status}: {last_line(done.errors)}"]
    counts, failures = json.loads(done.output)
    return counts, failures

#!/usr/bin/env python3
"""Patch and import every module of the standard library and of about a hundred distributions.

    real_modules.py [NAME ...] [--python PATH ...] [--keep DIR] [--patch-only] [--json FILE]

NAME: a distribution of scripts/distributions.txt, or "stdlib"; default: all.
First each module is patched without being run, and dis has to go through what
comes out (3.15: its statements are read). Then the modules of one distribution
are imported in one process, eagerly and lazily with the standard library lazy
too; after resolve_all() the namespaces have to hold the same: names in whatever
order, objects of the same types, and wherever one object stands under several
names eagerly, one and the same lazily: in a first run, and in a second one that
goes by what the first decided about the modules. What differs between two eager
runs is not compared. Exit status 1 if something differs that
scripts/real_modules.toml does not explain.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from support.benching import check_names, environments, failures_in_words, make_parser, say, write_json
from support.environments import CHECKOUT, Environment, call
from support.modules import normal, of_distributions, of_library
from support.running import EAGER, Runner
from support.tables import table

PROGRAMS = CHECKOUT / "scripts" / "reading"
LAZY = {"LAZI_STDLIB": "include"}
LIBRARY = "stdlib"
COUNTED = ("modules", "patched", "statements", "instructions", "imported", "waited", "names", "differences")
TIME_LIMIT = 150  # seconds for the modules of one distribution
GONE = "not there"
IMPORTED = "imported"
# Equal ones need not be the same object, in eager runs either.
ONES_OWN = {f"builtins.{kind}" for kind in ("int", "float", "complex", "str", "bytes", "tuple", "frozenset")}
STAND_IN = "lazi_site.backport.keys.StandIn"
FINDS_SUBMODULES = "builtins.function of lazi_site.startup.packages"
SETTLED_KEY = "lazi_site.backport.namespaces.SettledKey"
Found = dict[str, Any]


def main() -> int:
    """Read what is asked for; return the exit status."""
    wanted = (CHECKOUT / "scripts" / "distributions.txt").read_text("utf-8").split()
    parser = make_parser(__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="a distribution, or stdlib (default: all)")
    add("--patch-only", action="store_true", help="import nothing")
    add("--json", metavar="FILE", help="write what was found there too")
    options = parser.parse_args()
    names = [normal(name) for name in options.names or (LIBRARY, *wanted)]
    check_names(parser, names, (LIBRARY, *map(normal, wanted)))
    found: dict[str, dict[str, Found]] = {}
    explained = tomllib.loads((CHECKOUT / "scripts" / "real_modules.toml").read_text("utf-8"))["differences"]
    with failures_in_words(), tempfile.TemporaryDirectory(prefix="lazi-site-") as folder:
        for version, environment in environments(options, "real"):
            one = found[version] = {}
            refused = environment.install([name for name in wanted if normal(name) in names])
            for name, reason in refused.items():
                say(f"{version}: {name} cannot be installed: {reason}")
            for name, files in modules_of(environment, names).items():
                reader = Reader(environment, Path(folder), files)
                one[name] = reader.patch()
                if not options.patch_only:
                    one[name] |= reader.compare()
                    explain(one[name], one[name].get("fails eagerly", {}), explained, version)
                say(f"{version} {name}: {counts_of(one[name])}")
    write_json(options.json, found)
    return show(found)


def modules_of(environment: Environment, names: list[str]) -> dict[str, dict[str, str]]:
    """Return {distribution: {module: path}} for *names*, of those that are installed."""
    where = "import os, sysconfig; print(os.path.dirname(os.__file__)); print(sysconfig.get_path('purelib'))"
    library, libraries = call([str(environment.python), "-c", where]).splitlines()
    found = {LIBRARY: of_library(Path(library))} if LIBRARY in names else {}
    return found | of_distributions(Path(libraries), names)


class Reader:
    """Reads the modules of one distribution in processes of *environment*."""

    def __init__(self, environment: Environment, folder: Path, files: dict[str, str]) -> None:
        self.files = files
        self.environment = environment
        self.runner = Runner(environment, folder, TIME_LIMIT)
        self.given = folder / "given.json"
        self.answer = folder / "found.json"

    def run(self, program: str, given: object, mode: dict[str, str]) -> Found:
        """Return what *program* finds about *given*; {"crashed": how it ended} if it finds nothing."""
        self.given.write_text(json.dumps(given), "utf-8")
        self.answer.unlink(missing_ok=True)
        self.runner.fresh()
        command = ["python", str(PROGRAMS / f"{program}.py"), str(self.given), str(self.answer)]
        done = self.runner.run(command, mode, {"PYTHONHASHSEED": "0"})
        if done.status or not self.answer.exists():
            return {"crashed": f"{program} ended with {done.status}\n{done.stderr[-2000:]}"}
        answer: Found = json.loads(self.answer.read_text("utf-8"))
        return answer

    def patch(self) -> Found:
        """Return counts, and what went wrong when the modules were patched."""
        done = self.run("patching", self.files, EAGER)
        return done if "crashed" not in done else {"failures": [done["crashed"]]}

    def compare(self) -> Found:
        """Return counts, and what is different lazily: {module: {name: (eager, lazy)}}."""
        eager = self.run("namespaces", list(self.files), EAGER)
        if "crashed" in eager:
            return {"eager": eager["crashed"]}
        for file in (self.environment.folder / "lazi-site").glob("decisions-*"):
            file.unlink()
        different: dict[str, dict[str, tuple[str, str]]] = {}
        for _ in ("deciding", "as decided"):
            lazy = self.run("namespaces", list(self.files), LAZY)
            if lazy.get("reason"):
                lazy["crashed"] = f"imports are eager: {lazy['reason']}"
            if "crashed" in lazy:
                return {"different": {"": {"": ("", lazy["crashed"])}}}
            for module, names in differences(eager, lazy).items():
                different.setdefault(module, {}).update(names)
        found = {
            "imported": len(eager["found"]),
            "fails eagerly": eager["failed"],
            "waited": lazy["waited"],
            "names": sum(map(len, eager["found"].values())),
            "different": different,
        }
        if found["different"]:
            again = self.run("namespaces", list(self.files), EAGER)
            for module, names in differences(eager, again).items():
                for name in names:
                    found["different"].get(module, {}).pop(name, None)
        return found


def differences(one: Found, two: Found) -> dict[str, dict[str, tuple[str, str]]]:
    """Return what differs: {module: {name: (in one, in two)}}; of modules that one cannot import, nothing."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    ones: dict[int, tuple[str, str]] = {}
    twos: dict[int, tuple[str, str]] = {}
    for module, names in one["found"].items():
        others = two["found"].get(module)
        if others is None:
            found[module] = {"": (IMPORTED, two["failed"].get(module, GONE))}
            continue
        for name in names | others:
            (title, number), (other, same) = names.get(name, (GONE, -1)), others.get(name, (GONE, -1))
            if title != other:
                found.setdefault(module, {})[name] = title, other
            elif title.partition(" ")[0] not in ONES_OWN:
                # The first place of each object, in both: what stood with it must stand with it.
                places = (ones.setdefault(number, (module, name)), twos.setdefault(same, (module, name)))
                if places[0] != places[1]:
                    words = ("the same as {}:{}".format(*place) for place in places)
                    found.setdefault(module, {})[name] = next(words), next(words)
    return found


def explain(found: Found, eager_failures: dict[str, str], rules: list[dict[str, str]], version: str) -> None:
    """Move what needs no repair from "different" to "explained", with the reason.

    eager_failures: the modules that cannot be imported eagerly.
    """
    explained = found["explained"] = {}
    for module, names in list(found.get("different", {}).items()):
        for name, (eager, lazy) in list(names.items()):
            reason = general_reason(f"{module}.{name}", eager, lazy, eager_failures)
            for rule in rules:
                fits = fnmatchcase(module, rule["module"]) and fnmatchcase(name, rule["name"])
                if fits and version in rule.get("versions", version):
                    reason = reason or rule["reason"]
            if reason:
                explained[f"{module}:{name}"] = reason
                del names[name]
        if not names:
            del found["different"][module]


def general_reason(place: str, eager: str, lazy: str, eager_failures: dict[str, str]) -> str:
    """Return why an object differs at *place*, in any package, or ""."""
    if eager == GONE and lazy in (STAND_IN, FINDS_SUBMODULES):
        return "the import of a submodule fails, and goes on waiting"
    if eager == GONE and place in eager_failures:
        return "eagerly the submodule cannot be imported; lazily the import in it that fails waits"
    package = place.rpartition(".")[0].rpartition(".")[0]
    if eager == IMPORTED and package in eager_failures:
        return "eagerly it is what is left of a package that cannot be imported"
    if lazy.startswith(SETTLED_KEY) and eager.startswith("builtins.str "):
        return "the text comes from the keys of a namespace, where it was an object of a subclass of str"
    return ""


def counts_of(found: Found) -> dict[str, int]:
    """Return the numbers of COUNTED."""
    counts = {key: found.get(key, 0) for key in COUNTED}
    counts["differences"] = sum(map(len, found.get("different", {}).values()))
    return counts


def show(found: dict[str, dict[str, Found]]) -> int:
    """Print the table and all that is wrong; return the exit status."""
    rows: list[tuple[str, ...]] = [("python", "of", *COUNTED)]
    complaints = []
    for version, parts in found.items():
        for title, names in (("stdlib", {LIBRARY}), ("distributions", set(parts) - {LIBRARY})):
            chosen = [parts[name] for name in names if name in parts]
            if chosen:
                sums = [sum(counts_of(one)[key] for one in chosen) for key in COUNTED]
                rows.append((version, f"{len(chosen)} {title}", *map(str, sums)))
        for name, one in parts.items():
            complaints += [f"{version} {name}: {failure}" for failure in one.get("failures", ())]
            if "eager" in one:
                complaints.append(f"{version} {name}: not compared, eagerly {one['eager']}")
            for module, names_of in one.get("different", {}).items():
                for key, (eager, lazy) in names_of.items():
                    complaints.append(f"{version} {name}: {module}:{key} is {eager!r} eager, {lazy!r} lazy")
            for reason, count in Counter(one.get("explained", {}).values()).items():
                print(f"{version} {name}: {count} differ: {reason}")
    print(table(rows))
    print(*complaints, sep="\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())

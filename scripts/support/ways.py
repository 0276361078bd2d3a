"""The ways of importing that bench_programs.py compares, and the peers that some of them are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .environments import CHECKOUT, CommandFailed, Environment, last_line
from .running import EAGER, NATIVE_ALL

PEERS = CHECKOUT / "scripts" / "peers"  # a folder each, with the sitecustomize.py that switches it on
BASE = "eager"


@dataclass(frozen=True)
class Way:
    """One way of importing. variables: the environment variables that choose it.

    since: the first interpreter that has it. peer: its folder in PEERS.
    requires: what of the package index the peer is. wheel_for: the interpreter whose wheel
    is taken for all, because what is used of it is Python alone.
    """

    name: str
    variables: dict[str, str]
    since: str = ""
    peer: str = ""
    requires: str = ""
    wheel_for: str = ""

    def prepare(self, environment: Environment, keep: Path, version: str) -> Way:
        """Return this way as it can be used, the peer being installed into a folder of *keep*.

        environment: one of the interpreter, whose pip is used. Raises CommandFailed.
        """
        if not self.peer:
            return self
        variables = {**self.variables, "PYTHONPATH": str(PEERS / self.peer)}
        if self.requires:
            folder = keep / "peers" / f"{version}-{self.peer}"
            variables["BENCH_PEER"] = str(folder)
            if not folder.exists():
                options = ["-q", "--no-deps", "--only-binary", ":all:", "--target", str(folder)]
                options += ["--python-version", self.wheel_for] if self.wheel_for else []
                environment.pip("install", *options, self.requires)
                # Metadata would make it one of the installed packages that programs list.
                for metadata in folder.glob("*.dist-info"):
                    metadata.rename(folder / f"{metadata.name}.aside")
        return Way(self.name, variables, peer=self.peer)


WAYS = (
    Way(BASE, EAGER),
    Way("lazy", {}),
    Way("lazy-stdlib", {"LAZI_STDLIB": "include"}),
    Way("native-all", NATIVE_ALL, since="3.15"),
    Way("lazyloader", EAGER, peer="lazyloader"),
    Way("lazi1", EAGER, peer="lazi1", requires="lazi<2"),
    Way("demandimport", EAGER, peer="demandimport", requires="mercurial", wheel_for="3.12"),
)


def usable_ways(
    names: list[str], version: str, environment: Environment, keep: Path
) -> tuple[list[Way], dict[str, str]]:
    """Return the ways *names* (all if there is none) that *version* has, BASE first; {way: why not}.

    Raises ValueError for an unknown name.
    """
    known = [way.name for way in WAYS]
    for name in names:
        if name not in known:
            raise ValueError(f"no way {name!r}; there are: {', '.join(known)}")
    found, failures = [], {}
    for way in WAYS:
        if names and way.name not in (BASE, *names):
            continue
        if way.since and tuple(map(int, version.split("."))) < tuple(map(int, way.since.split("."))):
            continue
        try:
            found.append(way.prepare(environment, keep, version))
        except CommandFailed as error:
            failures[way.name] = last_line(str(error))
    return found, failures

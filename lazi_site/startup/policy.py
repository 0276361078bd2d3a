"""The one policy of both engines: may this import wait, and if not, why.

Pure: a Policy is built from a snapshot's settings and the LAZI_* environment
variables, and answers without looking at files, modules or frames.
"""

import sys

from .reasons import EXCLUDED
from .snapshot import setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .reasons import Eager

STDLIB = sys.stdlib_module_names

# Targets that are the interpreter's own or whose import must happen where it is
# written: readline and rlcompleter are imported for what importing them does;
# threading takes the thread that first imports it for the main one before 3.13.
ALWAYS_EAGER = frozenset({"__main__", "readline", "rlcompleter"})
if sys.version_info < (3, 15):
    ALWAYS_EAGER |= {"__future__"}  # one small module for all, and then no name waits for it
if sys.version_info < (3, 13):
    ALWAYS_EAGER |= {"threading"}


DEFER = None  # the other decision; nothing is to be said about it


class Patterns:
    """Module name patterns with the origin of each: ``name``, ``package.*`` or ``*``.

    ``name`` matches that module alone, ``package.*`` the package and every
    module below it, ``*`` every module.
    """

    __slots__ = ("below", "every", "exact")

    def __init__(self, patterns: "Mapping[str, str]") -> None:
        self.exact: dict[str, str] = {}
        self.below: dict[str, str] = {}
        self.every = ""
        for pattern, origin in patterns.items():
            if pattern == "*":
                self.every = f"'*' in {origin}"
            elif pattern.endswith(".*"):
                self.below[pattern[:-2]] = f"'{pattern}' in {origin}"
            else:
                self.exact[pattern] = f"'{pattern}' in {origin}"

    def find(self, name: str) -> str:
        """Return the rule that matches the module *name* with its origin, or ""."""
        if self.every:
            return self.every
        if name in self.exact:
            return self.exact[name]
        if self.below:
            while name:
                if name in self.below:
                    return self.below[name]
                name = name.rpartition(".")[0]
        return ""


class Policy:
    """Decides for every import statement of this process whether it may wait.

    settings: the "settings" of a snapshot: ``mode``, ``stdlib``, ``trace``, and
    ``eager``, ``eager-in``, ``lazy`` and the shipped rules as {pattern: origin}.
    environ: LAZI_EAGER, LAZI_STDLIB and LAZI_TRACE are laid over them; LAZI_REPORT names a file.
    """

    def __init__(self, settings: "Mapping[str, Any]", environ: "Mapping[str, str]") -> None:
        eager = dict(settings["eager"])
        for pattern in environ.get("LAZI_EAGER", "").split(","):
            if pattern.strip():
                eager[pattern.strip()] = "the environment variable LAZI_EAGER"
        self.mode: str = settings["mode"]
        self.stdlib: str = setting("stdlib", settings, environ)
        self.trace = int(setting("trace", settings, environ))
        self.report = environ.get("LAZI_REPORT", "")
        self.is_watched = bool(self.trace or self.report)
        self.eager = Patterns(eager)
        self.eager_in = Patterns(settings["eager-in"])
        self.lazy = Patterns(settings["lazy"])
        self.shipped_eager = Patterns(settings["shipped-eager"])
        self.shipped_eager_in = Patterns(settings["shipped-eager-in"])
        self.shipped_eager_within = Patterns(settings["shipped-eager-within"])
        self.shipped_settle = Patterns(settings["shipped-settle"])
        # Top-level packages of which a rule names a module as target: the others need no look at the rules.
        self._ruled: set[str] = set()
        self._all_ruled = False
        for rules in (self.eager, self.shipped_eager, self.shipped_eager_within):
            self._all_ruled |= bool(rules.every)
            self._ruled.update(name.partition(".")[0] for name in (*rules.exact, *rules.below))
        self._importers: dict[str, Eager | None] = {}

    def decide(self, importer: str, target: str, names: "Sequence[str]" = ()) -> "Eager | None":
        """Return DEFER or the reason why the statement must not wait.

        importer: name of the module in which the statement stands.
        target: absolute name of the module imported.
        names: what is taken from it (``from target import names``); each may be
        a submodule, so a rule for ``target.name`` counts too.
        """
        try:
            decision = self._importers[importer]
        except KeyError:
            decision = self._importers[importer] = self.decide_importer(importer)
        return decision or self.decide_target(importer, target, names)

    def decide_target(self, importer: str, target: str, names: "Sequence[str]") -> "Eager | None":
        """Do what decide() does, of an *importer* about which decide_importer() said DEFER."""
        if target in ALWAYS_EAGER:
            return "always-eager", target
        top = target.partition(".")[0]
        if self.stdlib == "exclude" and top in STDLIB:
            return EXCLUDED
        if not (top in self._ruled or self._all_ruled):
            return DEFER
        found = self._find_target(self.eager, target, names)
        if found:
            return "eager-rule", found
        found = self._find_target(self.shipped_eager, target, names)
        if not found and importer.partition(".")[0] == top:
            found = self._find_target(self.shipped_eager_within, target, names)
        if found and not self._find_target(self.lazy, target, names):
            return "shipped-eager-rule", found
        return DEFER

    def decide_importer(self, importer: str) -> "Eager | None":
        """Return the reason why no import made in the module *importer* may wait, or DEFER."""
        if importer.partition(".")[0] == "lazi_site":
            return "own-module", ""
        found = self.eager_in.find(importer)
        if found:
            return "eager-in-rule", found
        found = self.shipped_eager_in.find(importer)
        if found and not self.lazy.find(importer):
            return "shipped-eager-in-rule", found
        return DEFER

    def settles(self, module: str) -> str:
        """Return the package in which no import may wait any longer once *module* is loaded, or "".

        From the first call on that returns it, imports made inside the package
        are eager; what waits in it is for the caller to resolve.
        """
        found = self.shipped_settle.find(module)
        if not found or self.lazy.find(module):
            return ""
        package = module.partition(".")[0]
        return package if self._keep_eager_below(package, found) else ""

    def keep_whole(self, package: str, because_of: str) -> bool:
        """Let no import made inside *package* wait: the module *because_of* looks for its modules.

        Return whether that is new; then what waits there is for the caller to resolve.
        """
        return self._keep_eager_below(package, f"the code of {because_of}, which looks for its modules")

    def _keep_eager_below(self, package: str, why: str) -> bool:
        if package in self.eager_in.below:
            return False
        self.eager_in.below[package] = why
        self._importers.clear()
        return True

    def keep_eager_in(self, module: str, because_of: str) -> None:
        """Let no import made in *module* wait: the module *because_of* goes through its namespace."""
        self.eager_in.exact.setdefault(module, f"the code of {because_of}, which goes through its names")
        self._importers.pop(module, None)

    @staticmethod
    def _find_target(patterns: Patterns, target: str, names: "Sequence[str]") -> str:
        found = patterns.find(target)
        for name in names:
            found = found or patterns.find(target + "." + name)
        return found

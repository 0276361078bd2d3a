"""Which single import would save most if it waited: what nothing but that statement needed.

Modules and the lines that import them make a graph: what starts at the program
and leads to a module needs it. A line is worth the own time of all modules to
which every way leads through it (those that it dominates). Ways that the records
do not show, imports made inside the standard library of what was loaded already,
make this an upper bound.
"""

from __future__ import annotations

import sys
from itertools import pairwise

from .loads import Load
from .statements import BOUND, EAGER, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Node = str | tuple[str, int]  # a module, or the file and line of an import; "" is the program

PROGRAM = ""

ADVICE = {
    "stdlib-target": 'set stdlib = "include"',
    "in-try": "move it out of the try or with, or into the function that needs it",
    "star-import": "name what is taken instead of *",
    "eager-rule": "a rule of yours keeps it eager",
    "eager-in-rule": "a rule of yours keeps it eager",
    "not-declared": "add it to the module's __lazy_modules__",
    "switched-off": "the program asks for eager imports here",
}
OTHER_ADVICE = "move it into the function that needs it"


class Cut:
    """An import statement and what it alone was needed for: modules, and their own time in nanoseconds."""

    __slots__ = ("file", "importer", "line", "modules", "saves")

    def __init__(self, importer: str, file: str, line: int) -> None:
        self.importer = importer
        self.file = file
        self.line = line
        self.modules: list[str] = []
        self.saves = 0


def find_cuts(
    loads: Sequence[Load],
    modules: Mapping[str, Load],
    statements: Sequence[Statement],
    events: Sequence[dict[str, Any]],
) -> list[Cut]:
    """Return the eager imports of a run, the one that would save most first.

    Left out are those inside of the standard library, which nobody can change.
    """
    own: dict[str, int] = {}
    for load in loads:
        own[load.module] = own.get(load.module, 0) + load.own
    cuts: dict[Node, Cut] = {}
    edges: dict[Node, set[Node]] = {PROGRAM: set()}

    def connect(*way: Node) -> None:
        for source, target in pairwise(way):
            edges.setdefault(source, set()).add(target)

    for load in loads:
        parent = PROGRAM if load.parent is None else load.parent.module
        package = load.module.rpartition(".")[0]
        if package in own:
            connect(load.module, package)
        place = load.place
        if load.lazy or place is None or not can_be_changed(place):
            connect(parent, load.module)
            continue
        importer, file, line, _ = place
        cuts.setdefault((file, line), Cut(importer, file, line))
        connect(parent, (file, line), load.module)
    for statement in statements:
        if statement.state in (BOUND, EAGER):
            importer = statement.importer if statement.importer in own else PROGRAM
            for name in (statement.target, *statement.submodules(modules)):
                if name in own:
                    connect(importer, (statement.file, statement.line), name)
    for record in events:
        if record["event"] == "resolved" and record["stack"]:
            user, target = record["stack"][0][0], record["target"]
            target = target if target in own else target.rpartition(".")[0]
            if target in own:
                connect(user if user in own else PROGRAM, target)

    dominators = find_dominators(edges)
    for module in own:
        node: Node | None = dominators.get(module)
        while node:
            if node in cuts:
                cuts[node].modules.append(module)
                cuts[node].saves += own[module]
            node = dominators.get(node)
    return sorted((cut for cut in cuts.values() if cut.saves), key=lambda cut: -cut.saves)


def can_be_changed(place: list[Any]) -> bool:
    """Return whether at *place* stands a statement at module level that is not the standard library's."""
    module, file, _, function = place
    is_library = module.partition(".")[0] in sys.stdlib_module_names and module != "__main__"
    return function == "<module>" and not is_library and not file.startswith("<")


def find_dominators(edges: Mapping[Node, set[Node]]) -> dict[Node, Node]:
    """Return for every node that the program leads to the last one that all ways to it pass.

    As Cooper, Harvey and Kennedy do: "A Simple, Fast Dominance Algorithm" (2001).
    """
    order = postorder(edges)
    number = {node: at for at, node in enumerate(order)}
    sources: dict[Node, list[Node]] = {node: [] for node in order}
    for source in order:
        for target in edges.get(source, ()):
            sources[target].append(source)
    found: dict[Node, Node] = {PROGRAM: PROGRAM}
    changed = True
    while changed:
        changed = False
        for node in reversed(order[:-1]):  # the program comes last
            settled = [source for source in sources[node] if source in found]
            best = settled[0]
            for source in settled[1:]:
                best = meet(best, source, found, number)
            if found.get(node) != best:
                found[node] = best
                changed = True
    return found


def meet(one: Node, other: Node, found: Mapping[Node, Node], number: Mapping[Node, int]) -> Node:
    """Return the nearest node that dominates both."""
    while one != other:
        while number[one] < number[other]:
            one = found[one]
        while number[other] < number[one]:
            other = found[other]
    return one


def postorder(edges: Mapping[Node, set[Node]]) -> list[Node]:
    """Return the nodes that the program leads to, each after those that it leads to."""
    order: list[Node] = []
    seen: set[Node] = {PROGRAM}
    todo: list[tuple[Node, list[Node]]] = [(PROGRAM, sorted(edges[PROGRAM], key=str))]
    while todo:
        node, rest = todo[-1]
        while rest and rest[-1] in seen:
            rest.pop()
        if rest:
            following = rest.pop()
            seen.add(following)
            todo.append((following, sorted(edges.get(following, ()), key=str)))
        else:
            order.append(node)
            todo.pop()
    return order

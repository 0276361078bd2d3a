"""What the top level of a module does to others when it runs, told from its source.

A module that only defines functions, classes and constants may be loaded at any
time, or never. One that registers, changes or calls what it imported acts on
others: whoever relies on that may miss it while its import waits. A wrong "it
acts" costs nothing here, so what cannot be told counts as harmless only where
such code is common and plain: a call whose value is kept.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from .interpreter_calls import changes_interpreter

REGISTERING = frozenset(
    {"connect", "dispatch", "implements", "listens_for", "receiver", "register", "subscribe"}
)
HARMLESS_DECORATORS = frozenset(
    {"abc", "contextlib", "dataclasses", "enum", "functools", "types", "typing", "typing_extensions"}
)
HARMLESS_METACLASSES = frozenset({"type", "ABCMeta", "EnumMeta", "EnumType"})
MAXIMUM_DEPTH = 2  # of the module's own functions that it calls while it is loaded


@dataclass(frozen=True, order=True)
class Effect:
    """Something that loading a module does: where, a stable *code*, and the source it was read from."""

    line: int
    code: str
    detail: str


@dataclass
class ClassFacts:
    """A class of a module: what decides whether a subclass of it is noticed by somebody.

    bases, metaclass: dotted names as written, imported names spelled out.
    """

    name: str
    line: int
    bases: list[str]
    metaclass: str
    notices_subclasses: bool
    is_metaclass: bool


@dataclass
class ModuleFacts:
    """What one module's source says. imported: {name bound: dotted name of what it stands for}."""

    effects: list[Effect] = field(default_factory=list)
    classes: list[ClassFacts] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)


def classify(source: str | bytes, module: str, is_package: bool) -> ModuleFacts:
    """Return what the *source* of *module* does when it is loaded.

    Errors: SyntaxError and ValueError, as of ast.parse().
    """
    tree = ast.parse(source)
    reader = _Reader(module if is_package else module.rpartition(".")[0])
    reader.functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    reader.read(tree.body)
    return reader.facts


class _Reader:
    """Walks over the statements that run when the module is loaded, in order."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.facts = ModuleFacts()
        self.functions: dict[str, ast.FunctionDef] = {}
        self.depth = 0

    def read(self, body: list[ast.stmt]) -> None:
        """Read the statements *body*, nested blocks included, functions left out."""
        for statement in body:
            self.statement(statement)
            for name in ("body", "orelse", "finalbody"):
                below = getattr(statement, name, None)
                if not below or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                if name == "body" and isinstance(statement, ast.If) and never_runs(statement.test):
                    continue
                self.read(below)
            for part in [*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]:
                self.read(part.body)

    def statement(self, statement: ast.stmt) -> None:
        """Note what *statement* itself does."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self.remember(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.decorators(statement)
            case ast.ClassDef():
                self.decorators(statement)
                self.note_class(statement)
            case ast.Expr(value=ast.Call() as call):
                self.call(call, statement)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.stored(target, statement)
                self.kept(targets, value, statement)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                self.stored(target, statement)
            case ast.Delete(targets=targets):
                for target in targets:
                    self.stored(target, statement)
            case ast.For(target=target):
                self.stored(target, statement)

    def remember(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Note which names an import binds, and to what."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.facts.imported[name] = alias.name if alias.asname else name
            return
        parts = self.package.split(".")
        base = ".".join(parts[: len(parts) - statement.level + 1]) if statement.level else ""
        origin = ".".join(filter(None, (base, statement.module or "")))
        for alias in statement.names:
            self.facts.imported[alias.asname or alias.name] = f"{origin}.{alias.name}"

    def spelled_out(self, node: ast.expr) -> str:
        """Return the dotted name *node* with an imported first part spelled out, or ""."""
        name = dotted(node)
        first, dot, rest = name.partition(".")
        return self.facts.imported.get(first, first) + dot + rest

    def is_foreign(self, node: ast.expr) -> bool:
        """Return whether *node* is, or is reached through, something imported."""
        return dotted(root(node)) in self.facts.imported

    def add(self, code: str, node: ast.stmt, what: ast.AST) -> None:
        """Note an effect of the statement *node*."""
        text = ast.unparse(what).partition("\n")[0]
        self.facts.effects.append(Effect(node.lineno, code, text if len(text) <= 60 else text[:57] + "..."))

    def decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Note a decorator that hands what it decorates to somebody else."""
        for decorator in node.decorator_list:
            function = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = self.spelled_out(function)
            if not self.is_foreign(function) or name.partition(".")[0] in HARMLESS_DECORATORS:
                continue
            if changes_interpreter(name):
                self.add("changes-interpreter", node, decorator)
            elif registers(name):
                self.add("registers", node, decorator)

    def call(self, call: ast.Call, statement: ast.stmt) -> None:
        """Note a call whose value nobody keeps: it is made for what it does."""
        name = self.spelled_out(call.func)
        if changes_interpreter(name):
            self.add("changes-interpreter", statement, call)
        elif name in ("setattr", "delattr") and call.args:
            if self.is_foreign(call.args[0]):
                self.add("changes-other", statement, call)
        elif name in ("exec", "eval", "__import__", "importlib.import_module"):
            self.add("runs-code", statement, call)
        elif self.is_foreign(call.func):
            self.add("registers" if registers(name) else "calls-other", statement, call)
        elif name in self.functions and self.depth < MAXIMUM_DEPTH:
            self.depth += 1
            known = len(self.facts.effects)
            self.read(self.functions[name].body)
            found = self.facts.effects[known:]
            # One line is enough: the call, and the first thing that it does.
            self.facts.effects[known:] = [Effect(statement.lineno, one.code, one.detail) for one in found[:1]]
            self.depth -= 1

    def stored(self, target: ast.expr, statement: ast.stmt) -> None:
        """Note a store into an object that was imported."""
        if isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self.stored(element, statement)
        elif isinstance(target, ast.Attribute | ast.Subscript) and self.is_foreign(target):
            interpreter = changes_interpreter(self.spelled_out(target.value))
            self.add("changes-interpreter" if interpreter else "changes-other", statement, target)

    def kept(self, targets: list[ast.expr], value: ast.expr, statement: ast.stmt) -> None:
        """Note a registering call whose value is kept, and names that stand for imported objects."""
        if isinstance(value, ast.Call) and self.is_foreign(value.func):
            if registers(self.spelled_out(value.func)):
                self.add("registers", statement, value)
        elif isinstance(value, ast.Name | ast.Attribute) and self.is_foreign(value):
            for target in targets:
                if isinstance(target, ast.Name):
                    self.facts.imported[target.id] = self.spelled_out(value)

    def note_class(self, node: ast.ClassDef) -> None:
        """Note the class *node*: whether somebody is told of it is known when all modules were read."""
        metaclass = next((self.spelled_out(k.value) for k in node.keywords if k.arg == "metaclass"), "")
        methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        bases = [self.spelled_out(base) for base in node.bases]
        self.facts.classes.append(
            ClassFacts(
                node.name,
                node.lineno,
                bases,
                metaclass if metaclass.rpartition(".")[2] not in HARMLESS_METACLASSES else "",
                "__init_subclass__" in methods,
                "type" in bases and bool(methods & {"__new__", "__init__"}),
            )
        )


def registers(name: str) -> bool:
    """Return whether what the dotted *name* stands for registers what it is given, going by the name."""
    last = name.rpartition(".")[2]
    return last in REGISTERING or last.startswith("register_")


def root(node: ast.expr) -> ast.expr:
    """Return the innermost expression that *node*'s attributes, subscripts and calls are applied to."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for a name or a chain of attributes, else ""."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def never_runs(test: ast.expr) -> bool:
    """Return whether the body of ``if test:`` does not run when the module is imported."""
    text = ast.unparse(test)
    return text.rpartition(".")[2] == "TYPE_CHECKING" or text in ("__name__ == '__main__'", "False", "0")

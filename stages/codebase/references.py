"""The names, modules and strings that a piece of code uses."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from stages.codebase.effects import defaults
from stages.codebase.symbols import Import, Module, import_targets, imported_modules

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class References:
    """The names that a piece of code uses, as in the source, not yet resolved."""

    chains: set[tuple[str, ...]] = field(default_factory=set)
    """A name and its attributes: `a.b.c` is (a, b, c)."""
    stored: set[tuple[str, ...]] = field(default_factory=set)
    """The chains of at least two parts that are assigned to or deleted."""
    imports: list[Import] = field(default_factory=list)
    """The targets of import statements in the code."""
    aliases: dict[str, set[Import]] = field(default_factory=lambda: defaultdict(set))
    """The names that those statements bind."""
    loaded: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    """`import_module("a.b").c` is ("a.b", (c,))."""
    strings: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    """Every identifier, of names and of attributes."""
    dynamic: bool = False
    """Whether a module is imported by a computed name."""
    own_scope: bool = False
    """Whether `vars()` or `dir()` is called without an argument: every name of the module may be used."""


def collect(
    statements: Iterable[ast.AST], module: Module, evaluates_annotations: Callable[[AnyFunction], bool]
) -> References:
    """The references of top-level statements of `module`."""
    collector = _Collector(module, evaluates_annotations)
    for statement in statements:
        collector.visit(statement)
    return collector.found


class _Collector(ast.NodeVisitor):
    def __init__(self, module: Module, evaluates_annotations: Callable[[AnyFunction], bool]) -> None:
        self.found = References()
        self._module = module
        self._evaluates_annotations = evaluates_annotations
        self._in_function = False

    def visit_Import(self, node: ast.Import) -> None:
        self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._in_function = self._in_function, False
        self.generic_visit(node)
        self._in_function = outer

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        # pydantic and dataclasses evaluate annotations of a class; those of local variables are never evaluated.
        if not self._in_function:
            self._annotation(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if _last(node.func) not in _IMPORTERS:
            bare = not (node.args or node.keywords)
            self.found.own_scope |= bare and isinstance(node.func, ast.Name) and node.func.id in ("vars", "dir")
            self.generic_visit(node)
            return
        self._chain(node.func)
        self._loaded(node, ())

    def visit_Name(self, node: ast.Name) -> None:
        self._value(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._value(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.strings.add(node.value)

    def _value(self, node: ast.Name | ast.Attribute) -> None:
        # An importer that is passed on may be called elsewhere with any name.
        self.found.dynamic |= _last(node) in _IMPORTERS
        self._chain(node)

    def _chain(self, node: ast.expr) -> None:
        names: list[str] = []
        base = node
        while isinstance(base, ast.Attribute):
            names.insert(0, base.attr)
            base = base.value
        self.found.mentions.update(names)
        if isinstance(base, ast.Name):
            self.found.mentions.add(base.id)
            chain = (base.id, *names)
            self.found.chains.add(chain)
            if names and isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self.found.stored.add(chain)
        elif isinstance(base, ast.Call) and _last(base.func) in _IMPORTERS:
            self._chain(base.func)
            self._loaded(base, tuple(names))
        else:
            self.visit(base)

    def _loaded(self, call: ast.Call, attributes: tuple[str, ...]) -> None:
        """`import_module(…).attributes` of a constant, or of `TABLE[…]`, whose strings count wherever it is used."""
        name = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
            self.found.loaded.add((name.value, attributes))
        elif isinstance(name, ast.Subscript) and isinstance(name.value, ast.Name) and self._is_table(name.value.id):
            self.visit(name)
        else:
            self.found.dynamic = True
            self.generic_visit(call)

    def _is_table(self, name: str) -> bool:
        """Whether the module binds `name` to a mapping of constants and only reads it."""
        symbol = self._module.symbols.get(name)
        value = getattr(symbol.statement, "value", None) if symbol else None
        uses = [n for s in self._module.body for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == name]
        reads = [n for s in self._module.body for n in ast.walk(s) if _reads(n, name)]
        return (
            isinstance(value, ast.Dict)
            and all(isinstance(part, ast.Constant) for part in value.values)
            and len(uses) == 1 + len(reads)
        )

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.found.imports += imported_modules(node, self._module)
        for name, target in import_targets(node, self._module):
            self.found.aliases[name].add(target)
            # under another name it is not recognised where it is called
            self.found.dynamic |= target.name in _IMPORTERS and name != target.name

    def _function(self, node: AnyFunction) -> None:
        for part in (*node.decorator_list, *defaults(node.args)):
            self.visit(part)
        if self._evaluates_annotations(node):
            arguments = (
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            )
            for annotation in (*(a.annotation for a in arguments if a is not None), node.returns):
                if annotation is not None:
                    self._annotation(annotation)
        outer, self._in_function = self._in_function, True
        for statement in node.body:
            self.visit(statement)
        self._in_function = outer

    def _annotation(self, node: ast.expr) -> None:
        self.visit(node)
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                try:
                    quoted = ast.parse(part.value, mode="eval").body
                except SyntaxError:
                    continue  # the value of a Literal
                self.visit(quoted)


_IMPORTERS = ("import_module", "__import__")


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _reads(node: ast.AST, name: str) -> bool:
    """`NAME[key]` read, or `key in NAME`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Compare):
        return any(isinstance(c, ast.Name) and c.id == name for c in node.comparators)
    return False

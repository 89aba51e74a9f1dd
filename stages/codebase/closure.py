"""The code that a stage reaches: names are followed from its file across the modules of the project.

Importing a module runs its statements. A function, class or constant of it counts when reached code names it. A class
counts with all its methods, so attributes of objects need no resolution.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field

from stages.codebase.project import Project
from stages.codebase.references import AnyFunction, References, collect
from stages.codebase.symbols import Import

MAIN, IMPORTED, BODY, WHOLE = "<main>", "<import>", "<body>", "*"
"""Pseudo-symbols of a module: run as a script, effects of its import, all its statements, all its contents."""
Node = tuple[str, str]
"""(module, symbol or one of the above)."""
TEXTS: Node = ("<texts>", "")
"""Reached code reads docstrings or descriptions: the reached files count with their full text."""
FILES: Node = ("<files>", "")
"""Reached code uses its own file's path: all non-Python files of the packages count."""

ANY_MODULE = frozenset((
    "builtins.__import__", "builtins.compile", "builtins.eval", "builtins.exec", "cloudpickle", "gc.get_objects",
    "gc.get_referrers", "imp", "importlib.abc", "importlib.machinery", "importlib.reload", "importlib.util", "inspect",
    "pickle.Unpickler", "pickle.load", "pickle.loads", "pkgutil", "runpy", "sys._getframe", "sys.meta_path",
    "sys.modules", "sys.path_hooks", "typing.get_type_hints",
))  # fmt: skip
"""Code that uses these may reach any module."""
ANY_MODULE_ATTRIBUTES = frozenset(("__annotations__", "__builtins__", "__globals__", "__subclasses__", "f_globals"))
OWN_MODULE = ("builtins.globals", "builtins.locals")
"""Code that uses these may reach any name of its own module."""
TEXT_READERS = frozenset(("__doc__", "getdoc", "json_schema", "model_json_schema"))


@dataclass
class Reach:
    """The nodes that code reaches, and the packages outside the project that it imports."""

    nodes: set[Node] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)


class Closures:
    """The closures of a project's scripts; shared parts are searched once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._reaches: dict[Node, Reach] = {}

    def of(self, script: str) -> Reach:
        """Everything that running the module `script` reaches."""
        found = Reach()
        todo: list[Node] = [(script, MAIN)]
        while todo:
            node = todo.pop()
            if node in found.nodes:
                continue
            found.nodes.add(node)
            if node not in self._reaches:
                self._reaches[node] = _Search(self.project, *node).reach
            found.packages |= self._reaches[node].packages
            todo += self._reaches[node].nodes
        return found


class _Search:
    """The nodes and packages that one node reaches directly."""

    def __init__(self, project: Project, module: str, symbol: str) -> None:
        self.reach = Reach()
        self._project = project
        self._followed: set[tuple[str, tuple[str, ...]]] = set()
        found = project.module(module, main=symbol == MAIN)
        if found is None:
            return
        self._module = found
        self._main = symbol == MAIN
        if symbol == MAIN:
            self._import(module)
            self._statements(found.body)
        elif symbol == IMPORTED:
            self._imports(found.imports)
            self._statements(s for s in project.effects(found) if not isinstance(s, ast.Import | ast.ImportFrom))
            if found.opaque:
                self.reach.nodes.add((module, BODY))
        elif symbol == BODY:
            self._statements(found.body)
        elif symbol == WHOLE:
            self._whole()
        else:
            self.reach.nodes.add((module, IMPORTED))
            known = found.symbols[symbol]
            if known.bound is None:
                self._statements([known.statement])
            else:
                # The attributes that are used follow from the code that uses the name.
                self._imports([known.bound])

    def _whole(self) -> None:
        """All contents of the module: its statements, the targets of its imports, its submodules."""
        name = self._module.name
        self.reach.nodes |= {(name, IMPORTED), (name, BODY)}
        for statement in self._module.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    for targets in collect([node], self._module, self._evaluates_annotations).aliases.values():
                        for target in targets:
                            self._bound(target, ())
        if self._module.is_package:
            for below in self._project.names:
                if below.startswith(f"{name}.") and not self._project.is_excluded(below):
                    self.reach.nodes.add((below, WHOLE))

    def _statements(self, statements: Iterable[ast.AST]) -> None:
        found = collect(statements, self._module, self._evaluates_annotations)
        self._imports(found.imports)
        for chain in found.chains:
            self._chain(chain, found)
        for name, attributes in found.loaded:
            self._attribute(name, attributes, stored=False)
        for text in found.strings:
            self._text(text)
        if found.dynamic or found.mentions & ANY_MODULE_ATTRIBUTES:
            self._any_module()
        if found.own_scope:
            self.reach.nodes.add((self._module.name, WHOLE))
        if found.mentions & TEXT_READERS or {"model_fields", "description"} <= found.mentions:
            self.reach.nodes.add(TEXTS)
        if "__file__" in found.mentions:
            self.reach.nodes.add(FILES)

    def _evaluates_annotations(self, function: AnyFunction) -> bool:
        if self._main or not self._module.lazy_annotations:
            return True
        return not all(self._project.is_idle_decorator(self._module, d) for d in function.decorator_list)

    def _imports(self, imports: Iterable[Import]) -> None:
        for target in imports:
            self._import(target.module)
            below = f"{target.module}.{target.name}"
            if target.name == "*":
                self._bound(target, ())
            elif target.name and self._project.is_ours(below) and self._project.exists(below):
                self._import(below)

    def _import(self, name: str) -> None:
        """Importing `a.b.c` imports a and a.b first."""
        parts = name.split(".")
        if not self._project.is_ours(name):
            self.reach.packages.add(parts[0])
            return
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if not self._project.is_excluded(module) and self._project.module(module) is not None:
                self.reach.nodes.add((module, IMPORTED))

    def _chain(self, chain: tuple[str, ...], found: References) -> None:
        name, rest, stored = chain[0], chain[1:], chain in found.stored
        for target in found.aliases.get(name, ()):
            self._bound(target, rest, stored)
        symbol = self._module.symbols.get(name)
        if symbol is not None and not self._main:
            self.reach.nodes.add((self._module.name, name))
        if symbol is not None and symbol.bound is not None:
            self._bound(symbol.bound, rest, stored)
        if symbol is None and hasattr(builtins, name):
            self._outside(f"builtins.{name}")

    def _bound(self, target: Import, rest: tuple[str, ...], stored: bool = False) -> None:
        if target.name == "*":
            if self._project.is_ours(target.module):
                self._attribute(target.module, (), stored)
        else:
            self._attribute(target.module, (*([target.name] if target.name else []), *rest), stored)

    def _attribute(self, name: str, rest: tuple[str, ...], stored: bool) -> None:
        """Reach `name.rest` where `name` is a module."""
        if (name, rest) in self._followed:
            return
        self._followed.add((name, rest))
        self._import(name)
        if not self._project.is_ours(name):
            self._outside(".".join((name, *rest)))
            return
        module = None if self._project.is_excluded(name) else self._project.module(name)
        below = f"{name}.{rest[0]}" if rest else ""
        if below and self._project.exists(below):
            self._attribute(below, rest[1:], stored)
        if module is None:
            return
        symbol = module.symbols.get(rest[0]) if rest else None
        if symbol is not None:
            self.reach.nodes.add((name, symbol.name))
            if symbol.bound is not None:
                self._bound(symbol.bound, rest[1:], stored)
            if stored and len(rest) == 1:
                self.reach.nodes.add((name, WHOLE))
        elif not (below and self._project.exists(below)):
            self.reach.nodes.add((name, "__getattr__" if rest and "__getattr__" in module.symbols else WHOLE))

    def _outside(self, dotted: str) -> None:
        parts = dotted.split(".")
        if any(".".join(parts[:length]) in ANY_MODULE for length in range(1, len(parts) + 1)):
            self._any_module()
        if dotted in OWN_MODULE:
            self.reach.nodes.add((self._module.name, WHOLE))
        if dotted.startswith("importlib.resources"):
            self.reach.nodes.add(FILES)

    def _any_module(self) -> None:
        self.reach.nodes |= {(name, WHOLE) for name in self._project.names if not self._project.is_excluded(name)}

    def _text(self, text: str) -> None:
        """A string that is the dotted name of a module, of something in one, or the beginning of such a name."""
        name = text.split(":")[0]
        if not self._project.is_ours(name) or len(name) > 200 or not name.replace(".", "a").isidentifier():
            return
        if name.endswith("."):
            self.reach.nodes |= {(n, WHOLE) for n in self._project.names if n.startswith(name)}
            return
        while name and not (self._project.exists(name) and self._project.module(name)):
            name = name.rpartition(".")[0]
        if name and not self._project.is_excluded(name):
            self._import(name)
            self.reach.nodes.add((name, WHOLE))

"""The project's modules by name, and the resolution of names in them."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from stages.codebase.effects import Definition, Purity
from stages.codebase.symbols import Import, Module, parse_module

PACKAGES = ("mien", "stages")
EXCLUDED = {
    "stages": "finds the environment's Python",
    "stages.shell": "what surrounds a stage: parameters, locks, tracking, the files of figures and curves",
    "mien": "holds the version: counted, each release would re-run every stage",
    "mien.tracking": "sends copies of figures and curves to MLflow",
    "mien.progress": "draws progress bars",
    "mien.execution": "where and how widely work runs, which changes no result",
    "mien.systems.request": "refuses what a person may not ask for; no stage answers requests",
}
"""Module → reason why no out depends on it; of `stages` and `mien` only the `__init__.py`, of the others also their
submodules."""


class Project:
    """The Python packages `packages` below `root`."""

    def __init__(
        self, root: Path, packages: Sequence[str] = PACKAGES, excluded: Iterable[str] = tuple(EXCLUDED)
    ) -> None:
        self.root = root
        self.packages = tuple(packages)
        self._excluded = frozenset(excluded)
        self._modules: dict[tuple[str, bool], Module | None] = {}

    def module(self, name: str, main: bool = False) -> Module | None:
        """The parsed module `name`, as a script if `main`; None where it has no file."""
        key = (name, main)
        if key not in self._modules:
            path = self.root.joinpath(*name.split("."))
            files = {path / "__init__.py": True, path.with_suffix(".py"): False}
            found = next(((file, package) for file, package in files.items() if file.is_file()), None)
            self._modules[key] = None if found is None else parse_module(name, *found, main=main)
        return self._modules[key]

    @cached_property
    def names(self) -> list[str]:
        """The names of all modules."""
        found = []
        for path in self._files:
            parts = path.relative_to(self.root).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        return sorted(found)

    def exists(self, name: str) -> bool:
        """Whether there is a module or a package folder `name`."""
        return name in self._folders or name in self._known

    def is_ours(self, name: str) -> bool:
        """Whether a dotted name begins with one of the packages."""
        return name.split(".")[0] in self.packages

    def is_excluded(self, name: str) -> bool:
        """Whether a module is left out of every closure."""
        return name in self._excluded or any(name.startswith(f"{e}.") for e in self._excluded if "." in e)

    def effects(self, module: Module) -> list[ast.stmt]:
        """The statements of a module with side effects at import; with its imports, as their order matters then."""
        active = {id(s) for s in module.effects}
        active |= {id(s) for s in module.body if not _imports(s) and not self._purity.definition(module, s)}
        return [s for s in module.body if id(s) in active or _imports(s)] if active else []

    def is_idle_decorator(self, module: Module, node: ast.expr) -> bool:
        """Whether a decorator only wraps its function; another one may evaluate the function's annotations."""
        return self._purity.decorator(module, node)

    def resolve(self, module: Module, node: ast.expr) -> str | Definition | None:
        """Resolve a name in a module: see `stages.codebase.effects.Resolve`."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or module.opaque:
            return None
        symbol = module.symbols.get(node.id)
        if symbol is None:
            return ".".join(["builtins", node.id, *names]) if hasattr(builtins, node.id) else None
        if symbol.bound is not None:
            return self._follow(symbol.bound, names)
        return None if names else (module, symbol.statement)

    def _follow(self, bound: Import, names: Sequence[str], depth: int = 0) -> str | Definition | None:
        name, rest = bound.module, [*([bound.name] if bound.name else []), *names]
        if not self.is_ours(name):
            return ".".join([name, *rest])
        while rest and depth < 20:  # deeper: a cycle
            module = self.module(name)
            symbol = module.symbols.get(rest[0]) if module else None
            if module is not None and module.opaque:
                return None
            if module is None or symbol is None:
                name, rest = f"{name}.{rest[0]}", rest[1:]
                if not self.exists(name):
                    return None
            elif symbol.bound is not None:
                return self._follow(symbol.bound, rest[1:], depth + 1)
            else:
                return None if rest[1:] else (module, symbol.statement)
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Packages and plain folders of modules, by their dotted names."""
        return frozenset(name[:at] for name in self.names for at, letter in enumerate(name) if letter == ".")

    @cached_property
    def _files(self) -> list[Path]:
        return [path for package in self.packages for path in (self.root / package).rglob("*.py")]

    @cached_property
    def _purity(self) -> Purity:
        method = re.compile(r"^[ \t]+(?:async )?def (\w+)", re.MULTILINE)
        return Purity(
            self.resolve, frozenset(name for p in self._files for name in method.findall(p.read_text(encoding="utf-8")))
        )


def _imports(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)

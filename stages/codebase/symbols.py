"""Top-level definitions and imports of a Python file."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stages.codebase.digests import strip


@dataclass(frozen=True)
class Import:
    """The target of an import: the module itself, or its attribute `name` (`*`: all of them)."""

    module: str
    name: str | None = None


@dataclass(frozen=True)
class Symbol:
    """A name that a module binds once at its top level, by a definition or an import."""

    name: str
    statement: ast.stmt
    bound: Import | None = None


@dataclass
class Module:
    """A parsed file. Docstrings and descriptions of options are already removed from `body`."""

    name: str
    path: Path
    is_package: bool
    body: list[ast.stmt]
    """The statements that run at import; those under `if TYPE_CHECKING` are left out."""
    lazy_annotations: bool = False
    """`from __future__ import annotations`: the annotations of functions are not evaluated."""
    symbols: dict[str, Symbol] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    """The targets of the import statements at the top level, in order."""
    effects: list[ast.stmt] = field(default_factory=list)
    """Statements that are neither imports nor definitions."""
    opaque: bool = False
    """Names are bound conditionally, twice or by `*`: only the module as a whole can be followed."""


def parse_module(name: str, path: Path, is_package: bool, main: bool = False) -> Module:
    """Parse the file of the module `name`; as a `main` module its `if __name__ == "__main__"` runs too."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    strip(tree)
    module = Module(name, path, is_package, list(_running(tree.body, main)))
    for statement in module.body:
        _enter(module, statement)
    return module


def import_targets(statement: ast.Import | ast.ImportFrom, module: Module) -> list[tuple[str, Import]]:
    """(bound name, import) of each alias of an import statement in `module`."""
    found = []
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname is None:
                found.append((alias.name.split(".")[0], Import(alias.name.split(".")[0])))
            else:
                found.append((alias.asname, Import(alias.name)))
    else:
        source = _absolute(statement, module)
        found = [(alias.asname or alias.name, Import(source, alias.name)) for alias in statement.names]
    return found


def imported_modules(statement: ast.Import | ast.ImportFrom, module: Module) -> list[Import]:
    """The targets of the statement, with the full dotted name of `import a.b.c`."""
    if isinstance(statement, ast.Import):
        return [Import(alias.name) for alias in statement.names]
    return [target for _, target in import_targets(statement, module)]


def _absolute(statement: ast.ImportFrom, module: Module) -> str:
    if not statement.level:
        return statement.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - statement.level + (1 if module.is_package else 0)]
    return ".".join([*parts, *([statement.module] if statement.module else [])])


def _running(body: Iterable[ast.stmt], main: bool) -> Iterator[ast.stmt]:
    """The statements that run, with the branches of `if TYPE_CHECKING` and `if __name__ == "__main__"` decided."""
    for statement in body:
        if not isinstance(statement, ast.If):
            yield statement
            continue
        test = ast.unparse(statement.test)
        if test in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield from _running(statement.orelse, main)
        elif test == "__name__ == '__main__'":
            yield from _running(statement.body if main else statement.orelse, main)
        else:
            yield statement


def _enter(module: Module, statement: ast.stmt) -> None:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            module.lazy_annotations |= any(alias.name == "annotations" for alias in statement.names)
            return
        module.imports += imported_modules(statement, module)
        for name, target in import_targets(statement, module):
            _bind(module, Symbol(name, statement, target))
        return
    names = defined_names(statement)
    if names is None:
        module.effects.append(statement)
        module.opaque |= _binds(statement)
        return
    for name in names:
        _bind(module, Symbol(name, statement))


def _bind(module: Module, symbol: Symbol) -> None:
    known = module.symbols.get(symbol.name)
    again = known is not None and (known.bound is None or known.bound != symbol.bound)
    module.opaque |= again or symbol.name == "*"
    module.symbols[symbol.name] = symbol


def defined_names(statement: ast.stmt) -> list[str] | None:
    """The names that a plain definition binds; None for a statement of another kind."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    else:
        return None
    names = []
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if not all(isinstance(part, ast.Name) for part in parts):
            return None
        names += [part.id for part in parts if isinstance(part, ast.Name)]
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(statement)):
        return None
    return names


def _binds(statement: ast.stmt) -> bool:
    """Whether a statement other than a definition may bind or unbind names of the module."""
    if isinstance(statement, ast.Expr | ast.Assert | ast.Assign) and not any(
        isinstance(node, ast.NamedExpr) for node in ast.walk(statement)
    ):
        # `table[key] = value` and `a, b[0] = …`: the second binds
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return any(
            isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) for t in targets for node in ast.walk(t)
        )
    return not isinstance(statement, ast.Pass)

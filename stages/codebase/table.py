"""The code table of a stage: the symbols that it reaches, with digests. Equal tables mean equal code."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

from stages.codebase.closure import BODY, FILES, IMPORTED, MAIN, TEXTS, WHOLE, Closures, Reach
from stages.codebase.digests import digest, file_digest, text_digest
from stages.codebase.distributions import pinned_versions, read_pins
from stages.codebase.effects import defaults
from stages.codebase.project import PACKAGES, Project
from stages.codebase.symbols import Module

CONSTRAINTS = "constraints.txt"


class CodeTables:
    """Tables of the scripts of a project."""

    def __init__(self, project: Project, pins: Mapping[str, str]) -> None:
        self._project = project
        self._pins = dict(pins)
        self._closures = Closures(project)
        self._digests: dict[tuple[str, str], str | None] = {}
        self._effects: dict[str, list[ast.stmt]] = {}

    def table(self, script: str) -> dict[str, dict[str, str]]:
        """`symbols`: `module:name` → digest; `distributions`: name → pinned version. Raises FileNotFoundError."""
        if self._project.module(script, main=True) is None:
            raise FileNotFoundError(f"there is no module {script}")
        reach = self._closures.of(script)
        symbols = {}
        for module, symbol in sorted(reach.nodes - {TEXTS, FILES}):
            found = self._digest(module, symbol)
            if found is not None:
                symbols[f"{module}:{WHOLE if symbol in (MAIN, BODY) else symbol}"] = found
        whole = {key.split(":")[0] for key in symbols if key.endswith(f":{WHOLE}")}
        symbols = {k: v for k, v in symbols.items() if k.endswith(f":{WHOLE}") or k.split(":")[0] not in whole}
        symbols.update(self._files(reach))
        return {
            "symbols": dict(sorted(symbols.items())),
            "distributions": pinned_versions(reach.packages, self._pins),
        }

    def _files(self, reach: Reach) -> dict[str, str]:
        found: dict[str, str] = {}
        if TEXTS in reach.nodes:
            modules = [self._project.module(name) for name in {name for name, _ in reach.nodes}]
            found |= {f"{m.name}:<text>": file_digest(m.path) for m in modules if m is not None}
        if FILES in reach.nodes:
            root = self._project.root
            paths = [p for package in self._project.packages for p in (root / package).rglob("*") if _is_data(p)]
            found |= {p.relative_to(root).as_posix(): file_digest(p) for p in paths}
        return found

    def _digest(self, name: str, symbol: str) -> str | None:
        """The digest of a node; None where it has no code of its own."""
        key = (name, symbol)
        if key not in self._digests:
            module = self._project.module(name, main=symbol == MAIN)
            self._digests[key] = None if module is None else self._compute(module, symbol)
        return self._digests[key]

    def _compute(self, module: Module, symbol: str) -> str | None:
        if symbol in (MAIN, BODY):
            return digest(module.body)
        if symbol == WHOLE:
            return None  # its body is among the nodes
        if module.name not in self._effects:
            self._effects[module.name] = self._project.effects(module)
        effects = self._effects[module.name]
        if symbol == IMPORTED:
            return digest(effects) if effects else None
        known = module.symbols[symbol]
        if known.bound is not None:
            return text_digest(f"{known.bound.module}:{known.bound.name}")
        return text_digest(f"{self._place(module, known.statement)} {digest([known.statement])}")

    def _place(self, module: Module, statement: ast.stmt) -> str:
        """The context on which the meaning of a definition depends.

        `from __future__ import annotations` and, if it is evaluated at import, the number of effects before it.
        """
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            statement.decorator_list or defaults(statement.args)
        ):
            return f"{module.lazy_annotations}"
        before = module.body[: module.body.index(statement)]
        effects = [
            s for s in self._effects[module.name] if s in before and not isinstance(s, ast.Import | ast.ImportFrom)
        ]
        return f"{module.lazy_annotations} {len(effects)}"


def project_tables(root: Path) -> CodeTables:
    """The tables of the project at `root`, with the pins of its constraints.txt."""
    return CodeTables(Project(root), read_pins(root / CONSTRAINTS))


def is_current(root: Path, script: str, table: Path) -> bool:
    """Whether the file `table` is still the table of `script`; computed only where a source file is newer than it."""
    sources = [path for package in PACKAGES for path in (root / package).rglob("*.py")]
    newest = max(path.stat().st_mtime_ns for path in [root / CONSTRAINTS, *sources])
    if newest < table.stat().st_mtime_ns:
        return True
    known: dict[str, dict[str, str]] = json.loads(table.read_text(encoding="utf-8"))
    return known == project_tables(root).table(script)


def _is_data(path: Path) -> bool:
    """Whether a package's file is data that code may read; Python's and Numba's caches are not."""
    return path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts

"""Digests of syntax trees, without comments, positions, docstrings and descriptions of options."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

LENGTH = 16
"""Hexadecimal digits of a digest."""


def strip(tree: ast.Module) -> None:
    """Remove, in place, statements that are only a string and the `description=` of pydantic's `Field`."""
    _strip_texts(tree)
    fields = _field_names(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call)) if fields else ()
    for call in calls:
        if isinstance(call.func, ast.Name | ast.Attribute) and ast.unparse(call.func) in fields:
            call.keywords = [k for k in call.keywords if k.arg != "description" or not _is_literal(k.value)]


def _strip_texts(node: ast.AST) -> None:
    """Remove text statements from a node's blocks and from those inside them."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            kept = [statement for statement in block if not _is_text(statement)]
            if block and not kept and not isinstance(node, ast.Module):
                kept = [ast.Pass()]
            setattr(node, name, kept)
            for statement in kept:
                _strip_texts(statement)


def digest(statements: Iterable[ast.AST]) -> str:
    """Digest of stripped statements, in their order."""
    text = "\n".join(ast.dump(statement) for statement in statements)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def text_digest(text: str) -> str:
    """Digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def file_digest(path: Path) -> str:
    """Digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH]


def _is_text(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_literal(value: ast.expr) -> bool:
    """Whether a description is a string literal (or several joined by `+`); anything else is code that runs."""
    if isinstance(value, ast.BinOp):
        return _is_literal(value.left) and _is_literal(value.right)
    return isinstance(value, ast.Constant)


def _field_names(tree: ast.Module) -> set[str]:
    """The names under which the file calls pydantic's `Field`."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "pydantic":
            names |= {alias.asname or alias.name for alias in node.names if alias.name == "Field"}
        elif isinstance(node, ast.Import):
            names |= {f"{a.asname or a.name}.Field" for a in node.names if a.name == "pydantic"}
    return names

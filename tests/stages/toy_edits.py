"""Random edits of the modules of a toy project."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

from toy_codebase import LIBRARY


def edits(text: str, random_: random.Random) -> Iterator[tuple[str, str]]:
    """(what was done, the text after it) for random edits of a module's text, without end."""
    while True:
        tree = ast.parse(text)
        kind = random_.choice(list(_EDITS))
        if _EDITS[kind](tree, random_):
            yield kind, ast.unparse(ast.fix_missing_locations(tree))


def _change_literal(tree: ast.Module, random_: random.Random) -> bool:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int]
    if not found:
        return False
    random_.choice(found).value += 1  # type: ignore[operator]
    return True


def _change_text(tree: ast.Module, random_: random.Random) -> bool:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and " " in n.value]
    if not found:
        return False
    random_.choice(found).value += "more"  # type: ignore[operator]
    return True


def _bodies(tree: ast.Module) -> list[list[ast.stmt]]:
    return [
        b
        for n in ast.walk(tree)
        for b in (getattr(n, "body", None), getattr(n, "orelse", None))
        if isinstance(b, list) and b
    ]


def _delete(tree: ast.Module, random_: random.Random) -> bool:
    body = random_.choice(_bodies(tree))
    body[random_.randrange(len(body))] = ast.Pass()
    return True


def _swap(tree: ast.Module, random_: random.Random) -> bool:
    body = random_.choice(_bodies(tree))
    if len(body) < 2:
        return False
    at = random_.randrange(len(body) - 1)
    body[at], body[at + 1] = body[at + 1], body[at]
    return True


def _undecorate(tree: ast.Module, random_: random.Random) -> bool:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.decorator_list]
    if not found:
        return False
    random_.choice(found).decorator_list.pop()
    return True


def _rename(tree: ast.Module, random_: random.Random) -> bool:
    """Let one use of a name be another name of the module."""
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names += [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    if not uses or not names:
        return False
    random_.choice(uses).id = random_.choice(names)
    return True


def _redirect(tree: ast.Module, random_: random.Random) -> bool:
    """Let an import bring another definition of this module's neighbourhood under the same name."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.names[0].name != "*" and n.module]
    found = [n for n in found if (n.module or "").startswith(LIBRARY)]
    if len(found) < 2:
        return False
    one, other = random_.sample(found, 2)
    one.names[0].asname = one.names[0].asname or one.names[0].name
    one.module, one.names[0].name, one.level = other.module, other.names[0].name, other.level
    return True


def _insert(tree: ast.Module, random_: random.Random) -> bool:
    """Change a definition after it was made, or define it again."""
    names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    names += [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    if not names:
        return False
    name = random_.choice(names)
    text = random_.choice(
        [
            f"{name} = {name}",
            f"def {name}(*a, **k):\n    return 5",
            f"import sys\nsetattr(sys.modules[__name__], '{name}', lambda *a: 6)",
            f"{name}.extra = 1" if random_.random() < 0.2 else f"print({name}) if False else None",
        ]
    )
    tree.body[random_.randrange(1, len(tree.body) + 1) :] += ast.parse(text).body
    return True


def _patch(tree: ast.Module, random_: random.Random) -> bool:
    """Let the module replace, at its import, a definition of another one."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.names[0].name != "*" and not n.level]
    found = [n for n in found if (n.module or "").startswith(f"{LIBRARY}.")]
    if not found:
        return False
    chosen = random_.choice(found)
    text = f"import {chosen.module} as patched\npatched.{chosen.names[0].name} = lambda *a, **k: 7"
    tree.body += ast.parse(text).body
    return True


_EDITS = {
    "literal": _change_literal, "literal again": _change_literal, "literal once more": _change_literal,
    "text": _change_text, "delete": _delete, "swap": _swap, "undecorate": _undecorate, "rename": _rename,
    "redirect": _redirect, "insert": _insert, "patch": _patch,
}  # fmt: skip

"""The sentences that the makers can say of a request, found in their sources: notes, and reasons of refusals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mien

ROOT = Path(mien.__file__).parent

PLACES = (
    *(f"{one}/generate" for one in ("talking", "motion", "sculpt", "follow", "shapes")),
    "motion/language", "shapes/language",
    "faces/pictures", "media", "systems", "makers",
    "text/interface.py", "text/spelling.py", "text/signs.py", "text/unshown.py",
    "bodies/poses", "bodies/keypoints.py", "bodies/places", "bodies/scene.py", "heads/sculpture.py",
    "follow/scenes", "follow/look", "heads/render", "heads/latents",
)  # fmt: skip
"""Where the five makers say something of a request: modules, and packages with all that is in them."""

_ERRORS = ("Error", "NoFace", "SpeechUnavailable", "DetectorUnavailable")


@dataclass(frozen=True)
class Saying:
    """A sentence in a source: `parts` are its texts and, in between, the expressions of its values."""

    module: str
    line: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence with its expressions in braces."""
        return "".join(f"{{{one}}}" if place % 2 else one for place, one in enumerate(self.parts))


def sayings() -> list[Saying]:
    """All of them, each once."""
    found: dict[str, Saying] = {}
    for place in PLACES:
        path = ROOT / place
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []:
            tree = ast.parse(module.read_text(encoding="utf-8"))
            for one in _said(tree):
                parts = _parts(one)
                if any(" " in text for text in parts[::2]):
                    said = Saying(str(module.relative_to(ROOT)), one.lineno, parts)
                    found.setdefault(said.text, said)
    return list(found.values())


def _said(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_name(node.func).endswith(_ERRORS) or _adds_note(node)):
            yield from _texts(node.args[:1] if len(node.args) < 2 else node.args[:2])
        elif isinstance(node, ast.Assign | ast.AugAssign) and _of_notes(node):
            yield from _texts([node.value])
        elif isinstance(node, ast.FunctionDef) and "note" in node.name:
            for one in ast.walk(node):
                if isinstance(one, ast.Return | ast.Assign) and one.value is not None:
                    yield from _texts([one.value])
        elif isinstance(node, ast.keyword) and node.arg in ("note", "notes"):
            yield from _texts([node.value])


def _adds_note(node: ast.Call) -> bool:
    target = node.func
    return isinstance(target, ast.Attribute) and target.attr in ("append", "add") and "note" in _name(target.value)


def _of_notes(node: ast.Assign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any("note" in _name(one) for one in targets)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: list[ast.expr]) -> Iterator[ast.expr]:
    """The outermost texts in expressions."""
    for node in nodes:
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield node
        elif not isinstance(node, ast.Compare):
            yield from _texts([one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)])


def _parts(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (str(node.value),)
    parts = [""]
    for one in node.values if isinstance(node, ast.JoinedStr) else ():
        if isinstance(one, ast.FormattedValue):
            parts += [ast.unparse(one.value), ""]
        elif isinstance(one, ast.Constant):
            parts[-1] += str(one.value)
    return tuple(parts)

"""Every sentence of people and history is there in Vietnamese, too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said

STUDIO = Path(__file__).parents[3] / "mien" / "studio"
FILES = [*(STUDIO / "people").glob("*.py"), *(STUDIO / "history").glob("*.py"), STUDIO / "api" / "routes" / "people.py"]


def sentences(path: Path) -> list[str]:
    """The messages of the errors that a file makes, `7` in place of what varies."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        texts = node.args if isinstance(node, ast.Call) and name.endswith("Error") else []
        if isinstance(node, ast.Return) and path.name == "use.py" and node.value is not None:
            texts = [node.value]
        found += [one for text in texts if (one := _text(text)) and " " in one and not one.startswith("7: ")]
    return found


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.IfExp):
        return _text(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


ALL = sorted({one for path in FILES for one in sentences(path)} | {"there is no such token", "there is no such person"})


def test_the_sentences_are_found() -> None:
    assert len(ALL) > 25
    assert "this result cannot be 7.7: it may be 7" in ALL
    assert "there is no such job" in ALL


@pytest.mark.parametrize("sentence", ALL)
def test_it_has_a_vietnamese_one_with_the_same_values(sentence: str) -> None:
    shown = said(Translator("vi"), sentence)
    assert shown != sentence
    assert shown.count("7") >= min(1, sentence.count("7"))
    assert "{" not in shown

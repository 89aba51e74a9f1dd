"""Sculpted people for tests, made from latents alone, and files that are no people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from mien.heads.latents.latents import Latents
from mien.heads.latents.layout import VALUE_INDEX, VALUE_NAMES
from mien.heads.latents.person import FORMAT, Person


def person(values: dict[str, float] | None = None, seed: int = 3, **options: str) -> Person:
    """A person with these values and options by name; the others are 0 and the first of each category."""
    vector = torch.zeros(1, len(VALUE_NAMES))
    for name, value in (values or {}).items():
        vector[0, VALUE_INDEX[name]] = value
    return Person(Latents.from_json(Latents(vector, _first()).to_json() | {"categories": options}), "a test", seed)


def _first() -> dict[str, torch.Tensor]:
    from mien.heads.latents.layout import CATEGORIES

    return {name: torch.zeros(1, dtype=torch.int64) for name in CATEGORIES}


def saved(path: Path, values: dict[str, float] | None = None, **options: str) -> Path:
    """The file of a person."""
    person(values, 3, **options).save(path)
    return path


def damaged(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that are no people by what is wrong with them: path, and words of the message that each must give."""
    good = person(hair_style="long").to_json()
    lists = b"[" * 900 + b"]" * 900
    contents: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "no JSON in UTF-8"),
        "other_json": (b'{"answer": 42}', "lacks the format"),
        "a_list": (b"[1, 2]", "lacks the format"),
        "huge": (b"[" + b"1," * 600_000 + b"1]", "more than 1,000,000 bytes"),
        "nan": (_json(good, values={"age": float("nan")}), "value age must be a number from -6 to 6, not nan"),
        "too_large": (_json(good, values={"age": 7}), "value age must be a number from -6 to 6, not 7"),
        "truth": (_json(good, values={"age": True}), "value age must be a number from -6 to 6, not True"),
        "unknown_value": (_json(good, values={"wings": 1}), "no value 'wings'"),
        "unknown_option": (_json(good, categories={"hair_style": "mohawk"}), "options bald, buzz"),
        "option_list": (_json(good, categories={"hair_style": ["bald"]}), "options bald, buzz"),
        "not_utf8": ("{“prompt”: “é”}".encode("utf-16"), "no JSON in UTF-8"),
        "nested": (b"[" * 100_000, "no JSON in UTF-8"),
        "nested_value": (_json(good, values={}).replace(b'"values": {', b'"values": {"age": ' + lists), "nested_value"),
        "surrogate": (_json(good, prompt="\ud800"), "prompt or a seed"),
        "seed": (_json(good, seed=2**63), "prompt or a seed"),
        "digits": (b'{"seed": ' + b"1" * 5000 + b"}", "no JSON in UTF-8"),
    }
    found = {}
    for name, (content, words) in contents.items():
        path = folder / f"{name}.json"
        path.write_bytes(content)
        found[name] = path, words
    (folder / "folder.json").mkdir()
    return found | {"folder": (folder / "folder.json", "it is no file")}


def _json(good: dict[str, Any], **changes: Any) -> bytes:
    assert good["format"] == FORMAT
    return json.dumps(good | changes).encode()

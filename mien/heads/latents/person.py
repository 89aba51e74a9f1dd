"""A person as a JSON file: the latents of one head, its model, and where it is from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mien.files import atomic_file, fingerprint
from mien.heads.head import HeadError
from mien.heads.latents.latents import Latents

FORMAT = "mien person 1"

MAX_BYTES = 1_000_000
"""Maximum size of a file."""

MAX_SEED = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Person:
    """One head. latents: a batch of 1. prompt: the words that it was made from. seed: of its random details.

    tags: where it is from, see `mien.media.file_tags`.
    """

    latents: Latents
    prompt: str = ""
    seed: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Digest of what the head looks like: of latents and seed, not of the words or of where it is from."""
        return fingerprint({"seed": self.seed, **self.latents.to_json()})[:16]

    def to_json(self) -> dict[str, Any]:
        """The content of the file."""
        own: dict[str, Any] = {"format": FORMAT, "prompt": self.prompt, "seed": self.seed}
        return own | self.latents.to_json() | ({"provenance": dict(self.tags)} if self.tags else {})

    def save(self, path: Path) -> None:
        """Write atomically; equal persons give equal bytes."""
        with atomic_file(path) as beside:
            beside.write_text(json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, content: Any, name: str = "the file") -> Person:
        """A person from `to_json`. Raises HeadError, which names `name`, for any other content."""
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise HeadError(
                f"{name} is no person: it lacks the format {FORMAT!r}; `mien sculpt -o person.json` makes one"
            )
        prompt, seed, tags = content.get("prompt", ""), content.get("seed", 0), content.get("provenance", {})
        whole = isinstance(seed, int) and not isinstance(seed, bool)
        if not _is_text(prompt) or not whole or not 0 <= seed <= MAX_SEED:
            raise HeadError(f"{name} has a prompt or a seed of another kind than text and a natural number")
        if not isinstance(tags, dict) or not all(map(_is_text, (*tags, *tags.values()))):
            raise HeadError(f"{name} has a provenance that does not consist of texts")
        try:
            return cls(Latents.from_json(content), prompt, seed, tags)
        except HeadError as error:
            raise HeadError(f"{name} is no person: {error}") from error

    @classmethod
    def load(cls, path: Path) -> Person:
        """The person in a file of `save`. Raises HeadError for any other file, OSError where it cannot be read."""
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise HeadError(f"{path.name} is no person: it is no file")
        if path.stat().st_size > MAX_BYTES:
            raise HeadError(f"{path.name} is no person: it has more than {MAX_BYTES:,} bytes")
        try:
            return cls.from_json(json.loads(path.read_text(encoding="utf-8-sig")), path.name)
        except HeadError:
            raise
        except (ValueError, RecursionError) as error:
            raise HeadError(f"{path.name} is no person: it is no JSON in UTF-8") from error


def _is_text(value: Any) -> bool:
    """Whether it is a text that can be written as UTF-8, which a lone surrogate of JSON's escapes cannot."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)

"""JSON objects with a digest of their content, so that a damaged file is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.files import fingerprint, read_json, write_json


def write_checksummed_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` and its `digest` atomically."""
    write_json(path, {**content, "digest": fingerprint(dict(content))})


def read_checksummed_json(path: Path) -> dict[str, Any]:
    """The content of a file of `write_checksummed_json`, without the digest.

    Raises OSError if it cannot be read, ValueError if it is not such a file, or its content is not the one written.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")
    if content.pop("digest", None) != fingerprint(content):
        raise ValueError("its digest is not that of its content")
    return content

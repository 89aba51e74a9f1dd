"""JSON objects with a digest of their content, so that a damaged file is noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.files import fingerprint, write_json

MAX_BYTES = 64 << 20
"""Larger files are not read: the largest are configurations with a vocabulary."""


def write_sealed_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` and its `digest` atomically."""
    write_json(path, {**content, "digest": fingerprint(dict(content))})


def read_sealed_json(path: Path) -> dict[str, Any]:
    """The content of a file of `write_sealed_json`, without the digest.

    Raises OSError if it cannot be read, ValueError if it is not such a file, or its content is not the one written.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
    try:
        content = json.loads(path.read_text())
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")
    if content.pop("digest", None) != fingerprint(content):
        raise ValueError("its digest is not that of its content")
    return content

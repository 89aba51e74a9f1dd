"""Helpers of the tests of uploads: files of many kinds, and a server of the routes of files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from mien.studio.api.app import create_app
from mien.studio.settings import Limits, Settings


def png(width: int = 64, height: int = 48) -> bytes:
    """A picture whose two halves differ."""
    picture = np.full((height, width, 3), 200, np.uint8)
    picture[:, : width // 2] = (250, 20, 20)
    return encoded(Image.fromarray(picture), "PNG")


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    image.save(stream, form, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def npz(**arrays: object) -> bytes:
    """An npz file of arrays."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


@contextmanager
def studio(folder: Path, **limits: float) -> Iterator[TestClient]:
    """A client of a studio in `folder` with these limits."""
    settings = Settings(folder=folder, limits=Limits(**{"free_bytes": 0, **limits}))  # type: ignore[arg-type]
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        yield client


def left_over(folder: Path) -> list[str]:
    """Names of everything that uploads left in the studio's folder."""
    return sorted(path.name for name in ("incoming", "uploads") for path in (folder / name).glob("*"))

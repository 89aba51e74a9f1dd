"""Cache of text features in memory and on disk, so that a frozen model encodes each text once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mien.text.interface import TextEncoderError

MEMORY_BYTES = 256 << 20
"""Size of the cache in memory; the least recently used text is dropped first."""


class FeatureStore:
    """Text → float32 (L, width), in memory and, with a `folder`, as `<2 letters>/<sha256 of the text>.safetensors`.

    Safe with several threads and processes. A damaged file, or one of another width, is treated as missing.
    """

    def __init__(self, folder: Path | None, width: int, memory_bytes: int = MEMORY_BYTES) -> None:
        self.folder = folder
        self.width = width
        self.memory_bytes = memory_bytes
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, text: str) -> NDArray[np.float32] | None:
        """The features of a text, or None. The caller must not change them."""
        key = _digest(text)
        with self._lock:
            features = self._kept.get(key)
            if features is not None:
                self._kept.move_to_end(key)
                return features
        features = None if self.folder is None else _read(self._path(self.folder, key), self.width)
        if features is not None:
            self._remember(key, features)
        return features

    def put(self, text: str, features: NDArray[np.float32]) -> None:
        """Store the features (L, width) of a text. Raises TextEncoderError if they cannot be written."""
        key = _digest(text)
        self._remember(key, features)
        if self.folder is None:
            return
        try:
            _write(self._path(self.folder, key), features)
        except (OSError, SafetensorError) as error:
            raise TextEncoderError(f"text features could not be kept in {self.folder}: {error}") from error

    def _remember(self, key: str, features: NDArray[np.float32]) -> None:
        with self._lock:
            if key in self._kept or features.nbytes > self.memory_bytes:
                return
            self._kept[key] = features
            self._bytes += features.nbytes
            while self._bytes > self.memory_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key}.safetensors"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest_of(features: NDArray[np.float32]) -> str:
    return hashlib.sha256(features.tobytes()).hexdigest()


def _write(path: Path, features: NDArray[np.float32]) -> None:
    # Renamed atomically, but without the fsync of mien.files, which is slow for thousands of texts; files damaged by a
    # power failure are recognised by their digest and written again.
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{uuid4().hex[:8]}")
    try:
        save_file({"features": features}, temporary, {"sha256": _digest_of(features)})
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(path: Path, width: int) -> NDArray[np.float32] | None:
    try:
        with safe_open(path, framework="numpy") as file:
            features = file.get_tensor("features")
            whole = (file.metadata() or {}).get("sha256") == _digest_of(features)
    except (OSError, SafetensorError, TypeError, ValueError):
        return None
    fits = features.ndim == 2 and features.shape[1] == width and len(features) and features.dtype == np.float32
    return features if whole and fits else None

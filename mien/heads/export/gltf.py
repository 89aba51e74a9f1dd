"""Writing glTF 2.0 binaries: a buffer with accessors, dense or sparse, embedded pictures and the container.

The objects of the JSON (nodes, meshes, materials, …) are plain dictionaries of the specification's own names in
`GltfFile.tree`; this module keeps what is easily got wrong: alignment, bounds, views and their targets.
Source: The Khronos Group, glTF 2.0 specification, sections 3.6 (buffers and accessors) and 4.4 (binary layout).
"""

from __future__ import annotations

import json
import struct
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mien import __version__

Target = Literal["vertices", "indices"]

_TARGETS: dict[str, int] = {"vertices": 34962, "indices": 34963}
_KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_COMPONENTS = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
_DENSE_SHARE = 0.8
"""Share of rows that change above which a sparse accessor takes more room than a dense one."""


class GltfFile:
    """A glTF 2.0 file in the making. tree: its JSON, to be filled by the caller; the methods return indices in it."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {"asset": {"version": "2.0", "generator": f"mien {__version__}"}}
        self._chunks: list[bytes] = []
        self._length = 0
        self._zeros: dict[int, int] = {}

    def add(self, kind: str, value: dict[str, Any]) -> int:
        """Append an object to the list `kind` of the tree, such as nodes."""
        entries: list[dict[str, Any]] = self.tree.setdefault(kind, [])
        entries.append(value)
        return len(entries) - 1

    def accessor(self, values: NDArray[Any], target: Target | None = None, normalised: bool = False) -> int:
        """An accessor of rows (N,), (N, width) or (N, 4, 4) of uint8, uint16, uint32 or float32.

        Matrices are given by rows. normalised: integers stand for [0, 1]. Raises ValueError for no rows and for values
        that are not finite.
        """
        rows = _rows(values)
        entry = _describe(rows) | {"bufferView": self._view(rows.tobytes(), target)}
        if normalised:
            entry["normalized"] = True
        return self.add("accessors", entry)

    def moves(self, values: NDArray[np.float32], changed: NDArray[np.bool_]) -> int:
        """An accessor of displacements float32 (N, 3) of which only the rows `changed` (N,) are not 0.

        Stored as a sparse accessor, or densely where that is smaller.
        """
        rows = _rows(np.where(changed[:, None], values, np.float32(0)))
        share = changed.mean()
        if share > _DENSE_SHARE:
            return self.accessor(rows, "vertices")
        if not changed.any():
            return self._zero(len(rows))
        index = np.flatnonzero(changed)
        narrow = index.astype(np.uint16 if len(rows) <= 65535 else np.uint32)
        sparse = {
            "count": len(index),
            "indices": {"bufferView": self._view(narrow.tobytes()), "componentType": _COMPONENTS[narrow.dtype.name]},
            "values": {"bufferView": self._view(rows[changed].tobytes())},
        }
        return self.add("accessors", _describe(rows) | {"sparse": sparse})

    def picture(self, content: bytes, name: str, mime: str = "image/png") -> int:
        """An embedded picture."""
        return self.add("images", {"name": name, "mimeType": mime, "bufferView": self._view(content)})

    def content(self) -> bytes:
        """The file: header, JSON chunk and binary chunk."""
        tree = dict(self.tree)
        if self._length:
            tree["buffers"] = [{"byteLength": self._length}]
        text = json.dumps(tree, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        binary = b"".join(self._chunks)
        chunks = [struct.pack("<I4s", len(text), b"JSON"), text]
        if binary:
            chunks += [struct.pack("<I4s", len(binary), b"BIN\0"), binary]
        body = b"".join(chunks)
        return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body

    def _view(self, content: bytes, target: Target | None = None) -> int:
        entry: dict[str, Any] = {"buffer": 0, "byteOffset": self._length, "byteLength": len(content)}
        if target is not None:
            entry["target"] = _TARGETS[target]
        # every component is aligned to its own size, of four bytes at most
        padded = content + bytes(-len(content) % 4)
        self._chunks.append(padded)
        self._length += len(padded)
        return self.add("bufferViews", entry)

    def _zero(self, count: int) -> int:
        """An accessor of `count` rows of three zeros; one without a view holds zeros."""
        if count not in self._zeros:
            self._zeros[count] = self.add("accessors", _describe(np.zeros((count, 3), np.float32)))
        return self._zeros[count]


def _rows(values: NDArray[Any]) -> NDArray[Any]:
    """Values as rows (N, width); a matrix becomes its columns one after another."""
    if not len(values):
        raise ValueError("an accessor has at least one row")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("an accessor must not hold values that are not finite")
    rows = values.transpose(0, 2, 1) if values.ndim == 3 else values
    return np.ascontiguousarray(rows.reshape(len(values), -1))


def _describe(rows: NDArray[Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "componentType": _COMPONENTS[rows.dtype.name],
        "count": len(rows),
        "type": _KINDS[rows.shape[1]],
    }
    if rows.dtype == np.float32 and rows.shape[1] in (1, 3):  # required of positions and of an animation's times
        entry |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
    return entry

"""Reading ICT-FaceKit: the official folder of OBJ meshes, or the same arrays packed into one npz.

Source: Li et al., "Learning Formation of Physically-Based Face Attributes" (CVPR 2020), https://github.com/ICT-VGL/
ICT-FaceKit, folder FaceXModel; copyright (c) 2020 USC Institute for Creative Technologies, MIT licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.files import atomic_file, read_json
from mien.heads.head import HeadError
from mien.progress import progress_bar
from mien.storage.arrays import read_arrays

VERTICES, QUADS = 26719, 26384
"""Size of ICT-FaceKit's mesh; its parts are ranges of vertices, so other meshes are refused."""

NEUTRAL, INDICES = "generic_neutral_mesh.obj", "vertex_indices.json"

MAX_BYTES = 2_000_000_000
"""Maximum size of the unpacked arrays of a packed file; the official ones have 26 MB."""

MAX_OBJ_BYTES = 64_000_000
"""Maximum size of a mesh; the official ones have 5 MB."""

_KEYS = ("neutral", "faces", "expr_names", "expr_q", "expr_scale", "id_names", "id_q", "id_scale")


@dataclass(frozen=True, eq=False)
class IctFile:
    """The arrays of ICT-FaceKit in its own units (about cm) and order.

    neutral: float32 (V, 3). quads: int32 (F, 4), -1 in the last column of a triangle. landmarks: int64 (68,) vertices
    in iBUG's order. expressions: float32 (E, V, 3) displacements at weight 1, named. identities: float32 (I, V, 3).
    """

    neutral: NDArray[np.float32]
    quads: NDArray[np.int32]
    landmarks: NDArray[np.int64]
    expression_names: tuple[str, ...]
    expressions: NDArray[np.float32]
    identity_names: tuple[str, ...]
    identities: NDArray[np.float32]

    def __post_init__(self) -> None:
        v = len(self.neutral)
        shapes_fit = (
            v == VERTICES
            and self.quads.shape == (QUADS, 4)
            and -1 <= self.quads.min() <= self.quads.max() < v
            and self.landmarks.shape == (68,)
            and 0 <= self.landmarks.min() <= self.landmarks.max() < v
            and self.expressions.shape == (len(self.expression_names), v, 3)
            and self.identities.shape == (len(self.identity_names), v, 3)
        )
        if not shapes_fit:
            raise HeadError(f"not ICT-FaceKit: its mesh has {VERTICES} vertices and {QUADS} quads, this one has {v}")
        for values in (self.neutral, self.expressions, self.identities):
            if not np.isfinite(values).all():
                raise HeadError("not a whole ICT-FaceKit: a position in it is not finite")


def read_ict(path: Path) -> IctFile:
    """Read the official folder of OBJ files, a packed npz, or a folder with one packed npz.

    Raises HeadError for a file that is missing or of another structure.
    """
    if path.is_dir():
        packed = sorted(path.glob("*.npz"))
        if packed:
            return _read_packed(packed[0])
        for folder in (path, path / "FaceXModel"):
            if (folder / NEUTRAL).is_file():
                return _read_folder(folder)
        raise HeadError(f"{path} holds neither ICT-FaceKit's {NEUTRAL} nor an npz packed from it")
    if not path.is_file():
        raise HeadError(f"there is no ICT-FaceKit at {path}")
    return _read_packed(path)


def _read_packed(path: Path) -> IctFile:
    try:
        file: dict[str, NDArray[Any]] = dict(read_arrays(path, MAX_BYTES, {*_KEYS, "landmarks"}))
        missing = [key for key in _KEYS if key not in file]
        if missing:
            raise HeadError(f"{path} is no packed ICT-FaceKit: it lacks {', '.join(missing)}")
        for kind in ("expr", "id"):  # a scale of another shape would be spread to any size
            if file[f"{kind}_scale"].size not in (1, len(file[f"{kind}_q"])):
                raise HeadError(f"{path} is no packed ICT-FaceKit: its {kind}_scale does not fit its {kind}_q")
        landmarks = file["landmarks"].astype(np.int64) if "landmarks" in file else _read_landmarks(path.parent)
        return IctFile(
            neutral=file["neutral"].astype(np.float32),
            quads=file["faces"].astype(np.int32),
            landmarks=landmarks,
            expression_names=tuple(str(name) for name in file["expr_names"]),
            expressions=file["expr_q"].astype(np.float32) * file["expr_scale"].reshape(-1, 1, 1),
            identity_names=tuple(str(name) for name in file["id_names"]),
            identities=file["id_q"].astype(np.float32) * file["id_scale"].reshape(-1, 1, 1),
        )
    except HeadError:
        raise
    except (ValueError, TypeError) as error:
        raise HeadError(f"{path} could not be read as a packed ICT-FaceKit: {error}") from error


def _read_landmarks(folder: Path) -> NDArray[np.int64]:
    try:
        return np.array(read_json(folder / INDICES)["idx_to_landmark_verts"], np.int64)
    except OSError:
        raise HeadError(f"ICT-FaceKit's {INDICES} must lie in {folder}: it names the landmarks") from None
    except (ValueError, KeyError, TypeError, OverflowError):
        raise HeadError(f"{folder / INDICES} is not ICT-FaceKit's: it lacks idx_to_landmark_verts") from None


def _obj_lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_OBJ_BYTES:
            raise HeadError(f"{path} is larger than {MAX_OBJ_BYTES:,} bytes: that is no mesh of ICT-FaceKit")
        return path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise HeadError(f"{path} cannot be read as an OBJ mesh: {error}") from error


def _positions(path: Path) -> NDArray[np.float32]:
    lines = [line[2:] for line in _obj_lines(path) if line.startswith("v ")]
    try:
        positions = np.array(" ".join(lines).split(), np.float32).reshape(len(lines), -1)[:, :3]
    except ValueError:
        raise HeadError(f"{path} is not an OBJ mesh") from None
    if len(positions) != VERTICES:
        raise HeadError(f"{path} is not ICT-FaceKit's: it has {len(positions)} vertices instead of {VERTICES}")
    return positions


def _quads(path: Path) -> NDArray[np.int32]:
    found = np.full((QUADS, 4), -1, np.int32)
    faces = [line.split()[1:] for line in _obj_lines(path) if line.startswith("f ")]
    if len(faces) != QUADS:
        raise HeadError(f"{path} is not ICT-FaceKit's: it has {len(faces)} faces instead of {QUADS}")
    try:
        for row, corners in zip(found, faces, strict=True):
            row[: len(corners)] = [int(corner.split("/")[0]) - 1 for corner in corners[:4]]
    except (ValueError, OverflowError):
        raise HeadError(f"{path} is not an OBJ mesh: a face of it names no vertices") from None
    return found


def _read_folder(folder: Path) -> IctFile:
    neutral = _positions(folder / NEUTRAL)
    identities = sorted(folder.glob("identity[0-9]*.obj"))
    expressions = [p for p in sorted(folder.glob("*.obj")) if p not in identities and p.name != NEUTRAL]
    if not identities or not expressions:
        raise HeadError(f"{folder} lacks ICT-FaceKit's identity000.obj and so on, or its expressions")
    shapes: dict[Path, NDArray[np.float32]] = {}
    with progress_bar("reading ICT-FaceKit", len(expressions) + len(identities), "meshes") as advance:
        for path in [*expressions, *identities]:
            shapes[path] = _positions(path) - neutral
            advance(1)
    return IctFile(
        neutral=neutral,
        quads=_quads(folder / NEUTRAL),
        landmarks=_read_landmarks(folder),
        expression_names=tuple(path.stem for path in expressions),
        expressions=np.stack([shapes[path] for path in expressions]),
        identity_names=tuple(path.stem for path in identities),
        identities=np.stack([shapes[path] for path in identities]),
    )


def _quantised(shapes: NDArray[np.float32]) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    scale = np.maximum(np.abs(shapes).max(axis=(1, 2), keepdims=True), 1e-12) / np.iinfo(np.int16).max
    return np.round(shapes / scale).astype(np.int16), scale.astype(np.float32)


def pack_ict(folder: Path, path: Path) -> None:
    """Pack the official folder into one npz (about 16 MB instead of 400), which loads in a second.

    Displacements are quantised to 1/32767 of the largest one of each shape: within a micrometre. Raises HeadError if
    the folder is not ICT-FaceKit's or `path` exists.
    """
    if path.exists():
        raise HeadError(f"{path} exists, and nothing is overwritten")
    file = _read_folder(folder) if (folder / NEUTRAL).is_file() else read_ict(folder)
    expressions, expression_scale = _quantised(file.expressions)
    identities, identity_scale = _quantised(file.identities)
    with atomic_file(path) as beside, beside.open("wb") as stream:
        np.savez_compressed(
            stream,
            allow_pickle=False,
            neutral=file.neutral,
            faces=file.quads,
            landmarks=file.landmarks,
            expr_names=np.array(file.expression_names),
            expr_q=expressions,
            expr_scale=expression_scale,
            id_names=np.array(file.identity_names),
            id_q=identities,
            id_scale=identity_scale,
        )

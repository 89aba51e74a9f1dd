"""Export of animated heads for other programs: glTF 2.0 (`.glb`) and Wavefront OBJ, written with trimesh.

A head in a glb is one mesh with vertex colours. In the mode `targets`, every used expression is a morph target with its
ARKit name and the neck is a bone, with one key per frame, which can be edited. In the mode `frames`, complete key
frames are the morph targets, for programs without support for bones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from mien.files import atomic_directory, atomic_file
from mien.heads.export.gltf import Clip, Track, glb_bytes
from mien.heads.head import LOOK_ASIDE, LOOK_UPRIGHT, Head, HeadError, rotation
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.render.playback import posed_frames
from mien.progress import progress_bar

Mode = Literal["targets", "frames"]

_STILL = 1e-3  # maximum weight of an expression that is left out

_PROBE = 0.3  # rotation of the neck in radians for measuring the skinning weights


def write_glb(
    path: Path,
    head: Head,
    identity: Tensor | None,
    performance: Performance,
    mode: Mode = "targets",
    keys: int = 60,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write a performance atomically as an animated glTF 2.0 binary; lengths are in head units.

    identity: (I,); None: the average person. mode: targets (expressions, gaze and neck separately; linear morphs of
    rotating parts are off by at most about 2 mm) or frames (exact at the keys, linear between them). keys: maximum
    number of evenly spaced key frames in the mode frames. tags: where it is from, for `asset.extras`.
    Raises HeadError for a performance without frames, another mode or less than one key.
    """
    if len(performance) == 0:
        raise HeadError("the performance has no frames, so there is nothing to write")
    person = torch.zeros(len(head.identity_names)) if identity is None else identity
    if mode == "targets":
        clip = _target_clip(head, person, performance)
    elif mode == "frames":
        if keys < 1:
            raise HeadError(f"an animation needs at least one key frame, not {keys}")
        clip = _frame_clip(head, person, performance, keys)
    else:
        raise HeadError(f"unknown mode {mode!r}; there are targets, frames")
    content = glb_bytes(clip, tags)
    with atomic_file(path) as beside:
        beside.write_bytes(content)


def write_obj(
    path: Path,
    head: Head,
    identity: Tensor | None,
    performance: Performance,
    frame: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write one frame as the OBJ file `path`, or all frames as head_00000.obj, … into the new folder `path`.

    Vertex colours follow the positions, a common extension. tags: where it is from, as comments at the start. Raises
    HeadError for a missing frame, and if the folder exists and is not empty.
    """
    person = torch.zeros(len(head.identity_names)) if identity is None else identity
    if frame is not None:
        if not 0 <= frame < len(performance):
            raise HeadError(f"there is no frame {frame}: the performance has {len(performance)}")
        text = _obj_text(head, tags)(next(posed_frames(head, person, _cut(performance, frame, frame + 1))))
        with atomic_file(path) as beside:
            beside.write_text(text)
        return
    if len(performance) == 0:
        raise HeadError("the performance has no frames, so there is nothing to write")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise HeadError(f"{path} exists, and nothing is overwritten: name a new folder for the frames")
    as_text = _obj_text(head, tags)
    with atomic_directory(path) as folder, progress_bar("writing OBJ", len(performance), "frames") as advance:
        for number, points in enumerate(posed_frames(head, person, performance)):
            (folder / f"head_{number:05d}.obj").write_text(as_text(points))
            advance(1)


def _cut(performance: Performance, start: int, end: int) -> Performance:
    parts = {name: getattr(performance, name)[start:end] for name in ("expression", "neck", "translation", "gaze")}
    return Performance(fps=performance.fps, **parts)


def _used(head: Head) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Indices (U,) of the vertices used by faces, and the faces (F, 3) over them."""
    used, faces = np.unique(head.faces, return_inverse=True)
    return used.astype(np.int64), faces.reshape(-1, 3).astype(np.int32)


def _obj_text(head: Head, tags: Mapping[str, str] | None) -> Callable[[NDArray[np.float64]], str]:
    """A function from vertices (V, 3) to the text of an OBJ file."""
    import trimesh

    used, faces = _used(head)
    colours = head.colours[used]
    comments = "".join(f"# {key}: {' '.join(value.split())}\n" for key, value in (tags or {}).items())

    def text(points: NDArray[np.float64]) -> str:
        mesh = trimesh.Trimesh(points[used], faces, vertex_colors=colours, process=False)
        return comments + str(trimesh.exchange.obj.export_obj(mesh, header="made by mien; lengths in head units"))

    return text


def _vertices(head: Head, identity: Tensor, expression: NDArray[np.float32], neck: Tensor | None = None) -> Tensor:
    with torch.no_grad():
        parts = [
            head.vertices(identity[None], part, neck=neck).double() for part in torch.from_numpy(expression).split(8)
        ]
    return torch.cat(parts)


def _times(performance: Performance, frames: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.array([float(int(frame) / performance.fps) for frame in frames], np.float32)


def gaze_as_expressions(performance: Performance) -> NDArray[np.float32]:
    """Expression weights (T, 52) with the gaze added to eyeLook*."""
    weights = performance.expression.copy()
    yaw, pitch = performance.gaze.T
    for side, sign in (("Left", 1), ("Right", -1)):
        for name, angle in (
            (f"eyeLookOut{side}", sign * yaw / LOOK_ASIDE),
            (f"eyeLookIn{side}", -sign * yaw / LOOK_ASIDE),
            (f"eyeLookDown{side}", pitch / LOOK_UPRIGHT),
            (f"eyeLookUp{side}", -pitch / LOOK_UPRIGHT),
        ):
            weights[:, EXPRESSION_INDEX[name]] += np.maximum(angle, 0)
    return weights


def _target_clip(head: Head, identity: Tensor, performance: Performance) -> Clip:
    used, faces = _used(head)
    weights = gaze_as_expressions(performance)
    names = [n for i, n in enumerate(ARKIT_NAMES) if n in head.expressions and weights[:, i].max() > _STILL]
    columns = [EXPRESSION_INDEX[name] for name in names]
    shapes = np.concatenate([np.zeros((1, 52), np.float32), np.eye(52, dtype=np.float32)[columns]])
    points = _vertices(head, identity, shapes)[:, used].numpy()
    follows, pivot = neck_bone(head, identity)
    times = _times(performance, np.arange(len(performance)))
    return Clip(
        name=head.name,
        points=points[0],
        faces=faces,
        colours=head.colours[used],
        target_names=tuple(names),
        targets=points[1:] - points[0],
        bone_weight=follows[used],
        pivot=pivot,
        weights=Track(times, weights[:, columns]),
        rotation=Track(times, _quaternions(performance.neck)),
        translation=Track(times, performance.translation),
    )


def _frame_clip(head: Head, identity: Tensor, performance: Performance, keys: int) -> Clip:
    used, faces = _used(head)
    frames = np.unique(np.round(np.linspace(0, len(performance) - 1, min(keys, len(performance)))).astype(np.int64))
    parts = {name: getattr(performance, name)[frames] for name in ("expression", "neck", "translation", "gaze")}
    chosen = Performance(fps=performance.fps, **parts)
    points = np.stack(list(posed_frames(head, identity, chosen)))[:, used]
    return Clip(
        name=head.name,
        points=points[0],
        faces=faces,
        colours=head.colours[used],
        target_names=tuple(f"frame {frame}" for frame in frames[1:]),
        targets=points[1:] - points[0],
        weights=Track(_times(performance, frames), np.eye(len(frames), dtype=np.float32)[:, 1:]),
    )


def neck_bone(head: Head, identity: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Skinning weights (V,) in [0, 1] of the neck, and its pivot (3,) in head units.

    Measured by rotating the neck about each axis: a vertex of weight w moves from p to p + w (R − 1)(p − pivot).
    """
    angles = torch.eye(3) * _PROBE
    still = np.zeros((1, 52), np.float32)
    rest = _vertices(head, identity, still)[0].numpy()
    moved = _vertices(head, identity, still, neck=angles).numpy() - rest
    turns = _matrices(angles.numpy()) - np.eye(3)
    # the upper half of the head has weight 1 and gives the pivot: (R − 1) pivot = (R − 1) p − moved
    whole = rest[:, 1] > np.quantile(rest[head.landmark_vertices, 1], 0.5)
    goals = (rest[whole] @ turns.transpose(0, 2, 1) - moved[:, whole]).mean(axis=1)
    pivot = np.linalg.lstsq(turns.reshape(9, 3), goals.reshape(9), rcond=None)[0]
    full = (rest - pivot) @ turns.transpose(0, 2, 1)
    weight = (full * moved).sum(axis=(0, 2)) / np.maximum((full**2).sum(axis=(0, 2)), 1e-12)
    return np.clip(weight, 0, 1), pivot


def _matrices(neck: NDArray[np.floating]) -> NDArray[np.float64]:
    return rotation(*torch.from_numpy(np.asarray(neck, np.float64)).unbind(dim=1)).numpy()


def _quaternions(neck: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit quaternions (T, 4) x, y, z, w of neck angles (T, 3), with signs chosen for continuity."""
    found = Rotation.from_matrix(_matrices(neck)).as_quat()
    flips = np.cumprod(np.where((found[1:] * found[:-1]).sum(axis=1) < 0, -1.0, 1.0))
    found[1:] *= flips[:, None]
    return found.astype(np.float32)

"""Writing a glTF 2.0 binary of a mesh with morph targets, a bone and their animation.

trimesh writes mesh, material and container; morph targets, skin and animation are added to its tree.
Source: The Khronos Group, glTF 2.0 specification, sections 3.7 (geometry and skins), 3.11 (animations).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.heads.render.shading import LINEAR, vertex_normals

_FLOAT, _BYTE, _SHORT = 5126, 5121, 5123
_VERTICES, _INDICES = 34962, 34963
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


@dataclass(frozen=True, eq=False)
class Track:
    """Key values (T, …) at times (T,) in seconds, interpolated linearly."""

    times: NDArray[np.float32]
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Clip:
    """Content of a glb: points (V, 3), faces (F, 3), colours uint8 sRGB (V, 3), targets (K, V, 3) displacements.

    weights: track (T, K). With a bone: bone_weight (V,) in [0, 1], its pivot (3,), tracks of its rotation (T, 4) as
    quaternions x, y, z, w and of the whole head's translation (T, 3).
    """

    name: str
    points: NDArray[np.float64]
    faces: NDArray[np.int32]
    colours: NDArray[np.uint8]
    target_names: tuple[str, ...]
    targets: NDArray[np.float64]
    weights: Track
    bone_weight: NDArray[np.float64] | None = None
    pivot: NDArray[np.float64] | None = None
    rotation: Track | None = None
    translation: Track | None = None


class _Additions:
    """Accessors to be added to trimesh's tree; indices are valid in the written file."""

    def __init__(self, items: Any, tree: dict[str, Any]) -> None:
        self._items, self._tree = items, tree

    def add(self, values: NDArray[Any], width: int, component: int = _FLOAT, bounds: bool = False) -> int:
        data = np.ascontiguousarray(values)
        rows = data.reshape(-1, width)
        number = len(self._tree["accessors"])
        key = f"mien {number}"
        content = data.tobytes()
        self._items[key] = content + bytes(-len(content) % 4)
        accessor: dict[str, Any] = {
            "bufferView": len(self._items) - 1,
            "componentType": component,
            "count": len(rows),
            "type": _KINDS[width],
        }
        if component == _SHORT:
            accessor["normalized"] = True
        if bounds:
            accessor |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        self._tree["accessors"][key] = accessor
        return number


def glb_bytes(clip: Clip, tags: Mapping[str, str] | None = None) -> bytes:
    """Content of the file; `tags` become `asset.extras`."""
    import trimesh

    normals = _normals(clip.points, clip.faces)
    mesh = trimesh.Trimesh(clip.points, clip.faces, vertex_normals=normals, process=False)
    mesh.visual = trimesh.visual.TextureVisuals(
        material=trimesh.visual.material.PBRMaterial(
            name="painted", baseColorFactor=[255, 255, 255, 255], metallicFactor=0.0, roughnessFactor=0.75
        )
    )

    def complete(items: Any, tree: dict[str, Any]) -> None:
        _complete(_Additions(items, tree), tree, clip, normals)
        tree["asset"]["generator"] = f"mien {__version__}, through trimesh"
        if tags:
            tree["asset"]["extras"] = dict(tags)

    scene = trimesh.Scene()
    scene.add_geometry(mesh, geom_name=clip.name)
    content = trimesh.exchange.gltf.export_glb(
        scene, include_normals=True, buffer_postprocessor=complete, tree_postprocessor=_say_what_views_hold
    )
    return bytes(content)


def _say_what_views_hold(tree: dict[str, Any]) -> None:
    """Set the target of the buffer views (vertices or indices), a hint for graphics cards."""
    primitive = tree["meshes"][0]["primitives"][0]
    shapes = [primitive["attributes"], *primitive.get("targets", [])]
    for number in [index for shape in shapes for index in shape.values()]:
        tree["bufferViews"][tree["accessors"][number]["bufferView"]]["target"] = _VERTICES
    tree["bufferViews"][tree["accessors"][primitive["indices"]]["bufferView"]]["target"] = _INDICES


def _normals(points: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.float64]:
    found = np.empty_like(points)
    vertex_normals(np.ascontiguousarray(points), faces, found)
    # a vertex of degenerate faces has no normal, but the format requires unit length
    found[(found**2).sum(axis=1) < 0.5] = [0.0, 0.0, 1.0]
    return found


def _complete(add: _Additions, tree: dict[str, Any], clip: Clip, normals: NDArray[np.float64]) -> None:
    mesh = tree["meshes"][0]
    primitive = mesh["primitives"][0]
    linear = np.ones((len(clip.points), 4))
    linear[:, :3] = LINEAR[clip.colours]
    primitive["attributes"]["COLOR_0"] = add.add(np.round(linear * 65535).astype(np.uint16), 4, _SHORT)
    if len(clip.targets):
        primitive["targets"] = [
            {
                "POSITION": add.add(shape.astype(np.float32), 3, bounds=True),
                "NORMAL": add.add((_normals(clip.points + shape, clip.faces) - normals).astype(np.float32), 3),
            }
            for shape in clip.targets
        ]
        mesh["weights"] = clip.weights.values[0].tolist()
    mesh["extras"] = {"targetNames": list(clip.target_names)}
    nodes: list[dict[str, Any]] = [{"name": clip.name, "mesh": 0}]
    tracks: list[tuple[int, str, Track, int]] = []
    if len(clip.targets):
        tracks.append((0, "weights", clip.weights, 1))
    if clip.bone_weight is not None and clip.pivot is not None:
        _add_bone(add, tree, primitive, nodes, clip.bone_weight, clip.pivot)
        for node, path, track, width in ((2, "rotation", clip.rotation, 4), (1, "translation", clip.translation, 3)):
            if track is not None:
                tracks.append((node, path, track, width))
    tree["nodes"] = nodes
    tree["scenes"][0]["nodes"] = [0] if len(nodes) == 1 else [0, 1]
    if tracks:
        tree["animations"] = [_animation(add, tracks)]


def _add_bone(
    add: _Additions,
    tree: dict[str, Any],
    primitive: dict[str, Any],
    nodes: list[dict[str, Any]],
    weight: NDArray[np.float64],
    pivot: NDArray[np.float64],
) -> None:
    shares = np.zeros((len(weight), 4), np.float32)
    shares[:, 1] = weight
    shares[:, 0] = 1 - shares[:, 1]
    joints = np.zeros((len(weight), 4), np.uint8)
    # a weight of zero must refer to joint 0
    joints[:, 1] = shares[:, 1] > 0
    primitive["attributes"]["JOINTS_0"] = add.add(joints, 4, _BYTE)
    primitive["attributes"]["WEIGHTS_0"] = add.add(shares, 4)
    back = np.stack([np.eye(4), np.eye(4)])
    back[1, :3, 3] = -pivot
    # matrices are stored in column-major order
    inverse = add.add(back.transpose(0, 2, 1).astype(np.float32), 16)
    tree["skins"] = [{"name": "neck", "joints": [1, 2], "skeleton": 1, "inverseBindMatrices": inverse}]
    nodes[0]["skin"] = 0
    nodes += [{"name": "body", "children": [2]}, {"name": "head", "translation": pivot.tolist()}]


def _animation(add: _Additions, tracks: list[tuple[int, str, Track, int]]) -> dict[str, Any]:
    times = add.add(tracks[0][2].times.astype(np.float32), 1, bounds=True)
    samplers, channels = [], []
    for number, (node, path, track, width) in enumerate(tracks):
        values = add.add(track.values.astype(np.float32), width)
        samplers.append({"input": times, "output": values, "interpolation": "LINEAR"})
        channels.append({"sampler": number, "target": {"node": node, "path": path}})
    return {"name": "performance", "samplers": samplers, "channels": channels}

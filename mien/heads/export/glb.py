"""Heads as glTF 2.0 binaries (`.glb`): parts with materials and textures, a rig, expressions and visemes.

Lengths are in metres, +Y is up, the face looks along +Z; the origin is between the eyes at the depth of the ears.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.files import atomic_file
from mien.heads.appearance import Appearance
from mien.heads.export.gltf import GltfFile
from mien.heads.export.parts import HeadMesh, MeshPart, head_mesh, of_expressions
from mien.heads.export.rig import JOINTS, PARENTS, Rig, Tracks, measure_rig, tracks
from mien.heads.export.textures import png_bytes
from mien.heads.head import Head, HeadError
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.visemes import OCULUS_VISEMES

Mode = Literal["targets", "frames"]

NEUTRAL_VISEME = "viseme_sil"
"""The viseme that moves nothing."""

_STILL = 1e-5  # metres by which a morph target must move a vertex, or it is left at rest
_TURNED = 0.02  # change of a normal that is kept where the vertex itself is at rest
_UNUSED = 1e-3  # maximum weight of an expression that a performance does not use


@dataclass(frozen=True)
class GlbContent:
    """A glb and what is in it. targets: names of the morph targets in order.

    left_out: the targets that the head lacks, and parts such as hair that it should wear but has not.
    """

    content: bytes
    parts: tuple[str, ...]
    targets: tuple[str, ...]
    left_out: tuple[str, ...]


class GlbOptions(TypedDict, total=False):
    """What `head_glb` may be told besides who plays what; its docstring says what each means."""

    mode: Mode
    targets: Collection[str] | None
    resting: NDArray[np.float32] | None
    keys: int
    tags: Mapping[str, str] | None
    person: Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class _Shapes:
    """rest (V, 3) in metres and the vertices (V, 3) of each morph target at weight 1, by name."""

    rest: NDArray[np.float64]
    targets: dict[str, NDArray[np.float64]]


def used_expressions(performance: Performance) -> tuple[str, ...]:
    """The ARKit names that a performance uses, those of its gaze included: the targets that it needs."""
    peaks = tracks(performance, frozenset(ARKIT_NAMES)).expression.max(axis=0)
    return tuple(name for name, peak in zip(ARKIT_NAMES, peaks, strict=True) if peak > _UNUSED)


def head_glb(
    head: Head,
    identity: Tensor | None = None,
    appearance: Appearance | None = None,
    performance: Performance | None = None,
    *,
    mode: Mode = "targets",
    targets: Collection[str] | None = None,
    resting: NDArray[np.float32] | None = None,
    keys: int = 60,
    tags: Mapping[str, str] | None = None,
    person: Mapping[str, Any] | None = None,
) -> GlbContent:
    """A head as a glTF 2.0 binary, animated where a performance is given.

    identity: (I,); None: the average person. appearance: None: the default one. mode: targets (expressions as morph
    targets, neck, head and eyes as bones) or frames (complete key frames as morph targets and no bones, exact at the
    keys, for programs without bones). targets: names of the morph targets; None: ARKit's 52 and the 15 visemes.
    resting: weights (52,) of the expression at rest. keys: maximum number of evenly spaced key frames in the mode
    frames. tags: where it is from, for `asset.extras`; person: what it was made of, as JSON, for `asset.extras.person`.

    Morph targets are the head's own displacements at weight 1. Parts that turn (jaw, eyeballs) move on a line between
    weights 0 and 1. Raises HeadError for a performance without frames, an unknown mode or target, less than one key,
    another number of resting weights.
    """
    if performance is not None and len(performance) == 0:
        raise HeadError("the performance has no frames, so there is nothing to write")
    if resting is not None and resting.shape != (len(ARKIT_NAMES),):
        raise HeadError(f"a resting expression has {len(ARKIT_NAMES)} weights, not {resting.shape}")
    mesh = head_mesh(head, identity, appearance)
    file = GltfFile()
    if mode == "targets":
        names = _wanted(targets)
        shapes, left_out = _expressions(mesh, names)
        playing = None if performance is None else tracks(performance, frozenset(shapes.targets))
        weights = np.zeros(52, np.float32) if resting is None else resting
        _write_rigged(file, mesh, shapes, measure_rig(mesh), playing, weights)
    elif mode == "frames":
        if keys < 1:
            raise HeadError(f"an animation needs at least one key frame, not {keys}")
        if performance is None:
            raise HeadError("key frames need a performance")
        shapes, left_out = _write_frames(file, mesh, performance, keys), ()
    else:
        raise HeadError(f"unknown mode {mode!r}; there are targets, frames")
    extras: dict[str, Any] = dict(tags or {})
    if person is not None:
        extras["person"] = dict(person)
    if extras:
        file.tree["asset"]["extras"] = extras
    return GlbContent(
        file.content(), tuple(part.name for part in mesh.parts), tuple(shapes.targets), left_out + mesh.missing
    )


def write_head_glb(
    path: Path,
    head: Head,
    identity: Tensor | None = None,
    appearance: Appearance | None = None,
    performance: Performance | None = None,
    **options: Unpack[GlbOptions],
) -> GlbContent:
    """Write `head_glb` of the same arguments atomically to `path`."""
    made = head_glb(head, identity, appearance, performance, **options)
    with atomic_file(path) as beside:
        beside.write_bytes(made.content)
    return made


def _wanted(targets: Collection[str] | None) -> tuple[str, ...]:
    known = (*ARKIT_NAMES, *OCULUS_VISEMES)
    unknown = [name for name in targets or () if name not in known]
    if unknown:
        raise HeadError(f"{unknown[0]!r} is neither one of ARKit's 52 expression names nor one of the 15 visemes")
    return known if targets is None else tuple(name for name in known if name in targets)


def _expressions(mesh: HeadMesh, names: tuple[str, ...]) -> tuple[_Shapes, tuple[str, ...]]:
    """The shapes of the named targets, and the names of those that move nothing on this head."""
    weights = [np.zeros(52, np.float32), *(_weights(name) for name in names)]
    rest, *moved = mesh.positions(of_expressions(np.stack(weights)))
    used = np.unique(np.concatenate([part.source for part in mesh.parts]))

    def shows(name: str, points: NDArray[np.float64]) -> bool:
        missing = name in EXPRESSION_INDEX and name not in mesh.head.expressions
        return not missing and (name == NEUTRAL_VISEME or bool((np.abs(points - rest)[used] > _STILL).any()))

    kept = {name: points for name, points in zip(names, moved, strict=True) if shows(name, points)}
    return _Shapes(rest, kept), tuple(name for name in names if name not in kept)


def _weights(name: str) -> NDArray[np.float32]:
    if name in OCULUS_VISEMES:
        return OCULUS_VISEMES[name]
    found = np.zeros(52, np.float32)
    found[EXPRESSION_INDEX[name]] = 1
    return found


def _moves(part: MeshPart, shapes: _Shapes) -> bool:
    return any((np.abs(points - shapes.rest)[part.source] > _STILL).any() for points in shapes.targets.values())


def _write_rigged(
    file: GltfFile, mesh: HeadMesh, shapes: _Shapes, rig: Rig, playing: Tracks | None, resting: NDArray[np.float32]
) -> None:
    """Nodes: the joints, a mesh `Face` of all parts that move with the expressions, and one of each other part."""
    for number, name in enumerate(JOINTS):
        offset = rig.pivots[number] - (0 if PARENTS[number] is None else rig.pivots[PARENTS[number] or 0])
        children = [child for child, parent in enumerate(PARENTS) if parent == number]
        node: dict[str, Any] = {"name": name}
        if number:
            node["translation"] = offset.tolist()
        file.add("nodes", node | ({"children": children} if children else {}))
    inverse = np.tile(np.eye(4, dtype=np.float32), (len(JOINTS), 1, 1))
    inverse[:, :3, 3] = -rig.pivots
    joints = list(range(len(JOINTS)))
    file.add("skins", {"name": "rig", "joints": joints, "skeleton": 0, "inverseBindMatrices": file.accessor(inverse)})
    moving = [part for part in mesh.parts if _moves(part, shapes)]
    nodes = [0]
    for name, parts in [("Face", moving), *((part.name, [part]) for part in mesh.parts if part not in moving)]:
        if not parts:
            continue
        own = shapes if parts is moving else _Shapes(shapes.rest, {})
        entry: dict[str, Any] = {"name": name, "primitives": [_primitive(file, part, own, rig) for part in parts]}
        if own.targets:
            entry["weights"] = [float(w) for w in _columns(resting[None], own.targets)[0]]
            entry["extras"] = {"targetNames": list(own.targets)}
        nodes.append(file.add("nodes", {"name": name, "mesh": file.add("meshes", entry), "skin": 0}))
    file.tree |= {"scene": 0, "scenes": [{"name": "head", "nodes": nodes}]}
    if playing is not None:
        channels: list[tuple[int, str, NDArray[np.float32]]] = [(0, "translation", playing.translation)]
        channels += [(JOINTS.index(name), "rotation", values) for name, values in playing.rotation.items()]
        if moving:
            channels.append((nodes[1], "weights", _columns(playing.expression, shapes.targets).ravel()))
        _animate(file, playing.times, channels)


def _columns(expression: NDArray[np.float32], targets: Collection[str]) -> NDArray[np.float32]:
    """Weights (T, K) of the morph targets for expressions (T, 52); visemes are at 0."""
    found = np.zeros((len(expression), len(targets)), np.float32)
    for column, name in enumerate(targets):
        if name in EXPRESSION_INDEX:
            found[:, column] = expression[:, EXPRESSION_INDEX[name]]
    return found


def _write_frames(file: GltfFile, mesh: HeadMesh, performance: Performance, keys: int) -> _Shapes:
    frames = np.unique(np.linspace(0, len(performance) - 1, min(keys, len(performance))).round().astype(int))
    chosen = performance.map(lambda values: values[frames])
    rest, *moved = mesh.positions(chosen)
    shapes = _Shapes(rest, {f"frame_{frame:05d}": points for frame, points in zip(frames[1:], moved, strict=True)})
    entry: dict[str, Any] = {"name": "Face", "primitives": [_primitive(file, part, shapes) for part in mesh.parts]}
    if shapes.targets:
        entry |= {"weights": [0.0] * len(moved), "extras": {"targetNames": list(shapes.targets)}}
    file.add("nodes", {"name": "Face", "mesh": file.add("meshes", entry)})
    file.tree |= {"scene": 0, "scenes": [{"name": "head", "nodes": [0]}]}
    if shapes.targets:
        times = np.array([float(int(frame) / performance.fps) for frame in frames], np.float32)
        _animate(file, times, [(0, "weights", np.eye(len(frames), dtype=np.float32)[:, 1:].ravel())])
    return shapes


def _primitive(file: GltfFile, part: MeshPart, shapes: _Shapes, rig: Rig | None = None) -> dict[str, Any]:
    points, normals = shapes.rest[part.source].astype(np.float32), part.normals(shapes.rest)
    attributes = {
        "POSITION": file.accessor(points, "vertices"),
        "NORMAL": file.accessor(normals.astype(np.float32), "vertices"),
    }
    if part.uv is not None:
        attributes["TEXCOORD_0"] = file.accessor(part.uv.astype(np.float32), "vertices")
    if part.colours is not None:
        bytes_of = np.round(np.pad(part.colours, ((0, 0), (0, 1)), constant_values=1) * 65535).astype(np.uint16)
        attributes["COLOR_0"] = file.accessor(bytes_of, "vertices", normalised=True)
    if rig is not None:
        shares = rig.weights[part.source]
        # a vertex has four joints at most, the heaviest first; a weight of zero must refer to joint 0
        order = np.argsort(-shares, axis=1, kind="stable")[:, :4]
        heaviest = np.take_along_axis(shares, order, axis=1)
        attributes["JOINTS_0"] = file.accessor(np.where(heaviest > 0, order, 0).astype(np.uint8), "vertices")
        attributes["WEIGHTS_0"] = file.accessor(heaviest, "vertices")
    width = np.uint16 if len(part.source) <= 65535 else np.uint32
    found: dict[str, Any] = {
        "attributes": attributes,
        "indices": file.accessor(part.faces.ravel().astype(width), "indices"),
        "material": _material(file, part),
    }
    if shapes.targets:
        found["targets"] = [_target(file, part, shapes.rest, normals, moved) for moved in shapes.targets.values()]
    return found


def _target(
    file: GltfFile, part: MeshPart, rest: NDArray[np.float64], normals: NDArray[np.float64], moved: NDArray[np.float64]
) -> dict[str, int]:
    offset = (moved - rest)[part.source]
    turned = part.normals(moved) - normals
    moves = np.asarray((np.abs(offset) > _STILL).any(axis=1))
    turns = np.asarray(moves | (np.abs(turned) > _TURNED).any(axis=1))
    return {
        "POSITION": file.moves(offset.astype(np.float32), moves),
        "NORMAL": file.moves(turned.astype(np.float32), turns if moves.any() else moves),
    }


def _material(file: GltfFile, part: MeshPart) -> int:
    material = part.material
    surface: dict[str, Any] = {"metallicFactor": material.metallic, "roughnessFactor": material.roughness}
    entry: dict[str, Any] = {"name": part.name, "pbrMetallicRoughness": surface}
    if part.picture is not None:
        if "samplers" not in file.tree:
            # trilinear; round the head the texture meets itself
            file.add("samplers", {"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071})
        source = file.picture(png_bytes(part.picture), part.name)
        surface["baseColorTexture"] = {"index": file.add("textures", {"sampler": 0, "source": source})}
        if part.picture.shape[2] == 4:
            entry["alphaMode"] = "BLEND"
    if material.colour != (1.0, 1.0, 1.0):
        surface["baseColorFactor"] = [*material.colour, 1.0]
    if material.double_sided:
        entry["doubleSided"] = True
    if not material.mirrors:
        entry["extensions"] = {"KHR_materials_specular": {"specularFactor": 0.0}}
        file.tree["extensionsUsed"] = ["KHR_materials_specular"]
    return file.add("materials", entry)


def _animate(file: GltfFile, times: NDArray[np.float32], channels: list[tuple[int, str, NDArray[np.float32]]]) -> None:
    """One animation; channels: node, path and values of each."""
    at = file.accessor(times)
    samplers = [{"input": at, "output": file.accessor(values), "interpolation": "LINEAR"} for _, _, values in channels]
    entries = [
        {"sampler": number, "target": {"node": node, "path": path}} for number, (node, path, _) in enumerate(channels)
    ]
    file.add("animations", {"name": "performance", "samplers": samplers, "channels": entries})

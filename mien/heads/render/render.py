"""Rendering the embedded head: pinhole camera, three lamps, and `render_frames`, which plays a performance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance, Colour
from mien.heads.embedded.glasses import glasses_part, rigid_identity
from mien.heads.embedded.head import (
    HEAD_HEIGHT,
    NECK_PIVOT,
    PART_MATERIALS,
    EmbeddedHead,
    neck_weight,
    rotation,
)
from mien.heads.embedded.identity import identity_fields
from mien.heads.embedded.parts import PARTS, Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.raster import visible_triangles
from mien.heads.render.shading import (
    LINEAR,
    SKIN,
    highlight_table,
    light_table,
    light_vertices,
    shade_image,
    srgb_table,
    vertex_normals,
)
from mien.heads.render.texture import (
    FACE,
    WIDTH,
    atlas_coordinates,
    eye_shade,
    paint_atlas,
    wrinkle_maps,
)
from mien.heads.render.turning import opened_seam, outwards, turned_frames

__all__ = ["Appearance", "Camera", "Light", "project", "render_frames"]

Array = NDArray[np.float64]

# strength and exponent of the highlight, strength of the sheen at grazing angles; by material
_GLOSS = np.array(
    [[0.10, 11.0, 0.25], [1.6, 55.0, 0.0], [0.16, 30.0, 0.0], [0.10, 9.0, 0.10], [0.015, 6.0, 0.12], [0, 1, 0],
     [0.45, 40.0, 0.3]]
)  # fmt: skip

_CORNER = (FACE[0].start, FACE[1].start)

_CHUNK = 16  # frames whose vertices are computed together


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks along -z.

    distance: from the head's centre to the camera, head units. height: of the picture in the plane z = 0, head units.
    centre: x, y of the point at the picture's centre, head units. roll: about the optical axis, radians; > 0 turns the
    picture clockwise.
    """

    distance: float = 5.2
    height: float = 1.62
    centre: tuple[float, float] = (0.0, -0.14)
    roll: float = 0.0


@dataclass(frozen=True)
class Light:
    """Directional key, fill and rim light over ambient light; directions point to the lamp, colours are linear RGB."""

    key: tuple[float, float, float] = (-0.50, 0.55, 0.72)
    key_colour: Colour = (1.0, 0.95, 0.88)
    key_strength: float = 0.78
    fill: tuple[float, float, float] = (0.75, 0.10, 0.62)
    fill_colour: Colour = (0.80, 0.88, 1.0)
    fill_strength: float = 0.22
    rim: tuple[float, float, float] = (0.65, 0.45, -0.55)
    rim_colour: Colour = (0.95, 0.97, 1.0)
    rim_strength: float = 0.35
    ambient: Colour = (0.19, 0.19, 0.21)

    def lamps(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Unit directions (3, 3) and colours times strength (3, 3)."""
        directions = np.array([self.key, self.fill, self.rim], float)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        colours = np.array([self.key_colour, self.fill_colour, self.rim_colour], float)
        return directions, colours * np.array([[self.key_strength], [self.fill_strength], [self.rim_strength]])


def project(points: NDArray[np.floating], camera: Camera, size: tuple[int, int]) -> NDArray[np.float64]:
    """Screen positions (..., 3) of points (..., 3) in head units, for a picture of `size` (width, height).

    x, y in pixels; z is the distance from the camera along its axis, in cm.
    """
    width, height = size
    points = np.asarray(points, np.float64)
    depth = camera.distance - points[..., 2]
    scale = height / camera.height * camera.distance / np.maximum(depth, 1e-3)
    right = (points[..., 0] - camera.centre[0]) * scale
    down = (camera.centre[1] - points[..., 1]) * scale
    cosine, sine = np.cos(camera.roll), np.sin(camera.roll)
    x = width / 2 + cosine * right - sine * down
    y = height / 2 + sine * right + cosine * down
    return np.stack([x, y, depth * HEAD_HEIGHT], axis=-1)


class _Worn:
    """Hair, clothes and glasses of an appearance; identity, neck and translation move them with the head."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.rest = np.concatenate([p.positions for p in parts])
        start = np.cumsum([0] + [len(p.positions) for p in parts])
        self.faces = np.concatenate([p.faces + s for p, s in zip(parts, start, strict=False)])
        weights = [neck_weight(p.positions) * (p.kind != "cloth") for p in parts]
        self.weight = torch.from_numpy(np.concatenate(weights)).float()
        fields = [rigid_identity(p.positions) if p.kind == "glasses" else identity_fields(p.positions) for p in parts]
        self.identity = torch.from_numpy(np.concatenate(fields, axis=1)).float()

    def vertices(self, identity: Tensor, neck: Tensor, translation: Tensor) -> Tensor:
        """(B, V, 3) head units, arguments as `EmbeddedHead.vertices`."""
        points = torch.from_numpy(self.rest).float()[None] + torch.einsum("bi,ivc->bvc", identity, self.identity)
        pivot = torch.tensor(NECK_PIVOT)
        moved = (points - pivot) @ rotation(*neck.unbind(dim=1)).transpose(1, 2) + pivot
        return torch.lerp(points, moved, self.weight[None, :, None]) / HEAD_HEIGHT + translation[:, None]


@dataclass(frozen=True)
class _Scene:
    """The mesh of head and worn parts without its positions: the same for every frame of an appearance.

    faces (F, 3); coordinates (V, 2) in the atlas, pixels; shade (V,) ambient occlusion in [0, 1]; material (V,);
    face_material (F,); wrinkled (F,), whether a wrinkle can show on a face. Where vertices are doubled: source (V,),
    which vertex each is, and whole (F, 3), the faces over those.
    """

    worn: _Worn
    faces: NDArray[np.int32]
    coordinates: NDArray[np.float64]
    shade: NDArray[np.float64]
    material: NDArray[np.int64]
    face_material: NDArray[np.uint8]
    wrinkled: NDArray[np.bool_]
    source: NDArray[np.int64] | None = None
    whole: NDArray[np.int32] | None = None


@lru_cache(maxsize=24)
def _scene(appearance: Appearance) -> _Scene:
    surface = EmbeddedHead().surface
    things = (hair_part(appearance), clothing_part(appearance), glasses_part(appearance))
    worn = _Worn([part for part in things if part is not None])
    head_count = len(surface.rest)
    coordinates = np.zeros((head_count, 2))
    for index, kind in enumerate(PARTS):
        chosen = surface.kind == index
        if chosen.any():
            coordinates[chosen] = atlas_coordinates(kind, surface.texture[chosen])
    shade = np.ones(head_count)
    skin = surface.skin
    cavity = np.clip(skin.cavity * 5, 0, 1)
    touch = np.where(skin.lip == 0, 0.6, 1.0)
    shade[: len(skin.positions)] = (1 - 0.93 * cavity) * np.where(skin.ring == -1, 0.75, 1.0) * touch
    for name in ("eye_left", "eye_right"):
        chosen = surface.kind == PARTS.index(name)
        shade[chosen] = eye_shade(surface.rest[chosen])
    for name in ("teeth_upper", "teeth_lower"):
        chosen = surface.kind == PARTS.index(name)
        depth = np.clip((9.1 - surface.rest[chosen, 2]) / 2.4, 0, 1)
        shade[chosen] = 0.82 - 0.62 * depth
    shade[surface.kind == PARTS.index("tongue")] = 0.55
    materials = [np.array([PART_MATERIALS[kind] for kind in PARTS])[surface.kind]]
    materials += [np.full(len(p.positions), PART_MATERIALS[p.kind]) for p in worn.parts]
    material = np.concatenate(materials)
    coordinates = np.concatenate([coordinates, *(atlas_coordinates(p.kind, p.texture) for p in worn.parts)])
    faces = np.concatenate([surface.faces, worn.faces + head_count]).astype(np.int32)
    face_material = material[faces[:, 0]].astype(np.uint8)
    return _Scene(
        worn=worn,
        faces=faces,
        coordinates=coordinates,
        shade=np.concatenate([shade, np.ones(len(worn.rest))]),
        material=material,
        face_material=face_material,
        wrinkled=(face_material == SKIN) & _wrinkled(coordinates[faces]),
    )


def _wrinkled(corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a wrinkle map is above 0 near triangles of the atlas with `corners` (F, 3, 2): in twice their box."""
    inside = np.pad(wrinkle_maps().any(axis=-1).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))  # summed-area table
    half = np.ptp(corners, axis=1) / 2
    size = np.array(inside.shape)[::-1] - 1
    corners = corners - _CORNER[::-1]
    left, top = np.clip(np.floor(corners.min(axis=1) - half), 0, size).astype(int).T
    right, low = np.clip(np.ceil(corners.max(axis=1) + half), 0, size).astype(int).T
    return np.asarray(inside[low, right] - inside[top, right] - inside[low, left] + inside[top, left] > 0)


def _wrinkle_weights(expression: NDArray[np.float32]) -> NDArray[np.float64]:
    """Strength (4,) of each wrinkle map for an expression (52,)."""

    def both(name: str) -> float:
        return float(expression[EXPRESSION_INDEX[f"{name}Left"]] + expression[EXPRESSION_INDEX[f"{name}Right"]]) / 2

    frown = both("browDown") + 0.4 * both("noseSneer")
    raised = 0.7 * float(expression[EXPRESSION_INDEX["browInnerUp"]]) + 0.5 * both("browOuterUp")
    fold = 0.8 * both("mouthSmile") + 0.75 * both("noseSneer") + 0.35 * both("mouthUpperUp") + 0.3 * both("mouthFrown")
    return np.array([frown, raised, both("noseSneer"), fold])


def _lighting(light: Light) -> tuple[Array, Array, Array, Array, Array]:
    """The arguments that `light_table` and `light_vertices` share: lamps, strengths, ambient, sheen, highlights."""
    lamps, strengths = light.lamps()
    highlight = highlight_table(_GLOSS[:, 0], 2 * _GLOSS[:, 1])
    return lamps, strengths, np.array(light.ambient, float), _GLOSS[:, 2].copy(), highlight


@lru_cache(maxsize=8)
def light_on_materials(light: Light) -> NDArray[np.float32]:
    """`light_table` of a light for every material of `mien.heads.render.shading`."""
    return light_table(*_lighting(light))


def default_background(size: tuple[int, int], colour: Colour = (0.55, 0.58, 0.60)) -> NDArray[np.uint8]:
    """A studio wall (H, W, 3) uint8: bright behind the head, darker towards the corners."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    glow = 1.08 - 0.32 * np.clip(x**2 + (y + 0.15) ** 2, 0, 2)
    return np.clip(np.array(colour) * glow[..., None] * 255, 0, 255).astype(np.uint8)


def background_picture(background: Colour | NDArray[np.uint8] | None, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The wall (H, W, 3) uint8 of a colour, a picture or None for grey. Raises ValueError for another size."""
    if background is None:
        return default_background(size)
    if isinstance(background, tuple):
        return default_background(size, background)
    if background.shape != (size[1], size[0], 3) or background.dtype != np.uint8:
        raise ValueError(f"a background picture must be uint8 ({size[1]}, {size[0]}, 3), not {background.shape}")
    return background


def render_frames(
    head: EmbeddedHead,
    identity: Tensor,
    appearance: Appearance,
    performance: Performance,
    size: tuple[int, int] = (480, 360),
    camera: Camera = Camera(),
    light: Light = Light(),
    background: Colour | NDArray[np.uint8] | None = None,
    turns: NDArray[np.floating] | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Render a performance: yield an sRGB frame uint8 (H, W, 3) for each of its frames; same arguments, same bytes.

    identity: (I,). size: width, height in pixels. background: a wall's colour, a picture (H, W, 3), or None for grey.
    turns: (T,) radians by which the whole head is turned before the camera, > 0 to the viewer's right; None: not.
    Raises ValueError for a background of another size.
    """
    scene = _scene(appearance)
    normals = np.empty((len(scene.material), 3))
    if turns is not None:
        scene = _all_round(scene, head)
    width, height = size
    wall = background_picture(background, size)
    atlas, folds = paint_atlas(appearance), wrinkle_maps()
    lighting = _lighting(light)
    shape = 2 * height, 2 * width
    buffers = np.empty(shape, np.int32), np.empty(shape, np.float32)
    lit = np.empty((len(scene.material), 10))
    vertices = turned_frames(_moved_vertices(head, scene.worn, identity, performance), turns)
    for points, expression in zip(vertices, performance.expression, strict=True):
        vertex_normals(points, scene.faces if scene.whole is None else scene.whole, normals)
        at, facing = points, normals
        if scene.source is not None:
            at, facing = points[scene.source], normals[scene.source]
        screen = project(at, camera, (2 * width, 2 * height))
        index, depth = visible_triangles(screen, scene.faces, *shape, cull=True, buffers=buffers)
        light_vertices(screen, facing, scene.coordinates, scene.shade, scene.material, *lighting, lit)
        frame = np.empty((height, width, 3), np.uint8)
        shade_image(
            index,
            depth,
            lit,
            scene.faces,
            scene.face_material,
            scene.wrinkled,
            atlas,
            LINEAR,
            srgb_table(),
            _wrinkle_weights(expression),
            folds,
            _CORNER,
            wall,
            frame,
        )
        yield frame


def _all_round(scene: _Scene, head: EmbeddedHead) -> _Scene:
    """The scene for views from the side and from behind: ears that look outwards, and no seam on the back's skin.

    Without turns both stay as films and corpora have them: the ears are inside out, so that they are culled from the
    side, and the triangles at the back show the whole width of the texture.
    """
    surface = head.surface
    kind = np.full(len(scene.material), -1)
    kind[: len(surface.kind)] = surface.kind
    whole = scene.faces.copy()
    ears = kind[whole[:, 0]] == PARTS.index("ear")
    whole[ears] = outwards(surface.rest, whole[ears])
    faces, doubled = opened_seam(whole, scene.coordinates[:, 0] / WIDTH, kind == PARTS.index("skin"))
    source = np.concatenate([np.arange(len(kind)), doubled])
    coordinates = scene.coordinates[source]
    coordinates[len(kind) :, 0] -= WIDTH
    return replace(
        scene,
        faces=faces,
        coordinates=coordinates,
        shade=scene.shade[source],
        material=scene.material[source],
        source=source,
        whole=whole,
    )


def _moved_vertices(
    head: EmbeddedHead, worn: _Worn, identity: Tensor, performance: Performance
) -> Iterator[NDArray[np.float64]]:
    """Vertices (V, 3) in head units of the head and then of what it wears, for each frame of a performance."""
    for start in range(0, len(performance), _CHUNK):
        part = slice(start, start + _CHUNK)
        neck, translation = torch.from_numpy(performance.neck[part]), torch.from_numpy(performance.translation[part])
        with torch.no_grad():
            own = head.vertices(
                identity[None],
                torch.from_numpy(performance.expression[part]),
                neck=neck,
                translation=translation,
                eyes=torch.from_numpy(performance.gaze[part]),
            )
            yield from torch.cat([own, worn.vertices(identity[None], neck, translation)], dim=1).double().numpy()


@dataclass(frozen=True, eq=False)
class Dressed:
    """Head and worn parts of an appearance as one mesh, for programs other than this renderer.

    kind (V,): name of the part, of `PARTS`, that a vertex belongs to. faces (F, 3). texture (V, 2): of the part's own
    texture, in [0, 1]. shade (V,): ambient occlusion in [0, 1].
    """

    kind: NDArray[np.str_]
    faces: NDArray[np.int32]
    texture: NDArray[np.float64]
    shade: NDArray[np.float64]


def dressed(head: EmbeddedHead, appearance: Appearance) -> Dressed:
    """The mesh whose positions `dressed_vertices` yields."""
    scene, surface = _scene(appearance), head.surface
    worn = scene.worn.parts
    kinds = [np.array(PARTS)[surface.kind], *(np.full(len(part.positions), part.kind) for part in worn)]
    return Dressed(
        kind=np.concatenate(kinds),
        faces=scene.faces,
        texture=np.concatenate([surface.texture, *(part.texture for part in worn)]),
        shade=scene.shade,
    )


def dressed_vertices(
    head: EmbeddedHead, identity: Tensor, appearance: Appearance, performance: Performance
) -> Iterator[NDArray[np.float64]]:
    """Vertices (V, 3) in head units of head and worn parts for each frame; identity: (I,)."""
    return _moved_vertices(head, _scene(appearance).worn, identity, performance)

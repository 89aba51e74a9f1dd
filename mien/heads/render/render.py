"""Rendering the embedded head: pinhole camera, three lamps, and `render_frames`, which plays a performance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance, Colour
from mien.heads.embedded.head import HEAD_HEIGHT, EmbeddedHead
from mien.heads.embedded.parts import PARTS
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.atlas import FACE
from mien.heads.render.complexion import shine_map
from mien.heads.render.raster import visible_triangles
from mien.heads.render.scene import Worn, all_round, scene
from mien.heads.render.shading import (
    LINEAR,
    highlight_table,
    light_table,
    light_vertices,
    shade_image,
    srgb_table,
    vertex_normals,
)
from mien.heads.render.texture import paint_atlas, wrinkle_maps
from mien.heads.render.turning import turned_frames

__all__ = ["Appearance", "Camera", "Light", "project", "render_frames"]

Array = NDArray[np.float64]

# strength and exponent of the highlight, strength of the sheen at grazing angles; by material
GLOSS = np.array(
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


def wrinkle_weights(expression: NDArray[np.float32]) -> NDArray[np.float64]:
    """Strength (4,) of each wrinkle map for an expression (52,)."""

    def both(name: str) -> float:
        return float(expression[EXPRESSION_INDEX[f"{name}Left"]] + expression[EXPRESSION_INDEX[f"{name}Right"]]) / 2

    frown = both("browDown") + 0.4 * both("noseSneer")
    raised = 0.7 * float(expression[EXPRESSION_INDEX["browInnerUp"]]) + 0.5 * both("browOuterUp")
    fold = 0.8 * both("mouthSmile") + 0.75 * both("noseSneer") + 0.35 * both("mouthUpperUp") + 0.3 * both("mouthFrown")
    return np.array([frown, raised, both("noseSneer"), fold])


@lru_cache(maxsize=64)
def lighting_of(light: Light) -> tuple[Array, Array, Array, Array, Array]:
    """The arguments that `light_table` and `light_vertices` share: lamps, strengths, ambient, sheen, highlights."""
    lamps, strengths = light.lamps()
    highlight = highlight_table(GLOSS[:, 0], 2 * GLOSS[:, 1])
    return lamps, strengths, np.array(light.ambient, float), GLOSS[:, 2].copy(), highlight


@lru_cache(maxsize=8)
def light_on_materials(light: Light) -> NDArray[np.float32]:
    """`light_table` of a light for every material of `mien.heads.render.shading`."""
    return light_table(*lighting_of(light))


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
    parts = scene(appearance)
    round_scene = None if turns is None else all_round(parts)
    drawn = parts if round_scene is None else round_scene.scene
    normals = np.empty((len(parts.material), 3))
    width, height = size
    wall = background_picture(background, size)
    atlas, folds, shine = paint_atlas(appearance), wrinkle_maps(), shine_map(appearance)
    lighting = lighting_of(light)
    shape = 2 * height, 2 * width
    buffers = np.empty(shape, np.int32), np.empty(shape, np.float32)
    lit = np.empty((len(drawn.material), 10))
    vertices = turned_frames(_moved_vertices(head, parts.worn, identity, performance), turns)
    for points, expression in zip(vertices, performance.expression, strict=True):
        vertex_normals(points, parts.faces if round_scene is None else round_scene.faces, normals)
        at, facing = (
            (points, normals) if round_scene is None else (points[round_scene.source], normals[round_scene.source])
        )
        screen = project(at, camera, (2 * width, 2 * height))
        index, depth = visible_triangles(screen, drawn.faces, *shape, cull=True, buffers=buffers)
        light_vertices(screen, facing, drawn.coordinates, drawn.shade, drawn.material, *lighting, lit)
        frame = np.empty((height, width, 3), np.uint8)
        shade_image(
            index,
            depth,
            lit,
            drawn.faces,
            drawn.face_material,
            drawn.wrinkled,
            atlas,
            LINEAR,
            srgb_table(),
            wrinkle_weights(expression),
            folds,
            shine,
            _CORNER,
            wall,
            frame,
        )
        yield frame


def _moved_vertices(
    head: EmbeddedHead, worn: Worn, identity: Tensor, performance: Performance
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
            yield from torch.cat([own, worn.vertices(identity[None], neck, translation, own)], dim=1).double().numpy()


@dataclass(frozen=True, eq=False)
class DressedMesh:
    """Head and worn parts of an appearance as one mesh, for programs other than this renderer.

    kind (V,): name of the part, of `PARTS`, that a vertex belongs to. faces (F, 3). texture (V, 2): of the part's own
    texture, in [0, 1]. shade (V,): ambient occlusion in [0, 1].
    """

    kind: NDArray[np.str_]
    faces: NDArray[np.int32]
    texture: NDArray[np.float64]
    shade: NDArray[np.float64]


def dressed(head: EmbeddedHead, appearance: Appearance) -> DressedMesh:
    """The mesh whose positions `dressed_vertices` yields."""
    own, surface = scene(appearance), head.surface
    worn = own.worn.parts
    kinds = [np.array(PARTS)[surface.kind], *(np.full(len(part.positions), part.kind) for part in worn)]
    return DressedMesh(
        kind=np.concatenate(kinds),
        faces=own.faces,
        texture=np.concatenate([surface.texture, *(part.texture for part in worn)]),
        shade=own.shade,
    )


def dressed_vertices(
    head: EmbeddedHead, identity: Tensor, appearance: Appearance, performance: Performance
) -> Iterator[NDArray[np.float64]]:
    """Vertices (V, 3) in head units of head and worn parts for each frame; identity: (I,)."""
    return _moved_vertices(head, scene(appearance).worn, identity, performance)

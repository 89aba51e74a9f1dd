"""Render a performance on any head: `render_head` yields its frames.

The embedded head has a renderer of its own, with texture, hair and clothes; every other head has vertex colours under
the same lights. pyrender and the landmark dots are used on request only, never as a fallback.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance, Colour
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import Head, HeadError
from mien.heads.performance import Performance
from mien.heads.render.raster import visible_triangles
from mien.heads.render.render import (
    Camera,
    Light,
    background_picture,
    light_on_materials,
    project,
    render_frames,
)
from mien.heads.render.shading import LINEAR, srgb_table, vertex_normals
from mien.heads.render.threads import BLOCK, rendered_in_blocks
from mien.heads.render.turning import turned_frames
from mien.heads.render.vertex_shading import shade_painted

Renderer = Literal["numba", "pyrender", "dots"]

RENDERERS: tuple[str, ...] = get_args(Renderer)

_CAMERA, _LIGHT = Camera(), Light()

_CHUNK = 8  # frames whose vertices are computed together: 8 x 27k vertices stay in the cache


def posed_frames(head: Head, identity: Tensor, performance: Performance) -> Iterator[NDArray[np.float64]]:
    """Vertices (V, 3) in head units for each frame of a performance, computed a few frames at a time."""
    for start in range(0, len(performance), _CHUNK):
        part = slice(start, start + _CHUNK)
        with torch.no_grad():
            points = head.vertices(
                identity[None],
                torch.from_numpy(performance.expression[part]),
                neck=torch.from_numpy(performance.neck[part]),
                eyes=torch.from_numpy(performance.gaze[part]),
                translation=torch.from_numpy(performance.translation[part]),
            )
        yield from points.double().cpu().numpy()


def render_head(
    head: Head,
    identity: Tensor | None,
    performance: Performance,
    size: tuple[int, int] = (512, 512),
    camera: Camera = _CAMERA,
    light: Light = _LIGHT,
    background: Colour | NDArray[np.uint8] | None = None,
    appearance: Appearance | None = None,
    renderer: Renderer = "numba",
    turns: NDArray[np.floating] | None = None,
    threads: int = 1,
) -> Iterator[NDArray[np.uint8]]:
    """Play a performance on a head: yield a frame uint8 (H, W, 3) RGB for each of its frames.

    identity: (I,), None for the average person. size: width, height in pixels. background: a wall's colour, a picture
    (H, W, 3), or None for grey. appearance: colours of skin, lips, eyes, hair and brows; None for the default one.
    renderer: numba (the same arguments give the same bytes), pyrender (OpenGL through EGL; without rim light and
    subsurface scattering) or dots (the 68 landmarks). turns: (T,) radians by which the whole head is turned before the
    camera, > 0 to the viewer's right, with numba only. threads: that render side by side with numba, without a change
    of the frames; for a film that is watched while it is made, not for corpora, whose clips are made side by side.
    Raises HeadError when a renderer is unknown, not installed or cannot turn.
    """
    if renderer not in RENDERERS:
        raise HeadError(f"unknown renderer {renderer!r}; there are {', '.join(RENDERERS)}")
    if min(size) < 1:
        raise HeadError(f"a picture must have at least one pixel, not {size[0]}x{size[1]}")
    person = torch.zeros(len(head.identity_names)) if identity is None else identity
    look = Appearance() if appearance is None else appearance
    if turns is not None and renderer != "numba":
        raise HeadError(f"the renderer {renderer} cannot turn the whole head: only numba can")
    if renderer == "dots":
        return _dots(head, person, performance, size, camera, background_picture(background, size))
    if renderer == "pyrender":
        # imports OpenGL
        from mien.heads.render.opengl import render_opengl

        studio = background_picture(background, size)
        return render_opengl(posed_frames(head, person, performance), head, look, size, camera, light, studio)
    wall = background_picture(background, size)

    def rendered(part: slice) -> Iterator[NDArray[np.uint8]]:
        played, turned = performance.map(lambda values: values[part]), None if turns is None else turns[part]
        if isinstance(head, EmbeddedHead):
            return render_frames(head, person, look, played, size, camera, light, wall, turned)
        return _painted(head, person, played, size, camera, light, wall, look, turned)

    if threads == 1 or len(performance) <= BLOCK:
        return rendered(slice(None))
    return rendered_in_blocks(rendered, len(performance), threads)


def _painted(
    head: Head,
    identity: Tensor,
    performance: Performance,
    size: tuple[int, int],
    camera: Camera,
    light: Light,
    wall: NDArray[np.uint8],
    appearance: Appearance,
    turns: NDArray[np.floating] | None,
) -> Iterator[NDArray[np.uint8]]:
    width, height = size
    faces, material = head.faces, head.materials
    colours = LINEAR[head.painted(appearance)]
    lit, srgb = light_on_materials(light), srgb_table()
    normals = np.empty((head.vertex_count, 3))
    for points in turned_frames(posed_frames(head, identity, performance), turns):
        vertex_normals(points, faces, normals)
        screen = project(points, camera, (2 * width, 2 * height))
        index, _ = visible_triangles(screen, faces, 2 * height, 2 * width, cull=True)
        frame = np.empty((height, width, 3), np.uint8)
        shade_painted(index, screen, faces, normals, colours, material, lit, LINEAR, srgb, wall, frame)
        yield frame


def _dots(
    head: Head,
    identity: Tensor,
    performance: Performance,
    size: tuple[int, int],
    camera: Camera,
    wall: NDArray[np.uint8],
) -> Iterator[NDArray[np.uint8]]:
    radius = max(size[1] / 180, 0.75)
    row, column = np.mgrid[: size[1], : size[0]] + 0.5
    for points in posed_frames(head, identity, performance):
        screen = project(points[head.landmark_vertices], camera, size)
        cover = np.zeros((size[1], size[0]))
        for x, y, _ in screen:
            cover = np.maximum(cover, np.clip(radius + 0.5 - np.hypot(column - x, row - y), 0, 1))
        yield np.round(wall * (1 - cover[..., None]) + 255 * cover[..., None]).astype(np.uint8)

"""Rendering with OpenGL: pyrender over EGL, an optional package that only this module imports.

The lights are the same three lamps, without subsurface scattering of the skin and highlights of the eyes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Appearance
from mien.heads.head import Head, HeadError
from mien.heads.render.render import Camera, Light
from mien.heads.render.shading import LINEAR, vertex_normals

_STRENGTH = 4.0  # of a directional light in pyrender, for a lamp of strength 1


def render_opengl(
    frames: Iterator[NDArray[np.float64]],
    head: Head,
    appearance: Appearance,
    size: tuple[int, int],
    camera: Camera,
    light: Light,
    wall: NDArray[np.uint8],
) -> Iterator[NDArray[np.uint8]]:
    """Frames uint8 (H, W, 3) of vertices (V, 3) in head units, in front of a `wall` (H, W, 3).

    Raises HeadError at once when pyrender is not installed or no EGL device can be opened.
    """
    gl = _pyrender()
    scene = gl.Scene(bg_color=[0.0, 0.0, 0.0, 0.0], ambient_light=[*light.ambient])
    place = np.eye(4)
    place[:3, 3] = [*camera.centre, camera.distance]
    cosine, sine = np.cos(camera.roll), np.sin(camera.roll)
    place[:2, :2] = [[cosine, -sine], [sine, cosine]]
    view = 2 * np.arctan2(camera.height / 2, camera.distance)
    scene.add(gl.PerspectiveCamera(yfov=view, aspectRatio=size[0] / size[1]), pose=place)
    directions, strengths = light.lamps()
    for direction, strength in zip(directions, strengths, strict=True):
        power = float(strength.max())
        lamp = gl.DirectionalLight(color=strength / max(power, 1e-9), intensity=_STRENGTH * power)
        scene.add(lamp, pose=_facing(direction))
    try:
        # 2 x 2 supersampling: not every device anti-aliases
        renderer = gl.OffscreenRenderer(2 * size[0], 2 * size[1])
    except Exception as error:
        raise HeadError(f"pyrender could not open an EGL device here: {error}") from error
    return _drawn(gl, renderer, scene, frames, head, appearance, wall)


def _pyrender() -> Any:
    # the platform is chosen when OpenGL is imported, and a server has no screen
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        import pyrender
    except ImportError:
        raise HeadError(
            "the renderer pyrender is not installed: docs/heads.md says how, and numba needs nothing"
        ) from None
    return pyrender


def _facing(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pose (4, 4) of a directional light in `direction` (3,) that shines along its own -z to the head."""
    aside = np.cross([0.0, 1.0, 0.0], direction)
    aside /= np.linalg.norm(aside)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([aside, np.cross(direction, aside), direction], axis=1)
    return pose


def _drawn(
    gl: Any,
    renderer: Any,
    scene: Any,
    frames: Iterator[NDArray[np.float64]],
    head: Head,
    appearance: Appearance,
    wall: NDArray[np.uint8],
) -> Iterator[NDArray[np.uint8]]:
    colours = np.concatenate([LINEAR[head.painted(appearance)], np.ones((head.vertex_count, 1), np.float32)], axis=1)
    paint = gl.MetallicRoughnessMaterial(metallicFactor=0.0, roughnessFactor=0.7, alphaMode="OPAQUE")
    try:
        for points in frames:
            triangles = {"positions": points, "normals": _normals(points, head.faces), "indices": head.faces}
            mesh = gl.Mesh([gl.Primitive(color_0=colours, material=paint, **triangles)])
            node = scene.add(mesh)
            colour, _ = renderer.render(scene, flags=gl.RenderFlags.RGBA)
            scene.remove_node(node)
            halves = colour.reshape(wall.shape[0], 2, wall.shape[1], 2, 4).astype(np.float64).mean(axis=(1, 3))
            cover = halves[..., 3:] / 255
            yield np.round(np.clip(halves[..., :3] + wall * (1 - cover), 0, 255)).astype(np.uint8)
    finally:
        renderer.delete()


def _normals(points: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.float64]:
    normals = np.empty_like(points)
    vertex_normals(points, faces, normals)
    return normals

"""`QuickRenderer`: many small pictures a second, for corpora; without gradients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Colour
from mien.heads.look import Look
from mien.heads.painting.layers import face_frame
from mien.heads.painting.painter import Painter
from mien.heads.pictures.dressed import Dressed, dressed, embedded_head, visible_amounts
from mien.heads.pictures.views import View, light_of, views_of_each
from mien.heads.render.complexion import NO_SHINE
from mien.heads.render.raster import visible_triangles
from mien.heads.render.render import default_background, lighting_of, project, wrinkle_weights
from mien.heads.render.shading import LINEAR, light_vertices, shade_image, srgb_table, vertex_normals
from mien.heads.render.texture import wrinkle_maps

Array = NDArray[np.float64]


class QuickRenderer:
    """Pictures of looks by scan conversion in numba, on one core and without gradients; same look, same pictures.

    size: side in pixels. reduction: of the painted atlas, see `Painter`; 8 is enough to 128 px; 1: for final ones.
    """

    def __init__(self, size: int, reduction: int = 8) -> None:
        if size < 1:
            raise ValueError(f"a picture must have at least one pixel, not {size}")
        self.size = size
        self._painter = Painter(reduction)

    def pictures(self, look: Look, views: Sequence[View] | Sequence[Sequence[View]]) -> Tensor:
        """Pictures (B, V, 3, size, size), sRGB in [0, 1], of B heads in V views: one list for all, or a list each."""
        each = views_of_each(views, len(look))
        with torch.no_grad():
            atlases = self._painter.paint(look).permute(0, 2, 3, 1).mul(255).add(0.5).byte().numpy()
            own = embedded_head().vertices(look.identity.float(), look.expression.float())
            frames = np.empty((len(look), len(each[0]), self.size, self.size, 3), np.uint8)
            for row, atlas in enumerate(atlases):
                head = dressed(look, row, self._painter.reduction)
                amounts = visible_amounts(look, row, self.size)
                points = head.vertices(own[row], look.identity[row].float(), amounts)
                wrinkles = wrinkle_weights(look.expression[row].float().numpy())
                self._render(points.double().numpy(), head, atlas, wrinkles, each[row], frames[row])
        return torch.from_numpy(frames).permute(0, 1, 4, 2, 3).float() / 255

    def _render(
        self,
        points: Array,
        head: Dressed,
        atlas: NDArray[np.uint8],
        wrinkles: Array,
        views: Sequence[View],
        frames: NDArray[np.uint8],
    ) -> None:
        scene, double = head.scene, 2 * self.size
        normals, lit = np.empty_like(points), np.empty((len(head.source), 10))
        vertex_normals(points, head.faces, normals)
        points, normals = points[head.source], normals[head.source]
        buffers = np.empty((double, double), np.int32), np.empty((double, double), np.float32)
        folds, corner = folds_and_corner(self._painter.reduction)
        for view, frame in zip(views, frames, strict=True):
            turn = view.turn.double().numpy().T
            screen = project((points - view.middle) @ turn, view.camera, (double, double))
            index, depth = visible_triangles(screen, scene.faces, double, double, cull=True, buffers=buffers)
            light = lighting_of(light_of(view.light))
            light_vertices(screen, normals @ turn, scene.coordinates, scene.shade, scene.material, *light, lit)
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
                wrinkles,
                folds,
                NO_SHINE,
                corner,
                wall(self.size, view.background),
                frame,
            )


@lru_cache(maxsize=64)
def wall(size: int, colour: Colour) -> NDArray[np.uint8]:
    """The wall (size, size, 3) uint8 of a colour."""
    return default_background((size, size), colour)


@lru_cache(maxsize=4)
def folds_and_corner(reduction: int) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The wrinkle maps (h, w, K) on the reduced atlas, and their first row and column there."""
    frame = face_frame(reduction)
    maps = [frame.reduced(one, 0.0)[0].numpy() for one in np.moveaxis(wrinkle_maps().astype(np.float32), -1, 0)]
    rows, columns = frame.box
    return np.ascontiguousarray(np.stack(maps, axis=-1).astype(np.uint8)), (rows.start, columns.start)

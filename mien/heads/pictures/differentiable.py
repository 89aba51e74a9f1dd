"""`DifferentiableRenderer`: pictures with gradients to identity, expression, colours and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample, normalize

from mien.heads.look import Look
from mien.heads.painting.painter import Painter
from mien.heads.performance import ARKIT_NAMES
from mien.heads.pictures.dressed import Dressed, dressed, embedded_head, visible_amounts
from mien.heads.pictures.light import Shading, linear_light, srgb_of
from mien.heads.pictures.quick import folds_and_corner, wall
from mien.heads.pictures.splat import splatted
from mien.heads.pictures.views import View, light_of, views_of_each
from mien.heads.render.raster import rasterise
from mien.heads.render.render import Camera, wrinkle_weights

FAR = 1e3
"""Depth of the wall, head units."""

STEEP = 2.5
"""Slope of a surface, depth by width, from which on two neighbouring samples count as two surfaces."""

_DARKER = (0.45, 0.60, 0.62)  # by how much a crease darkens red, green and blue


class DifferentiableRenderer:
    """Pictures of looks with 2 x 2 samples a pixel, a little softer than those of `QuickRenderer`.

    Gradients flow to identity, expression, colours and amounts, also through outlines (`splatted`); the visible
    triangles are found without. size: side in pixels. reduction: of the painted atlas, see `Painter`.
    """

    def __init__(self, size: int, reduction: int = 8) -> None:
        if size < 1:
            raise ValueError(f"a picture must have at least one pixel, not {size}")
        self.size = size
        self._painter = Painter(reduction)
        folds, self._corner = folds_and_corner(reduction)
        self._folds = torch.from_numpy(folds).float() / 255

    def pictures(self, look: Look, views: Sequence[View] | Sequence[Sequence[View]]) -> Tensor:
        """Pictures (B, V, 3, size, size), sRGB in [0, 1], of B heads in V views: one list for all, or a list each."""
        each = views_of_each(views, len(look))
        atlases = self._painter.paint(look)
        wrinkles = look.expression.float() @ _wrinkles_of_expressions()
        own = embedded_head().vertices(look.identity.float(), look.expression.float())
        found = []
        for row, atlas in enumerate(atlases):
            head = dressed(look, row, self._painter.reduction)
            amounts = visible_amounts(look, row, self.size)
            points = head.vertices(own[row], look.identity[row].float(), amounts)
            found.append(self._views(points, head, atlas, wrinkles[row], each[row]))
        return torch.stack(found)

    def _views(self, points: Tensor, head: Dressed, atlas: Tensor, wrinkles: Tensor, views: Sequence[View]) -> Tensor:
        source = torch.from_numpy(head.source)
        normals = vertex_normals(points, torch.from_numpy(head.faces).long())[source]
        points = points[source]
        shading = Shading.of(head.scene.material)
        occlusion = torch.from_numpy(head.scene.shade).float()[:, None]
        pictures = []
        for view in views:
            factors, additions = shading.at(normals @ view.turn.T, light_of(view.light))
            light = torch.cat([factors, additions], dim=1) * occlusion
            screen = projected((points - torch.from_numpy(view.middle)) @ view.turn.T, view.camera, 2 * self.size)
            pictures.append(self._picture(screen, light, head, atlas, wrinkles, view))
        return torch.stack(pictures)

    def _picture(
        self, screen: Tensor, light: Tensor, head: Dressed, atlas: Tensor, wrinkles: Tensor, view: View
    ) -> Tensor:
        scene, side = head.scene, 2 * self.size
        triangles, shares = rasterise(screen.detach().double().numpy(), scene.faces, side, side, cull=True)
        seen = torch.from_numpy(triangles >= 0)
        places = seen.flatten().nonzero()[:, 0]
        found = torch.from_numpy(triangles).flatten()[places].long()
        corners = torch.from_numpy(scene.faces).long()[found]
        weights = torch.from_numpy(shares).flatten(0, 1)[places, :, None]
        lit = (light[corners] * weights).sum(dim=1)
        coordinates = (torch.from_numpy(scene.coordinates).float()[corners] * weights).sum(dim=1)
        texels = linear_light(sampled(atlas, coordinates))
        wrinkled = torch.from_numpy(scene.wrinkled)[found]
        texels = texels * (1 - self._creases(coordinates, wrinkles, wrinkled) * texels.new_tensor(_DARKER))
        colours = (texels * lit[:, :3] + lit[:, 3:]).clamp(0, 1)
        moved = (screen[corners, :2] * weights).sum(dim=1)
        background = torch.from_numpy(wall(self.size, view.background)).permute(2, 0, 1).float() / 255
        image = linear_light(background).repeat_interleave(2, dim=1).repeat_interleave(2, dim=2).flatten(1)
        image = image.index_copy(1, places, colours.T).unflatten(1, (side, side))
        offsets = torch.zeros(2, side * side).index_copy(1, places, (moved - moved.detach()).T)
        near = (screen.detach()[corners, 2:] * weights).sum(dim=1)[:, 0]
        depth = torch.full((side * side,), FAR).index_copy(0, places, near).unflatten(0, (side, side))
        gap = STEEP * view.camera.height / side
        surface = torch.full((side, side), -1)
        surface[seen] = torch.from_numpy(scene.face_material).long()[found]
        image = splatted(image, offsets.unflatten(1, (side, side)), depth, surface, gap)
        return srgb_of(torch.nn.functional.avg_pool2d(image[None], 2)[0])

    def _creases(self, coordinates: Tensor, wrinkles: Tensor, wrinkled: Tensor) -> Tensor:
        """How deep wrinkles are (N, 1) at places (N, 2) of the atlas, in [0, 0.85]."""
        row = coordinates[:, 1].long() - self._corner[0]
        column = coordinates[:, 0].long() - self._corner[1]
        height, width = self._folds.shape[:2]
        inside = wrinkled & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        depth = self._folds[row.clamp(0, height - 1), column.clamp(0, width - 1)] @ wrinkles
        return (depth * inside).clamp(max=0.85)[:, None]


@cache
def _wrinkles_of_expressions() -> Tensor:
    """Strength (52, 4) of each wrinkle map at a full expression; it is linear."""
    full = np.eye(len(ARKIT_NAMES), dtype=np.float32)
    return torch.from_numpy(np.stack([wrinkle_weights(one) for one in full])).float()


def vertex_normals(points: Tensor, faces: Tensor) -> Tensor:
    """Unit normals (V, 3) of vertices (V, 3): sums of the adjacent faces' normals, weighted by their area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    areas = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(points).index_add(0, faces.T.flatten(), areas.repeat(3, 1))
    return normalize(total, dim=1, eps=1e-9)


def projected(points: Tensor, camera: Camera, side: int) -> Tensor:
    """Screen positions (V, 3) of points (V, 3), as `project` with neither roll nor an own centre."""
    depth = camera.distance - points[:, 2]
    scale = side / camera.height * camera.distance / depth
    return torch.stack([side / 2 + points[:, 0] * scale, side / 2 - points[:, 1] * scale, depth], dim=1)


def sampled(atlas: Tensor, coordinates: Tensor) -> Tensor:
    """Bilinear values (N, C) of an atlas (C, h, w) at coordinates (N, 2) in pixels."""
    size = coordinates.new_tensor([atlas.shape[2], atlas.shape[1]])
    grid = (coordinates / size * 2 - 1)[None, None]
    return grid_sample(atlas[None], grid, padding_mode="border", align_corners=False)[0, :, 0].T

"""Pictures of a scene's figure over a canvas: mesh, light, shadow, and what the canvas shows between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.face_painting import SCALE, SMALLEST_LEVEL, face_picture
from mien.bodies.figure.kernels import bounds, look_up_shadow, occlude, seen_faces, vertex_normals
from mien.bodies.figure.materials import GROUPS, material_table
from mien.bodies.figure.measures import BODY_HEIGHT, figure_scale
from mien.bodies.figure.outfit import figure_mesh, proportions_of
from mien.bodies.figure.shading import shade
from mien.bodies.figure.shadow import TEXEL, ground_shadow, light_axes, light_depth
from mien.bodies.figure.skeleton import POINT, Controls, controls
from mien.bodies.keypoints import BODY_AND_FEET, JOINTS, LEFT_HAND, RIGHT_HAND
from mien.bodies.scene import Light, Scene
from mien.heads.render.raster import visible_triangles

Array = NDArray[Any]

# bones that keep light from what is beside them: their ends, radius in cm, the groups that they belong to
_OCCLUDERS: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("pelvis", "chest", 13.0, ("trunk", "skirt")),
    ("head", "head", 9.0, ("head", "hair")),
    *(
        (f"{side}_{a}", f"{side}_{b}", radius, own)
        for side in ("left", "right")
        for a, b, radius, own in (
            ("shoulder", "elbow", 4.5, (f"{side}_arm", f"{side}_hand", "hair")),
            ("elbow", "wrist", 3.8, (f"{side}_arm", f"{side}_hand")),
            ("hip", "knee", 7.0, (f"{side}_leg", "skirt", "trunk")),
            ("knee", "ankle", 5.0, (f"{side}_leg",)),
        )
    ),
)  # fmt: skip
_ENDS = np.array([[POINT[a], POINT[b]] for a, b, _, _ in _OCCLUDERS])
# near its shoulder an arm lies on the trunk: what is dark there is the seam, not a hollow
_STARTS = np.array([[0.35 if a.endswith("shoulder") else 0.0] for a, _, _, _ in _OCCLUDERS])
_RADII = np.array([radius for _, _, radius, _ in _OCCLUDERS])
_OWNERS = np.array([[name in own for name in GROUPS] for *_, own in _OCCLUDERS])

EXPOSURE = 1.2
"""Of all light: a white shirt that faces the viewer by day is shown nearly white."""


class FigureRenderer:
    """Draws the figure of one scene in any pose; a frame depends on nothing but its arguments.

    scene: what the figure looks like. scale_hint: height in pixels of the standing figure, as the median of
    `figure_scale` over a clip; a frame's own height is kept within a half and twice of it. 0: each frame's own.
    """

    def __init__(self, scene: Scene, scale_hint: float = 0.0) -> None:
        if not np.isfinite(scale_hint) or scale_hint < 0:
            raise ValueError(f"scale_hint is a height in pixels, not {scale_hint}")
        self.scene = scene
        self.scale_hint = float(scale_hint)
        self._mesh, self._proportions = figure_mesh(scene), proportions_of(scene)
        self._table = material_table(scene)
        self._numbers = np.empty(len(self._mesh.faces), np.int64)
        self._buffers: tuple[NDArray[np.int32], NDArray[np.float32]] | None = None

    def draw(
        self,
        joints: Array,
        hands: tuple[bool, bool],
        canvas: NDArray[np.uint8],
        light: Light | None = None,
        *,
        ground: float | None = None,
        shadow: float = 1.0,
    ) -> NDArray[np.float32]:
        """Draw the figure into `canvas` and return its mask, float32 (H, W): the share of each pixel that it covers.

        joints: (65, 3) pixels of the canvas, z away from the viewer; all points of body and feet. hands: whether those
        of the left and right hand are given; a hand that is not is relaxed. canvas: uint8 (H, W, 3), changed in place.
        light: of the place. ground: y in pixels of the ground below the figure; None: its lowest foot stands on it.
        shadow: strength of the shadow on the ground, 0 to 1. Raises ValueError for other shapes and for joints that
        are not finite.
        """
        joints = _checked(joints, hands, canvas)
        mask = np.zeros(canvas.shape[:2], np.float32)
        pose = self._pose(joints, hands)
        if pose is None:
            return mask
        light = light or Light()
        target = np.ascontiguousarray(canvas)  # compiled for one layout of memory
        points = self._mesh.vertices(pose)
        if shadow > 0:
            ground_shadow(target, points, self._mesh.large, joints, pose.unit, light, ground, shadow)
        self._lay(target, mask, pose, points, self._attributes(pose, points, light), light)
        if target is not canvas:
            canvas[:] = target
        return mask

    def _pose(self, joints: Array, hands: tuple[bool, bool]) -> Controls | None:
        height = float(figure_scale(joints))
        if self.scale_hint:
            height = min(max(height, self.scale_hint / 2), self.scale_hint * 2)
        if height < 1.0:  # less than a pixel
            return None
        return controls(joints, hands, self._proportions, height)

    def _attributes(self, pose: Controls, points: Array, light: Light) -> Array:
        """What is interpolated over triangles (V, 7): normal, place in the pattern, openness to the sky, sunlight."""
        mesh = self._mesh
        normals = np.empty_like(points)
        vertex_normals(points, mesh.faces, mesh.seam, normals)
        openness, sunlit = np.empty(len(points)), np.empty(len(points))
        ends = pose.points[_ENDS]
        bones = np.stack([ends[:, 0] + _STARTS * (ends[:, 1] - ends[:, 0]), ends[:, 1]], 1)
        occlude(points, normals, mesh.group, bones, _RADII * pose.unit, _OWNERS, 0.75, openness)
        seen, depth = light_depth(points, pose.point("pelvis"), pose.unit, mesh.large, light)
        look_up_shadow(seen + normals @ light_axes(light) * (0.8 / TEXEL), depth, 1.2 / TEXEL, sunlit)
        return np.concatenate([normals, mesh.pattern, openness[:, None], sunlit[:, None]], 1)

    def _lay(self, canvas: Array, mask: Array, pose: Controls, points: Array, attributes: Array, light: Light) -> None:
        height, width = mask.shape
        low, high = bounds(points)
        left, top = max(int(np.floor(low[0])), 0), max(int(np.floor(low[1])), 0)
        right, bottom = min(int(np.ceil(high[0])), width), min(int(np.ceil(high[1])), height)
        if left >= right or top >= bottom:
            return
        samples = samples_for(pose.unit * BODY_HEIGHT)
        columns, rows = (right - left) * samples, (bottom - top) * samples
        mesh = self._mesh
        screen = (points - (left, top, low[2] - 1.0)) * (samples, samples, 1.0)
        screen[:, 2] += mesh.under * pose.unit
        count = seen_faces(screen, mesh.faces, mesh.thin, columns, rows, self._numbers)
        numbers = self._numbers[:count]
        index, _ = visible_triangles(screen, mesh.faces[numbers], rows, columns, buffers=self._room(rows, columns))
        # fine texture fades where a centimetre is smaller than a pixel
        grain = min(max(pose.unit - 0.6, 0.0) / 1.2, 1.0)
        shade(
            screen, attributes, mesh.faces, numbers, mesh.material, self._table, index, self._face(pose),
            light_rows(light), grain, samples, (left, top), canvas, mask,
        )  # fmt: skip

    def _face(self, pose: Controls) -> Array:
        size = float(np.sqrt(np.square(pose.axis("head_up")).sum()))
        level = int(np.clip(np.round(np.log2(SCALE / max(size * 1.5, 1e-6))), 0, SMALLEST_LEVEL))
        scene = self.scene
        return face_picture(scene.kind, scene.shade("skin"), scene.shade("hair_colour"), level)

    def _room(self, rows: int, columns: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Memory for the samples, kept from frame to frame."""
        needed = rows * columns
        if self._buffers is None or self._buffers[0].size < needed:
            self._buffers = np.empty(needed, np.int32), np.empty(needed, np.float32)
        return self._buffers[0][:needed].reshape(rows, columns), self._buffers[1][:needed].reshape(rows, columns)


def render_figure(
    scene: Scene, joints: Array, hands: tuple[bool, bool], canvas: NDArray[np.uint8], light: Light | None = None
) -> NDArray[np.float32]:
    """Draw one figure into a canvas and return its mask, see `FigureRenderer.draw`."""
    return FigureRenderer(scene).draw(joints, hands, canvas, light)


def samples_for(height: float) -> int:
    """Samples per pixel and axis for a figure of a height in pixels: small ones need more for edges and limbs."""
    return 3 if height < 260 else 2 if height < 1400 else 1


def light_rows(light: Light) -> NDArray[np.float64]:
    """Direction, sun, ambient and ground light (4, 3)."""
    direction = np.asarray(light.direction, np.float64)
    direction = direction / max(float(np.sqrt(direction @ direction)), 1e-9)
    return np.stack(
        [direction, *(EXPOSURE * np.asarray(one, np.float64) for one in (light.sun, light.ambient, light.ground))]
    )


def _checked(joints: Array, hands: Sequence[bool], canvas: Array) -> NDArray[np.float64]:
    joints = np.array(joints, np.float64)
    if joints.shape != (len(JOINTS), 3):
        raise ValueError(f"joints are ({len(JOINTS)}, 3), not {joints.shape}")
    if canvas.ndim != 3 or canvas.shape[2] != 3 or canvas.dtype != np.uint8:
        raise ValueError(f"a canvas is uint8 (H, W, 3), not {canvas.dtype} {canvas.shape}")
    for place, given in zip((LEFT_HAND, RIGHT_HAND), hands, strict=True):
        if not given:
            joints[place] = 0.0
    if not np.isfinite(joints).all():
        raise ValueError(
            f"joints must be finite: all {BODY_AND_FEET} of body and feet, and of the hands that are given"
        )
    return joints

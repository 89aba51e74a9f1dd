"""The inside of a mouth as a small picture along the axes of the head: cavity, tongue, arches, shadows of the lips.

Along these axes the arc of a jaw seen from any side is a function of the column alone, and the height on a crown is the
row less a function of the column, so a texture is drawn by one `cv2.remap`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.mouth.lips import Opening
from mien.talking.compose.mouth.pose import HeadPose
from mien.talking.compose.mouth.teeth import LOWER_ARCH, UPPER_ARCH, Arch
from mien.talking.compose.mouth.tone import GAMMA, Tone

Array = NDArray[np.float64]
Field = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Jaws:
    """Middle of the biting edges (3,) of the upper and the lower incisors in mm of the head."""

    upper: Array
    lower: Array


class Inside:
    """Draws the inside at `density` pixels per mm in the colours of a tone."""

    def __init__(self, tone: Tone, density: float) -> None:
        self.tone, self.density = tone, density
        colours = np.stack([tone.enamel, tone.warm - tone.enamel, tone.gum])
        self._textures = [self._coloured(arch, colours) for arch in (UPPER_ARCH, LOWER_ARCH)]

    def _coloured(self, arch: Arch, colours: Array) -> Field:
        texture = arch.texture(self.density)
        return np.ascontiguousarray(np.concatenate([texture[..., :3] @ colours, texture[..., 3:]], -1), np.float32)

    def draw(self, gap: Opening, pose: HeadPose, jaws: Jaws, x: Array, y: Array) -> Field:
        """Picture (H, W, 4), encoded colours in [0, 255] premultiplied by the opacity in the last channel, [0, 1].

        `gap` in mm along the head's axes from the pose's origin; `x` (W,) and `y` (H,) the pixels' centres there.
        """
        top = np.interp(x, gap.x, gap.upper, 1e3, 1e3)
        bottom = np.interp(x, gap.x, gap.lower, -1e3, -1e3)
        below, above = y[:, None] - top[None], bottom[None] - y[:, None]  # distance to the lips along the column, mm
        light = self._cavity(x, y, gap)
        self._tongue(light, pose, jaws, x, y)
        self._arch(light, LOWER_ARCH, self._textures[1], pose, jaws.lower, x, y)
        self._arch(light, UPPER_ARCH, self._textures[0], pose, jaws.upper, x, y)
        shadow = 1 - 0.6 * np.exp(-np.clip(below, 0, None) / 1.5) - 0.36 * np.exp(-np.clip(above, 0, None) / 0.7)
        across = 1 + self.tone.side * np.clip(x / 30, -1, 1)[None]
        crease = np.asarray(0.5 * self.tone.cavity, np.float32)  # light that lips shine through: no black corners
        light = crease + (light - crease) * np.clip(shadow * across, 0, None).astype(np.float32)[..., None]
        cover = np.clip(below * self.density + 0.5, 0, 1) * np.clip(above * self.density + 0.5, 0, 1)
        outside = np.maximum(np.maximum(-below, -above), 0)
        wet = 0.3 * np.exp(-outside / 0.45) * np.clip(bottom - top, 0, 1)  # where the lips roll inwards they are dark
        opacity = np.asarray(np.maximum(cover, wet)[..., None], np.float32)
        encoded = 255 * np.clip(light, 0, 1) ** np.float32(1 / GAMMA)
        return np.concatenate([encoded * opacity, opacity], -1)

    def _cavity(self, x: Array, y: Array, gap: Opening) -> Field:
        """Dark in the middle, a little lighter towards lips and cheeks, which the light still reaches."""
        middle = (gap.x[0] + gap.x[-1]) / 2
        height = max(gap.height, 1e-3)
        centre = (gap.upper.min() + gap.lower.max()) / 2
        radius = ((x - middle)[None] / (gap.x[-1] - middle + 1e-6)) ** 2 + ((y - centre)[:, None] / height * 2) ** 2
        deep = 0.45 * np.clip((gap.height - 3) / 9, 0, 1)
        shade = 1.1 + (0.45 + deep) * (np.clip(radius, 0, 1.5) - 1)
        return np.asarray(shade[..., None] * self.tone.cavity, np.float32)

    def _tongue(self, light: Field, pose: HeadPose, jaws: Jaws, x: Array, y: Array) -> None:
        centre = _along(pose, jaws.lower + np.array([0.0, 2.5, -13.0]))
        u, v = ((x - centre[0]) / 20)[None], ((y - centre[1]) / 11)[:, None]
        radius = u * u + v * v
        dome = np.sqrt(np.clip(1 - radius, 0, 1))
        groove = 1 - 0.22 * np.exp(-((u / 0.07) ** 2)) * np.clip(dome, 0, 1)
        wet = 0.16 * np.exp(-(((np.abs(u) - 0.28) / 0.16) ** 2) - ((v + 0.5) / 0.16) ** 2)
        shade = 0.75 * dome * np.clip(0.65 - 0.6 * v, 0.2, 1) * groove + wet
        cover = np.clip((1 - radius) * 4, 0, 1)[..., None].astype(np.float32)
        lit = self.tone.cavity + shade[..., None] * (self.tone.tongue - self.tone.cavity)
        light += cover * (np.asarray(lit, np.float32) - light)

    def _arch(
        self, light: Field, arch: Arch, texture: Field, pose: HeadPose, middle: Array, x: Array, y: Array
    ) -> None:
        curve = arch.curve
        places = middle + np.stack([curve[:, 1], 0 * curve[:, 1], curve[:, 2]], -1)
        seen = _along(pose, places)
        half = len(curve) // 2
        rising = np.diff(seen[:, 0]) > 0  # where the arc turns away from the viewer it is hidden
        first = half - int(np.argmin(np.append(rising[:half][::-1], False)))
        last = half + int(np.argmin(np.append(rising[half:], False)))
        seen, curve = seen[first : last + 1], curve[first : last + 1]
        if len(seen) < 2:
            return
        arc = np.interp(x, seen[:, 0], curve[:, 0], -1e3, 1e3)
        edge = np.interp(x, seen[:, 0], seen[:, 1])
        depth = np.interp(x, seen[:, 0], curve[:, 2])
        columns = (arc + arch.reach) * self.density - 0.5
        rows = (arch.sense * (y[:, None] - edge[None]) + arch.top) * self.density - 0.5
        maps = np.broadcast_to(columns[None], rows.shape).astype(np.float32), rows.astype(np.float32)
        drawn = cv2.remap(texture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        # the cheeks keep the light from the teeth at the back, and what they reflect is red
        fade = np.exp(depth[:, None] / np.array([18.0, 14.5, 13.5]))
        light *= 1 - drawn[..., 3:]
        light += drawn[..., :3] * fade.astype(np.float32)[None]


def _along(pose: HeadPose, places: Array) -> Array:
    """Points (..., 2) in mm along the head's axes in the picture, from its origin, of points (..., 3) of the head."""
    seen = places @ pose.linear.T
    return np.stack([seen @ pose.across, seen @ pose.down], -1) / max(pose.scale, 1e-9)

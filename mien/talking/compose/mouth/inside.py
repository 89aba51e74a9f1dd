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
from mien.talking.compose.mouth.teeth import LOWER_ARCH, UPPER_ARCH, Arch, centred
from mien.talking.compose.mouth.tone import Tone

Array = NDArray[np.float64]
Field = NDArray[np.float32]

_TONGUE = (20.0, 11.0)  # mm: half its width and height as seen from the front
_TONGUE_PLACE = np.array([0.0, 2.5, -13.0])  # mm from the middle of the lower biting edges to its centre
_LIT = 3.0  # mm of height of an opening through which all light falls
_LOWER_LIGHT = 0.78  # of the lower teeth relative to the upper ones, which shade them


@dataclass(frozen=True, eq=False)
class Jaws:
    """Middle of the biting edges (3,) of the upper and the lower incisors in mm of the head."""

    upper: Array
    lower: Array


class Inside:
    """Draws the inside at `density` pixels per mm in the colours of a tone."""

    def __init__(self, tone: Tone, density: float) -> None:
        self.tone, self.density = tone, density
        self._upper = self._coloured(UPPER_ARCH, 1.0)
        self._lower = self._coloured(LOWER_ARCH, _LOWER_LIGHT)
        self._tongue = _tongue_picture(tone, density)
        self._cavity = np.asarray(tone.cavity, np.float32)

    def _coloured(self, arch: Arch, light: float) -> Field:
        texture = arch.texture(self.density)
        colours = light * np.stack([self.tone.enamel, self.tone.warm - self.tone.enamel, self.tone.gum])
        return np.ascontiguousarray(np.concatenate([texture[..., :3] @ colours, texture[..., 3:]], -1), np.float32)

    def draw(self, gap: Opening, pose: HeadPose, jaws: Jaws, x: Array, y: Array) -> Field:
        """Picture (H, W, 4), encoded colours in [0, 255] premultiplied by the opacity in the last channel, [0, 1].

        `gap` in mm along the head's axes from the pose's origin; `x` (W,) and `y` (H,) the pixels' centres there.
        """
        top = np.interp(x, gap.x, gap.upper, 1e3, 1e3).astype(np.float32)
        bottom = np.interp(x, gap.x, gap.lower, -1e3, -1e3).astype(np.float32)
        down = y[:, None].astype(np.float32)
        below, above = down - top, bottom - down  # distance to the lips along the column, mm
        light = self._cavity_light(x, y, gap)  # (3, H, W)
        self._draw_tongue(light, pose, jaws, x, y)
        self._draw_arch(light, LOWER_ARCH, self._lower, pose, jaws.lower, x, y)
        self._draw_arch(light, UPPER_ARCH, self._upper, pose, jaws.upper, x, y)
        shadow = 1 - 0.6 * np.exp(np.maximum(below, 0) / -1.5)
        shadow -= 0.36 * np.exp(np.maximum(above, 0) / -0.7)
        shadow *= np.clip((bottom - top) / _LIT, 0, 1) ** 1.5  # through a narrow opening little light falls
        shadow *= (1 + self.tone.side * np.clip(x / 30, -1, 1)).astype(np.float32)
        crease = 0.5 * self._cavity[:, None, None]  # light that lips shine through: no black corners
        light -= crease
        light *= np.maximum(shadow, 0)
        light += crease
        density = np.float32(self.density)
        cover = np.clip(below * density + 0.5, 0, 1) * np.clip(above * density + 0.5, 0, 1)
        outside = np.maximum(np.maximum(-below, -above), 0)
        # where the lips roll inwards they are dark
        wet = np.exp(outside / -0.45) * (0.3 * np.clip(bottom - top, 0, 1))
        opacity = np.maximum(cover, wet)
        encoded = np.sqrt(np.clip(light, 0, 1)) * (255 * opacity)  # the root undoes `GAMMA`
        return np.asarray(cv2.merge([*encoded, opacity]), np.float32)

    def _cavity_light(self, x: Array, y: Array, gap: Opening) -> Field:
        """Dark in the middle, a little lighter towards lips and cheeks, which the light still reaches."""
        middle = (gap.x[0] + gap.x[-1]) / 2
        height = max(gap.height, 1e-3)
        centre = (gap.upper.min() + gap.lower.max()) / 2
        across = ((x - middle) / (gap.x[-1] - middle + 1e-6)) ** 2
        radius = across.astype(np.float32) + (((y - centre) / height * 2) ** 2)[:, None].astype(np.float32)
        deep = 0.45 + 0.45 * float(np.clip((height - 3) / 9, 0, 1))
        return np.asarray((1.1 + deep * (np.minimum(radius, 1.5) - 1)) * self._cavity[:, None, None], np.float32)

    def _draw_tongue(self, light: Field, pose: HeadPose, jaws: Jaws, x: Array, y: Array) -> None:
        place = _along(pose, jaws.lower + _TONGUE_PLACE) - [x[0], y[0]]
        corner = place * self.density - (np.array(self._tongue.shape[1::-1]) - 1) / 2
        shift = np.array([[1.0, 0.0, corner[0]], [0.0, 1.0, corner[1]]])
        _over(light, cv2.warpAffine(self._tongue, shift, light.shape[:0:-1], flags=cv2.INTER_LINEAR))

    def _draw_arch(
        self, light: Field, arch: Arch, texture: Field, pose: HeadPose, middle: Array, x: Array, y: Array
    ) -> None:
        curve = arch.curve
        seen = _along(pose, middle + np.stack([curve[:, 1], 0 * curve[:, 1], curve[:, 2]], -1))
        half = len(curve) // 2
        rising = np.diff(seen[:, 0]) > 0  # where the arc turns away from the viewer it is hidden
        first = half - int(np.argmin(np.append(rising[:half][::-1], False)))
        last = half + int(np.argmin(np.append(rising[half:], False)))
        if last <= first:
            return
        seen, curve = seen[first : last + 1], curve[first : last + 1]
        arc = np.interp(x, seen[:, 0], curve[:, 0], -1e3, 1e3)
        edge = np.interp(x, seen[:, 0], seen[:, 1])
        depth = np.interp(x, seen[:, 0], curve[:, 2])
        shape = light.shape[1:]
        columns = np.broadcast_to((arc * self.density + (texture.shape[1] - 1) / 2).astype(np.float32), shape)
        start = ((arch.top - arch.sense * edge) * self.density - 0.5).astype(np.float32)
        rows = start + (arch.sense * self.density * y[:, None]).astype(np.float32)
        drawn = cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        # the cheeks keep the light from the teeth at the back, and what they reflect is red
        _over(light, drawn, np.exp(depth / np.array([[18.0], [14.5], [13.5]])).astype(np.float32))


def _over(light: Field, drawn: cv2.typing.MatLike, dimmed: Field | None = None) -> None:
    """Draw a picture (H, W, 4), premultiplied, over light (3, H, W) in place, each column times `dimmed` (3, W).

    Planes of a colour each: numpy is slow along axes of three.
    """
    *planes, opacity = cv2.split(drawn)
    light *= 1 - opacity
    for index, plane in enumerate(planes):
        light[index] += plane if dimmed is None else plane * dimmed[index]


def _tongue_picture(tone: Tone, density: float) -> Field:
    """The tongue (H, W, 4), premultiplied light and opacity: a dome with a groove, wet on both sides of it."""
    width, height = _TONGUE
    u = (centred(int(np.ceil(2 * width * density))) / density / width)[None]
    v = (centred(int(np.ceil(2 * height * density))) / density / height)[:, None]
    radius = u * u + v * v
    dome = np.sqrt(np.clip(1 - radius, 0, 1))
    groove = 1 - 0.22 * np.exp(-((u / 0.07) ** 2)) * dome
    wet = 0.16 * np.exp(-(((np.abs(u) - 0.28) / 0.16) ** 2) - ((v + 0.5) / 0.16) ** 2)
    shade = 0.75 * dome * np.clip(0.65 - 0.6 * v, 0.2, 1) * groove + wet
    cover = np.clip((1 - radius) * 4, 0, 1)[..., None]
    lit = tone.cavity + shade[..., None] * (tone.tongue - tone.cavity)
    return np.ascontiguousarray(np.concatenate([lit * cover, cover], -1), np.float32)


def _along(pose: HeadPose, places: Array) -> Array:
    """Points (..., 2) in mm along the head's axes in the picture, from its origin, of points (..., 3) of the head."""
    seen = places @ pose.linear.T
    return np.stack([seen @ pose.across, seen @ pose.down], -1) / max(pose.scale, 1e-9)

"""What each of ARKit's expressions does to the skin: displacement fields with smooth edges, in cm at full weight.

The jaw's opening, its sideways and forward motion and the eyes' rotation are rotations and live in `embedded`;
here is all that is linear in the weight. Left is the person's own left: x > 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.surface import (
    LEVELS,
    MOUTH_HALF_WIDTH,
    face_depth,
    front_chart,
    smoothstep,
)
from mien.heads.embedded.topology import (
    FISSURE,
    SkinMesh,
    lower_lid,
    mouth_line,
    upper_lid,
)
from mien.heads.performance import ARKIT_NAMES

Array = NDArray[np.float64]
JAW_PIVOT = np.array([0.0, -2.4, 0.6])
JAW_ANGLE = 0.30
"""Radians by which the jaw turns at jawOpen = 1: about 2.9 cm between the front teeth."""

Vector = tuple[float, float, float]
Stroke = tuple[tuple[float, float], tuple[float, float], Vector]
"""Centre (x, y), size (x, y) and displacement of a one-sided Gaussian stroke, as on the left side."""


@dataclass(frozen=True)
class Sites:
    """Where the fields are evaluated: skin at rest; side and lip as in `SkinMesh`."""

    x: Array
    y: Array
    z: Array
    side: Array
    lip: Array
    cavity: Array
    lid: Array
    azimuth: Array
    level: Array

    @classmethod
    def of(cls, skin: SkinMesh) -> Sites:
        """All vertices of the skin."""
        x, y, z = skin.positions.T
        return cls(x, y, z, skin.side, skin.lip, skin.cavity, skin.lid, skin.azimuth, skin.level)

    @property
    def below(self) -> Array:
        """1 below the line of the mouth, 0 above, also where the lips touch."""
        return np.where(self.side != 0, (self.side < 0).astype(float), (self.y < mouth_line(self.x)).astype(float))

    @property
    def front(self) -> Array:
        """1 on the face, 0 on the back of the head and below the chin."""
        return smoothstep(np.abs(self.azimuth), 1.7, 1.2) * smoothstep(self.level, LEVELS[15], LEVELS[13])


def jaw_weight(s: Sites) -> Array:
    """How much of the jaw's rotation each vertex follows: 1 on the chin and lower lip, 0 above the mouth."""
    x = np.abs(s.x)
    azimuth = np.abs(s.azimuth)
    line = MOUTH_LINE_FRONT + (smoothstep(azimuth, 0.3, 1.45)) * 3.2
    far = smoothstep(line - s.y, -2.4, 2.4)
    near = s.below
    corner = smoothstep(x, 0.7, MOUTH_HALF_WIDTH + 0.25)
    # above the upper lip nothing is pulled, so the far weight fades in only beside the mouth
    weight = near * (1 - corner) + far * corner
    return weight * smoothstep(azimuth, 1.75, 1.15) * smoothstep(s.level, LEVELS[14] + 0.8, LEVELS[12])


MOUTH_LINE_FRONT = -6.6


def _one_side(s: Sites, left: bool) -> Array:
    return smoothstep(s.x if left else -s.x, -0.55, 0.55)


def _strokes(s: Sites, strokes: tuple[Stroke, ...], left: bool, mask: Array | float = 1.0) -> Array:
    sign = 1.0 if left else -1.0
    out = np.zeros((len(s.x), 3))
    for (cx, cy), (sx, sy), (dx, dy, dz) in strokes:
        weight = np.exp(-0.5 * (((sign * s.x - cx) / sx) ** 2 + ((s.y - cy) / sy) ** 2)) * mask
        out += weight[:, None] * np.array([sign * dx, dy, dz])
    return out * s.front[:, None]


def _lid_heights(s: Sites) -> tuple[Array, Array, Array]:
    t = (np.abs(s.x) - FISSURE[0]) / (FISSURE[1] - FISSURE[0])
    inside = (t > 0) & (t < 1)
    upper = np.where(inside, upper_lid(np.clip(t, 0, 1)), -0.14 + 0.2 * np.clip(t, 0, 1))
    lower = np.where(inside, lower_lid(np.clip(t, 0, 1)), -0.14 + 0.2 * np.clip(t, 0, 1))
    return t, upper, lower


def lid_motion(s: Sites, upper_shift: float, lower_shift: float, left: bool) -> Array:
    """Lids sliding over the eyeball: shifts in fractions of the eye's opening, positive upwards.

    The margin moves by the whole shift, the skin around it less and less; depth follows the eyeball's curve.
    """
    sign = 1.0 if left else -1.0
    _, top, bottom = _lid_heights(s)
    gap = top - bottom
    middle = (top + bottom) / 2
    is_upper = np.where(s.lid != 0, s.lid > 0, s.y > middle)
    above, under = np.maximum(s.y - top, 0), np.maximum(bottom - s.y, 0)
    weight_up = smoothstep(above, 1.0, 0.0) * is_upper * upper_shift
    weight_low = smoothstep(under, 0.95, 0.0) * ~is_upper * lower_shift
    dy = (weight_up + weight_low) * gap
    active = (np.abs(dy) > 1e-9) & (sign * s.x > 0) & (s.front > 0) & (s.z > 3)
    out = np.zeros((len(s.x), 3))
    x, y = np.abs(s.x[active]), s.y[active]
    base_before, base_after = front_chart(x, y)[2], front_chart(x, y + dy[active])[2]
    out[active, 1] = dy[active]
    out[active, 2] = face_depth(x, y + dy[active], base_after) - face_depth(x, y, base_before)
    return out


BLINK_UPPER, BLINK_LOWER = -0.96, 0.10


def blink_corrections(s: Sites) -> tuple[Array, Array]:
    """What half a blink lacks to follow the eyeball's curve (left, right): to be added 4 w (1 - w) times."""
    fields = []
    for left in (True, False):
        full = lid_motion(s, BLINK_UPPER, BLINK_LOWER, left)
        half = lid_motion(s, BLINK_UPPER / 2, BLINK_LOWER / 2, left)
        fields.append(half - full / 2)
    return fields[0], fields[1]


def _mouth_width_scale(s: Sites, amount: float) -> Array:
    out = np.zeros((len(s.x), 3))
    out[:, 0] = amount * s.x * np.exp(-((s.x / 3.2) ** 4) - ((s.y - mouth_line(s.x)) / 1.6) ** 2) * s.front
    return out


def _vertical(s: Sites, upper: float, lower: float, width: float = 1.6) -> Array:
    """Upper and lower lip moved up and down by so much, fading towards the corners, the nose and the chin."""
    below = s.below
    reach = np.exp(-0.5 * (s.x / width) ** 2) * np.exp(-((np.abs(s.y - mouth_line(s.x)) / 1.5) ** 2.2)) * s.front
    out = np.zeros((len(s.x), 3))
    out[:, 1] = reach * (upper * (1 - below) + lower * below)
    return out


def _forward(s: Sites, upper: float, lower: float, width: float = 1.7) -> Array:
    below = s.below
    reach = np.exp(-0.5 * (s.x / width) ** 2) * np.exp(-((np.abs(s.y - mouth_line(s.x)) / 1.25) ** 2)) * s.front
    out = np.zeros((len(s.x), 3))
    out[:, 2] = reach * (upper * (1 - below) + lower * below)
    return out


def _thin(s: Sites, upper: float, lower: float) -> Array:
    """The red of the lips drawn in towards their contact."""
    below = s.below
    amount = upper * (1 - below) + lower * below
    offset = s.y - mouth_line(s.x)
    out = np.zeros((len(s.x), 3))
    region = np.exp(-((s.x / 2.6) ** 6)) * np.exp(-((np.abs(offset) / 1.1) ** 3)) * s.front
    out[:, 1] = -offset * region * amount * 0.75
    out[:, 2] = -0.32 * amount * np.exp(-((s.x / 2.4) ** 4)) * np.exp(-((np.abs(offset) / 0.75) ** 3)) * s.front
    return out


def _brow_mask(s: Sites) -> Array:
    return 0.12 + 0.88 * smoothstep(s.y, 0.75, 1.7)


_SMILE: tuple[Stroke, ...] = (
    ((2.75, -6.75), (1.15, 1.0), (0.72, 0.92, -0.48)),
    ((3.4, -3.7), (1.2, 1.0), (0.12, 0.40, 0.46)),
    ((2.5, -5.1), (0.40, 0.8), (0.12, 0.10, -0.30)),
)
_FROWN: tuple[Stroke, ...] = (
    ((2.6, -6.9), (0.95, 0.8), (-0.05, -0.92, -0.14)),
    ((2.9, -8.0), (0.7, 0.8), (0.0, -0.20, 0.18)),
    ((0.0, -6.6), (0.9, 0.7), (0.0, 0.12, 0.05)),
)
_STRETCH: tuple[Stroke, ...] = (
    ((2.7, -6.9), (1.0, 0.9), (0.65, -0.28, -0.40)),
    ((3.6, -9.0), (1.2, 1.4), (0.25, -0.25, -0.05)),
)
_DIMPLE: tuple[Stroke, ...] = (((2.8, -6.7), (0.8, 0.8), (0.38, 0.06, -0.55)),)
_SNEER: tuple[Stroke, ...] = (
    ((1.35, -3.5), (0.75, 0.8), (0.10, 0.52, 0.12)),
    ((1.1, -5.4), (0.9, 0.8), (0.05, 0.46, 0.08)),
    ((1.0, 0.3), (0.5, 0.8), (0.0, 0.14, 0.20)),
    ((2.2, -2.6), (0.8, 0.7), (0.05, 0.32, 0.30)),
    ((2.25, -4.7), (0.35, 0.9), (0.06, 0.10, -0.22)),
    ((0.9, 2.0), (0.8, 0.6), (-0.08, -0.34, 0.08)),
)
_CHEEK_SQUINT: tuple[Stroke, ...] = (
    ((3.3, -2.5), (1.3, 0.9), (0.0, 0.50, 0.26)),
    ((4.6, -0.6), (0.7, 0.8), (-0.05, 0.08, 0.05)),
)
_BROW_DOWN: tuple[Stroke, ...] = (
    ((1.3, 2.0), (0.95, 0.75), (-0.40, -0.88, 0.22)),
    ((3.0, 2.0), (1.2, 0.75), (-0.18, -0.56, 0.10)),
    ((0.0, 1.9), (0.5, 0.7), (0.0, -0.22, 0.06)),
    ((0.55, 1.9), (0.16, 0.7), (0.0, 0.0, -0.12)),
)
_BROW_INNER: tuple[Stroke, ...] = (((1.15, 2.3), (0.85, 1.1), (-0.10, 0.85, 0.05)),)
_BROW_OUTER: tuple[Stroke, ...] = (((3.7, 2.3), (1.35, 1.1), (0.0, 0.80, -0.05)),)
_PUFF: tuple[Stroke, ...] = (((4.2, -6.0), (1.4, 1.3), (0.75, 0.0, 0.75)),)


def _sided(name: str, s: Sites, left: bool) -> Array:
    """The field of an expression that comes in a left and a right form, `name` without its ending."""
    one = _one_side(s, left)[:, None]
    lips = (1 - 0.25 * s.below)[:, None]
    fields: dict[str, Callable[[], Array]] = {
        "eyeBlink": lambda: lid_motion(s, BLINK_UPPER, BLINK_LOWER, left),
        "eyeLookDown": lambda: lid_motion(s, -0.38, -0.14, left),
        "eyeLookUp": lambda: lid_motion(s, 0.16, 0.06, left),
        "eyeLookIn": lambda: np.zeros((len(s.x), 3)),
        "eyeLookOut": lambda: np.zeros((len(s.x), 3)),
        "eyeSquint": lambda: (
            lid_motion(s, -0.16, 0.30, left) + _strokes(s, (((3.2, -1.1), (1.3, 0.5), (0, 0.12, 0.08)),), left)
        ),
        "eyeWide": lambda: lid_motion(s, 0.40, -0.14, left),
        "mouthSmile": lambda: _strokes(s, _SMILE, left),
        "mouthFrown": lambda: _strokes(s, _FROWN, left),
        "mouthDimple": lambda: _strokes(s, _DIMPLE, left),
        "mouthStretch": lambda: _strokes(s, _STRETCH, left) * lips,
        "mouthPress": lambda: _thin(s, 0.55, 0.55) * one,
        "mouthLowerDown": lambda: _vertical(s, 0, -0.85) * one + _forward(s, 0, 0.12) * one,
        "mouthUpperUp": lambda: _vertical(s, 0.70, 0) * one + _forward(s, 0.10, 0) * one,
        "browDown": lambda: _strokes(s, _BROW_DOWN, left, _brow_mask(s)),
        "browOuterUp": lambda: _strokes(s, _BROW_OUTER, left, _brow_mask(s)),
        "cheekSquint": lambda: (
            _strokes(s, _CHEEK_SQUINT, left, smoothstep(s.y, 0.2, -1.1)) + lid_motion(s, 0.0, 0.20, left)
        ),
        "noseSneer": lambda: _strokes(s, _SNEER, left, 1 - s.below),
    }
    return fields[name]()


def _whole(name: str, s: Sites) -> Array:
    """The field of an expression without sides."""
    sideways = np.exp(-((s.x / 3.4) ** 4) - ((s.y - mouth_line(s.x)) / 1.7) ** 2) * s.front
    drop = 2.45  # how far the jaw takes the lower lip down; it takes it 1.6 cm back, too
    fields: dict[str, Callable[[], Array]] = {
        "mouthClose": lambda: _vertical(s, -0.34 * drop, 0.66 * drop, 1.9) + _forward(s, -0.45, 1.15, 1.9),
        "mouthFunnel": lambda: _mouth_width_scale(s, -0.30) + _forward(s, 0.75, 0.75) + _vertical(s, 0.34, -0.42, 1.0),
        "mouthPucker": lambda: _mouth_width_scale(s, -0.44) + _forward(s, 0.80, 0.70),
        "mouthLeft": lambda: sideways[:, None] * np.array([0.85, 0.0, -0.1]),
        "mouthRight": lambda: sideways[:, None] * np.array([-0.85, 0.0, -0.1]),
        "mouthRollLower": lambda: _thin(s, 0.0, 1.0) + _vertical(s, 0, 0.12),
        "mouthRollUpper": lambda: _thin(s, 1.0, 0.0) + _vertical(s, -0.10, 0),
        "mouthShrugLower": lambda: (
            _vertical(s, 0.16, 0.42)
            + _forward(s, 0.05, 0.30)
            + _strokes(s, (((0.0, -9.3), (1.3, 0.9), (0, 0.35, 0.12)),), True)
        ),
        "mouthShrugUpper": lambda: _vertical(s, 0.30, 0.12) + _forward(s, 0.26, 0.05),
        "browInnerUp": lambda: (
            _strokes(s, _BROW_INNER, True, _brow_mask(s)) + _strokes(s, _BROW_INNER, False, _brow_mask(s))
        ),
        "cheekPuff": lambda: _strokes(s, _PUFF, True) + _strokes(s, _PUFF, False),
    }
    return fields[name]() if name in fields else np.zeros((len(s.x), 3))


def expression_fields(skin: SkinMesh) -> Array:
    """Displacement (52, V, 3) in cm of the skin for each of `ARKIT_NAMES` at weight 1."""
    s = Sites.of(skin)
    out = []
    for name in ARKIT_NAMES:
        if name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            out.append(_sided(name[:-4], s, True))
        elif name.endswith("Right") and name not in ("jawRight", "mouthRight"):
            out.append(_sided(name[:-5], s, False))
        else:
            out.append(_whole(name, s))
    # the bag behind the lips follows them, less and less
    return np.stack(out) * (1 - 0.6 * s.cavity)[None, :, None]

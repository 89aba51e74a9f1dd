"""The embedded head at the vertices used by a fit: positions and analytic derivatives.

    point = camera(neck(jaw(rest + identity + expressions + lids))), an iris rotating about the centre of its eye

The linear parts are evaluated from `EmbeddedHead.vertices`, so that this is the same head. The chain of rotations is
written out, because its analytic derivatives are a hundred times faster than automatic differentiation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.embedded.expressions import (
    JAW_ANGLE,
    JAW_PIVOT,
    Sites,
    jaw_weight,
)
from mien.heads.embedded.head import GAZE_LIDS, NECK_PIVOT, EmbeddedHead
from mien.heads.embedded.identity import identity_fields
from mien.heads.embedded.parts import PARTS
from mien.heads.embedded.surface import EYE_CENTRE
from mien.heads.head import HEAD_HEIGHT, rotation
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX

NECK, TRANSLATION, GAZE, EXPRESSIONS = slice(0, 3), slice(3, 6), slice(6, 8), slice(8, None)
"""Layout of the vector of a frame's unknowns: 3 angles, 3 head units, 2 angles, then the fitted expressions."""

UNSEEN = ("jawForward", "cheekPuff", "tongueOut", "mouthClose")
"""Expressions that landmarks do not determine; they are not fitted, nor is eyeLook*, which is the gaze."""

FITTED: tuple[str, ...] = tuple(n for n in ARKIT_NAMES if n not in UNSEEN and not n.startswith("eyeLook"))
"""The K expressions that are fitted, in Apple's order; the others stay 0."""

_JAW = FITTED.index("jawOpen")
_ASIDE = [FITTED.index("jawLeft"), FITTED.index("jawRight")]
_BLINKS = [FITTED.index("eyeBlinkLeft"), FITTED.index("eyeBlinkRight")]
_LIDS = [EXPRESSION_INDEX[f"eyeLook{way}{side}"] for way in ("Down", "Up") for side in ("Left", "Right")]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera at `distance` head units in front of the head, with the principal point in the picture's centre.

    size: of the picture in pixels. Projection: centre + scale · distance · (x, −y) / (distance − z), where `scale` is
    pixels per head unit at the head.
    """

    size: tuple[int, int]
    distance: float

    def project(self, points: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (T, P, 2) of points (T, P, 3), and derivatives (T, P, 2, 3) with respect to the points."""
        zoom = self.distance / (self.distance - points[..., 2]).clamp(min=0.2)
        flat = torch.stack([points[..., 0], -points[..., 1]], -1) * (scale * zoom)[..., None]
        by = torch.zeros(*points.shape[:2], 2, 3, dtype=points.dtype)
        by[..., 0, 0] = scale * zoom
        by[..., 1, 1] = -scale * zoom
        by[..., 2] = flat * (zoom / self.distance)[..., None]
        return flat + flat.new_tensor(self.size) / 2, by


class PointModel:
    """P points of the embedded head as functions of the unknowns; float64, in head units.

    vertices: (P,) int64, on the skin or the foremost of an eye. offsets: (P, 3) of the detector's points from the
    vertices, at rest. gains: by expression, and of `gaze`: fraction of the motion that the detector shows; default 1.
    """

    def __init__(
        self,
        head: EmbeddedHead,
        vertices: NDArray[np.int64],
        offsets: NDArray[np.float64],
        gains: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        identities = len(head.identity_names)
        steps = torch.eye(identities + len(ARKIT_NAMES))
        blinks = torch.zeros(1, len(ARKIT_NAMES))
        blinks[0, [EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]] = 0.5
        zero = torch.zeros(1, len(ARKIT_NAMES))
        with torch.no_grad():
            chosen = torch.from_numpy(vertices)
            rest = head.vertices(torch.zeros(1, identities), zero)[:, chosen].double()
            moved = head.vertices(steps[:, :identities], steps[:, identities:])[:, chosen].double() - rest
            half = head.vertices(torch.zeros(1, identities), blinks)[:, chosen].double() - rest
        kind = head.surface.kind[vertices]
        self.iris = torch.from_numpy(
            np.flatnonzero((kind == PARTS.index("eye_left")) | (kind == PARTS.index("eye_right")))
        )
        self.rest = rest[0] + torch.from_numpy(offsets)
        self.identity = moved[:identities].permute(1, 2, 0)  # (P, 3, I)
        expressions = moved[identities:]
        expressions[:, self.iris] = expressions[:, self.iris] * 0.0
        self.lids = torch.stack([expressions[_LIDS[:2]].sum(0), expressions[_LIDS[2:]].sum(0)]) / GAZE_LIDS  # (2, P, 3)
        self.expression = expressions[[EXPRESSION_INDEX[n] for n in FITTED]].permute(1, 2, 0).clone()  # (P, 3, K)
        left = torch.from_numpy(np.asarray(head.surface.rest[vertices, 0] > 0))
        both = half[0] - self.expression[:, :, _BLINKS].sum(-1) / 2
        self.blink = torch.stack([both * left[:, None], both * ~left[:, None]])  # (2, P, 3)
        gain = torch.tensor([gains.get(name, 1.0) for name in FITTED], dtype=torch.float64)
        self.expression = self.expression * gain
        self.blink = self.blink * gain[_BLINKS, None, None]
        self.jaw_angle, self.gaze_gain = JAW_ANGLE * float(gain[_JAW]), gains.get("gaze", 1.0)
        self.jaw = torch.zeros(len(vertices), dtype=torch.float64)
        skin = torch.from_numpy(vertices < len(head.surface.skin.positions))
        follows = torch.from_numpy(jaw_weight(Sites.of(head.surface.skin)))
        self.jaw[skin] = follows[chosen[skin]]
        # the sideways rotation of the jaw is so small that it is linearised; it is applied after the opening
        self.aside = self.expression[:, :, _ASIDE].clone()
        self.expression[:, :, [_JAW, *_ASIDE]] = 0.0
        centre = np.where(left.numpy()[self.iris, None], EYE_CENTRE, EYE_CENTRE * [-1, 1, 1])
        self.eye = torch.from_numpy(centre / HEAD_HEIGHT)
        self.eye_identity = torch.from_numpy(identity_fields(centre) / HEAD_HEIGHT).permute(1, 2, 0)
        self.jaw_pivot = torch.from_numpy(JAW_PIVOT / HEAD_HEIGHT)
        self.neck_pivot = torch.tensor(NECK_PIVOT, dtype=torch.float64) / HEAD_HEIGHT

    @property
    def identities(self) -> int:
        """I, the number of identity parameters."""
        return self.identity.shape[-1]

    def head_points(self, identity: Tensor, frames: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Points (T, P, 3) before the rotation of the neck, from identity (I,) and unknowns (T, 8 + K).

        Also returns the matrices of the jaw (T, P, 3, 3), which rotate earlier displacements, and the derivatives with
        respect to the opening of the jaw (T, P, 3), the blinks (T, 2) and the gaze (T, P, 3, 2).
        """
        weights, gaze = frames[:, EXPRESSIONS], frames[:, GAZE]
        shaped = self.rest + self.identity @ identity + torch.einsum("pck,tk->tpc", self.expression, weights)
        lid = torch.stack([gaze[:, 1].clamp(min=0), (-gaze[:, 1]).clamp(min=0)], 1)
        blink = weights[:, _BLINKS]
        bends = 4 * blink * (1 - blink)
        shaped = shaped + torch.einsum("spc,ts->tpc", self.lids, lid) + torch.einsum("spc,ts->tpc", self.blink, bends)
        shaped, by_gaze = self._irises(shaped, identity, frames)
        downwards = (gaze[:, 1] > 0).double()[:, None, None]
        by_gaze[..., 1] += downwards * self.lids[0] - (1 - downwards) * self.lids[1]
        angle = self.jaw_angle * weights[:, _JAW]
        cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
        turn = torch.stack([zero, zero, zero, zero, cosine - 1, -sine, zero, sine, cosine - 1], -1).reshape(-1, 1, 3, 3)
        slope = torch.stack([zero, zero, zero, zero, -sine, -cosine, zero, cosine, -sine], -1).reshape(-1, 1, 3, 3)
        follows = self.jaw[:, None, None]
        arm = (shaped - self.jaw_pivot)[..., None]
        by_jaw = self.jaw_angle * (follows * slope @ arm)[..., 0]
        points = shaped + (follows * turn @ arm)[..., 0]
        points = points + torch.einsum("pck,tk->tpc", self.aside, weights[:, _ASIDE])
        jaw = follows * turn + torch.eye(3, dtype=torch.float64)
        return points, jaw, by_jaw, 4 - 8 * blink, by_gaze

    def _irises(self, points: Tensor, identity: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        centre = self.eye + self.eye_identity @ identity
        arm = points[:, self.iris] - centre
        turn, by_yaw, by_pitch, _ = _turn_and_slopes(self._glance(frames))
        turned = points.clone()
        turned[:, self.iris] = arm @ turn.transpose(1, 2) + centre
        slopes = torch.zeros(*points.shape, 2, dtype=points.dtype)
        slopes[:, self.iris] = self.gaze_gain * torch.stack(
            [arm @ by_yaw.transpose(1, 2), arm @ by_pitch.transpose(1, 2)], -1
        )
        return turned, slopes

    def _glance(self, frames: Tensor) -> Tensor:
        """Angles of the eyes (T, 3) as seen by the detector."""
        return torch.nn.functional.pad(self.gaze_gain * frames[:, GAZE], (0, 1))

    def seen(self, camera: Camera, scale: Tensor, identity: Tensor, frames: Tensor) -> Tensor:
        """Pixels (T, P, 2) of all points."""
        points = self.head_points(identity, frames)[0]
        turn = rotation(*frames[:, NECK].unbind(1))
        placed = (points - self.neck_pivot) @ turn.transpose(1, 2) + self.neck_pivot + frames[:, None, TRANSLATION]
        return camera.project(placed, scale)[0]

    def linearised(self, camera: Camera, scale: Tensor, identity: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (T, P, 2) float64, and their derivatives (T, P, 2, 8 + K + I + 1) float32.

        With respect to the unknowns of the frame, the identity and the logarithm of the scale, in this order. The
        derivatives are most of a fit's memory traffic, and a step's direction needs no more than single precision.
        """
        points, jaw, by_jaw, by_bend, by_gaze = self.head_points(identity, frames)
        turn, *slopes = _turn_and_slopes(frames[:, NECK])
        arm = points - self.neck_pivot
        placed = arm @ turn.transpose(1, 2) + self.neck_pivot + frames[:, None, TRANSLATION]
        pixels, by_point = camera.project(placed, scale)
        count = frames.shape[1]
        derivatives = torch.empty(*pixels.shape, count + self.identities + 1)
        by_neck = torch.stack([arm @ slope.transpose(1, 2) for slope in slopes], -1)
        derivatives[..., NECK] = by_point @ by_neck
        derivatives[..., TRANSLATION] = by_point
        by_head = by_point @ turn[:, None]
        derivatives[..., GAZE] = by_head @ by_gaze
        by_shape = (by_head @ jaw).transpose(0, 1).flatten(1, 2).float()  # (P, T · 2, 3): one product for each point

        def spread(basis: Tensor) -> Tensor:
            return (by_shape @ basis.float()).unflatten(1, (len(frames), 2)).transpose(0, 1)

        derivatives[..., 8:count] = spread(self.expression)
        bends = spread(self.blink.permute(1, 2, 0)) * by_bend[:, None, None].float()
        derivatives[..., [8 + i for i in _BLINKS]] += bends
        derivatives[..., 8 + _JAW] = (by_head @ by_jaw[..., None])[..., 0]
        derivatives[..., [8 + i for i in _ASIDE]] = (by_head @ self.aside).float()
        derivatives[..., count:-1] = spread(self.identity)
        eye = rotation(*self._glance(frames).unbind(1))[:, None]
        by_identity = eye @ (self.identity[self.iris] - self.eye_identity) + self.eye_identity
        derivatives[:, self.iris, :, count:-1] = (by_head[:, self.iris] @ by_identity).float()
        derivatives[..., -1] = pixels - pixels.new_tensor(camera.size) / 2
        return pixels, derivatives


def _turn_and_slopes(angles: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Rotations (T, 3, 3) from yaw, pitch, roll (T, 3), and their derivatives with respect to each angle."""
    zero = torch.zeros_like(angles[:, 0])
    yaw, pitch, roll = angles.unbind(1)
    about_y, about_x, about_z = rotation(yaw, zero, zero), rotation(zero, pitch, zero), rotation(zero, zero, roll)
    y, x, z = (angles.new_tensor(m).reshape(3, 3) for m in (_SPIN_Y, _SPIN_X, _SPIN_Z))
    turn = about_y @ about_x @ about_z
    return turn, about_y @ y @ about_x @ about_z, about_y @ about_x @ x @ about_z, turn @ z


_SPIN_Y, _SPIN_X, _SPIN_Z = (0, 0, 1, 0, 0, 0, -1, 0, 0), (0, 0, 0, 0, 0, -1, 0, 1, 0), (0, 1, 0, -1, 0, 0, 0, 0, 0)

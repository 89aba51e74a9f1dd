"""The vocabulary of head actions, and the curve of each over time.

An `Action` has a kind, a side, a count and a strength. `draw_curve` gives its curve, which moves the channels of its
kind: yaw, pitch and roll of the neck, translation, gaze, or ARKit expressions. Left is the person's own left, as in
ARKit: it is on the viewer's right, where yaw, roll and gaze yaw are positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Strength = Literal["slight", "usual", "strong"]
STRENGTHS: tuple[Strength, ...] = ("slight", "usual", "strong")

STRENGTH_RANGE: dict[Strength, tuple[float, float]] = {
    "slight": (0.38, 0.5),
    "usual": (0.68, 0.86),
    "strong": (1.06, 1.2),
}
"""Strength → range from which the extent is sampled, as a fraction of the kind's full extent."""

STRENGTH_EDGES = (0.59, 0.96)
"""Thresholds of a measured extent between slight and usual and between usual and strong."""

Shape = Literal["beats", "swings", "hold"]
"""Shape of the curve. beats: there and back, repeated; swings: from side to side; hold: there, a plateau, and back."""


@dataclass(frozen=True)
class Kind:
    """A kind of action.

    channels: channel → value at full extent (radians, head units, expression weights) for the first of `sides`; the
    other side has the opposite sign, unless `own_sides` gives the channels of each side. sides: () if there are none.
    shape: see `Shape`. counted, graded: whether a text may state a count, a strength. uses: the parts of the head that
    it occupies; actions that share one cannot be simultaneous.
    """

    name: str
    channels: Mapping[str, float]
    shape: Shape
    uses: frozenset[str]
    sides: tuple[str, ...] = ()
    own_sides: Mapping[str, Mapping[str, float]] | None = None
    counted: bool = False
    graded: bool = False

    def moves(self, side: str | None) -> Mapping[str, float]:
        """Channel → value at full extent, for a side."""
        if side is None or (self.own_sides is None and side == self.sides[0]):
            return self.channels
        if self.own_sides is not None:
            return self.own_sides[side]
        return {name: -extent for name, extent in self.channels.items()}


def _both(**weights: float) -> dict[str, float]:
    return {f"{name}{side}": weight for name, weight in weights.items() for side in ("Left", "Right")}


def _kind(name: str, shape: Shape, uses: str, channels: Mapping[str, float], **more: object) -> Kind:
    return Kind(name, channels, shape, frozenset(uses.split()), **more)  # type: ignore[arg-type]


_LEFT_RIGHT = ("left", "right")
_LEFT_EYE = {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.55, "mouthSmileLeft": 0.18}
_RIGHT_EYE = {name.replace("Left", "Right"): weight for name, weight in _LEFT_EYE.items()}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("nod", "beats", "pitch", {"pitch": 0.33}, counted=True, graded=True),
        _kind("shake", "swings", "yaw", {"yaw": 0.34}, counted=True, graded=True),
        _kind("turn", "hold", "yaw", {"yaw": 0.62}, sides=_LEFT_RIGHT, graded=True),
        _kind("tilt", "hold", "roll", {"roll": 0.38}, sides=_LEFT_RIGHT, graded=True),
        _kind("lower", "hold", "pitch", {"pitch": 0.42}, graded=True),
        _kind("lift", "hold", "pitch", {"pitch": -0.36}, graded=True),
        _kind("lean", "hold", "depth", {"forward": 0.22}, sides=("forward", "back"), graded=True),
        _kind("look", "hold", "gaze", {"gaze_yaw": 0.42}, sides=("left", "right", "up", "down"),
              own_sides={"left": {"gaze_yaw": 0.42}, "right": {"gaze_yaw": -0.42},
                         "up": {"gaze_pitch": -0.34}, "down": {"gaze_pitch": 0.34}}),
        _kind("blink", "beats", "gaze lids", _both(eyeBlink=1.0), counted=True),
        _kind("wink", "beats", "gaze lids cheeks mouth", _LEFT_EYE, sides=_LEFT_RIGHT,
              own_sides={"left": _LEFT_EYE, "right": _RIGHT_EYE}),
        _kind("close_eyes", "hold", "gaze lids", _both(eyeBlink=1.0)),
        _kind("smile", "hold", "mouth cheeks",
              _both(mouthSmile=0.85, cheekSquint=0.5, mouthDimple=0.15, mouthUpperUp=0.15), graded=True),
        _kind("frown", "hold", "mouth brows", _both(browDown=0.8, mouthFrown=0.7) | {"mouthShrugLower": 0.3},
              graded=True),
        _kind("raise_brows", "hold", "brows", _both(browOuterUp=0.75) | {"browInnerUp": 0.8}, graded=True),
        _kind("open_mouth", "hold", "mouth", {"jawOpen": 0.75}, graded=True),
        _kind("purse", "hold", "mouth", {"mouthPucker": 0.85, "mouthFunnel": 0.25}),
        _kind("puff", "hold", "mouth cheeks", {"cheekPuff": 0.9}),
        _kind("tongue", "hold", "mouth", {"tongueOut": 0.9, "jawOpen": 0.4}),
        _kind("wrinkle_nose", "hold", "nose mouth brows", _both(noseSneer=0.85, mouthUpperUp=0.3)),
    )
}  # fmt: skip
"""All kinds of action, by name."""


@dataclass(frozen=True, order=True)
class Action:
    """An action of a plan. side, count (1 to 3) and strength are None if the text does not state them or cannot.

    Raises ValueError if the kind has no such side, or has no count or strength.
    """

    kind: str
    side: str | None = None
    count: int | None = None
    strength: Strength | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of action {self.kind!r}; there are {', '.join(KINDS)}")
        kind = KINDS[self.kind]
        if (self.side is None) == bool(kind.sides) or (self.side is not None and self.side not in kind.sides):
            raise ValueError(f"{self.kind} goes {' or '.join(kind.sides) or 'to no side'}, not {self.side}")
        if self.count is not None and (not kind.counted or not 1 <= self.count <= 3):
            raise ValueError(f"{self.kind} cannot be done {self.count} times")
        if self.strength is not None and not kind.graded:
            raise ValueError(f"{self.kind} has no strength")

    @property
    def uses(self) -> frozenset[str]:
        """The parts of the head that it occupies."""
        return KINDS[self.kind].uses


@dataclass(frozen=True)
class Timing:
    """Sampled timing of an action.

    seconds: duration. extent: fraction of the kind's full extent. rise: seconds until a hold is reached, else 0.
    count: repetitions.
    """

    seconds: float
    extent: float
    rise: float
    count: int


TEMPO = (0.86, 1.16)
"""Range of the tempo: a factor on all durations of a motion."""

_JITTER = 0.04
_SECONDS = {"beats": 0.66, "swings": 0.7, "hold": 0.8, "blink": 0.56, "wink": 0.52, "rise": 0.28}
"""Seconds at tempo 1 of a beat, a full swing, the plateau of a hold, and the rise to it."""


def draw_timing(rng: np.random.Generator, action: Action, tempo: float = 1.0) -> Timing:
    """Sample timing and extent of an action at a tempo; its duration varies by ±4 %.

    Without a count, an action is done once, or twice if its shape is `swings`.
    """
    kind = KINDS[action.kind]
    extent = float(rng.uniform(*STRENGTH_RANGE[action.strength or "usual"])) if kind.graded else 1.0
    pace = tempo * float(rng.uniform(1 - _JITTER, 1 + _JITTER))
    if kind.shape == "hold":
        rise = _SECONDS["rise"] * pace
        return Timing(2 * rise + _SECONDS["hold"] * pace, extent, rise, 1)
    count = action.count or (2 if kind.shape == "swings" else 1)
    return Timing(count * _SECONDS.get(action.kind, _SECONDS[kind.shape]) * pace, extent, 0.0, count)


def ease(phase: Array) -> Array:
    """Smoothstep 3p² − 2p³ of p = `phase` clipped to [0, 1]."""
    bounded = np.clip(phase, 0, 1)
    return np.asarray(bounded * bounded * (3 - 2 * bounded))


def draw_curve(action: Action, timing: Timing, times: Array) -> Array:
    """Curve (T,) of an action at `times` (T,), seconds after its start: 0 at rest, |curve| ≤ `timing.extent`."""
    kind = KINDS[action.kind]
    phase = times / timing.seconds
    inside = (phase >= 0) & (phase <= 1)
    if kind.shape == "hold":
        curve = ease(times / timing.rise) * ease((timing.seconds - times) / timing.rise)
    elif kind.shape == "swings":
        # to the person's left first; all swings have the same extent, and the sine starts and ends at 0
        curve = np.where(inside, np.sin(2 * np.pi * timing.count * np.clip(phase, 0, 1)), 0.0)
    elif action.kind in ("blink", "wink"):
        beat = np.mod(np.clip(phase, 0, 1 - 1e-9) * timing.count, 1.0)
        reach = 0.62 if action.kind == "blink" else 0.9  # between two blinks the eyes are open for a moment
        curve = np.where(inside, ease(beat / (0.4 * reach)) * ease((reach - beat) / (0.5 * reach)), 0.0)
    else:
        beat = np.clip(phase, 0, 1) * timing.count
        curve = np.where(inside, 0.5 - 0.5 * np.cos(2 * np.pi * beat), 0.0)
    return np.asarray(timing.extent * curve)

"""What a head can be told to do: the vocabulary of actions and how each moves it.

An `Action` is one thing that words can ask for: a kind, a side, a count and a strength. `draw` plays it as curves on
named channels: the neck's yaw, pitch and roll, a translation, the gaze, or one of ARKit's expressions. Left is the
person's own left, as in ARKit: it is on the viewer's right, where yaw, roll and the gaze's yaw are positive.
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
"""From which part of a kind's full extent an action's own is drawn."""

STRENGTH_EDGES = (0.59, 0.96)
"""Where a measured extent changes from slight to usual and from usual to strong: between the ranges."""

Shape = Literal["beats", "swings", "hold"]
"""How a kind moves: there and back a number of times; from side to side; there, a rest, and back."""


@dataclass(frozen=True)
class Kind:
    """One kind of action.

    channels: what moves by how much at full extent, for the side that is named first in `sides` (its opposite moves
    the other way; sides with channels of their own are in `own_sides`). sides: () where there is none. shape: see
    `Shape`. counted: words may say how often. graded: words may say how strongly. uses: what it occupies, so that two
    actions at once do not fight over it.
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
        """Channel → extent for a side."""
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
"""Every kind of action, by name."""


@dataclass(frozen=True, order=True)
class Action:
    """One thing to do. side, count and strength are None where the words do not say them or cannot.

    Raises ValueError when the kind has no such side, or cannot be counted or graded.
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
        """What it occupies."""
        return KINDS[self.kind].uses


@dataclass(frozen=True)
class Timing:
    """How an action is done, drawn once: for how many seconds, how far (a part of the kind's full extent), how often;
    `rise`: seconds until a hold is reached."""

    seconds: float
    extent: float
    rise: float
    count: int


TEMPO = (0.86, 1.16)
"""Range of a person's pace: the factor on all durations of a motion."""

_JITTER = 0.04
_SECONDS = {"beats": 0.66, "swings": 0.7, "hold": 0.8, "blink": 0.56, "wink": 0.52, "rise": 0.28}
"""At tempo 1: a beat, a full swing, the rest of a hold, and the way there."""


def draw_timing(rng: np.random.Generator, action: Action, tempo: float = 1.0) -> Timing:
    """Draw how an action is done at a tempo, a little quicker or slower, a little further or less far.

    An action that is not counted in words is done once if it beats, and twice if it swings.
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
    """Smooth step from 0 to 1 while `phase` runs from 0 to 1."""
    bounded = np.clip(phase, 0, 1)
    return np.asarray(bounded * bounded * (3 - 2 * bounded))


def draw_curve(action: Action, timing: Timing, times: Array) -> Array:
    """How far an action is done at `times` (T,) in seconds after its start: 0 at rest, `timing.extent` at most."""
    kind = KINDS[action.kind]
    phase = times / timing.seconds
    inside = (phase >= 0) & (phase <= 1)
    if kind.shape == "hold":
        curve = ease(times / timing.rise) * ease((timing.seconds - times) / timing.rise)
    elif kind.shape == "swings":
        # to the person's left first; all swings are as far as each other, and the sine starts and ends at rest
        curve = np.where(inside, np.sin(2 * np.pi * timing.count * np.clip(phase, 0, 1)), 0.0)
    elif action.kind in ("blink", "wink"):
        beat = np.mod(np.clip(phase, 0, 1 - 1e-9) * timing.count, 1.0)
        reach = 0.62 if action.kind == "blink" else 0.9  # between two blinks the eyes are open for a moment
        curve = np.where(inside, ease(beat / (0.4 * reach)) * ease((reach - beat) / (0.5 * reach)), 0.0)
    else:
        beat = np.clip(phase, 0, 1) * timing.count
        curve = np.where(inside, 0.5 - 0.5 * np.cos(2 * np.pi * beat), 0.0)
    return np.asarray(timing.extent * curve)

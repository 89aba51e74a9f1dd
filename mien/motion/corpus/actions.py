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
Speed = Literal["slow", "fast"]
SPEEDS: tuple[Speed, ...] = ("fast", "slow")

STRENGTH_RANGE: dict[Strength, tuple[float, float]] = {
    "slight": (0.38, 0.5),
    "usual": (0.68, 0.86),
    "strong": (1.06, 1.2),
}
"""Strength → range from which the extent is sampled, as a fraction of the kind's full extent."""

STRENGTH_EDGES = (0.59, 0.94)
"""Thresholds of a measured extent between slight and usual and between usual and strong."""

SPEED_FACTOR: dict[Speed | None, float] = {"fast": 0.6, None: 1.0, "slow": 1.6}
"""Speed → factor on the durations of an action; None: the text states no speed."""

SPEED_EDGES = (0.78, 1.27)
"""Thresholds of a measured duration, as a fraction of that at tempo 1, between fast and usual and usual and slow."""

Shape = Literal["beats", "swings", "hold"]
"""Shape of the curve. beats: there and back, repeated; swings: from side to side; hold: there, a plateau, and back."""


@dataclass(frozen=True)
class Kind:
    """A kind of action.

    channels: channel → value at full extent (radians, head units, expression weights) for the first of `sides`; the
    other side has the opposite sign, unless `own_sides` gives the channels of each side. sides: () if there are none.
    shape: see `Shape`. counted, graded: whether a text may state a count, a strength. uses: the parts of the head that
    it occupies; actions that share one cannot be simultaneous. repeats: of the curve where the text states no count.
    """

    name: str
    channels: Mapping[str, float]
    shape: Shape
    uses: frozenset[str]
    sides: tuple[str, ...] = ()
    own_sides: Mapping[str, Mapping[str, float]] | None = None
    counted: bool = False
    graded: bool = False
    repeats: int = 1

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
        _kind("shake", "swings", "yaw", {"yaw": 0.34}, counted=True, graded=True, repeats=2),
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
        _kind("glance_about", "swings", "gaze", {"gaze_yaw": 0.4}, repeats=2),
        _kind("double_take", "beats", "yaw gaze", {"yaw": 0.4, "gaze_yaw": 0.3}, repeats=2),
        _kind("gasp", "hold", "pitch mouth brows lids", _both(browOuterUp=0.55, eyeWide=0.75)
              | {"jawOpen": 0.55, "browInnerUp": 0.7, "pitch": -0.12}, graded=True),
        _kind("sigh", "hold", "pitch mouth lids gaze", _both(eyeBlink=0.42)
              | {"pitch": 0.2, "jawOpen": 0.16, "mouthFunnel": 0.6}, graded=True),
        _kind("yawn", "hold", "pitch mouth lids gaze", _both(eyeBlink=0.95, mouthStretch=0.5)
              | {"pitch": -0.2, "jawOpen": 0.82}, graded=True),
    )
}  # fmt: skip
"""All kinds of action, by name."""


@dataclass(frozen=True, order=True)
class Action:
    """An action of a plan. side, count, strength and speed are None if the text does not state them or cannot.

    count: 1 to `most_times`; the corpus has 1 to 3. Raises ValueError if the kind has no such side, count or strength.
    """

    kind: str
    side: str | None = None
    count: int | None = None
    strength: Strength | None = None
    speed: Speed | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of action {self.kind!r}; there are {', '.join(KINDS)}")
        kind = KINDS[self.kind]
        if (self.side is None) == bool(kind.sides) or (self.side is not None and self.side not in kind.sides):
            raise ValueError(f"{self.kind} goes {' or '.join(kind.sides) or 'to no side'}, not {self.side}")
        if self.strength is not None and not kind.graded:
            raise ValueError(f"{self.kind} has no strength")
        if self.speed not in (None, *SPEEDS):
            raise ValueError(f"an action is slow or fast, not {self.speed}")
        if self.count is not None and (not kind.counted or not 1 <= self.count <= most_times(self.kind, self.speed)):
            raise ValueError(f"{self.kind} cannot be done {self.count} times")

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


TEMPO = (0.92, 1.1)
"""Range of the tempo: a factor on all durations of a motion. It is narrow, so that speeds can be told apart."""

_JITTER = 0.03
_BEAT_SECONDS = {
    "nod": 0.66, "shake": 0.7, "blink": 0.56, "wink": 0.52, "glance_about": 1.0, "double_take": 0.6,
}  # fmt: skip
"""Seconds at tempo 1 of a beat or of a full swing."""

REPEATED_SECONDS = 8.0
"""Longest repeated action at tempo 1: with its pauses it is one part of a motion, generated at once."""


def most_times(kind: str, speed: Speed | None = None) -> int:
    """How often a kind with counts can be done in a row: 12 nods in `REPEATED_SECONDS`, 7 slow ones."""
    return int(REPEATED_SECONDS / (_BEAT_SECONDS[kind] * SPEED_FACTOR[speed]))


_HOLD_SECONDS = {"gasp": (0.16, 0.6), "sigh": (0.5, 0.6), "yawn": (0.6, 0.9)}
_USUAL_HOLD = (0.28, 0.8)
"""Seconds at tempo 1 of the rise to a hold, and of its plateau."""


def draw_timing(rng: np.random.Generator, action: Action, tempo: float = 1.0) -> Timing:
    """Sample timing and extent of an action at a tempo; its duration varies by ±3 %.

    Without a count, an action is done as often as its kind's `repeats`.
    """
    kind = KINDS[action.kind]
    extent = float(rng.uniform(*STRENGTH_RANGE[action.strength or "usual"])) if kind.graded else 1.0
    return _timing(action, tempo * float(rng.uniform(1 - _JITTER, 1 + _JITTER)), extent)


def usual_timing(action: Action) -> Timing:
    """Timing of an action at tempo 1, with full extent."""
    return _timing(action, 1.0, 1.0)


def _timing(action: Action, tempo: float, extent: float) -> Timing:
    kind, pace = KINDS[action.kind], tempo * SPEED_FACTOR[action.speed]
    if kind.shape == "hold":
        rise, plateau = (pace * seconds for seconds in _HOLD_SECONDS.get(action.kind, _USUAL_HOLD))
        return Timing(2 * rise + plateau, extent, rise, 1)
    count = action.count or kind.repeats
    return Timing(count * _BEAT_SECONDS[action.kind] * pace, extent, 0.0, count)


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

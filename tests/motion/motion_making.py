"""Hand-made motions, and small trained things, for the tests of the motion system."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.motion.corpus.actions import KINDS, STRENGTH_RANGE, Timing, draw_curve, usual_timing
from mien.motion.corpus.timeline import Placed
from mien.motion.data.features import to_features

FPS = 25


def bump(frames: int, start: float, end: float, height: float, ramp: float = 0.16) -> NDArray[np.float64]:
    """A hill (frames,) from `start` to `end` seconds with straight flanks of `ramp` seconds."""
    times = np.arange(frames) / FPS
    rise = np.clip((times - start) / ramp, 0, 1)
    fall = np.clip((end - times) / ramp, 0, 1)
    return np.asarray(height * np.minimum(rise, fall))


def performance(frames: int = 100, **channels: NDArray[np.float64]) -> Performance:
    """A performance of named channels: yaw, pitch, roll, forward, gaze_yaw, gaze_pitch, or ARKit's names."""
    neck, translation, gaze = np.zeros((frames, 3)), np.zeros((frames, 3)), np.zeros((frames, 2))
    expression = np.zeros((frames, len(ARKIT_NAMES)))
    places = {"yaw": (neck, 0), "pitch": (neck, 1), "roll": (neck, 2), "forward": (translation, 2)}
    places |= {"gaze_yaw": (gaze, 0), "gaze_pitch": (gaze, 1)}
    for name, curve in channels.items():
        array, column = places[name] if name in places else (expression, EXPRESSION_INDEX[name])
        array[:, column] += curve
    return Performance(Fraction(FPS), expression, neck, translation, gaze)  # type: ignore[arg-type]


def played(placed: Sequence[Placed], frames: int) -> NDArray[np.float32]:
    """Features (frames, 63) of actions that are done exactly as a timeline says."""
    times = np.arange(frames) / FPS
    channels: dict[str, NDArray[np.float64]] = {}
    for action, (start, seconds) in placed:
        usual, middle = usual_timing(action), np.mean(STRENGTH_RANGE[action.strength or "usual"])
        extent = float(middle) if KINDS[action.kind].graded else 1.0
        timing = Timing(seconds, extent, usual.rise * seconds / usual.seconds, usual.count)
        curve = draw_curve(action, timing, times - start)
        for name, value in KINDS[action.kind].moves(action.side).items():
            channels[name] = channels.get(name, 0) + value * curve
    channels = {name: np.minimum(curve, 1) for name, curve in channels.items()}
    return to_features(performance(frames, **channels))

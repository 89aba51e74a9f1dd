"""Signals of a performance in which actions are detected, each in units of a kind's full extent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.motion.corpus.actions import KINDS

Array = NDArray[np.float64]

SMOOTHING_SECONDS = 0.03
"""Standard deviation of the filter of all signals."""


def signals_of(performance: Performance) -> dict[str, Array]:
    """Signals (T,) by name.

    Each facial action has an expression that no other kind uses, and so has each composite (`gasp`: wide eyes; `sigh`:
    lips as for blowing; `yawn`: lips drawn apart), beside its parts, which other kinds use too.
    """
    width = SMOOTHING_SECONDS * float(performance.fps)
    expression = gaussian_filter1d(performance.expression.astype(np.float64), width, axis=0, mode="nearest")

    def weight(name: str) -> Array:
        names = [name] if name in EXPRESSION_INDEX else [f"{name}Left", f"{name}Right"]
        return np.asarray(expression[:, [EXPRESSION_INDEX[n] for n in names]].mean(1))

    def relative_to_rest(values: NDArray[np.float32]) -> Array:
        smooth = gaussian_filter1d(values.astype(np.float64), width, mode="nearest")
        return np.asarray(smooth - np.median(np.concatenate([smooth[:4], smooth[-4:]])))

    left, right = expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]], expression[:, EXPRESSION_INDEX["eyeBlinkRight"]]
    tongue, purse = weight("tongueOut") / 0.9, weight("mouthPucker") / 0.85
    return {
        "pitch": relative_to_rest(performance.neck[:, 1]) / KINDS["nod"].channels["pitch"],
        "yaw": relative_to_rest(performance.neck[:, 0]) / KINDS["shake"].channels["yaw"],
        "tilt": relative_to_rest(performance.neck[:, 2]) / KINDS["tilt"].channels["roll"],
        "lean": relative_to_rest(performance.translation[:, 2]) / KINDS["lean"].channels["forward"],
        "gaze_yaw": relative_to_rest(performance.gaze[:, 0]) / 0.42,
        "gaze_pitch": relative_to_rest(performance.gaze[:, 1]) / 0.34,
        "lids": np.minimum(left, right),
        "wink": left - right,
        # a wink also lifts one corner of the mouth, so the smaller side is taken
        "smile": np.minimum(*(expression[:, EXPRESSION_INDEX[f"mouthSmile{side}"]] for side in ("Left", "Right")))
        / 0.85,
        "frown": weight("mouthFrown") / 0.7,
        "raise_brows": weight("browOuterUp") / 0.75,
        "jaw": weight("jawOpen"),
        "open_mouth": np.maximum(weight("jawOpen") - 0.4 * tongue, 0) / 0.75,
        "purse": purse,
        "puff": weight("cheekPuff") / 0.9,
        "tongue": tongue,
        "wrinkle_nose": weight("noseSneer") / 0.85,
        "gasp": weight("eyeWide") / 0.75,
        "sigh": np.maximum(weight("mouthFunnel") - 0.25 * purse, 0) / 0.6,
        "yawn": weight("mouthStretch") / 0.5,
    }

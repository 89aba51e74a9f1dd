"""Acting a sentence: the prosody of an emotion, and a performance that follows the spoken phonemes.

`manner` gives prosody and head movement of an emotion; `act` turns speech with phonemes into a `Performance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.corpora.embedded.visemes import (
    Segment,
    closure,
    mouth_track,
    segments_of,
)
from mien.heads.embedded.emotions import Bearing, emotion_bearing, emotion_expression
from mien.heads.performance import ARKIT_NAMES, Performance
from mien.media.speech.interface import Speech

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Manner:
    """Prosody and head movement of an emotion at full intensity; `Bearing` holds posture and gaze.

    rate: factor on the words per minute. pitch, pitch_range: added on espeak's scale of 0–99. dbfs: RMS loudness of the
    clip, dB relative to full scale. nod: pitch of the neck at a stressed vowel, radians. tremble: standard deviation,
    radians. forward: translation of the head (x, y, z), head units.
    """

    rate: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 0.0
    dbfs: float = -22.0
    nod: float = 0.035
    tremble: float = 0.0
    forward: tuple[float, float, float] = (0.0, 0.0, 0.0)


MANNERS: dict[str, Manner] = {
    "ANG": Manner(1.12, 10, 32, -20.2, 0.085, 0.0, (0.0, -0.01, 0.05)),
    "DIS": Manner(0.9, -8, 8, -22.0, 0.03),
    "FEA": Manner(1.16, 20, -14, -21.3, 0.02, 0.006, (0.0, 0.01, -0.05)),
    "HAP": Manner(1.06, 15, 36, -20.8, 0.06),
    "NEU": Manner(),
    "SAD": Manner(0.8, -11, -32, -23.0, 0.015, 0.0, (0.0, -0.02, 0.0)),
}
"""Manner of each emotion at intensity 1."""


def manner(emotion: str, intensity: float) -> Manner:
    """The manner of an emotion at an intensity in [0, 1]: linear between neutral (0) and full (1)."""
    neutral, full = MANNERS["NEU"], MANNERS[emotion]

    def between(name: str) -> float:
        return float(getattr(neutral, name) * (1 - intensity) + getattr(full, name) * intensity)

    numbers = {name: between(name) for name in ("rate", "pitch", "pitch_range", "dbfs", "nod", "tremble")}
    x, y, z = (distance * intensity for distance in full.forward)
    return Manner(**numbers, forward=(x, y, z))


def _index(*names: str) -> list[int]:
    return [number for number, name in enumerate(ARKIT_NAMES) if any(name.startswith(start) for start in names)]


_JAW = ARKIT_NAMES.index("jawOpen")
_MOUTH = _index("mouth", "jaw")
_OPENING = _index("mouthUpperUp", "mouthLowerDown", "mouthFunnel", "mouthShrug")  # opens the lips
_UPPER_LIP, _LOWER_LIP = _index("mouthUpperUp"), _index("mouthLowerDown")
_SEALING = _index("mouthPress", "mouthRoll", "mouthClose", "mouthShrug")  # closes the lips
_BLINK = _index("eyeBlink")
_EYE_OPENING = _index("eyeWide")


def smooth_noise(rng: np.random.Generator, times: Array, hertz: float, channels: int) -> Array:
    """Band-limited noise (T, channels) of about unit standard deviation: sines around `hertz` with random phases."""
    frequencies = hertz * rng.uniform(0.45, 1.7, (4, channels))
    phases = rng.uniform(0, 2 * np.pi, (4, channels))
    waves = np.sin(2 * np.pi * frequencies * times[:, None, None] + phases)
    return np.asarray(waves.sum(1) / np.sqrt(2))


def loudness_envelope(samples: NDArray[np.float32], hz: int, times: Array, width: float = 0.06) -> Array:
    """RMS (T,) of the speech within `width` s of each time, relative to its 0.9 quantile, in [0, 1.2]."""
    window = np.hanning(max(3, int(2 * width * hz)))
    squared = np.pad(np.asarray(samples, np.float64) ** 2, (len(window) // 2, len(window)))
    place = times * hz
    inside = (place >= 0) & (place <= len(samples) - 1)
    before = np.where(inside, place, 0).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(squared, len(window))
    power, after = windows[before] @ window, windows[before + 1] @ window
    level = np.sqrt(np.where(inside, power + (place - before) * (after - power), 0))
    loud = np.quantile(level[level > 0], 0.9) if (level > 0).any() else 1.0
    return np.clip(level / loud, 0, 1.2)


def blinks(rng: np.random.Generator, times: Array, every: float) -> Array:
    """Closure of the lids by blinks, (T,) in [0, 1]: 150–250 ms each, closing faster than opening; `every`: mean s."""
    closed = np.zeros(len(times))
    start = rng.uniform(0.1, every)
    while start < times[-1]:
        length = rng.uniform(0.15, 0.25)
        phase = (times - start) / length
        closing, opening = np.clip(phase / 0.35, 0, 1), np.clip((1 - phase) / 0.5, 0, 1)
        closed = np.maximum(closed, _ease(np.minimum(closing, opening)))
        start += length + every * rng.uniform(0.65, 1.35)
    return closed


def saccades(rng: np.random.Generator, times: Array) -> Array:
    """Saccades: gaze (T, 2), yaw and pitch in radians; fixations of 0.4–1.3 s, jumps of 50 ms."""
    gaze = np.zeros((len(times), 2))
    here, start = np.zeros(2), rng.uniform(0.2, 0.9)
    while start < times[-1]:
        there = rng.normal(0, (0.05, 0.028)) if rng.random() < 0.6 else np.zeros(2)
        gaze = np.where((times >= start)[:, None], here + (there - here) * _ease((times - start) / 0.05)[:, None], gaze)
        here, start = there, start + rng.uniform(0.4, 1.3)
    return gaze


def _ease(phase: Array) -> Array:
    """Smooth step from 0 to 1 while `phase` runs from 0 to 1."""
    bounded = np.clip(phase, 0, 1)
    return np.asarray(bounded * bounded * (3 - 2 * bounded))


def _neck(
    rng: np.random.Generator, times: Array, segments: list[Segment], bearing: Bearing, how: Manner, side: float
) -> Array:
    """Neck angles (T, 3), radians: posture, sway, a nod at each stressed vowel, tremble."""
    posture = np.array(bearing.neck) * (side, 1, side)
    taken = 0.35 + 0.65 * _ease(times / 0.6)  # a third of the posture is there when the clip begins
    sway = smooth_noise(rng, times, 0.45 * bearing.pace, 3) * (0.035, 0.022, 0.02) * bearing.sway
    neck = posture * taken[:, None] + sway + smooth_noise(rng, times, 7.0, 3) * how.tremble
    for segment in segments:
        if segment.stressed:
            centre = (segment.start + segment.end) / 2
            neck[:, 1] += how.nod * rng.uniform(0.4, 1.2) * np.exp(-(((times - centre) / 0.11) ** 2))
    return np.asarray(neck)


def _face(rng: np.random.Generator, times: Array, emotion: str, intensity: float) -> Array:
    """The emotion's expression weights (T, 52): onset within 0.25–0.45 s, with slow noise on each."""
    full = np.asarray(emotion_expression(emotion, intensity), np.float64)
    onset = 0.45 + 0.55 * _ease(times / rng.uniform(0.25, 0.45))
    alive = 1 + 0.1 * smooth_noise(rng, times, 0.7, 1)
    own = 1 + 0.07 * smooth_noise(rng, times, 1.3, len(full))
    return np.asarray(full * onset[:, None] * alive * own)


def act(
    rng: np.random.Generator,
    speech: Speech,
    lead: float,
    seconds: float,
    fps: Fraction,
    emotion: str,
    intensity: float,
) -> Performance:
    """A performance of spoken words: `speech` begins `lead` s into a performance of `seconds`, rounded up to frames.

    `emotion` is one of `mien.clips.EMOTIONS`, `intensity` in [0, 1]. The same arguments and state of `rng` give the
    same performance.
    """
    how, bearing = manner(emotion, intensity), emotion_bearing(emotion, intensity)
    times = np.arange(frame_count(seconds, fps)) / float(fps)
    segments = segments_of(speech.phonemes, speech.seconds)
    spoken = times - lead
    mouth = mouth_track(segments, spoken)
    closed = closure(spoken, segments)
    loudness = loudness_envelope(speech.samples, speech.hz, spoken)
    face = _face(rng, times, emotion, intensity)

    first, last = segments_start_end(segments)
    talking = _ease((spoken - first + 0.12) / 0.12) * _ease((last + 0.18 - spoken) / 0.18)
    articulation = 0.4 + 0.6 * bearing.openness
    mouth[:, _JAW] *= articulation * (0.74 + 0.36 * loudness)
    mouth[:, _OPENING] *= articulation * (0.7 + 0.35 * loudness)[:, None]
    # speech suppresses the emotion's mouth: closed lips almost wholly, the rest by 0.4
    yields = np.zeros(len(ARKIT_NAMES))
    yields[_MOUTH] = 0.4
    yields[_SEALING] = 0.92
    yields[_JAW] = 0.55
    expression = face * (1 - talking[:, None] * yields) + mouth * talking[:, None]
    # lips part as the jaw opens, and teeth are bared less while the jaw is shut
    jaw = expression[:, _JAW]
    ajar = 0.4 + 0.6 * np.minimum(jaw / 0.3, 1)
    for indices, follow in ((_UPPER_LIP, 0.14), (_LOWER_LIP, 0.34)):
        own = face[:, indices] * (1 - talking[:, None] * yields[indices])
        expression[:, indices] += own * (ajar[:, None] - 1) + follow * jaw[:, None]
    # bilabial closure
    expression[:, _OPENING] *= 1 - 0.92 * closed[:, None]
    expression[:, _JAW] *= 1 - 0.94 * closed
    sealing = _index("mouthPress", "mouthRoll")
    expression[:, sealing] = np.maximum(expression[:, sealing], 0.22 * closed[:, None])

    lids = blinks(rng, times, 60 / bearing.blinks)
    expression[:, _BLINK] = np.maximum(expression[:, _BLINK], lids[:, None])
    expression[:, _EYE_OPENING] *= 1 - lids[:, None]

    side = 1.0 if rng.random() < 0.5 else -1.0
    neck = _neck(rng, times, segments_shifted(segments, lead), bearing, how, side)
    gaze = saccades(rng, times) + np.array(bearing.gaze) * (side, 1) - 0.55 * (neck[:, :2] - neck[:, :2].mean(0))
    drift = smooth_noise(rng, times, 0.3 * bearing.pace, 3) * (0.008, 0.005, 0.008) * bearing.sway
    translation = drift + np.array(how.forward)
    translation[:, 0] += 0.05 * neck[:, 2]  # a roll also shifts the head sideways
    return Performance(
        fps=fps,
        expression=np.clip(expression, 0, 1).astype(np.float32),
        neck=neck.astype(np.float32),
        translation=translation.astype(np.float32),
        gaze=np.clip(gaze, -0.35, 0.35).astype(np.float32),
    )


def frame_count(seconds: float, fps: Fraction) -> int:
    """Number of frames of a performance of `seconds`, rounded up."""
    return int(np.ceil(seconds * float(fps) - 1e-6))


def segments_start_end(segments: list[Segment]) -> tuple[float, float]:
    """Start of the first and end of the last segment that is not silence, seconds."""
    sounds = [segment for segment in segments if segment.viseme != "silence"]
    return (sounds[0].start, sounds[-1].end) if sounds else (0.0, 0.0)


def segments_shifted(segments: list[Segment], by: float) -> list[Segment]:
    """The same segments `by` seconds later."""
    return [Segment(s.viseme, s.start + by, s.end + by, s.stressed, s.closes) for s in segments]


def mouth_drive(performance: Performance) -> NDArray[np.float32]:
    """Mouth opening (T,) of each frame: jawOpen less mouthClose."""
    close = performance.expression[:, ARKIT_NAMES.index("mouthClose")]
    return np.asarray(performance.expression[:, _JAW] - close, np.float32)

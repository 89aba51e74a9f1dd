"""Acting a sentence: a performance that follows the spoken phonemes, in a mood.

`act` turns speech with phonemes and an emotion into a `Performance`; `perform` does so for any mood, for a head with a
resting expression, and for a head whose motion is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.acting.levels import loudness_envelope
from mien.acting.mood import Mood
from mien.acting.movement import blinks, ease, expressed, neck_angles, saccades, smooth_noise
from mien.acting.visemes import (
    Segment,
    closure,
    mouth_track,
    segments_of,
)
from mien.heads.performance import ARKIT_NAMES, Performance
from mien.heads.resting import at_rest
from mien.media.speech.interface import Speech

Array = NDArray[np.float64]


def _index(*names: str) -> list[int]:
    return [number for number, name in enumerate(ARKIT_NAMES) if any(name.startswith(start) for start in names)]


_JAW = ARKIT_NAMES.index("jawOpen")
_MOUTH = _index("mouth", "jaw")
_CORNERS = _index("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch")
_OPENING = _index("mouthUpperUp", "mouthLowerDown", "mouthFunnel", "mouthShrug")  # opens the lips
_UPPER_LIP, _LOWER_LIP = _index("mouthUpperUp"), _index("mouthLowerDown")
_SEALING = _index("mouthPress", "mouthRoll", "mouthClose", "mouthShrug")  # closes the lips
_BLINK = _index("eyeBlink")
_EYE_OPENING = _index("eyeWide")


@dataclass(frozen=True, eq=False)
class GivenMotion:
    """Motion of T frames in place of the acted one.

    neck: (T, 3) radians. translation: (T, 3) head units. gaze: (T, 2) radians, None: acted. expression: (T, 52) in
    [0, 1], shown with the mood's. blinks: whether blinks are acted beside its own.
    """

    neck: Array
    translation: Array
    gaze: Array | None
    expression: Array
    blinks: bool = True


def act(
    rng: np.random.Generator,
    speech: Speech,
    lead: float,
    seconds: float,
    fps: Fraction,
    emotion: str,
    intensity: float,
    resting: NDArray[np.floating] | None = None,
) -> Performance:
    """A performance of spoken words: `speech` begins `lead` s into a performance of `seconds`, rounded up to frames.

    `emotion` is one of `mien.clips.EMOTIONS`, `intensity` in [0, 1], `resting` as in `perform`. The same arguments and
    state of `rng` give the same performance.
    """
    return perform(rng, speech, lead, frame_count(seconds, fps), fps, Mood.of(emotion, intensity), resting)


def perform(
    rng: np.random.Generator,
    speech: Speech,
    lead: float,
    frames: int,
    fps: Fraction,
    mood: Mood,
    resting: NDArray[np.floating] | None = None,
    motion: GivenMotion | None = None,
) -> Performance:
    """A performance of T = `frames`, in which `speech` begins after `lead` s.

    mood: constant or of T frames. resting: weights (52,) or (T, 52) of the face at rest, under the mood's expression.
    motion: of T frames, in place of the acted motion. The same arguments and state of `rng` give the same performance.
    """
    times = np.arange(frames) / float(fps)
    segments = segments_of(speech.phonemes, speech.seconds)
    face = expressed(rng, times, mood)
    if motion is not None:
        face = np.maximum(face, motion.expression)
    if resting is not None:
        face = at_rest(face, resting)
    expression = articulated(face, segments, times - lead, speech, mood.openness)

    lids = blinks(rng, times, 60 / mood.blinks)
    if motion is None or motion.blinks:
        expression[:, _BLINK] = np.maximum(expression[:, _BLINK], lids[:, None])
        expression[:, _EYE_OPENING] *= 1 - lids[:, None]

    side = 1.0 if rng.random() < 0.5 else -1.0
    neck = neck_angles(rng, times, segments_shifted(segments, lead), mood, side) if motion is None else motion.neck
    gaze = saccades(rng, times) + mood.gaze * (side, 1) - 0.55 * (neck[:, :2] - neck[:, :2].mean(0))
    drift = smooth_noise(rng, times, 0.3 * mood.pace, 3) * (0.008, 0.005, 0.008) * mood.sway
    translation = drift + mood.forward
    translation[:, 0] += 0.05 * neck[:, 2]  # a roll also shifts the head sideways
    gaze = np.clip(gaze, -0.35, 0.35)
    if motion is not None:
        translation, gaze = motion.translation, gaze if motion.gaze is None else motion.gaze
    return Performance(
        fps=fps,
        expression=np.clip(expression, 0, 1).astype(np.float32),
        neck=neck.astype(np.float32),
        translation=translation.astype(np.float32),
        gaze=gaze.astype(np.float32),
    )


def articulated(
    face: Array, segments: Sequence[Segment], spoken: Array, speech: Speech, openness: float | Array
) -> Array:
    """Expression weights (T, 52) of a `face` (T, 52) that speaks; spoken: (T,) seconds since the speech began.

    openness: of the mouth, a number or (T,), 1 = neutral. Louder speech opens the mouth further.
    """
    mouth = mouth_track(segments, spoken)
    closed = closure(spoken, segments)
    loudness = loudness_envelope(speech.samples, speech.hz, spoken)
    first, last = segments_start_end(segments)
    talking = ease((spoken - first + 0.12) / 0.12) * ease((last + 0.18 - spoken) / 0.18)
    articulation = 0.4 + 0.6 * openness
    mouth[:, _JAW] *= articulation * (0.74 + 0.36 * loudness)
    mouth[:, _OPENING] *= (articulation * (0.7 + 0.35 * loudness))[:, None]
    # speech suppresses the emotion's mouth: closed lips almost wholly, its corners least, so that a smile stays
    yields = np.zeros(len(ARKIT_NAMES))
    yields[_MOUTH] = 0.35
    yields[_CORNERS] = 0.12
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
    return np.asarray(expression)


def frame_count(seconds: float, fps: Fraction) -> int:
    """Number of frames of a performance of `seconds`, rounded up."""
    return int(np.ceil(seconds * float(fps) - 1e-6))


def segments_start_end(segments: Sequence[Segment]) -> tuple[float, float]:
    """Start of the first and end of the last segment that is not silence, seconds."""
    sounds = [segment for segment in segments if segment.viseme != "silence"]
    return (sounds[0].start, sounds[-1].end) if sounds else (0.0, 0.0)


def segments_shifted(segments: Sequence[Segment], by: float) -> list[Segment]:
    """The same segments `by` seconds later."""
    return [Segment(s.viseme, s.start + by, s.end + by, s.stressed, s.closes) for s in segments]


def mouth_drive(performance: Performance) -> NDArray[np.float32]:
    """Mouth opening (T,) of each frame: jawOpen less mouthClose."""
    close = performance.expression[:, ARKIT_NAMES.index("mouthClose")]
    return np.asarray(performance.expression[:, _JAW] - close, np.float32)

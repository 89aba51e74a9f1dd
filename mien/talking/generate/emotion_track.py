"""Emotion weights that change over time, from a text file with lines `time: emotion intensity, …`.

    # seconds, or such as 1:30 and 1m30s: emotions at this time
    0: neutral
    1.5: happy 0.8
    3: happy 0.5, sad 0.5

An emotion is one of ANG DIS FEA HAP NEU SAD or its word (happy, sad, …); its intensity in [0, 1] follows after a space
or `=`, and is the default of `mien talk` if omitted. The remaining weight up to 1 is NEU. Weights are interpolated
linearly between the lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.systems.errors import RequestError
from mien.systems.files import read_small_text
from mien.systems.numbers import decimal_comma
from mien.systems.timeline import MAX_BYTES, number_in, parse_timeline
from mien.talking.generate.request import TalkOptions, emotion_code

EXAMPLE = "1.5: happy 0.8"

_NEUTRAL = EMOTIONS.index("NEU")


@dataclass(frozen=True, eq=False)
class EmotionTrack:
    """`times` float64 (K,) in seconds, ascending; `weights` float32 (K, 6) of EMOTIONS in [0, 1] that sum to 1."""

    times: NDArray[np.float64]
    weights: NDArray[np.float32]

    def at(self, frames: int, fps: Fraction) -> NDArray[np.float32]:
        """Emotion weights (T, 6) in the order of EMOTIONS for T = `frames` video frames; frame k is at k / fps.

        Linear between the points; constant before the first and after the last.
        """
        times = np.arange(frames) * fps.denominator / fps.numerator
        columns = [np.interp(times, self.times, column) for column in self.weights.T]
        return np.clip(np.stack(columns, 1), 0, 1).astype(np.float32)

    def description(self) -> str:
        """The track in one line for the metadata of a file, such as `0: NEU; 1.5: HAP 0.8`; at most 12 points."""
        points = [f"{time:g}: {_describe(row)}" for time, row in zip(self.times[:12], self.weights, strict=False)]
        return "; ".join(points) + ("; …" if len(self.times) > 12 else "")


def _describe(weights: NDArray[np.float32]) -> str:
    named = [f"{name} {weight:.2g}" for name, weight in zip(EMOTIONS, weights, strict=True) if weight and name != "NEU"]
    return ", ".join(named) or "NEU"


def read_emotion_track(path: Path) -> EmotionTrack:
    """Read a track from a file. Raises RequestError, with the line, for invalid content."""
    return parse_emotion_track(read_small_text(path, MAX_BYTES, "an emotion track", EXAMPLE), path.name)


def parse_emotion_track(text: str, name: str = "the emotion track") -> EmotionTrack:
    """Parse a track; `name` is its name in messages. Raises RequestError, with the line, for invalid content."""
    times, weights = zip(*parse_timeline(text, name, EXAMPLE, _weights), strict=True)
    return EmotionTrack(np.asarray(times), np.asarray(weights, np.float32))


def _weights(text: str, *_: object) -> NDArray[np.float64]:
    """Emotion weights (6,) of a line."""
    # commas part emotions, so that 0,8 would be the emotion 8
    if comma := decimal_comma(text):
        raise RequestError(f"the intensity {comma}")
    row = np.zeros(len(EMOTIONS))
    named: set[int] = set()
    for part in text.split(","):
        index, intensity = _emotion(part)
        if index in named:
            raise RequestError(f"{EMOTIONS[index]} is there twice")
        named.add(index)
        row[index] = intensity
    total = float(row.sum())
    if total > 1 + 1e-6:
        raise RequestError(f"the intensities add up to {total:g}: together they are at most 1")
    row[_NEUTRAL] = 0
    row[_NEUTRAL] = max(0.0, 1 - float(row.sum()))
    return row


def _emotion(part: str) -> tuple[int, float]:
    words = part.replace("=", " ").split()
    if not words:
        raise RequestError("an emotion is missing beside a comma")
    if len(words) > 2:
        raise RequestError(f"{part.strip()[:40]!r} is more than an emotion and its intensity: part them by commas")
    index = EMOTIONS.index(emotion_code(words[0]))
    if len(words) == 1:
        # the weight of NEU is what the other emotions leave
        return index, 0.0 if index == _NEUTRAL else TalkOptions.model_fields["intensity"].default
    return index, number_in(words[1], "the intensity", "0 to 1", 1)

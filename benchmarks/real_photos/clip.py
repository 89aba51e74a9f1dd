"""All figures of one video against the photo that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.real_photos.blendshapes import mean_shapes
from benchmarks.real_photos.emotion import Classifier, named
from benchmarks.real_photos.face import SHAPES, Face, FaceReader, Picture
from benchmarks.real_photos.identity import likeness
from benchmarks.real_photos.mouth import MouthMeasure
from mien.metrics.identity import IdentityJudge
from mien.metrics.lipsync import LEAST_FRAMES, lip_sync, loudness

SAMPLE_RATE = 16_000


@dataclass(frozen=True, eq=False)
class Judges:
    """The models that judge; none of them is trained by this project."""

    reader: FaceReader
    identity: IdentityJudge
    classifier: Classifier

    @classmethod
    def of(cls, real: Path, reader: FaceReader) -> Judges:
        """Those in a folder of real media."""
        folder = real / "judges"
        return cls(
            reader,
            IdentityJudge(folder / "mobileface_id_V3.onnx"),
            Classifier(folder / "fer2013_mini_XCEPTION.102-0.66.onnx"),
        )


@dataclass(frozen=True, eq=False)
class Seen:
    """The frames of a video in which a face was found, with it; `looked_at`: how many were searched."""

    frames: list[Picture]
    faces: list[Face]
    looked_at: int


@dataclass(frozen=True)
class Figures:
    """Of a video: `shapes` mean weights, `values` by name, and the feeling that is named, of six and of seven."""

    shapes: dict[str, float]
    values: dict[str, float]
    named: str
    named_of_all: str


@dataclass(frozen=True)
class Measured:
    """A measured video: what it is, its figures, and the weights of the same still and recording with NEU."""

    still: str
    recording: str
    emotion: str
    intensity: float
    figures: Figures
    neutral: dict[str, float] = field(default_factory=dict)


def look(frames: Sequence[Picture], reader: FaceReader, every: int) -> Seen:
    """Every `every`-th frame, with the face in it."""
    chosen = frames[::every]
    found = [(frame, reader.read(frame)) for frame in chosen]
    pairs = [(frame, face) for frame, face in found if face is not None]
    return Seen([frame for frame, _ in pairs], [face for _, face in pairs], len(chosen))


class PhotoMeasure:
    """Measures videos of one photo."""

    def __init__(self, photo: Picture, judges: Judges) -> None:
        face = judges.reader.read(photo)
        if face is None:
            raise ValueError("the judge finds no face in the photo")
        self.photo, self.face, self.judges = photo, face, judges
        self.mouth = MouthMeasure(photo, face)

    def answer(self, all_classes: bool = False) -> str:
        """What the classifier says of the photo itself."""
        return named(self.judges.classifier.probabilities([self.photo], [self.face]), all_classes)

    def measure(self, seen: Seen, few: int = 1, more: Mapping[str, float] | None = None) -> Figures:
        """Figures of a video; mouth, identity and feeling on every `few`-th of its frames. `more`: further values."""
        if not seen.faces:
            return Figures(dict.fromkeys(SHAPES, 0.0), {"found": 0.0}, "", "")
        frames, faces = seen.frames[::few], seen.faces[::few]
        values = {
            "found": len(seen.faces) / seen.looked_at,
            "identity": likeness(self.judges.identity, self.photo, self.face, frames, faces),
            "eye_blink": max(face.shapes["eyeBlink"] for face in seen.faces),
            "jaw_range": float(np.ptp([face.shapes["jawOpen"] for face in seen.faces])),
            **_means([self.mouth.measure(frame, face) for frame, face in zip(frames, faces, strict=True)]),
            **(more or {}),
        }
        chances = self.judges.classifier.probabilities(frames, faces)
        return Figures(mean_shapes(seen.faces), values, named(chances), named(chances, True))


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


def sync(seen: Seen, samples: NDArray[np.float32], fps: Fraction) -> dict[str, float]:
    """Correlation of the mouth's opening with the loudness and the lag in ms, if all frames were looked at."""
    if len(seen.faces) < max(LEAST_FRAMES, seen.looked_at):
        return {}
    opening = np.array([face.opening for face in seen.faces])
    found = lip_sync(opening, loudness(samples, SAMPLE_RATE, len(opening), fps), fps)
    return {"sync_r": found.correlation} | ({} if found.lag_ms is None else {"sync_lag": found.lag_ms})

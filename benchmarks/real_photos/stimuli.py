"""What is shown and said: stills, recordings, real clips, and the rendered people of the embedded corpus."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from benchmarks.real_photos.face import FaceReader, Picture
from mien.media.sound import read_sound
from mien.media.video import decode_frames

RATE = 16_000
SECONDS = 2.0
"""Length of a recording that is said; the rest is cut off."""

REST_FRAMES = 15
"""The still of a real clip is the frame with the most closed mouth and the most open eyes among so many."""


@dataclass(frozen=True, eq=False)
class Still:
    """A photo of somebody, uint8 (H, W, 3): `kind` cremad, grid or rendered."""

    name: str
    kind: str
    picture: Picture


@dataclass(frozen=True, eq=False)
class Recording:
    """Speech float32 (N,) at 16 kHz."""

    name: str
    samples: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RealClip:
    """A real recording of a person: its frames, what it sounds like, and what it shows."""

    name: str
    actor: str
    emotion: str
    frames: list[Picture]
    samples: NDArray[np.float32]


def real_clips(real: Path) -> Iterator[RealClip]:
    """The clips of GRID, which are neutral."""
    for path in sorted((real / "talking/grid").glob("*.mpg")):
        yield _clip(path, path, path.stem, path.stem, "NEU")


def stills(real: Path, reader: FaceReader) -> list[Still]:
    """Stills of CREMA-D and of GRID in turn, so that the first few are of both kinds."""
    paths = sorted((real / "talking/cremad/stills").glob("*.png"))
    portraits = [Still(path.stem, "cremad", np.asarray(Image.open(path).convert("RGB"))) for path in paths]
    grid = (Still(clip.name, "grid", resting(clip, reader)) for clip in real_clips(real))
    pairs = itertools.zip_longest(portraits, grid)
    return [one for pair in pairs for one in pair if one is not None]


def resting(clip: RealClip, reader: FaceReader) -> Picture:
    """The frame of a clip's beginning in which the face is most at rest."""
    found = [(frame, reader.read(frame)) for frame in clip.frames[:REST_FRAMES:2]]
    seen = [(face.shapes["eyeBlink"] + 2 * face.opening, frame) for frame, face in found if face is not None]
    return min(seen, key=lambda one: one[0])[1]


def recordings(real: Path) -> list[Recording]:
    """Neutral speech of CREMA-D first, then GRID's and the emotional ones in turn, at most `SECONDS` long."""
    cremad = sorted((real / "talking/cremad/AudioWAV").glob("*.wav"), key=lambda path: ("_NEU_" not in path.stem, path))
    grid = sorted((real / "talking/grid").glob("*.mpg"))
    pairs = itertools.zip_longest(cremad, grid)
    paths = [path for pair in pairs for path in pair if path is not None]
    return [Recording(path.stem, _beginning(path)) for path in paths]


def _beginning(path: Path) -> NDArray[np.float32]:
    return read_sound(path, RATE)[: round(SECONDS * RATE)]


def rendered_clips(data: Path, part: str, people: int, only: str | None = None) -> Iterator[RealClip]:
    """Of the first people of a part of the embedded corpus, the neutral clip first, then the strongest of each emotion.

    `data`: the folder `data` of a pipeline run. `only`: clips of this emotion alone.
    """
    clips = pd.read_csv(data / "corpus/clips.csv", dtype={"actor": str})
    split = pd.read_csv(data / "split/split.csv", dtype=str)
    chosen = clips[clips.clip_id.isin(split[split.part == part].clip_id) & (clips.status == "ok")]
    complete = [actor for actor, rows in chosen.groupby("actor") if "NEU" in set(rows.emotion)]
    for actor in complete[:people]:
        rows = chosen[chosen.actor == actor].assign(
            rest=lambda frame: frame.emotion != "NEU", strength=lambda frame: frame.intensity.fillna(1.0)
        )
        rows = rows.sort_values(["rest", "emotion", "strength"], ascending=[True, True, False])
        strongest = rows.drop_duplicates("emotion")
        for row in strongest.itertuples():
            if only not in (None, row.emotion):
                continue
            root = data.parent
            yield _clip(root / str(row.path), root / str(row.sound), str(row.clip_id), str(actor), str(row.emotion))


def _clip(path: Path, sound: Path, name: str, actor: str, emotion: str) -> RealClip:
    return RealClip(name, actor, emotion, list(decode_frames(path)), read_sound(sound, RATE))

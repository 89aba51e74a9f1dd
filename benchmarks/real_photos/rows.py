"""The rows of the table: a model on real photos, real clips, photos repeated, rendered people and their truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, islice
from pathlib import Path

from benchmarks.real_photos.background import BackgroundMeasure, Segmenter
from benchmarks.real_photos.clip import Judges, Measured, PhotoMeasure, look, sync
from benchmarks.real_photos.face import Face, Picture
from benchmarks.real_photos.sheet import Cell, shown
from benchmarks.real_photos.stimuli import (
    RATE,
    SECONDS,
    RealClip,
    Recording,
    Still,
    real_clips,
    rendered_clips,
    resting,
)
from benchmarks.real_photos.talking import Speaker
from mien.clips import EMOTIONS

FEELINGS = tuple(emotion for emotion in EMOTIONS if emotion != "NEU")
GRID_FPS, CORPUS_FPS = Fraction(25), Fraction(30_000, 1001)

MOUTHS_EVERY = 4
"""Of videos that are looked at frame by frame, mouth, identity and feeling are measured in every so many frames."""


@dataclass(eq=False)
class Row:
    """Videos that were measured, and for the sheet, by still: the photo and the frame shown of each feeling."""

    videos: list[Measured] = field(default_factory=list)
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    strips: list[tuple[str, list[Cell], Face]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """What the classifier says of the stills themselves."""
    around: dict[str, dict[str, float]] = field(default_factory=dict)
    """Figures of what is around the face, by still."""
    posed_strips: list[tuple[str, list[Cell], Face]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Plan:
    """How much is measured."""

    intensities: tuple[float, ...]
    every: int


def model_row(
    stills: Sequence[Still], recordings: Sequence[Recording], speaker: Speaker, judges: Judges, plan: Plan
) -> Row:
    """A model on stills: each says each recording with each feeling at each intensity."""
    row = Row()
    for still in stills:
        measure = PhotoMeasure(still.picture, judges)
        row.answers[still.name] = measure.answer(all_classes=True)
        row.cells[still.name] = {"photo": (still.picture, measure.face)}
        for recording in recordings:
            first = recording is recordings[0]
            neutral = _neutral(row, measure, still, recording, speaker, first)
            for emotion in EMOTIONS:
                for intensity in plan.intensities:
                    if emotion == "NEU":
                        continue
                    frames = speaker.video(still, recording, emotion, intensity)
                    seen = look(frames, judges.reader, plan.every)
                    figures = measure.measure(seen)
                    row.videos.append(Measured(still.name, recording.name, emotion, intensity, figures, neutral))
                    if first and seen.faces and intensity == max(plan.intensities):
                        row.cells[still.name][emotion] = shown(seen.frames, seen.faces)
    return row


def _neutral(
    row: Row, measure: PhotoMeasure, still: Still, recording: Recording, speaker: Speaker, first: bool
) -> dict[str, float]:
    """Measure the neutral video, in every frame, and return its mean weights."""
    frames = speaker.video(still, recording, "NEU", 1.0)
    seen = look(frames, measure.judges.reader, 1)
    figures = measure.measure(seen, MOUTHS_EVERY, sync(seen, recording.samples, speaker.fps))
    row.videos.append(Measured(still.name, recording.name, "NEU", 1.0, figures))
    if first and seen.faces:
        row.cells[still.name]["NEU"] = shown(seen.frames, seen.faces)
        pairs = list(zip(seen.frames, seen.faces, strict=True))
        row.strips.append((f"{still.name}: speech", pairs[10:42:4], measure.face))
        row.strips.append((f"{still.name}: around the most closed eyes", around_blink(pairs), measure.face))
    return figures.shapes


def around_blink(pairs: Sequence[Cell], length: int = 8) -> list[Cell]:
    """Consecutive frames around the one with the most closed eyes."""
    closed = max(range(len(pairs)), key=lambda index: pairs[index][1].shapes["eyeBlink"])
    start = min(max(closed - length // 2, 0), max(len(pairs) - length, 0))
    return list(pairs[start : start + length])


def repeated_row(stills: Sequence[Still], judges: Judges) -> Row:
    """The photos themselves, as videos in which nothing moves."""
    row = Row()
    for still in stills:
        measure = PhotoMeasure(still.picture, judges)
        seen = look([still.picture], judges.reader, 1)
        row.videos.append(Measured(still.name, "", "NEU", 1.0, measure.measure(seen)))
    return row


def truth_row(clips: Iterator[RealClip], fps: Fraction, judges: Judges, every: int, most: int | None) -> Row:
    """Recordings of people, each person's against a resting frame of the first of them, which is neutral."""
    row = Row()
    for number, (actor, group) in enumerate(groupby(clips, key=lambda clip: clip.actor)):
        if most is not None and number >= most:
            break
        measure: PhotoMeasure | None = None
        neutral: dict[str, float] = {}
        for clip in group:
            photo: Picture = resting(clip, judges.reader) if measure is None else measure.photo
            measure = measure or PhotoMeasure(photo, judges)
            seen = look(clip.frames, judges.reader, 1 if clip.emotion == "NEU" else every)
            few = MOUTHS_EVERY if clip.emotion == "NEU" else 1
            figures = measure.measure(seen, few, sync(seen, clip.samples, fps))
            row.videos.append(Measured(actor, clip.name, clip.emotion, 1.0, figures, neutral))
            cells = row.cells.setdefault(actor, {"photo": (photo, measure.face)})
            cells[clip.emotion] = shown(seen.frames, seen.faces)
            neutral = neutral or figures.shapes
    return row


def grid_row(real: Path, judges: Judges, segmenter: Segmenter, every: int, most: int | None = None) -> Row:
    """Real clips of GRID, with what is around the face."""
    row = truth_row(real_clips(real), GRID_FPS, judges, every, most)
    for clip in islice(real_clips(real), most):
        photo, face = row.cells[clip.actor]["photo"]
        row.around[clip.actor] = BackgroundMeasure(photo, face, segmenter).measure(clip.frames[::every])
    return row


def rendered_truth_row(data: Path, people: int, judges: Judges, plan: Plan) -> Row:
    """Clips of rendered people of the part val."""
    return truth_row(rendered_clips(data, "val", people), CORPUS_FPS, judges, plan.every, None)


def rendered_model_row(data: Path, people: int, speaker: Speaker, judges: Judges, plan: Plan) -> Row:
    """The model on resting frames of the same people, saying what their neutral clip says."""
    row = Row()
    for clip in rendered_clips(data, "val", people, only="NEU"):
        still = Still(clip.actor, "rendered", resting(clip, judges.reader))
        recording = Recording(clip.name, clip.samples[: round(SECONDS * RATE)])
        part = model_row([still], [recording], speaker, judges, plan)
        row.videos += part.videos
        row.cells |= part.cells
        row.answers |= part.answers
    return row

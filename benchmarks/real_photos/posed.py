"""Videos with a head motion that is known: two nods, a turn to each side, and a blink, before lines that must stay."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from benchmarks.real_photos.background import BackgroundMeasure, Segmenter, lined
from benchmarks.real_photos.clip import Judges, PhotoMeasure, look
from benchmarks.real_photos.face import Face
from benchmarks.real_photos.sheet import Cell
from benchmarks.real_photos.stimuli import Recording, Still
from benchmarks.real_photos.talking import Speaker
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance

NOD, TURN = np.radians(10), np.radians(12)
BLINKS_AT, BLINK_FRAMES = 0.5, 3
"""Where in the video the eyes are closed, and over how many frames they close and open."""


def nods_turns_and_a_blink(frames: int, fps: Fraction) -> Performance:
    """Two nods in the first half, a turn to the right and to the left in the second, a blink in the middle."""
    phase = np.linspace(0, 1, frames)
    neck = np.zeros((frames, 3), np.float32)
    first = phase < 0.5
    neck[:, 1] = np.where(first, NOD * np.sin(4 * np.pi * phase) ** 2, 0)
    neck[:, 0] = np.where(first, 0, TURN * np.sin(4 * np.pi * (phase - 0.5)))
    expression = np.zeros((frames, len(ARKIT_NAMES)), np.float32)
    away = np.abs(np.arange(frames) - round(BLINKS_AT * frames))
    for side in ("Left", "Right"):
        expression[:, EXPRESSION_INDEX[f"eyeBlink{side}"]] = np.clip(1.34 - away / BLINK_FRAMES, 0, 1)
    return Performance(fps, expression, neck, np.zeros((frames, 3), np.float32), np.zeros((frames, 2), np.float32))


def posed_figures(
    stills: Sequence[Still],
    recording: Recording,
    speaker: Speaker,
    judges: Judges,
    segmenter: Segmenter,
    every: int,
) -> tuple[dict[str, dict[str, float]], list[tuple[str, list[Cell], Face]]]:
    """Figures by still, and for each the frames around the blink and of the motion."""
    found, strips = {}, []
    for still in stills:
        photo = lined(still.picture, segmenter.person(still.picture))
        measure = PhotoMeasure(photo, judges)
        frames_wanted = speaker.talker.frame_count(recording.samples)
        motion = nods_turns_and_a_blink(frames_wanted, speaker.fps)
        frames = speaker.video(Still(f"{still.name} before lines", still.kind, photo), recording, "NEU", 1.0, motion)
        middle = round(BLINKS_AT * len(frames))
        blink = look(frames[middle - 4 : middle + 4], judges.reader, 1)
        around = BackgroundMeasure(photo, measure.face, segmenter, has_lines=True)
        found[still.name] = {
            "blink": max((face.shapes["eyeBlink"] for face in blink.faces), default=0.0),
            **around.measure(frames[::every]),
        }
        cells = list(zip(blink.frames, blink.faces, strict=True))
        moving = look(frames, judges.reader, max(len(frames) // 8, 1))
        strips.append((f"{still.name}: a blink that was asked for", cells, measure.face))
        strips.append(
            (f"{still.name}: nods and turns", list(zip(moving.frames, moving.faces, strict=True))[:8], measure.face)
        )
    return found, strips

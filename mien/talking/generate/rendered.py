"""A sculpted person whose 3D head itself talks: visemes, emotions and motion as a performance, without a trained model.

The mouth follows the phonemes of the voice as the actors of the embedded corpus do (`mien.acting`). Emotions are those
of the request; as far as their weights leave room, the face is the person's own at rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mien.acting.acting import GivenMotion, frame_count, perform
from mien.acting.mood import Mood
from mien.acting.sounds import with_sounds
from mien.clips import EMOTIONS
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.playback import render_head
from mien.heads.sculpture import Sculpture
from mien.media.provenance import draw_mark
from mien.media.speech.interface import Speech
from mien.talking.generate.emotion_track import read_emotion_track
from mien.talking.generate.frame_generator import constant_emotion
from mien.talking.generate.head_motion import CROPS_IN_A_HEAD, HeadMotion, resample
from mien.talking.generate.person import picture_size
from mien.talking.generate.request import TalkOptions
from mien.talking.generate.speech import with_silence
from mien.talking.generate.talker import TextToMotion, requested_motion
from mien.training.randomness import numpy_generator

FPS = Fraction(25)
HZ = 22_050
"""Frames and samples per second."""

VERSION = "embedded 3D head"
"""In place of the version of a trained model."""


def spoken_performance(
    one: Sculpture, speech: Speech, options: TalkOptions, text_to_motion: TextToMotion | None = None
) -> tuple[Performance, Speech, tuple[str, ...]]:
    """The performance of the person saying `speech`; the speech with the silence that the options add; and notes.

    Raises RequestError for files of the options that cannot be used.
    """
    speech = with_sounds(with_silence(speech, options.lead_in, options.lead_out))
    frames = frame_count(speech.seconds, FPS)
    if options.emotion_track is None:
        weights = constant_emotion(frames, options.main_emotion, options.intensity)
    else:
        weights = read_emotion_track(options.emotion_track).at(frames, FPS)
    motion, notes = _motion(options, frames, text_to_motion)
    # what the emotions leave is the person's own face
    left = np.clip(1 - np.delete(weights, EMOTIONS.index("NEU"), axis=1).sum(axis=1), 0, 1)
    resting = one.expression * left[:, None]
    rng = numpy_generator(options.seed, "rendered talk")
    performance = perform(rng, speech, 0.0, frames, FPS, Mood.over(weights), resting, motion)
    return performance, speech, (*speech.notes, *notes)


def rendered_frames(one: Sculpture, performance: Performance, options: TalkOptions) -> Iterator[NDArray[np.uint8]]:
    """The frames uint8 (H, W, 3) of the person's head, with the mark that the options ask for."""
    size = picture_size(options.size)
    for frame in render_head(one.head, one.identity, performance, size, appearance=one.appearance):
        yield draw_mark(frame) if options.mark else frame


def _motion(
    options: TalkOptions, frames: int, text_to_motion: TextToMotion | None
) -> tuple[GivenMotion | None, tuple[str, ...]]:
    if options.motion is None:
        return None, ()
    head, performance, notes = requested_motion(options, float(frames / FPS), None, text_to_motion)
    return (_of_arrays(head, frames) if performance is None else _of_performance(performance, frames)), notes


def _of_performance(performance: Performance, frames: int) -> GivenMotion:
    def at(array: NDArray[np.float32]) -> NDArray[np.float64]:
        return resample(array, performance.fps, frames, FPS)

    return GivenMotion(
        neck=at(performance.neck),
        translation=at(performance.translation),
        gaze=at(performance.gaze),
        expression=at(performance.expression),
    )


def _of_arrays(head: HeadMotion, frames: int) -> GivenMotion:
    given = head.at(frames, FPS)
    translation, expression = np.zeros((frames, 3)), np.zeros((frames, len(EXPRESSION_INDEX)))
    if "translation" in given:
        translation[:, :2] = given["translation"] * (1, -1) / CROPS_IN_A_HEAD
    if "blink" in given:
        for side in ("Left", "Right"):
            expression[:, EXPRESSION_INDEX[f"eyeBlink{side}"]] = given["blink"][:, 0]
    return GivenMotion(given["rotation"], translation, given.get("gaze"), expression, blinks="blink" not in given)

"""Python API: a talking face from any picture and any speech.

talker = Talker.load(Path("models/talking_face"))
for frame in talker.talk("me.jpg", "Good morning", emotion="happy"):
    ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.pictures import find_face
from mien.faces.pictures.find_face import NoFace, choose_face
from mien.faces.pictures.paste_back import HOLD_BORDER, PasteBack
from mien.faces.pictures.portrait import PortraitError
from mien.faces.pictures.reference import Reference, read_reference
from mien.heads.performance import Performance
from mien.media.provenance import draw_mark
from mien.media.speech.interface import Speech
from mien.systems.errors import RequestError
from mien.talking.generate import performance as performed
from mien.talking.generate.emotion_track import read_emotion_track
from mien.talking.generate.frame_generator import FrameGenerator
from mien.talking.generate.head_motion import HeadMotion, head_measures, motion_of, open_head_motion
from mien.talking.generate.request import Manner
from mien.talking.generate.speech import checked, recorded, spoken

Picture = NDArray[np.uint8]

WordsToMotion = Callable[[str, float, int], tuple[Performance, tuple[str, ...]]]
"""Text-to-motion model: (text, duration in seconds, seed) → performance, and notes on what was not generated."""

LONGEST_SIDE = 1280
"""Default maximum of the longest side in pixels, for a video of the whole picture."""

FACE_SIDE = 256
"""Default side in pixels of a video of the face crop."""


class TalkingFrames(Iterator[Picture]):
    """Iterator over generated frames uint8 (H, W, 3): `length` frames at `fps`, with their `speech` and `notes`."""

    def __init__(self, frames: Iterator[Picture], length: int, fps: Fraction, speech: Speech, notes: tuple[str, ...]):
        self._frames = frames
        self.length = length
        self.fps = fps
        self.speech = speech
        self.notes = notes

    def __next__(self) -> Picture:
        return next(self._frames)


class Talker(FrameGenerator):
    """A trained talking face, with face detection, speech synthesis and paste-back."""

    def talk(
        self,
        image: Path | str | Picture,
        text: str | None = None,
        speech: Path | str | NDArray[np.float32] | None = None,
        language: str = "en-us",
        voice: str | None = None,
        engine: str = "espeak",
        motion: Performance | Path | str | None = None,
        **manner: Any,
    ) -> TalkingFrames:
        """An iterator over the frames of the face in a picture speaking a text or a recording.

        `image`: a file, or upright RGB uint8 (H, W, 3). `speech`: a file, or float32 (N,) in [−1, 1] at `sample_rate`.
        `motion`: head motion, as a file or a performance. `manner`: the other fields of
        `mien.talking.generate.request.Manner`, such as `emotion`, `intensity` and `seed`. Raises RequestError, with one
        sentence, before the first frame for every invalid input.
        """
        given = motion if isinstance(motion, Performance) else None
        how = Manner.of({**manner, "motion": None if given else motion})
        if (text is None) == (speech is None):
            raise RequestError("give what is said either as a text or as speech: one of them")
        reference = open_reference(Path(image) if isinstance(image, str) else image, how.face)
        if text is not None:
            heard = spoken(text, self.sample_rate, language, voice, engine)
        elif isinstance(speech, Path | str):
            heard = recorded(Path(speech), self.sample_rate)
        else:
            heard = checked(Speech(np.asarray(speech, np.float32), self.sample_rate, (), ()))
        return self.perform(reference, heard, how, given)

    def perform(
        self,
        reference: Reference,
        speech: Speech,
        manner: Manner,
        motion: Performance | None = None,
        words_to_motion: WordsToMotion | None = None,
    ) -> TalkingFrames:
        """An iterator over the frames of `reference` speaking `speech`. Raises RequestError for invalid files.

        `motion`: head motion instead of the manner's. `words_to_motion`: the model used if the manner's is a text.
        """
        frames = self.frame_count(speech.samples)
        picture, landmarks = _sized(reference, manner)
        stage = PasteBack(picture, landmarks, None if manner.paste_back else manner.size or FACE_SIDE)
        measures, feeling, notes = self._motion_and_feeling(frames, manner, motion, words_to_motion)
        generated = self.generate(
            stage.crop,
            speech.samples,
            manner.main_emotion,
            manner.intensity,
            manner.seed,
            motion=measures,
            feeling=feeling,
            hold_border=HOLD_BORDER if manner.paste_back else 0.0,
            landmarks=stage.landmarks,
        )
        shown = (stage.paste(frame) for frame in generated) if manner.paste_back else generated
        marked = (draw_mark(frame) for frame in shown) if manner.mark else shown
        return TalkingFrames(marked, frames, self.fps, speech, (*_face_notes(reference, manner), *notes))

    def _motion_and_feeling(
        self, frames: int, manner: Manner, given: Performance | None, words_to_motion: WordsToMotion | None
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None, tuple[str, ...]]:
        """Poses (T, 9), None: random; emotion weights (T, 6), None: one constant emotion; and notes."""
        feeling = None
        if manner.emotion_track is not None:
            feeling = read_emotion_track(manner.emotion_track).feeling(frames, self.fps)
        if given is None and manner.motion is None:
            return None, feeling, ()
        head, performance, notes = _head_motion(manner, float(frames / self.fps), given, words_to_motion)
        # Blinks, gaze and position are sampled where the motion does not specify them.
        drawn = self.motion(frames, manner.main_emotion, manner.intensity, manner.seed)
        measures = head_measures(head, frames, self.fps, drawn)
        if performance is None:
            return measures, feeling, notes
        lacking = performed.unshown(performance)
        if lacking:
            notes = (*notes, f"the talking face cannot show {', '.join(lacking)}: the motion goes without")
        if performed.smile_and_frown(performance).any():
            steady = performed.steady(frames, manner.main_emotion, manner.intensity)
            feeling = performed.felt(performance, steady if feeling is None else feeling, self.fps)
        return measures, feeling, notes


def warm_up() -> None:
    """Load the face detector and the resampler in advance, which otherwise delays the first call of `Talker.talk`.

    It takes about 1.5 s, once per process.
    """
    import scipy.signal  # noqa: F401 - for `mien.media.speech.resample`

    find_face.warm_up()


def open_reference(image: Path | Picture, face: int | None) -> Reference:
    """The picture with its detected faces, of which `face` is selected. Raises RequestError if there is none."""
    try:
        if isinstance(image, Path):
            return read_reference(image, face)
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or min(image.shape[:2]) < 2:
            raise RequestError(f"a picture is upright RGB uint8 (H, W, 3), not {image.dtype} {image.shape}")
        return Reference(image, choose_face(image, face))
    except (PortraitError, NoFace) as error:
        raise RequestError(str(error)) from error


def _head_motion(
    manner: Manner, seconds: float, given: Performance | None, words_to_motion: WordsToMotion | None
) -> tuple[HeadMotion, Performance | None, tuple[str, ...]]:
    """The requested head motion, the performance if it is one, and notes."""
    if given is not None:
        return motion_of(given), given, ()
    if manner.motion_file is not None:
        return *open_head_motion(manner.motion_file), ()
    if words_to_motion is None:
        raise RequestError(
            "words for the head's motion need a model of head motion, which is not at hand here: give a file or a "
            "performance instead"
        )
    performance, notes = words_to_motion(manner.motion_words or "", seconds, manner.seed)
    return motion_of(performance), performance, notes


def _sized(reference: Reference, manner: Manner) -> tuple[Picture, NDArray[np.float32]]:
    """The picture and the landmarks (68, 2) of the face, resized to the size of the video."""
    picture, landmarks = reference.picture, reference.faces.face.landmarks
    height, width = picture.shape[:2]
    longest = max(height, width)
    goal = manner.size or min(longest, LONGEST_SIDE)
    if not manner.paste_back or goal == longest:
        return picture, landmarks
    size = (max(2, 2 * round(width * goal / longest / 2)), max(2, 2 * round(height * goal / longest / 2)))
    way = cv2.INTER_AREA if goal < longest else cv2.INTER_CUBIC
    growth = np.array([size[0] / width, size[1] / height])
    # The edges of the two pictures coincide, not the centres of their first pixels.
    moved = (landmarks + 0.5) * growth - 0.5
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8), np.asarray(moved, np.float32)


def _face_notes(reference: Reference, manner: Manner) -> tuple[str, ...]:
    notes = []
    if reference.second is not None:
        notes.append(f"the face is taken from second {reference.second:.2f} of the video, its best frame")
    count = len(reference.faces.faces)
    if count > 1 and manner.face is None:
        others = "is 1 other face" if count == 2 else f"are {count - 1} other faces"
        notes.append(
            f"there {others} in the picture: number {reference.faces.chosen} from the left, the largest, talks; "
            f"--face 0 to {count - 1} chooses another"
        )
    return tuple(notes)

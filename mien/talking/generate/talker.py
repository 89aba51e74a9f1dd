"""Python API: a talking face from any picture and any speech.

talker = Talker.load(Path("models/talking_face"))
for frame in talker.talk("me.jpg", "Good morning", emotion="happy"):
    ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import warp
from mien.faces.pictures import find_face
from mien.faces.pictures.find_face import NoFace, upright_faces
from mien.faces.pictures.paste_back import HOLD_BORDER, PasteBack
from mien.faces.pictures.portrait import PortraitError
from mien.faces.pictures.reference import Reference, read_reference
from mien.heads.performance import Performance
from mien.media.provenance import draw_mark
from mien.media.speech.interface import Speech
from mien.systems.errors import RequestError
from mien.talking.generate.emotion_track import read_emotion_track
from mien.talking.generate.frame_generator import FrameGenerator, constant_emotion
from mien.talking.generate.head_motion import (
    HeadMotion,
    as_turned,
    aside_note,
    head_poses,
    load_head_motion,
    performance_motion,
)
from mien.talking.generate.performance import blend_emotions, unsupported_expressions
from mien.talking.generate.photo_notes import photo_notes
from mien.talking.generate.request import TalkOptions
from mien.talking.generate.speech import check_speech, read_speech, synthesise_speech, with_silence

Picture = NDArray[np.uint8]

TextToMotion = Callable[[str, float, int], tuple[Performance, tuple[str, ...]]]
"""Text-to-motion model: (text, duration in seconds, seed) → performance, and notes on what was not generated."""

LONGEST_SIDE = 1280
"""Default maximum of the longest side in pixels, for a video of the whole picture."""

FACE_SIDE = 256
"""Default side in pixels of a video of the face crop."""


@dataclass
class TalkingFrames(Iterator[Picture]):
    """Iterator over generated frames uint8 (H, W, 3): `length` frames at `fps`, with their `speech` and `notes`."""

    frames: Iterator[Picture]
    length: int
    fps: Fraction
    speech: Speech
    notes: tuple[str, ...]

    def __next__(self) -> Picture:
        return next(self.frames)


class Talker(FrameGenerator):
    """A trained talking face, with face detection, speech synthesis and paste-back."""

    def talk(
        self,
        image: Path | str | Picture,
        text: str | None = None,
        speech: Path | str | NDArray[np.float32] | None = None,
        language: str | None = None,
        voice: str | None = None,
        engine: str = "espeak",
        motion: Performance | Path | str | None = None,
        **choices: Any,
    ) -> TalkingFrames:
        """An iterator over the frames of the face in a picture speaking a text or a recording.

        `image`: a file, or upright RGB uint8 (H, W, 3). `speech`: a file, or float32 (N,) in [−1, 1] at `sample_rate`.
        `motion`: head motion, as a file or a performance. `choices`: the other fields of `TalkOptions`, such as
        `emotion`, `intensity` and `seed`. Raises RequestError, with one sentence, before the first frame for every
        invalid input.
        """
        given = motion if isinstance(motion, Performance) else None
        options = TalkOptions.of({**choices, "motion": None if given else motion})
        if (text is None) == (speech is None):
            raise RequestError("give what is said either as a text or as speech: one of them")
        reference = open_reference(Path(image) if isinstance(image, str) else image, options.face)
        if text is not None:
            speech_input = synthesise_speech(text, self.sample_rate, language, voice, engine)
        elif isinstance(speech, Path | str):
            speech_input = read_speech(Path(speech), self.sample_rate)
        else:
            speech_input = check_speech(Speech(np.asarray(speech, np.float32), self.sample_rate, (), ()))
        return self.animate(reference, speech_input, options, given)

    def animate(
        self,
        reference: Reference,
        speech: Speech,
        options: TalkOptions,
        motion: Performance | None = None,
        text_to_motion: TextToMotion | None = None,
    ) -> TalkingFrames:
        """An iterator over the frames of `reference` speaking `speech`. Raises RequestError for invalid files.

        Silence is added before and after the speech as the options say; times of the head motion and of the emotions
        are those of the video. `motion`: head motion instead of the options'. `text_to_motion`: the model used if the
        options' is a text.
        """
        speech = with_silence(speech, options.lead_in, options.lead_out)
        frames = self.frame_count(speech.samples)
        aside = aside_note(reference.faces.face.landmarks)
        picture, landmarks, mesh = _sized(reference, options)
        paste_back = PasteBack(picture, landmarks, None if options.paste_back else options.size or FACE_SIDE, mesh)
        pose, weights, notes = self._pose_and_emotions(frames, options, motion, text_to_motion)
        pose = self.sample_pose(weights, options.seed) if pose is None else pose
        pose = as_turned(pose, paste_back.landmarks, len(paste_back.crop))
        generated = self.generate(
            paste_back.crop,
            speech.samples,
            pose=pose,
            emotion_weights=weights,
            hold_border=HOLD_BORDER,
            landmarks=paste_back.landmarks,
            mesh=paste_back.mesh,
            in_plane=False,
        )
        moves = self.in_plane_motion(pose, len(paste_back.crop))
        frames_shown = (paste_back.paste(*both) for both in zip(generated, moves, strict=True))
        if not options.paste_back:
            side = len(paste_back.crop)
            frames_shown = (warp(frame, paste_back.transform, side) for frame in frames_shown)
        notes = (*notes, *paste_back.notes, *([] if aside is None else [aside]))
        marked = (draw_mark(frame) for frame in frames_shown) if options.mark else frames_shown
        notes = (*speech.notes, *_face_notes(reference, options), *notes)
        return TalkingFrames(marked, frames, self.fps, speech, notes)

    def _pose_and_emotions(
        self, frames: int, options: TalkOptions, given: Performance | None, text_to_motion: TextToMotion | None
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.float32], tuple[str, ...]]:
        """Poses (T, 9), None: random; emotion weights (T, 6); and notes."""
        constant = constant_emotion(frames, options.main_emotion, options.intensity)
        track = None if options.emotion_track is None else read_emotion_track(options.emotion_track)
        weights = constant if track is None else track.at(frames, self.fps)
        if given is None and options.motion is None:
            return None, weights, ()
        head, performance, notes = requested_motion(options, float(frames / self.fps), given, text_to_motion)
        # Blinks, gaze and position are sampled where the motion does not specify them.
        pose = head_poses(head, frames, self.fps, self.sample_pose(constant, options.seed))
        if performance is None:
            return pose, weights, notes
        unsupported = unsupported_expressions(performance)
        if unsupported:
            notes = (*notes, f"the talking face cannot show {', '.join(unsupported)}: the motion goes without")
        return pose, blend_emotions(performance, weights, self.fps), notes


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
        _, upright, found = upright_faces(image, face)
        return Reference(upright, found)
    except (PortraitError, NoFace) as error:
        raise RequestError(str(error)) from error


def requested_motion(
    options: TalkOptions, seconds: float, given: Performance | None, text_to_motion: TextToMotion | None
) -> tuple[HeadMotion, Performance | None, tuple[str, ...]]:
    """The requested head motion, the performance if it is one, and notes."""
    if given is not None:
        return performance_motion(given), given, ()
    if options.motion_file is not None:
        return *load_head_motion(options.motion_file), ()
    if text_to_motion is None:
        raise RequestError(
            "words for the head's motion need a model of head motion, which is not at hand here: give a file or a "
            "performance instead"
        )
    performance, notes = text_to_motion(options.motion_text or "", seconds, options.seed)
    return performance_motion(performance), performance, notes


def _sized(
    reference: Reference, options: TalkOptions
) -> tuple[Picture, NDArray[np.float32], NDArray[np.float32] | None]:
    """The picture, and the landmarks (68, 2) and mesh (478, 3) of the face, resized to the size of the video."""
    picture, landmarks, mesh = reference.picture, reference.faces.face.landmarks, reference.faces.face.mesh
    height, width = picture.shape[:2]
    longest = max(height, width)
    target = options.size or min(longest, LONGEST_SIDE)
    if not options.paste_back or target == longest:
        return picture, landmarks, mesh
    size = (max(2, 2 * round(width * target / longest / 2)), max(2, 2 * round(height * target / longest / 2)))
    interpolation = cv2.INTER_AREA if target < longest else cv2.INTER_CUBIC
    scale = np.array([size[0] / width, size[1] / height])
    # The edges of the two pictures coincide, not the centres of their first pixels.
    moved = np.asarray((landmarks + 0.5) * scale - 0.5, np.float32)
    if mesh is not None:
        mesh = np.asarray(np.column_stack([(mesh[:, :2] + 0.5) * scale - 0.5, mesh[:, 2] * scale[0]]), np.float32)
    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.uint8), moved, mesh


def _face_notes(reference: Reference, options: TalkOptions) -> tuple[str, ...]:
    notes = []
    if reference.second is not None:
        notes.append(f"the face is taken from second {reference.second:.2f} of the video, its best frame")
    count = len(reference.faces.faces)
    if count > 1 and options.face is None:
        others = "is 1 other face" if count == 2 else f"are {count - 1} other faces"
        notes.append(
            f"there {others} in the picture: number {reference.faces.chosen} from the left, the largest, talks; "
            f"--face 0 to {count - 1} chooses another"
        )
    return (*notes, *photo_notes(reference.faces.face.landmarks))

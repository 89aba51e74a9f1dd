"""What `mien talk` does: a picture of a face, a text or a recording, and an emotion become a video with sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from mien.faces.pictures import find_face
from mien.faces.pictures.find_face import NoFace, choose_face
from mien.faces.pictures.paste_back import HOLD_BORDER, PasteBack
from mien.faces.pictures.portrait import PortraitError
from mien.faces.pictures.reference import Reference, read_reference
from mien.files import atomic_file
from mien.media.video import write_video
from mien.progress import progress_bar
from mien.talking.data.speech_features import frame_count
from mien.talking.generate.request import (
    Manner,
    TalkError,
    TalkOptions,
    captions_path,
    check_manner,
    check_request,
    motion_file,
    motion_words,
)
from mien.talking.generate.speech import (
    Said,
    checked,
    recorded,
    spoken,
)
from mien.talking.generate.talker import Talker
from mien.training.model_folder import read_config

if TYPE_CHECKING:
    from mien.heads.performance import Performance as HeadPerformance
    from mien.talking.generate.emotion_track import EmotionTrack
    from mien.talking.generate.head_motion import HeadMotion

Picture = NDArray[np.uint8]

WordsToMotion = Callable[[str, float, int], "tuple[HeadPerformance, tuple[str, ...]]"]
"""What makes a head's motion of words, a length in seconds and a seed; beside it notes on what it could not do."""

LONGEST_SIDE = 1280
"""Longest side in pixels of a video of the whole picture, where none is asked for."""

FACE_SIDE = 256
"""Side in pixels of a video of the face alone, where none is asked for."""


@dataclass(frozen=True)
class Talked:
    """What was made: the file, its frames and seconds, the version of the model, and what its maker should know."""

    path: Path
    frames: int
    seconds: float
    model_version: str
    notes: tuple[str, ...] = ()
    captions: Path | None = None


class Performance(Iterator[Picture]):
    """Frames uint8 (H, W, 3) as they come, `length` of them at `fps`, and the speech that they go with."""

    def __init__(self, frames: Iterator[Picture], length: int, fps: Fraction, said: Said, notes: tuple[str, ...]):
        self._frames = frames
        self.length = length
        self.fps = fps
        self.said = said
        self.notes = notes

    def __next__(self) -> Picture:
        return next(self._frames)


def talk(
    options: TalkOptions,
    out: Path,
    model: Path = Path("models/talking_face"),
    force: bool = False,
    words_to_motion: WordsToMotion | None = None,
) -> Talked:
    """Make the video and write it to `out` (.mp4: H.264 + AAC), whole or not at all; captions beside it as .vtt.

    An existing file is overwritten only with `force`, an input never. The video's metadata says that it is generated,
    and by which version of the model. `words_to_motion` is asked where the head's motion is given in words. Raises
    TalkError for everything that a person can put right.
    """
    emotion = check_request(options, out, model, force)
    talker, version = load_talker(model)
    return talk_with(talker, version, options, out, model, emotion, words_to_motion=words_to_motion)


def talk_with(
    talker: Talker,
    version: str,
    options: TalkOptions,
    out: Path,
    model: Path,
    emotion: str,
    progress: bool = True,
    words_to_motion: WordsToMotion | None = None,
) -> Talked:
    """`talk` for a request that is checked, with a model that is loaded from the folder `model`."""
    reference = _reference(options.image, options.face)
    said = _said(options, talker.sample_rate)
    performance = perform(talker, reference, said, options, words_to_motion)
    captions = _captions(said) if options.captions else None
    made = 0

    def shown() -> Iterator[Picture]:
        nonlocal made
        with progress_bar("talk", performance.length, unit="frames") if progress else nullcontext() as advance:
            for frame in performance:
                made += 1
                if advance is not None:
                    advance(1)
                yield frame

    tags = provenance_tags(version, model, emotion, options, said.engine)
    try:
        write_video(out, shown(), performance.fps, said.samples, said.hz, tags)
        if captions is not None:
            with atomic_file(captions_path(out)) as temporary:
                temporary.write_text(captions, encoding="utf-8")
    except (OSError, RuntimeError) as error:  # a full disk, or too little memory
        raise TalkError(f"{out} could not be made: {' '.join(str(error).split())[:300]}") from error
    written = captions_path(out) if captions is not None else None
    return Talked(out, made, said.seconds, version, performance.notes, written)


def talk_frames(
    talker: Talker,
    image: Path | str | Picture,
    text: str | None = None,
    speech: Path | str | NDArray[np.float32] | None = None,
    language: str = "en-us",
    voice: str | None = None,
    engine: str = "espeak",
    **manner: Any,
) -> Performance:
    """Frames of the face in `image` saying `text` or `speech`, as they come; their sound is `.said`, their rate `.fps`.

    `image`: a file, or upright RGB uint8 (H, W, 3). `speech`: a file, or float32 (N,) in [−1, 1] at the talker's
    sample rate. `manner`: the fields of `Manner`. Raises TalkError at once for everything that a person can put right.
    """
    try:
        how = Manner(**manner)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][0]) for one in error.errors())
        raise TalkError(f"talk() cannot use what it was given as {wrong}") from error
    check_manner(how)
    if (text is None) == (speech is None):
        raise TalkError("give what is said either as a text or as speech: one of them")
    reference = _reference(Path(image) if isinstance(image, str) else image, how.face)
    if text is not None:
        said = spoken(text, talker.sample_rate, language, voice, engine)
    elif isinstance(speech, Path | str):
        said = recorded(Path(speech), talker.sample_rate)
    else:
        said = checked(Said(np.asarray(speech, np.float32), talker.sample_rate))
    return perform(talker, reference, said, how)


def perform(
    talker: Talker, reference: Reference, said: Said, manner: Manner, words_to_motion: WordsToMotion | None = None
) -> Performance:
    """The frames of `reference` saying what is `said`, as they come. Raises TalkError for files of no use."""
    emotion = check_manner(manner)
    frames = frame_count(len(said.samples), talker.fps, said.hz)
    moved = _moved(talker, frames, manner, emotion, words_to_motion)
    picture, landmarks = _sized(reference, manner)
    side = None if manner.paste_back else manner.size or FACE_SIDE
    stage = PasteBack(picture, landmarks, side)
    generated = talker.generate(
        stage.crop,
        said.samples,
        emotion,
        manner.intensity,
        manner.seed,
        motion=moved.motion,
        feeling=moved.feeling,
        hold_border=HOLD_BORDER if manner.paste_back else 0.0,
        landmarks=stage.landmarks,
    )
    shown = (stage.paste(frame) for frame in generated) if manner.paste_back else generated
    notes = (*_notes(reference, manner), *moved.notes)
    return Performance(_marked(shown) if manner.mark else shown, frames, talker.fps, said, notes)


def provenance_tags(
    version: str, model: Path, emotion: str, options: TalkOptions, engine: str | None
) -> dict[str, str]:
    """The tags that say what the file is. They hold neither names of files nor what is said."""
    from mien import __version__
    from mien.media.provenance import Provenance, git_revision, tags

    track = _track(options)
    digest = read_config(model, ("generator", "talking_face")).get("data")
    return tags(
        Provenance(
            generator=f"mien {__version__}",
            model=version,
            git_revision=git_revision(),
            data_digest=digest if isinstance(digest, str) else None,
            emotion=emotion if track is None else track.description(),
            intensity=options.intensity if track is None else None,
            seed=options.seed,
            engine=engine,
            prompt=motion_words(options.motion),
        )
    )


def load_talker(model: Path) -> tuple[Talker, str]:
    """The model in a folder and the version that is written into videos; raises TalkError when it cannot be used."""
    try:
        talker = Talker.load(model)
        if not 1 <= talker.fps <= 240 or not 4_000 <= talker.sample_rate <= 192_000:
            raise ValueError(f"it makes {talker.fps} frames a second of sound at {talker.sample_rate} Hz")
        return talker, f"talking_face {talker.version[:12]}"
    except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: a network too large for the memory
        raise TalkError(f"the model in {model} cannot be used: {error}") from error


def warm_up() -> None:
    """Load beforehand what else the first call loads, besides the model: the face detector, and what resamples speech.

    It takes about a second and a half once in a process; every call of `talk_frames` after it begins at once.
    """
    import scipy.signal  # noqa: F401 - for `mien.media.speech.resample`

    find_face.warm_up()


def _reference(image: Path | Picture, face: int | None) -> Reference:
    try:
        if isinstance(image, Path):
            return read_reference(image, face)
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or min(image.shape[:2]) < 2:
            raise TalkError(f"a picture is upright RGB uint8 (H, W, 3), not {image.dtype} {image.shape}")
        return Reference(image, choose_face(image, face))
    except (PortraitError, NoFace) as error:
        raise TalkError(str(error)) from error


def _said(options: TalkOptions, hz: int) -> Said:
    if options.speech is not None:
        return recorded(options.speech, hz)
    return spoken(options.text or "", hz, options.language, options.voice, options.engine)


def _captions(said: Said) -> str:
    from mien.media.captions import webvtt

    return webvtt(said.words)


def _sized(reference: Reference, manner: Manner) -> tuple[Picture, NDArray[np.float32]]:
    """The picture and the face's landmarks (68, 2) at the size of the video."""
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


def _track(manner: Manner) -> EmotionTrack | None:
    if manner.emotion_track is None:
        return None
    from mien.talking.generate.emotion_track import read_emotion_track

    try:
        return read_emotion_track(manner.emotion_track)
    except (ValueError, OSError) as error:
        raise TalkError(str(error)) from error


@dataclass(frozen=True, eq=False)
class _Moved:
    """Measures (T, 9) of the head's motion and feelings (T, 6); None: drawn from noise, and the one emotion."""

    motion: NDArray[np.float32] | None = None
    feeling: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()


def _moved(talker: Talker, frames: int, manner: Manner, emotion: str, words_to_motion: WordsToMotion | None) -> _Moved:
    track = _track(manner)
    feeling = None if track is None else track.feeling(frames, talker.fps)
    if manner.motion is None:
        return _Moved(None, feeling)
    from mien.talking.generate import performance as felt_motion
    from mien.talking.generate.head_motion import head_measures

    try:
        head, performance, notes = _given(manner, float(frames / talker.fps), words_to_motion)
        # Blinks, gaze and the head's place are drawn as without a motion where it does not tell of them.
        drawn = talker.motion(frames, emotion, manner.intensity, manner.seed)
        measures = head_measures(head, frames, talker.fps, drawn)
    except (ValueError, OSError) as error:
        raise TalkError(str(error)) from error
    if performance is None:
        return _Moved(measures, feeling, notes)
    lacking = felt_motion.unshown(performance)
    if lacking:
        notes = (*notes, f"the talking face cannot show {', '.join(lacking)}: the motion goes without")
    if felt_motion.smile_and_frown(performance).any():
        base = felt_motion.steady(frames, emotion, manner.intensity) if feeling is None else feeling
        feeling = felt_motion.felt(performance, base, talker.fps)
    return _Moved(measures, feeling, notes)


def _given(
    manner: Manner, seconds: float, words_to_motion: WordsToMotion | None
) -> tuple[HeadMotion, HeadPerformance | None, tuple[str, ...]]:
    """The motion that is asked for, the performance where it is one, and notes on it."""
    from mien.heads.performance import Performance as HeadPerformance
    from mien.talking.generate.head_motion import motion_of, open_head_motion

    if isinstance(manner.motion, HeadPerformance):
        return motion_of(manner.motion), manner.motion, ()
    path = motion_file(manner.motion)
    if path is not None:
        return *open_head_motion(path), ()
    if words_to_motion is None:
        raise TalkError(
            "words for the head's motion need a model of head motion, which is not at hand here: give a file or a "
            "performance instead"
        )
    performance, notes = words_to_motion(motion_words(manner.motion) or "", seconds, manner.seed)
    return motion_of(performance), performance, notes


def _marked(frames: Iterator[Picture]) -> Iterator[Picture]:
    from mien.media.provenance import draw_mark

    return (draw_mark(frame) for frame in frames)


def _notes(reference: Reference, manner: Manner) -> tuple[str, ...]:
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

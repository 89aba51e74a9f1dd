"""What `mien talk` is asked for, and whether that makes sense: light, so that a mistake is answered at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.clips import EMOTIONS
from mien.heads.performance import Performance
from mien.systems.batch import BatchColumns, named_file
from mien.systems.files import check_new, check_no_input

MAX_CHARACTERS = 20_000
"""The longest text: about 20 minutes of speech."""

EMOTION_WORDS = {
    "anger": "ANG", "angry": "ANG", "disgust": "DIS", "disgusted": "DIS", "fear": "FEA", "afraid": "FEA",
    "happiness": "HAP", "happy": "HAP", "neutral": "NEU", "sadness": "SAD", "sad": "SAD",
}  # fmt: skip

TALK_COLUMNS = BatchColumns(
    names=(
        "image", "text", "speech", "emotion", "intensity", "language", "voice", "seed", "out",
        "emotion_track", "motion", "engine", "face", "size", "paste_back", "captions", "mark",
    ),
    files=frozenset({"image", "speech", "emotion_track"}),
    files_or_words={"motion": ".npz"},
)  # fmt: skip
"""What a row of a batch may say: the options of `mien talk` by their names."""

USUAL_EMOTION, USUAL_INTENSITY = "NEU", 2 / 3

MAX_MOTION_CHARACTERS = 2000
"""The longest words for a head's motion."""


class TalkError(ValueError):
    """The video cannot be made; the message says why, and what to do, in one sentence."""


class Manner(BaseModel):
    """How a face talks, and what is shown of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    emotion: str | None = Field(
        default=None, description="one of EMOTIONS or a word for it; None: neutral, or the track's"
    )
    intensity: float = Field(default=USUAL_INTENSITY, description="of the emotion, in [0, 1]")
    emotion_track: Path | None = Field(
        default=None, description="file of `time: emotion intensity` lines; None: one emotion"
    )
    motion: Path | str | Performance | None = Field(
        default=None,
        description="of the head: a file (.npz), a performance, or words where there is a model of them; "
        "None: drawn from noise",
    )
    seed: int = Field(default=0, ge=0, description="of head motion, blinks and gaze")
    face: int | None = Field(default=None, description="which face, counted from 0 on the left; None: the largest")
    paste_back: bool = Field(default=True, description="show the whole picture; False: only the face")
    size: int | None = Field(
        default=None,
        description="longest side of the video in pixels; None: the picture's, up to 1280, or 256 for a face",
    )
    mark: bool = Field(default=False, description="draw a visible mark into the picture")


class TalkOptions(Manner):
    """What is to be said, by whom, and how."""

    image: Path
    text: str | None = None
    speech: Path | None = None
    engine: str = Field(default="espeak", description="of the synthesised voice: espeak, vits or vits:MODEL")
    language: str = Field(default="en-us", description="of the synthesised voice")
    voice: str | None = Field(
        default=None, description="variant of the synthesised voice, f1–f5 or m1–m8; None: the usual one"
    )
    captions: bool = Field(default=False, description="write the words with their times beside the video, as WebVTT")


def emotion_code(word: str) -> str:
    """`HAP` for `HAP`, `hap` or `happy`; raises TalkError for a word that is no emotion."""
    plain = word.strip()
    code = EMOTION_WORDS.get(plain.lower(), plain.upper())
    if code not in EMOTIONS:
        raise TalkError(f"unknown emotion {plain[:40]!r}: choose one of {', '.join(EMOTIONS)}")
    return code


def face_number(word: str) -> int | None:
    """None for `largest`, else the number; raises TalkError for anything else."""
    plain = word.strip().lower()
    if plain == "largest":
        return None
    if not plain.isdecimal() or len(plain) > 4:
        raise TalkError(f"--face is `largest` or a number, counted from 0 on the left, not {word[:40]!r}")
    return int(plain)


def options_of(cells: Mapping[str, str]) -> TalkOptions:
    """The options in the filled cells of a table's row, by their names; raises TalkError for wrong ones."""
    values: dict[str, object] = dict(cells)
    if "face" in cells:
        values["face"] = face_number(cells["face"])
    try:
        return TalkOptions.model_validate(values)
    except ValidationError as error:
        wrong = [f"{one['loc'][0]} ({one['msg'].lower()})" for one in error.errors()]
        raise TalkError(f"the row cannot be used: {', '.join(wrong)}") from error


def motion_file(motion: Path | str | Performance | None) -> Path | None:
    """The file of head motion that is meant; None where it is words, a performance or nothing."""
    if isinstance(motion, str):
        return named_file(motion, ".npz")
    return motion if isinstance(motion, Path) else None


def motion_words(motion: Path | str | Performance | None) -> str | None:
    """The words for a head's motion; None where it is a file, a performance or nothing."""
    return motion if isinstance(motion, str) and motion_file(motion) is None else None


def captions_path(out: Path) -> Path:
    """Where the captions of the video `out` are written."""
    return out.with_suffix(".vtt")


def check_manner(manner: Manner) -> str:
    """The code of the emotion asked for. Raises TalkError for what makes no sense."""
    if manner.emotion is not None and manner.emotion_track is not None:
        raise TalkError("give either one emotion (--emotion) or a track of them (--emotion-track), not both")
    if not math.isfinite(manner.intensity) or not 0 <= manner.intensity <= 1:
        raise TalkError(f"the intensity must lie between 0 and 1, not {manner.intensity:g}")
    if manner.size is not None and (not 64 <= manner.size <= 2048 or manner.size % 2):
        raise TalkError(f"the size must be an even number of pixels from 64 to 2048, not {manner.size}")
    for path, what in ((manner.emotion_track, "emotion track"), (motion_file(manner.motion), "head motion")):
        if path is not None and not path.is_file():
            raise TalkError(f"the {what} {path} is not there, or is no file")
    _check_words(motion_words(manner.motion))
    return emotion_code(manner.emotion or USUAL_EMOTION)


def _check_words(words: str | None) -> None:
    if words is not None and not words.strip():
        raise TalkError("the words for the head's motion are empty: say what it does, such as: nods and smiles")
    if words is not None and len(words) > MAX_MOTION_CHARACTERS:
        raise TalkError(
            f"the words for the head's motion have {len(words):,} characters; at most {MAX_MOTION_CHARACTERS:,} count"
        )


def check_text(text: str) -> None:
    """Raise TalkError for a text that is empty or too long to be spoken."""
    if not text.strip():
        raise TalkError("the text is empty: there is nothing to say")
    if len(text) > MAX_CHARACTERS:
        raise TalkError(f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are spoken: split it")


def check_model(model: Path) -> None:
    """Raise TalkError where there is no model folder at `model`."""
    if not (model / "config.json").is_file():
        raise TalkError(
            f"there is no trained model in {model}: run `make repro` (or `dvc repro talking_face`) first, "
            "or point --model to one"
        )


def check_request(options: TalkOptions, out: Path, model: Path, force: bool, ours: bool = False) -> str:
    """The code of the emotion asked for. Raises TalkError for whatever is wrong before anything heavy is loaded.

    `force`: an output that is there may be overwritten; `ours`: and it is known to be our own.
    """
    emotion = check_manner(options)
    if (options.text is None) == (options.speech is None):
        both = "not both" if options.text is not None else "one of them is needed"
        raise TalkError(f"give what is said either as a text (--text) or as a recording (--speech): {both}")
    if options.text is not None:
        check_text(options.text)
    if options.captions and options.text is None:
        raise TalkError("captions need a --text: the words of a recording are not known")
    check_model(model)
    if out.suffix != ".mp4":
        raise TalkError(f"the output must be named .mp4, not {out.name!r}")
    _check_writable(options, out, force or ours)
    if options.captions:
        _check_writable(options, captions_path(out), force or ours)
    return emotion


def _check_writable(options: TalkOptions, out: Path, force: bool) -> None:
    if out.is_dir():
        raise TalkError(f"{out} is a folder: name a file in it")
    if check_new(out, TalkError):
        return
    given = (options.image, options.speech, options.emotion_track, motion_file(options.motion))
    check_no_input(out, given, TalkError)
    if not force:
        raise TalkError(f"{out} is already there: choose another name, or add --force to overwrite it")

"""The request of `mien talk`: its options with their bounds and defaults."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from mien.clips import EMOTIONS
from mien.media.speech.languages import spoken_language
from mien.media.speech.normalization.scripts import unread_note
from mien.systems.errors import RequestError
from mien.systems.person import read_person
from mien.systems.request import Accepts, FileOrText, Local, Request, Short, named_file

EMOTION_WORDS = {
    "anger": "ANG", "angry": "ANG", "disgust": "DIS", "disgusted": "DIS", "fear": "FEA", "afraid": "FEA",
    "happiness": "HAP", "happy": "HAP", "neutral": "NEU", "sadness": "SAD", "sad": "SAD",
}  # fmt: skip

NPZ = ".npz"


def emotion_code(word: str) -> str:
    """Emotion code of a code or a word: `HAP` for `HAP`, `hap` or `happy`. Raises RequestError for other words."""
    plain = word.strip()
    code = EMOTION_WORDS.get(plain.lower(), plain.upper())
    if code not in EMOTIONS:
        known = ", ".join(
            f"{code} ({', '.join(w for w, of in EMOTION_WORDS.items() if of == code)})" for code in EMOTIONS
        )
        raise RequestError(f"unknown emotion {plain[:40]!r}: choose one of {known}")
    return code


def face_number(face: int | str | None) -> int | None:
    """None for `largest`, else the number. Raises RequestError for other values."""
    word = str(face).strip().lower()
    if face is None or word == "largest":
        return None
    if not word.isdecimal() or len(word) > 4:
        raise RequestError(f"--face is `largest` or a number, counted from 0 on the left, not {word[:40]!r}")
    return int(word)


def _emotion(value: object) -> object:
    return emotion_code(value) if isinstance(value, str) and value else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


class TalkOptions(Request):
    """Options of a talking face: emotion, head motion, selection of the face, and the format of the video."""

    emotion: Annotated[str | None, BeforeValidator(_emotion), Short("-e")] = Field(
        default=None,
        description="Emotion, by its code or a word such as happy",
        json_schema_extra={"enum": [*EMOTIONS, None], "unset": "NEU, or the track's"},
    )
    intensity: float = Field(default=0.67, ge=0, le=1, description="Intensity of the emotion")
    emotion_track: Annotated[Path | None, Accepts("text")] = Field(
        default=None, description="File of emotion weights over time, with lines `time: emotion intensity`"
    )
    motion: Annotated[str | None, BeforeValidator(_as_text), FileOrText(NPZ), Accepts("motion")] = Field(
        default=None, max_length=2000, pattern=r"\S", examples=["nods and smiles"],
        description="Head motion: a file (.npz), or words such as 'nods and smiles'",
        json_schema_extra={"unset": "random head motion"},
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="Seed of head motion, blinks and gaze")
    face: Annotated[int | None, BeforeValidator(face_number)] = Field(
        default=None, description="Number of the face, from 0 on the left", json_schema_extra={"unset": "the largest"}
    )
    paste_back: bool = Field(default=True, description="Show the whole picture, or only the face crop")
    size: int | None = Field(
        default=None, ge=64, le=2048, multiple_of=2,
        description="Longest side of the video in pixels",
        json_schema_extra={"unset": "the picture's, up to 1280; 640 for a person, 256 for a face"},
    )  # fmt: skip
    lead_in: float = Field(
        default=0.2, ge=0, le=10, description="Silence before the speech in seconds, with what a recording has of it"
    )
    lead_out: float = Field(
        default=0.3, ge=0, le=10, description="Silence after the speech in seconds, with what a recording has of it"
    )
    mark: bool = Field(default=False, description='Draw the visible mark "AI" into the video')

    def rules(self) -> None:
        if self.emotion is not None and self.emotion_track is not None:
            raise RequestError("give either one emotion (--emotion) or a track of them (--emotion-track), not both")

    @property
    def main_emotion(self) -> str:
        """The emotion; NEU if none is given."""
        return self.emotion or "NEU"

    @property
    def motion_file(self) -> Path | None:
        """The file of head motion; None if the motion is given as text or is random."""
        return None if self.motion is None else named_file(self.motion, NPZ)

    @property
    def motion_text(self) -> str | None:
        """The text of the head motion; None if the motion is in a file or is random."""
        return self.motion if self.motion_file is None else None


class TalkRequest(TalkOptions):
    """A request to `mien talk`: picture or person, text or recording, voice, and the options of `TalkOptions`."""

    image: Annotated[Path | None, Short("-i"), Accepts("picture", "video")] = Field(
        default=None, description="A photo with a face, or a video (or give --person)"
    )
    person: Annotated[Path | None, Accepts("person")] = Field(
        default=None, description="A person.json of `mien sculpt`, who talks"
    )
    rendered: bool = Field(
        default=False, description="Let the person's 3D head itself talk, without a trained model of a talking face"
    )
    text: Annotated[str | None, Short("-t")] = Field(
        default=None, max_length=20_000, pattern=r"\S", examples=["Good morning"],
        description="Text to speak (or give --speech)",
    )  # fmt: skip
    speech: Annotated[Path | None, Short("-s"), Accepts("sound", "video")] = Field(
        default=None, description="Recording of the speech"
    )
    engine: Annotated[str, Local(("espeak", "vits"))] = Field(
        default="espeak", description="Speech synthesiser of the text: espeak, vits, or vits:MODEL, a name or a folder"
    )
    language: str | None = Field(
        default=None, description="Language of the text: en-us, en-gb, vi, de, …",
        json_schema_extra={"unset": "vi for a Vietnamese text, else en-us"},
    )  # fmt: skip
    voice: str | None = Field(default=None, description="Voice of the text: f1–f5, m1–m8")
    captions: bool = Field(default=False, description="Write the words as WebVTT beside the video")

    def rules(self) -> None:
        super().rules()
        if self.image is None and self.person is None:
            raise RequestError("--image is needed, a photo or video of who talks; or give a --person of `mien sculpt`")
        if self.image is not None and self.person is not None:
            raise RequestError("give who talks either as a picture (--image) or as a person (--person), not both")
        if self.rendered and self.person is None:
            raise RequestError("--rendered is for the 3D head of a --person: a picture has none")
        if self.person is not None and self.face is not None:
            raise RequestError("--face chooses a face of a picture: leave it out with --person")
        if self.rendered and not self.paste_back:
            raise RequestError("--rendered shows the whole head: leave --no-paste-back out")
        if (self.text is None) == (self.speech is None):
            both = "not both" if self.text is not None else "one of them is needed"
            raise RequestError(f"give what is said either as a text (--text) or as a recording (--speech): {both}")
        if self.captions and self.text is None:
            raise RequestError("captions need a --text: the words of a recording are not known")

    @property
    def engine_name(self) -> str | None:
        """Name of the synthesiser without its model, which may be a private folder; None for a recording."""
        return None if self.text is None else self.engine.partition(":")[0]

    def check(self, out: Path) -> None:
        if out.suffix == ".glb" and not self.rendered:
            raise RequestError("an animated head (.glb) needs --rendered, which plays the speech on the head itself")
        if self.text is not None:
            check_sayable(self.text, spoken_language(self.text, self.language), self.engine)
        if self.person is not None:
            read_person(self.person)

    def beside(self, out: Path) -> tuple[Path, ...]:
        captions = (captions_path(out),) if self.captions else ()
        return (*captions, sound_path(out)) if out.suffix == ".glb" else captions


def check_sayable(text: str, language: str, engine: str) -> None:
    """Raise RequestError for a text of which nothing would be heard, or that would be spelled letter by letter.

    Symbols such as emoji are said by their names, where the voice has a name for them.
    """
    if engine == "espeak":
        unread, most = unread_note(text, language)
        if most:
            raise RequestError(f"the text would be spelled letter by letter: {unread}")
    kinds = {unicodedata.category(letter)[0] for letter in text}
    heard = bool(kinds & {"L", "N"})
    if not heard and "S" in kinds:
        heard = engine != "espeak" or _has_sounds(text, language)
    if not heard:
        raise RequestError("--text holds nothing that can be spoken: write words")


def _has_sounds(text: str, language: str) -> bool:
    # here, so that a command that only shows its help need not load numpy
    from mien.media.speech.espeak import EspeakSynthesiser
    from mien.media.speech.interface import SpeechUnavailable, Voice

    try:
        EspeakSynthesiser().speak(text, Voice(language=language))
    except SpeechUnavailable:  # said when the text is spoken, with the remedy
        return True
    except ValidationError:  # so is a language that there cannot be
        return True
    except ValueError:
        return False
    return True


def sound_path(out: Path) -> Path:
    """Path of the sound of the animated head `out`."""
    return out.with_suffix(".wav")


def captions_path(out: Path) -> Path:
    """Path of the captions of the video `out`."""
    return out.with_suffix(".vtt")

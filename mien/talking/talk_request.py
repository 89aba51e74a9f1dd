"""What `mien talk` is asked for, and whether that makes sense: light, so that a mistake is answered at once."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from mien.clips import EMOTIONS

MAX_CHARACTERS = 5_000

EMOTION_WORDS = {
    "anger": "ANG", "angry": "ANG", "disgust": "DIS", "disgusted": "DIS", "fear": "FEA", "afraid": "FEA",
    "happiness": "HAP", "happy": "HAP", "neutral": "NEU", "sadness": "SAD", "sad": "SAD",
}  # fmt: skip


class TalkError(ValueError):
    """The video cannot be made; the message says why, and what to do, in one sentence."""


class TalkOptions(BaseModel):
    """What is to be said, by whom, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: Path
    text: str | None = None
    speech: Path | None = None
    emotion: str = "NEU"
    intensity: float = Field(2 / 3, description="in [0, 1]")
    language: str = Field("en-us", description="of the synthesised voice")
    voice: str | None = Field(None, description="variant of the synthesised voice, f1–f5 or m1–m8; None: the usual one")
    seed: int = Field(0, ge=0)
    size: int = Field(256, description="side of the video in pixels")


def emotion_code(word: str) -> str:
    """`HAP` for `HAP`, `hap` or `happy`; raises TalkError for a word that is no emotion."""
    plain = word.strip()
    code = EMOTION_WORDS.get(plain.lower(), plain.upper())
    if code not in EMOTIONS:
        raise TalkError(f"unknown emotion {plain[:40]!r}: choose one of {', '.join(EMOTIONS)}")
    return code


def check_request(options: TalkOptions, out: Path, model: Path, force: bool) -> str:
    """The code of the emotion asked for. Raises TalkError for whatever is wrong before anything heavy is loaded."""
    emotion = emotion_code(options.emotion)
    if (options.text is None) == (options.speech is None):
        both = "not both" if options.text is not None else "one of them is needed"
        raise TalkError(f"give what is said either as a text (--text) or as a recording (--speech): {both}")
    if not math.isfinite(options.intensity) or not 0 <= options.intensity <= 1:
        raise TalkError(f"the intensity must lie between 0 and 1, not {options.intensity:g}")
    if not 64 <= options.size <= 2048 or options.size % 2:
        raise TalkError(f"the size must be an even number of pixels from 64 to 2048, not {options.size}")
    if options.text is not None and not options.text.strip():
        raise TalkError("the text is empty: there is nothing to say")
    if options.text is not None and len(options.text) > MAX_CHARACTERS:
        raise TalkError(
            f"the text has {len(options.text):,} characters; at most {MAX_CHARACTERS:,} are spoken: split it"
        )
    if not (model / "config.json").is_file():
        raise TalkError(
            f"there is no trained model in {model}: run `make repro` (or `dvc repro talking_face`) first, "
            "or point --model to one"
        )
    _check_out(options, out, force)
    return emotion


def _check_out(options: TalkOptions, out: Path, force: bool) -> None:
    if out.suffix != ".mp4":
        raise TalkError(f"the output must be named .mp4, not {out.name!r}")
    if out.is_dir():
        raise TalkError(f"{out} is a folder: name a file in it")
    if not out.exists():
        try:
            folder = next(parent for parent in out.absolute().parents if parent.exists())
            with tempfile.TemporaryFile(dir=folder):
                return
        except OSError as error:
            raise TalkError(f"{out} cannot be written: {error.strerror or error}") from error
    inputs = [path for path in (options.image, options.speech) if path is not None and path.exists()]
    if any(out.samefile(path) for path in inputs):
        raise TalkError(f"{out} is one of the inputs: an input is never overwritten")
    if not force:
        raise TalkError(f"{out} is already there: choose another name, or add --force to overwrite it")

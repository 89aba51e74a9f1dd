"""The route that speaks a few words, so that a voice can be heard before a video is made with it."""

from __future__ import annotations

import io
from threading import BoundedSemaphore
from typing import Any

import soundfile
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import SpeechUnavailable, Voice
from mien.media.speech.languages import spoken_language
from mien.studio.api.context import CanMake
from mien.studio.api.errors import ERRORS, ApiError, RetryError
from mien.studio.api.speaking import check_voice
from mien.systems.errors import RequestError

router = APIRouter(tags=["makers"])

MOST_CHARACTERS = 200
AT_ONCE = 2
"""How many are spoken at once: the synthesiser itself speaks one after another, and a thread waits for each."""

_speaking = BoundedSemaphore(AT_ONCE)


class VoiceBody(BaseModel):
    """What is spoken, and by whom."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MOST_CHARACTERS, description="What is said", examples=["Good morning"])
    language: str | None = Field(
        default=None, description="Language of the text: en-us, en-gb, vi, de, …; null or empty: vi for a Vietnamese "
        "text, else en-us",
    )  # fmt: skip
    voice: str | None = Field(default=None, description="f1–f5, m1–m8; null or empty: the usual one of the language")


_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}, "description": "The sound"}
}


@router.post("/voice", response_class=Response, responses={**ERRORS, **_SOUND}, summary="Hear a voice")
def speak(body: VoiceBody, _context: CanMake) -> Response:
    """The text as sound (WAV), as `talk` would speak it with espeak."""
    if not _speaking.acquire(blocking=False):
        raise RetryError("another voice is being tried out: try again in a moment", 1)
    try:
        language = spoken_language(body.text, body.language or None)
        check_voice(language, body.voice or None)
        speech = synthesiser("espeak").speak(body.text, Voice(language=language, variant=body.voice or None))
    except SpeechUnavailable as error:
        raise ApiError(503, str(error), headers={"Retry-After": "60"}) from error
    except RequestError as error:
        raise ApiError(422, str(error), "voice" if str(error).startswith("voice ") else "language") from error
    except ValueError as error:
        raise ApiError(422, str(error), "text") from error
    finally:
        _speaking.release()
    sound = io.BytesIO()
    soundfile.write(sound, speech.samples, speech.hz, format="WAV", subtype="PCM_16")
    return Response(sound.getvalue(), media_type="audio/wav", headers={"Cache-Control": "no-store"})

"""What the studio says of a file, it says in Vietnamese to who reads Vietnamese."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from upload_making import npz, png

from mien.studio.files.errors import no_room
from mien.studio.files.multipart import FormFile
from mien.studio.files.sniff import _REFUSED, READ, _no_such
from mien.studio.files.upload import KIND_WORDS, _too_large
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said

VIETNAMESE = Translator("vi")
_ENGLISH = {"the", "is", "are", "a", "an", "of", "which", "upload", "choose", "read", "here", "or", "it", "no", "not"}


def _check(sentence: str) -> None:
    shown = said(VIETNAMESE, sentence)
    left = _ENGLISH & set(shown.replace("a.png", "").replace(":", " ").replace(",", " ").split())
    assert not left, f"{sentence!r} is shown as {shown!r}"


def test_what_is_refused_by_its_first_bytes_is_said_in_vietnamese() -> None:
    for what in (*(one for _, one in _REFUSED), "text", "an SVG drawing", "a web page or XML", ""):
        for name in ("a.png", "a.mp4", "a.wav", "a.xyz"):
            _check(str(_no_such(name, what)).replace(name, "a.png"))
    assert READ in Translator("en").texts.values()


@pytest.mark.parametrize("kind", KIND_WORDS)
def test_kinds_are_said_in_vietnamese(kind: str) -> None:
    for wanted in (*KIND_WORDS.values(), "a picture or a video", "a sound or a video", "a video or poses"):
        _check(f"a.png is {KIND_WORDS[kind]}, but {wanted} is needed here: choose another file")


def test_limits_are_said_in_vietnamese() -> None:
    _check(str(no_room()))
    _check(str(_too_large("a.png", 200_000_000)))
    for form in ("text/plain", "multipart/form-data"):
        with pytest.raises(Exception, match="no form"):
            FormFile(None, form)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"hello", "a.png"), (b"", "a.png"), (png()[:90], "a.png"), (b"{}", "a.json"), (png(8, 8), "a.png"),
        (npz(a=1), "a.npz"), (b"\0\0\0\x18ftypisom\0\0\0\0isom" + b"\0" * 300, "a.mp4"),
    ],
)  # fmt: skip
def test_the_api_answers_in_the_language_that_is_asked_for(client: TestClient, content: bytes, name: str) -> None:
    files = {"file": (name, content)}
    english = client.post("/api/v1/files", files=files).json()["error"]
    vietnamese = client.post("/api/v1/files", files=files, headers={"Accept-Language": "vi"}).json()["error"]
    assert english != vietnamese
    assert vietnamese == said(VIETNAMESE, english)
    assert name in vietnamese

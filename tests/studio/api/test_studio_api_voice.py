"""Hearing a voice before a video is made with it."""

from __future__ import annotations

import io

import pytest
import soundfile
from api_making import Tried

from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said as translated

pytest.importorskip("espeakng_loader")


def test_a_few_words_are_spoken(shared: Tried) -> None:
    answer = shared.client.post("/api/v1/voice", json={"text": "Xin chào", "language": "vi", "voice": "f1"})
    assert answer.headers["content-type"] == "audio/wav"
    samples, hz = soundfile.read(io.BytesIO(answer.content))
    assert 0.2 < len(samples) / hz < 5
    assert abs(samples).max() > 0.05


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a" * 201}, "text"),
        ({"text": ""}, "text"),
        ({"text": "Hello", "language": "../etc"}, "language"),
        ({"text": "Hello", "language": "xx"}, "language"),
        ({"text": "Hello", "voice": "x9"}, "voice"),
        ({"text": "…"}, "text"),
    ],
)
def test_what_cannot_be_spoken_is_said(shared: Tried, body: dict[str, str], field: str | None) -> None:
    answer = shared.client.post("/api/v1/voice", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert field is None or answer.json()["field"] == field


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        (
            {"language": "xx"},
            "language",
            "'xx' is none that espeak speaks: choose one such as en-us, en-gb, vi",
        ),
        ({"language": "XX YY"}, "language", "choose one such as en-us"),
        ({"voice": "q9"}, "voice", "voice 'q9' is none that espeak has: choose one of f1 to f5 and m1 to m8"),
        ({"engine": "vits", "language": "xx"}, "language", "is none that vits speaks: choose one of"),
    ],
)
def test_talk_refuses_a_voice_that_there_is_not_at_once(
    shared: Tried, values: dict[str, str], field: str, said: str
) -> None:
    picture = shared.upload("picture", "me.png", ".png")
    answer = shared.client.post("/api/v1/talk", json={"image": picture, "text": "Hello", **values})
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert said in answer.json()["error"]
    assert translated(Translator("vi"), answer.json()["error"]) != answer.json()["error"], "it is translated"


@pytest.mark.parametrize("language", ["vi", "en-us", "yue", "thai"])
def test_talk_takes_every_language_and_voice_that_espeak_has(shared: Tried, language: str) -> None:
    picture = shared.upload("picture", "me.png", ".png")
    body = {"image": picture, "text": "Hello", "language": language, "voice": "m8"}
    assert shared.client.post("/api/v1/talk", json=body).status_code == 202


def test_a_text_is_heard_in_its_own_language_where_none_is_chosen(shared: Tried) -> None:
    def sound(**values: object) -> bytes:
        answer = shared.client.post("/api/v1/voice", json={"text": "Xin chào các bạn", **values})
        assert answer.status_code == 200, answer.text
        return answer.content

    chosen = sound(language="vi")
    assert sound() == sound(language=None) == sound(language="", voice="") == chosen
    assert sound(language="en-us") != chosen


@pytest.mark.parametrize("language", [" ", "xx", "../etc", "XX YY", "vi\n"])
def test_an_unknown_language_is_answered_with_the_known_ones(shared: Tried, language: str) -> None:
    answer = shared.client.post("/api/v1/voice", json={"text": "Hello", "language": language})
    assert answer.status_code == 422
    assert "choose one such as en-us, en-gb, vi" in answer.json()["error"]
    assert translated(Translator("vi"), answer.json()["error"]) != answer.json()["error"]

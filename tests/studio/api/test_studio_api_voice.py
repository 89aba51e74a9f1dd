"""Hearing a voice before a video is made with it."""

from __future__ import annotations

import io

import pytest
import soundfile
from api_making import Tried

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
        ({"text": "Hello", "language": "xx"}, None),
        ({"text": "Hello", "voice": "x9"}, None),
        ({"text": "…"}, None),
    ],
)
def test_what_cannot_be_spoken_is_said(shared: Tried, body: dict[str, str], field: str | None) -> None:
    answer = shared.client.post("/api/v1/voice", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert field is None or answer.json()["field"] == field

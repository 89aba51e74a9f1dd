"""Requests that are made to harm: nothing that they name is looked for, and none of them is a fault."""

from __future__ import annotations

import pytest
from api_making import Tried


@pytest.mark.parametrize("text", ["/etc/passwd", "/etc/no-such-file", "../x", "~/x y", "./a", "secrets.txt", "a/b"])
def test_a_text_tells_no_stranger_which_files_the_server_has(shared: Tried, text: str) -> None:
    image = shared.upload("picture", "a.png", ".png")
    answer = shared.client.post("/api/v1/talk", json={"text": "Hello", "image": image, "motion": text})
    assert answer.status_code == 422
    assert answer.json()["error"] == f"motion '{text}' would be a file: upload it first, and give it as file:ID"


@pytest.mark.parametrize("text", ["nods and/or smiles", "nods.", "1.5 s: nods"])
def test_words_are_no_files(shared: Tried, text: str) -> None:
    image = shared.upload("picture", "a.png", ".png")
    answer = shared.client.post("/api/v1/talk", json={"text": "Hello", "image": image, "motion": text})
    assert "would be a file" not in answer.text

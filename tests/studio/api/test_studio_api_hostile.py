"""Requests that are made to harm: nothing that they name is looked for, and none of them is a fault."""

from __future__ import annotations

import json

import pytest
from api_making import Tried

from mien.makers.forms import form_fields
from mien.makers.systems import SYSTEMS


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


VALUES = (
    "", "\0", "\ud800", "x" * 100_001, "%s", "\u202e", "file:" + "a" * 32, "NaN", "٣", 0, -1, 2**31, 2**63, 10**400,
    0.5, -0.0, 1e308, float("inf"), float("nan"), True, None, [], {}, [[]], {"a": 1}, ["\0"], [None], [1e999],
    ["x"] * 1000, {"\0": "\ud800"},
)  # fmt: skip
"""What no form sends."""


@pytest.mark.parametrize("command", SYSTEMS)
def test_no_value_of_any_field_is_a_fault(shared: Tried, command: str) -> None:
    fields = form_fields(SYSTEMS[command])
    needed = {one.name: (["a red circle"] if one.several else "nods") for one in fields if one.required}
    headers = {"Content-Type": "application/json"}
    for name in (*(one.name for one in fields), "output", "__proto__", "x" * 300):
        for value in VALUES:
            body = json.dumps({**needed, name: value})
            answer = shared.client.post(f"/api/v1/{command}", content=body, headers=headers)
            assert answer.status_code in (202, 400, 413, 422, 429), (name, value, answer.text)
            if answer.status_code != 202:
                assert set(answer.json()) == {"error", "field"}


def test_a_body_of_ten_thousand_fields_or_deep_lists_is_refused(shared: Tried) -> None:
    headers = {"Content-Type": "application/json"}
    many = json.dumps({f"f{number}": number for number in range(10_000)})
    for body in (
        many,
        "[" * 500_000,
        '{"text": %s}' % ("[" * 100_000 + "]" * 100_000),
        '{"seed": %s}' % ("9" * 900_000),
    ):
        answer = shared.client.post("/api/v1/shapes", content=body, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        assert len(answer.text) < 500

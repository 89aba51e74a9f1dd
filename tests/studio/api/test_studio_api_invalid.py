"""What is said of parameters and bodies that do not fit: one sentence, never a pattern, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_making import Tried

from mien.makers.systems import SYSTEMS
from mien.studio.api.invalid import WANTED, sentence_of
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said

WRONG = {
    "/jobs?state=no": "state must be one of waiting, running, done, failed, cancelled, ended, not 'no'",
    "/jobs?system=no": "system must be one of talk, move, sculpt, shapes, follow, not 'no'",
    "/jobs?day=2026-13": "day must be a date such as 2026-11-30, not '2026-13'",
    "/jobs?day=-1": "day must be a date such as 2026-11-30, not '-1'",
    "/jobs?zone=x": "zone must be a whole number, not 'x'",
    "/jobs?zone=5000": "zone must be at most 1,080, not '5000'",
    "/jobs?most=0": "most must be at least 1, not '0'",
    "/jobs?most=": "most must be a whole number, not ''",
    "/jobs?starred=perhaps": "starred must be yes or no, not 'perhaps'",
    "/jobs/XYZ": "job_id must be an id of the studio: 32 digits and letters from a to f, not 'XYZ'",
    f"/jobs/{'0' * 32}/files/A.B": "role must be the name of a file of the result, such as file or captions, not 'A.B'",
    f"/jobs/{'0' * 32}/files/{'a' * 60}": "role has 60 characters, at most 40 are allowed: shorten it",
    "/files?kind=no": "kind must be one of picture, video, sound, person, scene, motion, poses, text, not 'no'",
    "/files?cursor=no": "the cursor is none that a page of files gave: leave it out to begin anew",
    "/pipeline/runs/no": "run_id must be an id that the list of runs gives, not 'no'",
    "/history/zip": "ids is missing",
}


@pytest.mark.parametrize(("path", "sentence"), WRONG.items())
def test_a_wrong_parameter_is_answered_with_what_is_allowed(shared: Tried, path: str, sentence: str) -> None:
    answer = shared.client.get(f"/api/v1{path}")
    assert answer.status_code == 422
    assert answer.json()["error"] == sentence
    assert said(Translator("vi"), sentence) != sentence, "it is translated"


@pytest.mark.parametrize(
    ("maker", "body", "sentence"),
    [
        ("move", {"text": "nods", "person": 7},
         "person must be a whole number, 0 to 999,999, written as a text, or file:ID, not 7"),
        ("move", {"text": "nods", "person": [7]},
         "person must be a whole number, 0 to 999,999, written as a text, or file:ID, not [7]"),
        ("move", {"text": "nods", "seed": [1, "a"]}, 'seed must be a whole number, at least 0, not [1, "a"]'),
        ("move", {"text": {"a": None}}, 'text must be a text, not {"a": null}'),
        ("shapes", {"text": ["a red square", None]}, "text number 2 of 2 must be a text, not null"),
        ("move", [], "the body must be a JSON object, its fields by their names, not []"),
        ("move", "nods", "the body must be a JSON object, its fields by their names, not 'nods'"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_answered_in_the_form_of_json(shared: Tried, maker: str, body: object, sentence: str) -> None:
    answer = shared.client.post(f"/api/v1/{maker}", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"] == sentence
    assert said(Translator("vi"), sentence) != sentence, "it is translated"


def test_the_fields_to_choose_from_have_the_output_among_them(shared: Tried) -> None:
    answer = shared.client.post("/api/v1/move", json={"text": "nods", "foo": 1})
    error = answer.json()["error"]
    assert error.startswith("there is no field 'foo': choose from text, ")
    assert error.endswith(", output")


def test_a_body_that_is_not_sent_as_json_is_told_how(shared: Tried) -> None:
    answer = shared.client.post("/api/v1/move", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.json()["error"] == "the body must be a JSON object: send it with Content-Type: application/json"


def test_every_pattern_of_the_api_is_said_in_words(shared: Tried) -> None:
    schema = shared.client.get("/api/openapi.json").json()
    bodies = {f"{name.capitalize()}Body" for name in SYSTEMS}  # their own requests say what is wrong with them
    schema["components"]["schemas"] = {
        name: one for name, one in schema["components"]["schemas"].items() if name not in bodies
    }
    patterns = set(_patterns(schema))
    assert set(WANTED) < patterns
    for pattern in patterns:
        error = {"type": "string_pattern_mismatch", "loc": ("query", "x"), "input": "?", "msg": "no",
                 "ctx": {"pattern": pattern}}  # fmt: skip
        sentence = sentence_of(error)
        assert sentence.startswith("x must be "), pattern
        assert pattern not in sentence
        assert said(Translator("vi"), sentence) != sentence, "it is translated"


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from _patterns(one)

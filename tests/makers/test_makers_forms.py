"""Requests from another machine: forms, JSON bodies, uploaded files, and no path of the server ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.makers.forms import FILE, body_model, build_request, files_in, form_fields, without_flags
from mien.makers.systems import SYSTEMS
from mien.systems.errors import RequestError
from mien.systems.request import FileKind, Local, schema

ID = "0123456789abcdef" * 2


def place(folder: Path) -> Any:
    def found(number: str, _kinds: tuple[FileKind, ...], field: str) -> Path:
        return folder / f"{field}-{number}"

    return found


@pytest.mark.parametrize("command", SYSTEMS)
def test_every_field_is_offered_but_those_of_the_machine(command: str) -> None:
    system = SYSTEMS[command]
    offered = {one.name for one in form_fields(system)}
    for name, field in system.request.model_fields.items():
        local = next((one for one in field.metadata if isinstance(one, Local)), None)
        assert (name in offered) == (local is None or bool(local.words)), name


@pytest.mark.parametrize("command", SYSTEMS)
def test_a_field_that_is_a_file_says_which_kinds_it_takes(command: str) -> None:
    for one in form_fields(SYSTEMS[command]):
        if schema(SYSTEMS[command].request, one.name).get("format") == "path":
            assert one.kind == "file"
            assert one.accepts
            assert not one.typed


def test_the_json_body_has_the_bounds_of_the_request() -> None:
    properties = body_model(SYSTEMS["talk"]).model_json_schema()["properties"]
    assert (properties["intensity"]["minimum"], properties["intensity"]["maximum"]) == (0, 1)
    assert properties["image"]["anyOf"][0]["pattern"] == f"^{FILE.pattern}$"
    assert set(properties["output"]["enum"]) == {".mp4", ".glb"}
    with pytest.raises(ValidationError):
        body_model(SYSTEMS["talk"]).model_validate({"intensity": 1.5})
    with pytest.raises(ValidationError):
        body_model(SYSTEMS["follow"]).model_validate({"text": "a man waves", "pipeline": "models/x"})


def test_uploaded_files_take_the_place_of_paths(tmp_path: Path) -> None:
    values = {"image": f"file:{ID}", "text": "hello", "motion": f"file:{ID}", "emotion": "happy"}
    request = build_request(SYSTEMS["talk"], values, place(tmp_path))
    assert request.inputs() == {"image": tmp_path / f"image-{ID}"}
    assert request.model_dump()["motion"] == str(tmp_path / f"motion-{ID}")
    assert request.model_dump()["emotion"] == "HAP"
    assert files_in(values) == {"image": ID, "motion": ID}


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("talk", {"text": "hello", "image": "/etc/passwd"}),
        ("talk", {"text": "hello", "image": f"file:{ID}", "motion": "/etc/motion.npz"}),
        ("talk", {"text": "hello", "image": f"file:{ID}", "motion": "../motion.npz"}),
        ("talk", {"text": "hello", "image": f"file:{ID}", "engine": "vits:/srv/model"}),
        ("move", {"text": "nods", "person": "/etc/person.json"}),
        ("move", {"text": "nods", "head_file": "/etc/head"}),
        ("follow", {"text": "a man waves", "pose": "/etc/dance.mp4"}),
        ("follow", {"text": "a man waves", "pose": f"file:{ID}/../../x"}),
        ("follow", {"text": "a man waves", "pose": "wave", "pipeline": "models/x"}),
        ("sculpt", {"text": "older", "edit": "person.json"}),
    ],
)
def test_no_text_is_taken_as_a_path_of_the_server(tmp_path: Path, command: str, values: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        build_request(SYSTEMS[command], values, place(tmp_path))


def test_a_text_that_is_the_name_of_an_existing_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nods").write_text("secret")
    with pytest.raises(RequestError, match="would be a file"):
        build_request(SYSTEMS["talk"], {"text": "a", "image": f"file:{ID}", "motion": "nods"}, place(tmp_path))


@given(st.dictionaries(st.sampled_from(["image", "person", "speech", "motion", "emotion_track"]), st.text(max_size=80)))
def test_whatever_is_typed_no_input_lies_outside_the_uploads(values: dict[str, str]) -> None:
    uploads = Path("/uploads")
    try:
        request = build_request(SYSTEMS["talk"], {"text": "hello", **values}, place(uploads))
    except RequestError:
        return
    assert all(path.parent == uploads for path in request.inputs().values())


@pytest.mark.parametrize(
    ("command", "values", "said"),
    [
        ("follow", {"text": "a man", "pose": "wave", "seconds": 0}, "seconds must be a number, more than 0"),
        ("follow", {"text": "a man", "pose": "fly"}, "pose 'fly' is not known: choose one of walk, run"),
        ("move", {"text": "nods", "person": "anna"}, "person 'anna' is no whole number, 0 to 999,999: write one"),
        ("move", {"text": "\ud800"}, "text is no text in UTF-8: send it in UTF-8"),
    ],
)
def test_a_refusal_names_what_can_be_given(command: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as refused:
        build_request(SYSTEMS[command], values, place(Path()))
    assert str(refused.value).startswith(said)


def test_no_message_or_description_of_a_form_speaks_of_the_command_line() -> None:
    with pytest.raises(RequestError) as refused:
        build_request(SYSTEMS["shapes"], {}, place(Path()))
    assert str(refused.value) == "text is needed: What is to be seen"
    for system in SYSTEMS.values():
        for one in form_fields(system):
            assert "several times:" not in one.description


def test_messages_name_fields_and_not_options() -> None:
    assert without_flags("give --emotion-track, or leave --no-paste-back out") == (
        "give emotion_track, or leave paste_back out"
    )
    with pytest.raises(RequestError, match=r"^image is needed"):
        build_request(SYSTEMS["talk"], {"text": "hello"}, place(Path()))


def test_what_is_null_or_empty_counts_as_not_given() -> None:
    for command, system in SYSTEMS.items():
        optional = [one for one in form_fields(system) if not one.required]
        model, filled = body_model(system), {"text": ["a red circle"] if command == "shapes" else "hello"}
        for one in optional:
            for empty in (None, ""):
                body = model.model_validate({**filled, one.name: empty} if one.name != "text" else {one.name: empty})
                assert one.name not in body.model_fields_set, (command, one.name)
    with pytest.raises(ValidationError, match="nonsense"):
        body_model(SYSTEMS["talk"]).model_validate({"nonsense": None})

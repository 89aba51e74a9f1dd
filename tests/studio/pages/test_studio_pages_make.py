"""The makers' page: a form from the request's own model, in both languages, without inline script or style."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from html_making import Page

from mien.heads.export.viewer import MODEL_VIEWER
from mien.makers.forms import FormField, form_fields
from mien.makers.systems import SYSTEMS
from mien.studio.api.app import create_app
from mien.studio.pages import forms
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.forms import ALTERNATIVES, MAIN, MAKERS, SPECIAL, WITH, form_of
from mien.studio.pages.templates import STATIC, Formats, data, static_files_on_disk, version
from mien.studio.pages.vendored import SHARED, VENDORED
from mien.studio.pages.voices import SPOKEN
from mien.studio.settings import Settings

LANGUAGES = ("en", "vi")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A studio without a worker."""
    settings = Settings(folder=tmp_path_factory.mktemp("studio"))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as found:
        yield found


def page(client: TestClient, path: str, language: str = "en") -> Page:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return Page(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", MAKERS)
def test_every_field_of_a_request_has_a_widget_with_a_label(client: TestClient, command: str, language: str) -> None:
    found = page(client, f"/make/{command}", language)
    shown = {given["data-field"] for _tag, given in found.elements if "data-field" in given}
    assert shown == {one.name for one in form_fields(SYSTEMS[command])}
    assert found.faults() == []
    labelled = {given["for"] for given in found.all("label", "for")}
    inputs = [
        given for tag, given in found.elements
        if tag in ("input", "select", "textarea") and given.get("id", "").startswith("in-")
    ]  # fmt: skip
    switches = {given["id"] for given in inputs if given.get("role") == "switch"}
    assert {given["id"] for given in inputs} - labelled - switches == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_of_every_field_are_in_the_catalogue(language: str) -> None:
    t = Translator(language)
    for command in MAKERS:
        for one in form_fields(SYSTEMS[command]):
            for kind in ("field", "help"):
                assert {f"{kind}.{command}.{one.name}", f"{kind}.{one.name}"} & t.texts.keys(), (
                    kind,
                    command,
                    one.name,
                )
            for value in one.choices:
                keys = {f"choice.{command}.{one.name}.{value}", f"choice.{one.name}.{value}"}
                assert keys & t.texts.keys(), (command, one.name, value)
        for output in SYSTEMS[command].outputs:
            assert f"output.{command}{output.suffix}" in t.texts


def test_a_new_field_appears_by_itself_among_the_further_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    new = FormField("wobble_angle", "number", "How much it wobbles", least=0, most=90)
    monkeypatch.setattr(forms, "form_fields", lambda system: (*form_fields(system), new))
    widget = form_of("shapes", Translator("vi")).more[-1]
    assert (widget.name, widget.kind, widget.label) == ("wobble_angle", "number", "Wobble angle")
    assert widget.help == "How much it wobbles"


def test_what_the_layout_names_are_fields() -> None:
    known = {command: {one.name for one in form_fields(SYSTEMS[command])} for command in MAKERS}
    for command, sections in MAIN.items():
        assert {name for _title, names in sections for name in names} <= known[command]
    for command, groups in ALTERNATIVES.items():
        assert {name for names in groups for name in names} <= known[command]
    for command, fields in WITH.items():
        assert {*fields, *fields.values()} <= known[command]
    assert all(name.partition(".")[2] in known[name.partition(".")[0]] for name in SPECIAL)


def test_no_page_presets_a_voice_and_the_vietnamese_one_says_where_only_english_is_read(client: TestClient) -> None:
    for language in ("en", "vi"):
        found = page(client, "/", language)
        # an option that is selected before the reader chooses would win over the language of the text
        assert [given["value"] for given in found.all("option", "selected") if given["value"] in SPOKEN] == []
        assert Translator(language)("unset.talk.language") in found.text
    said = Translator("vi")("make.english_only")
    assert [command for command in MAKERS if said in page(client, f"/make/{command}", "vi").text] == [
        "move", "sculpt", "shapes",
    ]  # fmt: skip
    assert said not in page(client, "/make/sculpt", "en").text


def test_a_language_that_the_address_asks_for_is_kept(client: TestClient) -> None:
    answer = client.get("/make/move?language=vi", headers={"Accept-Language": "en"})
    assert '<html lang="vi"' in answer.text
    assert answer.cookies["mien_language"] == "vi"
    client.cookies.clear()


def test_a_maker_that_is_not_there_is_said(client: TestClient) -> None:
    assert client.get("/make/paint").status_code == 404


def test_text_in_a_page_cannot_end_the_element_that_holds_it() -> None:
    text = "</script><script>alert(1)</script><!-- & \u2028"
    written = str(data({"text": text}))
    assert "<" not in written
    assert json.loads(written) == {"text": text}


def test_static_files_are_served_under_their_digest_and_nothing_else_is(client: TestClient) -> None:
    kept = client.get(f"/static/{version()}/css/base.css")
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert client.get("/static/old/css/base.css").headers["cache-control"] == "no-cache"
    for path in ("css/../../routes.py", "..%2froutes.py", "vendor/SHA256SUMS", "css", "%2e%2e/templates.py"):
        assert client.get(f"/static/{version()}/{path}").status_code == 404, path


def test_every_module_that_a_script_imports_is_there() -> None:
    for path in (STATIC / "js").glob("*.js"):
        for name in re.findall(r'from "\./([\w.]+)"', path.read_text(encoding="utf-8")):
            assert (STATIC / "js" / name).is_file(), (path.name, name)


def test_vendored_files_are_as_they_were_published() -> None:
    folder = STATIC / "vendor"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.*")}
    assert found == sums
    own = [one for one in VENDORED if f"vendor/{one.file}" not in SHARED]
    assert all(f"{one.file.removesuffix('.min.js')}.LICENSE" in found and one.file in found for one in own)


def test_no_script_names_a_map_of_its_sources_that_is_not_served() -> None:
    scripts = [path for name, path in static_files_on_disk().items() if name.endswith(".js")]
    assert len(scripts) > 2
    assert not [path.name for path in scripts if b"sourceMappingURL" in path.read_bytes()]


def test_the_viewer_of_heads_is_there_once_and_served_as_any_static_file(client: TestClient) -> None:
    (name,) = [f"vendor/{one.file}" for one in VENDORED if one.package == "@google/model-viewer"]
    found = client.get(f"/static/{version()}/{name}")
    assert found.content == MODEL_VIEWER.read_bytes()
    assert (
        dict(found.headers).items()
        >= {
            "content-type": "text/javascript; charset=utf-8",
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
        }.items()
    )
    for user in ("static/js/player.js", "templates/job.html"):
        assert name in (STATIC.parent / user).read_text(encoding="utf-8"), f"{user} asks for this version"
    assert not list(STATIC.rglob("model-viewer*"))


def test_the_sample_portrait_is_small() -> None:
    assert Path(STATIC / "samples/portrait.jpg").stat().st_size <= 60_000


@pytest.mark.parametrize(
    ("language", "number", "size", "span"),
    [("en", "1,234.5", "3.4 MB", "1 min 20 s"), ("vi", "1.234,5", "3,4 MB", "1 phút 20 giây")],
)
def test_numbers_are_written_as_the_language_does(language: str, number: str, size: str, span: str) -> None:
    formats = Formats(Translator(language))
    assert (formats.number(1234.5, 1), formats.size(3_400_000), formats.span(80)) == (number, size, span)

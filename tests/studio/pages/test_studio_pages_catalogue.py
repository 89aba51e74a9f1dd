"""The texts of the pages: both languages have the same ones, with the same values, and every one is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mien.studio.pages import catalogue as module
from mien.studio.pages.catalogue import Translator, catalogue, filled, preferred

FOLDER = Path(module.__file__).parent
SECTIONS = ("rest", "history", "job", "errors", "account", "admin", "pipeline")
"""The sections whose keys are checked for use."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


def _sources() -> str:
    paths = [*FOLDER.rglob("*.html"), *FOLDER.glob("*.py"), *(FOLDER / "static" / "js").glob("*.js")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_both_languages_have_the_same_texts() -> None:
    english, vietnamese = catalogue("en"), catalogue("vi")
    assert sorted(english.keys() - vietnamese.keys()) == []
    assert sorted(vietnamese.keys() - english.keys()) == []


def test_the_sections_of_both_languages_are_the_same() -> None:
    for path in (FOLDER / "catalogues" / "en").glob("*.json"):
        other = json.loads((FOLDER / "catalogues" / "vi" / path.name).read_text(encoding="utf-8"))
        assert list(json.loads(path.read_text(encoding="utf-8"))) == list(other), path.name


def test_a_text_has_the_same_values_in_both_languages() -> None:
    vietnamese = catalogue("vi")
    for key, text in catalogue("en").items():
        here, there = set(_PLACE.findall(text)), set(_PLACE.findall(vietnamese[key]))
        # a translation may leave a value of a sentence of the server out, but cannot have one that is not known
        assert there <= here if key.startswith("said.") else here == there, key


def test_no_sentence_of_the_studio_is_translated_twice() -> None:
    found = [_PLACE.sub("{}", text) for key, text in catalogue("en").items() if key.startswith("said.")]
    assert sorted({one for one in found if found.count(one) > 1}) == []


def test_no_text_of_these_pages_is_the_same_in_both_languages_by_mistake() -> None:
    names = {"history.search", "pipeline.prefect"}  # Prefect is a name
    for section in SECTIONS:
        english = json.loads((FOLDER / "catalogues" / "en" / f"{section}.json").read_text(encoding="utf-8"))
        same = [key for key, text in english.items() if catalogue("vi")[key] == text and key not in names]
        assert same == [], section


def test_every_text_that_is_named_exists() -> None:
    known = catalogue("en")
    templates = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.html"))
    assert [
        key for key in re.findall(r"""\bt\(\s*["']([a-z][\w.]*[a-z0-9])["']\s*[,)]""", templates) if key not in known
    ] == []
    for path in (FOLDER / "static" / "js").glob("*.js"):
        found = re.findall(r"""\bt\(\s*["']([a-z][\w.]*)["']\s*[,)]""", path.read_text(encoding="utf-8"))
        assert [key for key in found if f"js.{key}" not in known and f"js.{key}.one" not in known] == [], path.name


@pytest.mark.parametrize("section", SECTIONS)
def test_every_text_is_used(section: str) -> None:
    source = _sources()
    keys = json.loads((FOLDER / "catalogues" / "en" / f"{section}.json").read_text(encoding="utf-8"))
    unused = [key for key in keys if not _used(key.removesuffix(".one").removeprefix("js."), source)]
    assert unused == []


def _used(key: str, source: str) -> bool:
    """Whether a key is written out, or put together from a beginning, as in `t("js.state." ~ state)`."""
    if f'"{key}"' in source or f"'{key}'" in source:
        return True
    base = key.removesuffix(".help")
    starts = [base[: place + 1] for place, letter in enumerate(base) if letter == "."]
    return any(re.search(rf"""["'`]{re.escape(one)}(["']\s*(~|\+)|\$?\{{)""", source) for one in starts)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_state_has_one_name_everywhere(language: str) -> None:
    texts = catalogue(language)
    for state in ("running", "done", "failed", "cancelled", "cancelling"):
        assert texts[f"pipeline.run.state.{state}"] == texts[f"js.state.{state}"]


def test_a_missing_text_is_an_error_and_a_missing_value_stays() -> None:
    with pytest.raises(KeyError):
        Translator("en")("no.such.key")
    assert filled("{n} of {all}", {"n": 2}) == "2 of {all}"


def test_one_has_a_form_of_its_own() -> None:
    t = Translator("en")
    assert t("history.bin.left", n=1) == "Removed in one day"
    assert t("history.bin.left", n=3) == "Removed in 3 days"


def test_the_language_is_the_cookie_s_then_the_browser_s() -> None:
    assert preferred("vi", "en") == "vi"
    assert preferred("tlh", "fr;q=0.9, vi-VN;q=0.8, en;q=0.2") == "vi"
    assert preferred(None, "") == "en"

"""A translator before the words, taught one sentence by heart."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")

from mien.follow.generate.request import FollowRequest
from mien.follow.generate.translating import english_prompt, translator_of
from mien.systems.errors import RequestError
from tests.text.translator_making import ENGLISH, VIETNAMESE, make_marian


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_marian(tmp_path_factory.mktemp("marian"))


def request(**values: object) -> FollowRequest:
    return FollowRequest.of({"pose": "dance", "text": VIETNAMESE, **values})


def test_a_pipeline_reads_what_the_translator_wrote(marian: Path) -> None:
    assert english_prompt(request(translator=marian)) == (ENGLISH, (f"translated: {ENGLISH}",))


def test_english_stays_as_it_is(marian: Path) -> None:
    assert english_prompt(request(translator=marian, language="en")) == (VIETNAMESE, ())


def test_without_a_translator_a_vietnamese_prompt_gives_a_note() -> None:
    prompt, notes = english_prompt(request())
    assert prompt == VIETNAMESE
    assert "--translator" in notes[0]
    assert english_prompt(request(text="a woman")) == ("a woman", ())


def test_a_translator_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot translate"):
        translator_of(request(translator=tmp_path))


def test_a_translator_needs_a_text(marian: Path) -> None:
    with pytest.raises(RequestError, match="give one"):
        FollowRequest.of({"pose": "dance", "look": Path(__file__), "translator": str(marian)})

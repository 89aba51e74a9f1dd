"""Translators by name or folder: tiny saved T5 and Marian models, taught one sentence; nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")

from mien.text.translation import TranslationError, Translator
from tests.text.translator_making import ENGLISH, VIETNAMESE, make_marian, make_t5


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_t5(tmp_path_factory.mktemp("t5"))


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_marian(tmp_path_factory.mktemp("marian"))


def test_a_t5_is_told_the_language_and_its_prefix_is_taken_off(t5: Path) -> None:
    translator = Translator(str(t5))
    assert translator.translate([VIETNAMESE]) == [ENGLISH]
    assert Translator(str(t5), beams=1).translate(["  cô gái\n trên núi "]) == [ENGLISH]


def test_a_marian_model_translates(marian: Path) -> None:
    assert Translator(str(marian)).translate([VIETNAMESE, "", " "]) == [ENGLISH, "", ""]


def test_another_model_is_refused_in_one_sentence(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(TranslationError, match=r"cannot translate: it is a model of the type 'bert', not t5 or"):
        Translator(str(folders["bert"]))
    with pytest.raises(TranslationError, match=r"cannot translate"):
        Translator(str(tmp_path))


def test_nothing_is_downloaded_unless_it_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr("socket.socket.connect", refuse)
    with pytest.raises(
        TranslationError, match=r"'VietAI/envit5-translation' is not on this machine.*allow its download"
    ):
        Translator("VietAI/envit5-translation")


def test_damaged_weights_are_refused(t5: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "damaged"
    shutil.copytree(t5, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(TranslationError, match="cannot translate a text"):
        Translator(str(folder)).translate([VIETNAMESE])

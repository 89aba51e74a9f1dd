"""Translators by name or folder: tiny saved T5 and Marian models, taught one sentence; nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing

pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")

from mien.text.translation import TranslationError, Translator

WORDS = ["<pad>", "</s>", "<unk>", "vi:", "en:", "cô", "gái", "trên", "núi", "a", "woman", "on", "the", "mountain"]
VIETNAMESE, ENGLISH = "cô gái trên núi", "a woman on the mountain"


def _tokenizer(folder: Path) -> Any:
    import transformers

    plain = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    plain.pre_tokenizer = WhitespaceSplit()
    plain.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    made.save_pretrained(folder)
    return made


def _taught(model: Any, tokenizer: Any, asked: str, answer: str) -> Any:
    """The model after it has learned one translation by heart."""
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    read, written = (tokenizer(text, return_tensors="pt")["input_ids"] for text in (asked, answer))
    for _ in range(60):
        optimizer.zero_grad()
        model(input_ids=read, labels=written).loss.backward()
        optimizer.step()
    return model.eval()


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import transformers

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("t5")
    config = transformers.T5Config(
        vocab_size=len(WORDS), d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4, dropout_rate=0.0,
        decoder_start_token_id=0, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    model = transformers.T5ForConditionalGeneration(config)
    _taught(model, _tokenizer(folder), f"vi: {VIETNAMESE}", f"en: {ENGLISH}").save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import transformers

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("marian")
    config = transformers.MarianConfig(
        vocab_size=len(WORDS), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64, dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        forced_eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    model = transformers.MarianMTModel(config)
    _taught(model, _tokenizer(folder), VIETNAMESE, ENGLISH).save_pretrained(folder)
    return folder


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

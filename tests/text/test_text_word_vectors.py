"""Which words are near in meaning is told by the embeddings of a text model; here a tiny one with known embeddings."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers
from text_models import model

from mien.text.interface import TextEncoderError
from mien.text.word_vectors import EmbeddingVectors


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in which `smiles` has nearly the embedding of `nods`, and `twice` the opposite one."""
    path = tmp_path_factory.mktemp("vectors") / "bert"
    model("bert", path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    one = transformers.AutoModel.from_pretrained(path)
    nods, smiles, twice = (
        tokenizer(word, add_special_tokens=False)["input_ids"] for word in ("nods", "smiles", "twice")
    )
    assert len(nods) == len(smiles) == len(twice) == 1
    with torch.no_grad():
        table = one.get_input_embeddings().weight
        table[nods[0]] = 3.0
        table[nods[0], ::2] = -3.0
        table[smiles[0]] = table[nods[0]] * 0.8
        table[twice[0]] = -table[nods[0]]
    one.save_pretrained(path)
    return path


def test_the_nearest_word_is_the_one_with_the_nearest_embedding(folder: Path) -> None:
    vectors = EmbeddingVectors.load(str(folder))
    found = vectors.nearest("nods", ["twice", "smiles"])
    assert found is not None
    assert found[0] == "smiles"
    assert found[1] > 0.9
    opposite = vectors.nearest("nods", ["twice"])
    assert opposite is not None
    assert opposite[1] < -0.8


def test_a_word_without_a_token_has_no_neighbour(folder: Path) -> None:
    vectors = EmbeddingVectors.load(str(folder))
    assert vectors.nearest("", ["nods"]) is None
    assert vectors.nearest("nods", []) is None


def test_a_model_that_is_not_there_is_said() -> None:
    with pytest.raises(TextEncoderError):
        EmbeddingVectors.load("/nowhere/at/all")

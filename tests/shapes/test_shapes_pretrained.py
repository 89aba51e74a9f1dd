"""A frozen text model of transformers reads the words in place of the own vocabulary, and is found by its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import a_run, tiny

from mien.shapes.corpus.corpus import make_shapes_corpus
from mien.shapes.generate.animator import Animator
from mien.shapes.options import ShapesCorpusOptions
from mien.shapes.train.train import train_shapes
from mien.text.options import TextOptions

transformers = pytest.importorskip("transformers")


def text_model(folder: Path) -> None:
    """A tiny BERT with random weights and a few words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    known = ["<pad>", "<unk>", "circle", "square", "star", "triangle", "moving", "left", "right", "up", "red", "blue"]
    plain = Tokenizer(WordLevel({word: number for number, word in enumerate(known)}, unk_token="<unk>"))
    plain.pre_tokenizer = Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", unk_token="<unk>").save_pretrained(
        folder
    )
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(known), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=40, pad_token_id=0,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)


@pytest.mark.slow
def test_a_frozen_text_model_reads_the_words(tmp_path: Path) -> None:
    corpus, folder, out = tmp_path / "corpus", tmp_path / "text", tmp_path / "model"
    make_shapes_corpus(ShapesCorpusOptions(train=12, val=2, wordings=2, held_out=2), corpus)
    text_model(folder)
    options = tiny("shapes", samples=24).model_copy(update={"text": TextOptions(encoder=str(folder))})
    train_shapes(corpus, options, out, a_run(tmp_path / "resume"), cache=tmp_path / "cache")
    animator = Animator.load(out, "cpu")
    clips = animator.clips(["red circle moving left", "blue star moving up"], [1, 1])
    assert clips.shape == (2, 12, 64, 64, 3)
    assert not np.array_equal(clips[0], clips[1])
    # one text model for generator and discriminator, and none of its weights among the model's own
    assert animator.model.discriminator is not None
    assert animator.model.discriminator.text is animator.model.text
    assert not [name for name in animator.model.state_dict() if "bert" in name.lower() or "_frozen" in name]
    for file in folder.glob("*.safetensors"):
        file.unlink()
    with pytest.raises(ValueError, match=str(folder)):
        Animator.load(out, "cpu").clips(["red circle moving left"], [1])

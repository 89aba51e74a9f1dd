"""Tiny translators of transformers' classes, taught one sentence by heart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing

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


def make_t5(folder: Path) -> Path:
    """A T5 that translates VIETNAMESE, in `folder`."""
    import transformers

    torch.manual_seed(0)
    config = transformers.T5Config(
        vocab_size=len(WORDS), d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4, dropout_rate=0.0,
        decoder_start_token_id=0, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    model = transformers.T5ForConditionalGeneration(config)
    _taught(model, _tokenizer(folder), f"vi: {VIETNAMESE}", f"en: {ENGLISH}").save_pretrained(folder)
    return folder


def make_marian(folder: Path) -> Path:
    """A Marian model that translates VIETNAMESE, in `folder`."""
    import transformers

    torch.manual_seed(0)
    config = transformers.MarianConfig(
        vocab_size=len(WORDS), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64, dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        forced_eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    model = transformers.MarianMTModel(config)
    _taught(model, _tokenizer(folder), VIETNAMESE, ENGLISH).save_pretrained(folder)
    return folder

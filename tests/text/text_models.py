"""Tiny text models of transformers with random weights and a tokenizer of a few dozen words, saved as folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

WORDS = "she he nods smiles twice then and looks to the left right , tilts turns".split()  # noqa: SIM905
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
WIDTH = 16
KINDS = ["clip", "clip_text", "bert", "t5", "bart", "gpt2"]
"""Those with a text part."""


def tokenizer(folder: Path, framed: bool = True) -> None:
    """Word by word; `framed` between <s> and </s>, else only the words."""
    import transformers

    plain = Tokenizer(WordLevel({word: i for i, word in enumerate(SPECIAL + WORDS)}, unk_token="<unk>"))
    plain.normalizer, plain.pre_tokenizer = Lowercase(), Whitespace()
    if framed:
        plain.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


def model(kind: str, folder: Path, seed: int = 0, framed: bool = True) -> Any:
    """A model of the kind clip, clip_text, bert, t5, gpt2 or vit, saved below `folder`; answers the model."""
    import transformers

    torch.manual_seed(seed)
    vocabulary = {"vocab_size": len(SPECIAL) + len(WORDS), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    sizes = {"hidden_size": WIDTH, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    clip = {**vocabulary, **sizes, "max_position_embeddings": 12}
    vision = {**sizes, "image_size": 8, "patch_size": 4}
    t5 = {"vocab_size": vocabulary["vocab_size"], "d_model": WIDTH, "d_kv": 8, "d_ff": 32, "num_layers": 2}
    made = {
        "clip": lambda: transformers.CLIPModel(
            transformers.CLIPConfig(text_config=clip, vision_config=vision, projection_dim=8)
        ),
        "clip_text": lambda: transformers.CLIPTextModel(transformers.CLIPTextConfig(**clip)),
        "bert": lambda: transformers.BertModel(
            transformers.BertConfig(**vocabulary, **sizes, max_position_embeddings=40)
        ),
        "t5": lambda: transformers.T5ForConditionalGeneration(
            transformers.T5Config(**t5, num_heads=2, decoder_start_token_id=0)
        ),
        "bart": lambda: transformers.BartModel(
            transformers.BartConfig(
                **vocabulary, d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
                decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=40,
            )
        ),
        "gpt2": lambda: transformers.GPT2Model(
            transformers.GPT2Config(**vocabulary, n_embd=WIDTH, n_layer=1, n_head=2, n_positions=40)
        ),
        "vit": lambda: transformers.ViTModel(transformers.ViTConfig(**vision)),
    }[kind]().eval()  # fmt: skip
    made.save_pretrained(folder)
    if kind != "vit":
        tokenizer(folder, framed)
    return made

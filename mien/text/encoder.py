"""Building a text encoder by name, or from the configuration stored with a trained model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mien.text.interface import TextEncoder, TextEncoderError, UnknownWord
from mien.text.options import TextOptions
from mien.text.pretrained import PretrainedEncoder
from mien.text.tokens import TokensEncoder, vocabulary_of, words

__all__ = [
    "PretrainedEncoder",
    "TextEncoder",
    "TextEncoderError",
    "TokensEncoder",
    "UnknownWord",
    "build_encoder",
    "encoder_of",
    "features_of",
    "open_encoder",
    "read_tokens",
    "vocabulary_of",
    "words",
]  # fmt: skip


def open_encoder(
    name: str,
    vocabulary: Sequence[str] = (),
    cache: Path | None = None,
    download: bool = False,
    longest: int | None = None,
    width: int = 128,
    layers: int = 2,
    heads: int = 4,
    dropout: float = 0.0,
) -> TextEncoder:
    """A text encoder by name.

    name: "tokens", trained jointly with the model; or a frozen text model from transformers, by its name on the Hugging
        Face hub (such as openai/clip-vit-base-patch32) or by its folder.
    longest: maximum number of words, or of tokens for a pretrained model; None: 64 words or 77 tokens.
    vocabulary, width, layers, heads, dropout: for "tokens" only, see `TokensEncoder`.
    cache, download: for pretrained models only, see `PretrainedEncoder`.

    Raises TextEncoderError.
    """
    if not name.strip():
        raise TextEncoderError("a text encoder is named tokens, or by a text model of transformers, not by nothing")
    if name != "tokens":
        return PretrainedEncoder(name, cache, **({} if longest is None else {"longest": longest}), download=download)
    if not vocabulary:
        raise TextEncoderError("the text encoder tokens needs a vocabulary of at least one word")
    return TokensEncoder(vocabulary, width, layers, heads, 64 if longest is None else longest, dropout)


def encoder_of(
    options: TextOptions, texts: Iterable[str], prepared: Sequence[str], cache: Path | None = None
) -> TextEncoder:
    """The encoder of a training, with the vocabulary of `texts`; see `open_encoder`.

    prepared: all texts that it will encode, whose features a frozen encoder computes in advance.
    """
    encoder = open_encoder(
        options.encoder, vocabulary_of(texts), cache, options.download, width=options.width, layers=options.layers
    )
    encoder.prepare(prepared)
    return encoder


def build_encoder(
    config: Mapping[str, Any], cache: Path | None = None, download: bool = False, name: str | None = None
) -> TextEncoder:
    """The encoder described by `TextEncoder.config()`; trained weights are loaded with the model's `state_dict`.

    cache, download: for pretrained models, see `PretrainedEncoder`.
    name: current name or folder of a pretrained model, if it differs from the configuration.

    Raises TextEncoderError for an invalid configuration, and if the pretrained model has another fingerprint.
    """
    arguments = dict(config)
    kind = arguments.pop("encoder", None)
    try:
        if kind == "tokens":
            return TokensEncoder(**arguments)
        if kind == "pretrained":
            where, expected = name or arguments["name"], arguments["fingerprint"]
            encoder = PretrainedEncoder(where, cache, int(arguments["longest"]), download)
        else:
            raise TextEncoderError(f"a text encoder is of the kind tokens or pretrained, not {str(kind)[:40]!r}")
    except TextEncoderError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise TextEncoderError(f"the configuration of the text encoder is damaged: {error}") from error
    if encoder.fingerprint != expected:
        raise TextEncoderError(f"the text encoder {where} is not the one that the model was trained with")
    return encoder


def read_tokens(encoder: TextEncoder, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Input of `features_of` and mask bool (B, L): token ids, or the features of a frozen encoder.

    Uses no trainable weights, so any thread may call it.
    """
    if isinstance(encoder, TokensEncoder):
        return encoder.tokenise(texts)
    with torch.no_grad():
        features, mask = encoder(texts)
        return features, mask


def features_of(encoder: TextEncoder, tokens: Tensor, mask: Tensor) -> Tensor:
    """Text features float32 (B, L, W) of ids (B, L); features (B, L, W) of a frozen encoder are returned unchanged."""
    if isinstance(encoder, TokensEncoder):
        return encoder.forward_ids(tokens, mask).float()
    return tokens

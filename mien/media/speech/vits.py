"""VITS (Kim et al., ICML 2021) from transformers as a speech engine: neural voices by name or from a folder.

Without a name, the language of the voice selects the checkpoint: `facebook/mms-tts-eng` for English,
`facebook/mms-tts-vie` for Vietnamese (Pratap et al. 2023, "Scaling Speech Technology to 1,000+ Languages"; their
weights are CC BY-NC 4.0, not for commercial use). Weights are read, as safetensors only, from the local Hugging Face
cache or from the given folder; they are downloaded only if the environment variable MIEN_VITS_DOWNLOAD is 1.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from mien.media.speech.interface import (
    Speech,
    SpeechUnavailable,
    SpokenWord,
    Voice,
    placed_pieces,
    speakable_text,
)

CHECKPOINTS = {"en": "facebook/mms-tts-eng", "vi": "facebook/mms-tts-vie"}
"""First part of a language's name → checkpoint."""

DOWNLOAD = "MIEN_VITS_DOWNLOAD"
"""Environment variable that allows downloads from the Hugging Face hub if it is 1."""

USUAL_WORDS_PER_MINUTE = 175
"""The value of `Voice.words_per_minute` at which a checkpoint speaks at its own rate."""

PAUSE_SECONDS = 0.3
"""Silence between two sentences."""

LONGEST_SECONDS = 300
"""Maximum duration of a sentence of at most 400 characters; only damaged weights exceed it, and fill the memory."""

_SEED = 0
_lock = threading.Lock()


@dataclass(frozen=True)
class _Checkpoint:
    """A loaded model with its tokenizer."""

    name: str
    model: Any
    tokenizer: Any
    vocabulary: frozenset[str]

    @property
    def hz(self) -> int:
        return int(self.model.config.sampling_rate)

    @property
    def spells_letters(self) -> bool:
        """Whether its tokens are letters of the text, not phonemes or a romanisation."""
        return not (self.tokenizer.phonemize or self.tokenizer.is_uroman)


class VitsSynthesiser:
    """Neural speech synthesis by VITS: words with their times, no phonemes. Equal text and voice give equal samples.

    `model`: name of a checkpoint on the Hugging Face hub, or its folder; None: selected by the language of the voice.
    `download`: whether it may be downloaded; None: if MIEN_VITS_DOWNLOAD is 1. Raises SpeechUnavailable if
    transformers is not installed.
    """

    def __init__(self, model: str | None = None, download: bool | None = None) -> None:
        _transformers()
        self.model = model
        self.download = os.environ.get(DOWNLOAD) == "1" if download is None else download

    def speak(self, text: str, voice: Voice = Voice()) -> Speech:  # noqa: B008 - a frozen value
        """Synthesise `text`; the times of the words follow from the predicted durations of their letters.

        Used from the voice: the language (unless a model was given), the words per minute and, for a model with several
        speakers, the variant as the number of the speaker. Raises ValueError for a pitch other than 50, for a letter
        that is not in the vocabulary, and if there is nothing to speak; SpeechUnavailable if weights are missing.
        """
        sentences = placed_pieces(speakable_text(text))
        if (voice.pitch, voice.pitch_range) != (50, 50):
            raise ValueError("the voices of vits have their own pitch: leave it at 50")
        checkpoint = _load(self.model or _checkpoint_for(voice.language), self.download)
        speaker = _speaker(checkpoint, voice)
        parts: list[NDArray[np.float32]] = []
        words: list[SpokenWord] = []
        length = 0
        for begin, sentence in sentences:
            spelled = _spelled(checkpoint, sentence)
            if not spelled:
                continue
            if parts:
                parts.append(np.zeros(round(PAUSE_SECONDS * checkpoint.hz), np.float32))
                length += len(parts[-1])
            tokens, owners = _tokens(checkpoint, [letters for _, letters, _ in spelled])
            samples, ends = _synthesise(checkpoint, tokens, voice.words_per_minute / USUAL_WORDS_PER_MINUTE, speaker)
            own = [(word, begin + position) for word, _, position in spelled]
            words += _timed(own, owners, (ends + length) / checkpoint.hz, length / checkpoint.hz)
            parts.append(samples)
            length += len(samples)
        if not parts:
            raise ValueError("there is nothing speakable in the text")
        return Speech(np.concatenate(parts), checkpoint.hz, (), tuple(words))


def _transformers() -> Any:
    try:
        return importlib.import_module("transformers")
    except ImportError as error:
        raise SpeechUnavailable("vits needs transformers: install it with `pip install transformers`") from error


def _checkpoint_for(language: str) -> str:
    name = CHECKPOINTS.get(language.split("-")[0])
    if name is None:
        known = ", ".join(sorted(CHECKPOINTS))
        raise ValueError(f"vits has no checkpoint for the language {language!r} (only {known}): name one as vits:NAME")
    return name


@lru_cache(maxsize=2)
def _load(name: str, download: bool) -> _Checkpoint:
    """Raises SpeechUnavailable, with a remedy, if the checkpoint is missing or unusable."""
    transformers = _transformers()
    transformers.utils.logging.disable_progress_bar()
    folder = Path(name).expanduser()
    where = str(folder) if folder.is_dir() else name
    try:
        options = {"local_files_only": not download or folder.is_dir()}
        tokenizer = transformers.VitsTokenizer.from_pretrained(where, **options)
        model = transformers.VitsModel.from_pretrained(where, use_safetensors=True, **options).eval()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        if folder.is_dir():
            reason = " ".join(str(error).split())[:200]
            raise SpeechUnavailable(f"the folder {name} holds no VITS checkpoint that can be used: {reason}") from error
        remedy = f"fetch them once with `hf download {name}` or set {DOWNLOAD}=1 (mind their licence)"
        raise SpeechUnavailable(
            f"the weights of {name} are not on this machine: {remedy}, name a folder as vits:FOLDER, or use espeak"
        ) from error
    return _Checkpoint(name, model, tokenizer, frozenset(tokenizer.get_vocab()))


def _speaker(checkpoint: _Checkpoint, voice: Voice) -> int | None:
    count = int(checkpoint.model.config.num_speakers)
    if count <= 1:
        if voice.variant is not None:
            raise ValueError(f"{checkpoint.name} has one voice: leave the variant {voice.variant!r} out")
        return None
    number = 0 if voice.variant is None else int(voice.variant) if voice.variant.isdecimal() else -1
    if not 0 <= number < count:
        raise ValueError(f"{checkpoint.name} has the voices 0 to {count - 1}, not {voice.variant!r}")
    return number


def _spelled(checkpoint: _Checkpoint, sentence: str) -> list[tuple[str, str, int]]:
    """Words of a sentence without outer punctuation, the letters that the tokenizer keeps of each, and its position."""
    found = []
    for match in re.finditer(r"\S+", sentence):
        word = unicodedata.normalize("NFC", match.group()).replace("’", "'")
        known = "".join(_letter(checkpoint, letter, word) for letter in word) if checkpoint.spells_letters else word
        try:
            prepared, _ = checkpoint.tokenizer.prepare_for_tokenization(known)
        except ImportError as error:
            raise SpeechUnavailable(f"{checkpoint.name} needs more packages: {' '.join(str(error).split())}") from error
        letters = "".join(letter for letter in prepared if letter in checkpoint.vocabulary and letter != " ")
        plain = re.sub(r"^\W+|\W+$", "", word)
        if plain and letters:
            found.append((plain, letters, match.start()))
    return found


def _letter(checkpoint: _Checkpoint, letter: str, word: str) -> str:
    """The letter, or its base letter without accents if only that is in the vocabulary. Raises ValueError otherwise."""
    if letter.lower() in checkpoint.vocabulary or letter in checkpoint.vocabulary or not letter.isalnum():
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if plain and all(part.lower() in checkpoint.vocabulary for part in plain):
        return plain
    raise ValueError(
        f"{checkpoint.name} cannot say {letter!r} in {word[:40]!r}: write it out in its language's letters"
    )


def _tokens(checkpoint: _Checkpoint, words: list[str]) -> tuple[list[int], list[int | None]]:
    """Token ids of a sentence, and the index of the word of each; None for blanks and spaces."""
    letters: list[str] = []
    owners: list[int | None] = []
    for number, word in enumerate(words):
        if number and " " in checkpoint.vocabulary:
            letters.append(" ")
            owners.append(None)
        letters += word
        owners += [number] * len(word)
    ids: list[int] = checkpoint.tokenizer.convert_tokens_to_ids(letters)
    if not checkpoint.tokenizer.add_blank:
        return ids, owners
    # a blank (token 0) before, between and after all tokens
    spread, spread_owners = [0] * (2 * len(ids) + 1), [None] * (2 * len(ids) + 1)
    spread[1::2] = ids
    spread_owners[1::2] = owners  # type: ignore[assignment]
    return spread, list(spread_owners)


def _synthesise(
    checkpoint: _Checkpoint, tokens: list[int], rate: float, speaker: int | None
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Samples (N,) of the tokens at `rate` times the normal speed, and the sample index at which each token ends."""
    import torch

    model = checkpoint.model
    predicted: dict[str, Any] = {}

    length_scale = 1.0 / (rate * float(model.speaking_rate))

    def keep_durations(_module: Any, _inputs: Any, log_durations: Any) -> None:
        frames = torch.ceil(torch.exp(log_durations.flatten()) * length_scale).double()
        if not float(frames.sum()) * float(np.prod(model.config.upsample_rates)) <= LONGEST_SECONDS * checkpoint.hz:
            raise SpeechUnavailable(f"{checkpoint.name} makes a sentence endless: its weights are damaged")
        predicted["ends"] = np.cumsum(frames.numpy())

    with _lock, torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)  # the noise input varies the voice; a fixed seed gives equal samples for equal texts
        # the model does not return the durations; they are computed from its predictor as in VitsModel.forward
        hook = model.duration_predictor.register_forward_hook(keep_durations)
        try:
            answer = model(torch.tensor([tokens]), speaker_id=speaker, speaking_rate=1.0 / length_scale)
        finally:
            hook.remove()
    samples = np.clip(answer.waveform[0].numpy(), -1, 1).astype(np.float32)
    if not np.isfinite(samples).all():
        raise SpeechUnavailable(f"{checkpoint.name} gives no sound but NaN: its weights are damaged")
    ends = predicted["ends"]
    return samples, ends * (len(samples) / max(float(ends[-1]), 1.0))


def _timed(
    words: list[tuple[str, int]], owners: list[int | None], ends: NDArray[np.float64], begin: float
) -> list[SpokenWord]:
    """Words and their positions with the times of their tokens; `ends` (N,) of tokens, `begin` of the first, in s."""
    starts = np.concatenate([[begin], ends[:-1]])
    spoken = []
    for number, (word, position) in enumerate(words):
        own = [place for place, owner in enumerate(owners) if owner == number]
        spoken.append(SpokenWord(word, float(starts[own[0]]), float(ends[own[-1]]), position))
    return spoken

"""Training data of the model of scenes: captions with scenes of which they are true; nothing is rendered."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mien.bodies.scene import LABELS, Scene
from mien.follow.corpus.language.captions import LANGUAGES, Caption, Language, Others, Wording, caption
from mien.follow.corpus.language.combinations import draw_scene
from mien.follow.corpus.language.names import HER, HIM, SOMEONE
from mien.follow.corpus.language.phrases import ACTIONS
from mien.follow.corpus.language.typing import some_typing, typed
from mien.follow.scenes.attributes import ATTRIBUTES, options_of
from mien.follow.scenes.network import tokens
from mien.follow.scenes.reading import Reader
from mien.follow.scenes.vocabulary import Vocabulary, count_words
from mien.progress import progress_bar
from mien.training.randomness import derived_seed

_SPOKEN: tuple[Language, ...] = ("vi", "vi", "vi", "vi", "vi", "en", "en", "en", "en", "mixed")
_CHUNK = 4000
_DECIDE_THE_BOTTOM = frozenset({"dress", "ao_dai"})
_OTHER_TOPS = frozenset(LABELS["top"])


@dataclass(frozen=True, eq=False)
class CaptionData:
    """N captions. words int64 (N, L, 2), mask bool (N, L): see `mien.follow.scenes.network.tokens`. options int64
    (N, A): of a scene of which the caption is true. weights float32 (N, A): of each option in the loss."""

    words: Tensor
    mask: Tensor
    options: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.options)


@dataclass(frozen=True)
class Composed:
    """A caption as it is typed, with its scene."""

    text: str
    caption: Caption
    scene: Scene
    action: str | None


def compose(
    count: int,
    seed: int,
    language: Language | None = None,
    wording: Wording = "train",
    held_out: bool = False,
    typing: str | None = None,
    others: Others | None = None,
) -> list[Composed]:
    """Captions of scenes.

    language: None for all. typing: one of `mien.follow.corpus.language.typing`, None for a mixture as people type.
    held_out: only scenes with a combination that no training sees. others: how often names and things are named that
    no scene has.
    """
    rng = random.Random(derived_seed(seed, "captions of scenes"))
    found = []
    for _ in range(count):
        scene = draw_scene(rng, held_out)
        spoken = rng.choice(_SPOKEN) if language is None else language
        action = rng.choice(ACTIONS)
        made = caption(scene, rng, spoken, wording, action, others)
        text = some_typing(made.text, rng, spoken != "en") if typing is None else typed(made.text, typing)
        found.append(Composed(text, made, scene, made.action))
    return found


def vocabulary_of_captions(captions: Sequence[Composed]) -> Vocabulary:
    """The words of captions in Vietnamese and English, as they are spelt."""
    texts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for one in captions:
        if not one.caption.others:
            texts[one.caption.language].append(one.caption.text)
    return Vocabulary(count_words(texts["vi"], texts["en"], (HER, HIM, SOMEONE)))


def prepared(captions: Sequence[Composed], reader: Reader, open_weight: float) -> CaptionData:
    """The captions as the network reads them."""
    read, options, weights = [], [], []
    with progress_bar("captions", len(captions), "captions") as advance:
        for number, one in enumerate(captions):
            read.append(reader.read(one.text, one.caption.language))
            stated = options_of(one.scene, one.action)
            options.append([ATTRIBUTES[name].index(option) for name, option in stated.items()])
            weights.append(_weights(one, open_weight))
            if number % _CHUNK == _CHUNK - 1:
                advance(_CHUNK)
    words, mask = tokens(read)
    return CaptionData(words, mask, torch.tensor(options), torch.tensor(weights, dtype=torch.float32))


def _weights(one: Composed, open_weight: float) -> list[float]:
    """Of every attribute: 1 for what the caption speaks of and for the action, less for what it leaves open."""
    facts = dict(one.caption.facts)
    if facts.get("top", _OTHER_TOPS) <= _DECIDE_THE_BOTTOM:
        facts["bottom"] = frozenset({one.scene.bottom})
    visible = one.scene.visible()
    found = []
    for name in ATTRIBUTES:
        colour = name.removesuffix("_tone")
        told = name in facts or name == "action"
        told = told or (name != colour and colour in one.caption.tones)
        seen = name not in LABELS or name in visible
        found.append(1.0 if told else open_weight if seen else 0.2 * open_weight)
    return found

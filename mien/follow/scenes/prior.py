"""Scenes from words: the trained model with what it has to say of a text."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mien.bodies.scene import Scene
from mien.follow.corpus.language.colours import tone_of
from mien.follow.scenes.attributes import ATTRIBUTES, NO_ACTION, scene_of
from mien.follow.scenes.language.denials import Denied
from mien.follow.scenes.natural import usual
from mien.follow.scenes.network import Favour, SceneNetwork, tokens
from mien.follow.scenes.reading import Reader
from mien.follow.scenes.vocabulary import Vocabulary
from mien.text.translation import Translator
from mien.text.vietnamese import plain
from mien.training.model_folder import load_network
from mien.training.randomness import derived_seed, numpy_generator

KIND = "follow"

_DENIED = 1e-6

LEAST = 0.2
"""Options less probable than this part of the most probable one are not drawn: what a text says is kept."""


@dataclass(frozen=True)
class Read:
    """What a text becomes.

    scenes: the samples. notes: what the user should know, a sentence each: unknown words, names, corrections. action:
    the action that the text names, None if none. language: "vi", "en" or "mixed". says_something: whether the model
    knows anything of the text. notes_of_several: the notes where several figures are shown; None: the same.
    """

    scenes: tuple[Scene, ...]
    notes: tuple[str, ...]
    action: str | None
    language: str
    says_something: bool = True
    notes_of_several: tuple[str, ...] | None = None

    def notes_for(self, figures: int) -> tuple[str, ...]:
        """The notes where so many figures are shown."""
        return self.notes if figures == 1 or self.notes_of_several is None else self.notes_of_several


class ScenePrior:
    """Words → scenes. Deterministic: equal texts and seeds give equal scenes."""

    def __init__(self, network: SceneNetwork) -> None:
        self.network = network.eval()
        self.reader = Reader(network.vocabulary)

    @classmethod
    def load(cls, folder: Path) -> ScenePrior:
        """The model in `folder`. Raises ValueError if there is none or it is damaged."""

        def build(content: Mapping[str, Any]) -> SceneNetwork:
            own = dict(content["model"])
            return SceneNetwork(Vocabulary(own.pop("vocabulary")), **own)

        return cls(load_network(folder, (KIND,), build)[0])

    def sample(
        self,
        text: str,
        seed: int = 0,
        count: int = 1,
        language: str | None = None,
        translator: Translator | None = None,
    ) -> Read:
        """`count` scenes of a text; what it does not say differs between them and between seeds, near to what is usual.

        language: "vi", "en" or "mixed"; None: recognised. translator: into English; a text that is not English is then
        read as it translates it. Raises ValueError for another language, and for `count` < 1, TranslationError for a
        text that cannot be translated.
        """
        if count < 1:
            raise ValueError(f"at least one scene can be drawn, not {count}")
        read = self.reader.read(text, language)
        spoken = read.language
        translated: tuple[str, ...] = ()
        if translator is not None and spoken != "en":
            english = translator.translate([text])[0]
            read = self.reader.read(english, "en")
            translated = (f"translated: {english}",)
        purpose = f"scenes of {plain(text)}".encode("utf-8", "replace").decode()  # half a surrogate pair has no UTF-8
        uniform = numpy_generator(seed, purpose).random((count, len(ATTRIBUTES)))
        options = self._drawn([replace(read, ids=read.drawn)], torch.from_numpy(uniform).float())
        scenes = [
            scene_of(row, random.Random(derived_seed(seed, "details of scenes", number)))
            for number, row in enumerate(options)
        ]
        action = options[0]["action"]
        notes, several = ((*translated, *read.notes(figures)) for figures in (1, 2))
        drawn = None if action == NO_ACTION else action
        return Read(tuple(scenes), notes, drawn, spoken, read.says_something, several)

    def read(self, texts: Sequence[str], language: str | None = None) -> list[dict[str, str]]:
        """The most probable option of each attribute of `ATTRIBUTES`, one after the other, of each text."""
        return self._drawn([self.reader.read(text, language) for text in texts], None)

    @staticmethod
    def tones_satisfied(scene: Scene, tones: Mapping[str, frozenset[str]]) -> list[bool]:
        """Whether each colour has one of the tones that a caption claims."""
        return [tone_of(name, getattr(scene, name), scene.shade(name)) in allowed for name, allowed in tones.items()]

    @torch.no_grad()
    def _drawn(self, texts: Sequence[Any], uniform: torch.Tensor | None) -> list[dict[str, str]]:
        device = self.network.first.device
        words, mask = (tensor.to(device) for tensor in tokens(texts))
        pooled = self.network.pooled(words, mask)
        if uniform is not None:
            pooled = pooled.expand(-1, len(uniform), -1)
            uniform = uniform.to(device)
        drawn = self.network.draw(pooled, uniform, LEAST, _favour(texts[0].denied)).cpu().numpy()
        return [_named(row) for row in drawn]


def _favour(denied: Denied) -> Favour:
    """What is usual, and nothing of what a text denies where anything else is left."""
    if not denied:
        return usual

    def favour(place: int, drawn: Sequence[torch.Tensor]) -> torch.Tensor:
        factors = usual(place, drawn)
        name = tuple(ATTRIBUTES)[place]
        for option in denied.get(name, ()):
            factors[:, ATTRIBUTES[name].index(option)] *= _DENIED
        return factors

    return favour


def _named(row: np.ndarray[Any, Any]) -> dict[str, str]:
    return {name: options[int(place)] for (name, options), place in zip(ATTRIBUTES.items(), row, strict=True)}

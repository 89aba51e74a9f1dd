"""Text → clips with a trained model: the Python API.

animator = Animator.load(Path("models/shapes"))
clips = animator.clips(["circle moving up-right"], seeds=[0])
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.shapes.corpus.scenes import Scene
from mien.shapes.data.layers import Layers, render
from mien.shapes.generate.choosing import Choice, choose_measured, joined
from mien.shapes.networks.model import ShapesModel, load_model
from mien.systems.errors import RequestError
from mien.text.encoder import UnknownWord, read_tokens
from mien.training.device import best_device
from mien.training.randomness import torch_generator

CANDIDATES = 8
"""Samples for each text, as layers; the one with the highest discriminator score is rendered."""

ROUNDS = 4
"""How often so many samples are made for a scene that none of them shows."""


class Animator:
    """A trained model of moving shapes, for inference; `frames`: of the training clips."""

    def __init__(self, model: ShapesModel, version: str = "", candidates: int = CANDIDATES) -> None:
        """candidates: see `CANDIDATES`; 1: no selection. The baseline has no selection."""
        self.model, self.version, self.candidates = model, version, candidates
        self.architecture, self.frames = model.architecture, model.frames
        self.device = next(model.parameters()).device

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Animator:
        """The model of a folder. Raises ValueError in one sentence, see `mien.shapes.networks.model.load_model`."""
        model, content = load_model(folder)
        return cls(model.to(best_device(device)), str(content["sha256"]))

    def without_selection(self) -> Animator:
        """The same model without selection: the first sample is used."""
        return Animator(self.model, self.version, candidates=1)

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """Words and signs of a text that are not in the training data, with the nearest known word."""
        return self.model.text.unknown_words(text)

    @torch.no_grad()
    def clips(
        self,
        texts: Sequence[str],
        seeds: Sequence[int],
        frames: int | None = None,
        scenes: Sequence[Scene] | None = None,
    ) -> NDArray[np.uint8]:
        """A clip uint8 (B, T, 64, 64, 3) RGB for each text with its seed, at 10 frames a second.

        frames: resample the motion to this number of frames; None: that of the training clips. scenes: what the clips
        shall show; samples are chosen by what is measured in them, see `mien.shapes.generate.choosing`. None: by the
        discriminator's score. A clip depends on its own text, seed and scene only (up to rounding). Raises
        RequestError for an empty text, different numbers of texts and seeds or scenes, or fewer than 2 frames.
        """
        if not texts or len(texts) != len(seeds):
            raise RequestError(f"{len(texts)} texts need as many seeds, not {len(seeds)}")
        if scenes is not None and len(scenes) != len(texts):
            raise RequestError(f"{len(texts)} texts need as many scenes, not {len(scenes)}")
        if not all(text.strip() for text in texts):
            raise RequestError("there is no text to animate")
        count = self.frames if frames is None else frames
        if count < 2:
            raise RequestError(f"a clip has 2 frames or more, not {count}")
        plain = [self.model.text.spelled_out(text) for text in texts]
        tokens, mask = (tensor.to(self.device) for tensor in read_tokens(self.model.text, plain))
        if self.architecture == "frames":
            return to_bytes(self._frame_by_frame(tokens, mask, seeds, count)).cpu().numpy()
        if scenes is None:
            layers = self._select(tokens, mask, seeds)
        else:
            layers = self._select_measured(tokens, mask, seeds, scenes)
        return render(layers if count == self.frames else layers.resampled(count)).cpu().numpy()

    def _select(self, tokens: Tensor, mask: Tensor, seeds: Sequence[int]) -> Layers:
        samples = self._samples(tokens, mask, seeds, range(self.candidates))
        return samples[0] if len(samples) == 1 else self.model.select_best(samples, tokens, mask)

    def _samples(self, tokens: Tensor, mask: Tensor, seeds: Sequence[int], numbers: range) -> list[Layers]:
        samples = []
        for number in numbers:
            noise = torch.cat([self.model.sample_noise(1, torch_generator(seed, "shapes", number)) for seed in seeds])
            samples.append(self.model.layers(tokens, mask, noise.to(self.device)))
        return samples

    def _select_measured(self, tokens: Tensor, mask: Tensor, seeds: Sequence[int], scenes: Sequence[Scene]) -> Layers:
        best: list[Choice | None] = [None] * len(seeds)
        for first in range(0, ROUNDS * self.candidates, self.candidates):
            rows = [row for row, own in enumerate(best) if own is None or not own.exact]
            if not rows:
                break
            own_tokens, own_mask = tokens[rows], mask[rows]
            numbers = range(first, first + self.candidates)
            samples = self._samples(own_tokens, own_mask, [seeds[row] for row in rows], numbers)
            scores = self.model.scores(samples, own_tokens, own_mask)
            chosen = choose_measured(samples, scores, [scenes[row] for row in rows], [best[row] for row in rows])
            for row, own in zip(rows, chosen, strict=True):
                best[row] = own
        return joined([own for own in best if own is not None])

    def _frame_by_frame(self, tokens: Tensor, mask: Tensor, seeds: Sequence[int], count: int) -> Tensor:
        clips = []
        for number, seed in enumerate(seeds):
            noise = self.model.sample_noise(count, torch_generator(seed, "shapes", 0)).to(self.device)
            text = tokens[number].expand(count, *tokens.shape[1:]), mask[number].expand(count, -1)
            clips.append(self.model.single_frames(*text, noise))
        return torch.stack(clips)


def to_bytes(clips: Tensor) -> Tensor:
    """Clips (B, T, 3, S, S) in [−1, 1] → uint8 (B, T, S, S, 3)."""
    return ((clips + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 1, 3, 4, 2)

"""The Python API of text → head motion with a trained model.

mover = Mover.load(Path("models/head_motion"))
performance = mover.move("nods twice, then smiles", seconds=4)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from mien.heads.performance import Performance
from mien.motion.data.batches import valid_frames
from mien.motion.data.features import FPS, WIDTH, to_performance
from mien.motion.generate.request import MoveRequest
from mien.motion.generate.script import LONGEST_SECONDS, SHORTEST_SECONDS
from mien.motion.networks.diffusion import guided, sample
from mien.motion.networks.duration_model import Alignment, align_words
from mien.motion.networks.model import MotionModel, load_model
from mien.motion.networks.transformer import LONGEST, PATCH
from mien.systems.errors import RequestError
from mien.text.encoder import read_tokens
from mien.text.tokens import words
from mien.training.device import best_device
from mien.training.randomness import torch_generator

SMOOTHING = 1.0
"""Standard deviation in frames of the Gaussian filter that removes residual noise, which is faster than heads move."""

OVERLAP = 24
"""Frames of the previous motion with which the next segment starts: about one second."""


@dataclass(frozen=True)
class TimedText:
    """A text and the length of its motion in seconds; None: predicted from the text."""

    text: str
    seconds: float | None = None


class Mover:
    """A trained head-motion model for inference. guidance, steps: defaults of its methods."""

    def __init__(self, model: MotionModel, guidance: float = 2.5, steps: int = 20, version: str = "") -> None:
        self.model, self.guidance, self.steps, self.version = model, guidance, steps, version
        self.device = next(model.parameters()).device

    @classmethod
    def load(cls, folder: Path, device: str = "auto", cache: Path | None = None, download: bool = False) -> Mover:
        """The model in `folder`. Raises ValueError, see `mien.motion.networks.model.load_model`."""
        model, content = load_model(folder, cache=cache, download=download)
        model.to(best_device(device))
        return cls(model, float(content["guidance"]), int(content["sampling_steps"]), str(content["sha256"]))

    def word_notes(self, *texts: str) -> tuple[str, ...]:
        """A note for each out-of-vocabulary word of the texts, and for each text that is too long.

        Raises RequestError for a text without a known word.
        """
        for text in texts:
            unknown = {one.word for one in self.model.text.unknown_words(text)}
            if unknown and not set(words(self.model.text.spelled_out(text))) - {",", *unknown}:
                raise RequestError(
                    f"the model knows no word of {text[:60]!r}: say it with words such as nods, smiles, looks left"
                )
        notes = [unknown.note for text in texts for unknown in self.model.text.unknown_words(text)]
        for text in texts:
            left = self.model.text.words_left_out(self.model.text.spelled_out(text))
            if left:
                notes.append(f"the text is too long: the model does not read its last {left} words, use --script")
        return tuple(dict.fromkeys(notes))

    def seconds_for(self, text: str) -> float:
        """Predicted length of the motion of a text, in [0.4, 10] seconds."""
        with torch.no_grad():
            seconds = float(self.model.duration_model(*self._tokenise([text])).sum())
        return min(LONGEST / float(FPS), max(SHORTEST_SECONDS, seconds))

    def move(
        self, text: str, seconds: float | None = None, seed: int = 0, guidance: float | None = None,
        steps: int | None = None,
    ) -> Performance:  # fmt: skip
        """The motion of a text at 25 frames per second; a function of the arguments.

        A motion of over 10 s is generated in overlapping segments, each conditioned on the whole text. Raises
        RequestError for an empty text or an invalid length.
        """
        return self.generate_sequence([TimedText(text, seconds)], seed, guidance, steps)

    def generate_sequence(
        self,
        timed_texts: Sequence[TimedText],
        seed: int = 0,
        guidance: float | None = None,
        steps: int | None = None,
        advance: Callable[[int], None] | None = None,
    ) -> Performance:
        """One motion of consecutive texts; each segment continues the previous one (in-painting of `OVERLAP` frames).

        `advance` is called with the number of frames after each segment of up to 10 s. Raises RequestError as `move`.
        """
        if not timed_texts:
            raise RequestError("there is nothing to do: give at least one text")
        segments: list[tuple[str, int]] = []
        for timed_text in timed_texts:
            MoveRequest.check_values({"text": timed_text.text, "seconds": timed_text.seconds})
            seconds = self.seconds_for(timed_text.text) if timed_text.seconds is None else timed_text.seconds
            segments += [(timed_text.text, frames) for frames in _segment_lengths(round(seconds * FPS))]
        if sum(frames for _, frames in segments) > LONGEST_SECONDS * FPS:
            raise RequestError(f"all texts together take longer than {LONGEST_SECONDS:.0f} s")
        features_so_far = torch.zeros(0, WIDTH)
        for number, (text, frames) in enumerate(segments):
            overlap = min(OVERLAP, len(features_so_far), LONGEST - frames)
            known = features_so_far[len(features_so_far) - overlap :][None] if overlap > 0 else None
            generated = self.features([text], [frames + overlap], [seed], guidance, steps, known, segment=number)[0]
            features_so_far = torch.cat([features_so_far, generated[overlap:]])
            if advance is not None:
                advance(frames)
        return to_performance(features_so_far.numpy())

    @torch.no_grad()
    def features(
        self,
        texts: Sequence[str],
        frames: Sequence[int],
        seeds: Sequence[int],
        guidance: float | None = None,
        steps: int | None = None,
        known: Tensor | None = None,
        segment: int = 0,
    ) -> list[Tensor]:
        """Features (T_i, 63) of a batch of B texts, up to 250 frames each.

        A motion depends on its own text, length and seed, not on the rest of the batch (up to rounding). `known`:
        features (B, K, 63) of the first K frames, which are kept (in-painting). `segment`: index of the segment; it
        selects the noise.
        """
        model = self.model
        lengths = torch.tensor(list(frames), device=self.device)
        tokens, mask = self._tokenise(texts)
        text = self.model.encode_text(tokens, mask)
        if model.architecture == "mlp":
            predicted = model.network(lengths, text, mask)
        else:
            alignment = align_words(self.model.duration_model(tokens, mask))
            predicted = self._sample(text, mask, alignment, lengths, seeds, guidance, steps, known, segment)
        motions = model.whitening.invert(predicted.float()).cpu().numpy()
        smoothed = (gaussian_filter1d(motion[:count], SMOOTHING, 0, mode="nearest")
                  for motion, count in zip(motions, frames, strict=True))  # fmt: skip
        return [torch.from_numpy(motion) for motion in smoothed]

    def _sample(
        self, text: Tensor, mask: Tensor, alignment: Alignment, lengths: Tensor, seeds: Sequence[int],
        guidance: float | None, steps: int | None, known: Tensor | None, segment: int,
    ) -> Tensor:  # fmt: skip
        size = int(-(-int(lengths.max()) // PATCH) * PATCH)
        noises = [torch.randn(size, WIDTH, generator=torch_generator(seed, "motion", segment)) for seed in seeds]
        noise = torch.stack(noises).to(self.device)
        scale = self.guidance if guidance is None else guidance
        texts_twice, masks = torch.cat([text, text]), torch.cat([mask, mask])
        doubled = alignment.doubled()
        dropped = (torch.arange(2 * len(text)) >= len(text)).to(self.device)
        unguided, valid = scale == 1.0, valid_frames(lengths, size)

        def predict(noisy: Tensor, level: Tensor) -> Tensor:
            if unguided:
                return self.model.network(noisy, level, lengths, text, mask, alignment) * valid
            both = self.model.network(
                noisy.repeat(2, 1, 1), level.repeat(2), lengths.repeat(2), texts_twice, masks, doubled, dropped
            )
            return guided(both[: len(text)], both[len(text) :], scale) * valid

        inpainting = None
        if known is not None:
            start = torch.zeros_like(noise)
            start[:, : known.shape[1]] = self.model.whitening.apply(known.to(self.device))
            known_mask = (torch.arange(size, device=self.device) < known.shape[1])[None, :, None]
            inpainting = (start, known_mask.expand(len(text), -1, 1))
        return sample(predict, noise, self.steps if steps is None else steps, inpainting)

    def _tokenise(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        tokens, mask = read_tokens(self.model.text, [self.model.text.spelled_out(text) for text in texts])
        return tokens.to(self.device), mask.to(self.device)


def _segment_lengths(frames: int) -> list[int]:
    """Lengths of segments of similar length that sum to `frames`; each is at most `LONGEST` with the overlap."""
    if frames <= LONGEST:
        return [max(1, frames)]
    count = -(-frames // (LONGEST - OVERLAP))
    edges = np.linspace(0, frames, count + 1).round().astype(int)
    return [int(b - a) for a, b in pairwise(edges)]

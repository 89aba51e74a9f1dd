"""The Python API of text → head motion with a trained model.

mover = Mover.load(Path("models/head_motion"))
performance = mover.move("nods twice, then smiles", seconds=4)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from mien.heads.performance import Performance
from mien.motion.data.batches import pad_timelines, valid_frames
from mien.motion.data.features import FPS, WIDTH
from mien.motion.generate.condition import Condition
from mien.motion.generate.performer import SAMPLES, Performed, Performer, TimedText
from mien.motion.generate.request import MoveRequest
from mien.motion.generate.script import SHORTEST_SECONDS
from mien.motion.language.reading import Reading, read
from mien.motion.networks.diffusion import guided, sample
from mien.motion.networks.duration_model import Alignment, align_words
from mien.motion.networks.model import MotionModel, load_model
from mien.motion.networks.transformer import LONGEST, PATCH
from mien.systems.errors import RequestError
from mien.text.encoder import PretrainedEncoder, read_tokens
from mien.text.languages import is_vietnamese
from mien.text.tokens import TokensEncoder, words
from mien.text.word_vectors import EmbeddingVectors
from mien.training.device import best_device
from mien.training.randomness import torch_generator

SMOOTHING = 0.6
"""Standard deviation in frames of the Gaussian filter that removes residual noise, which is faster than heads move."""


TIMELINE_GUIDANCE = 1.0
"""Guidance scale of motions with a timeline, which says all: with 2.5, slight actions became strong ones, and `exact`
fell from 1.0 to .86."""


@dataclass(frozen=True)
class _Words:
    """Text features (B, L, W), their mask (B, L), and the times of the words."""

    text: Tensor
    mask: Tensor
    alignment: Alignment

    @property
    def parts(self) -> tuple[Tensor, Tensor, Alignment]:
        return self.text, self.mask, self.alignment

    def doubled(self) -> tuple[Tensor, Tensor, Alignment]:
        """The batch concatenated with itself."""
        return self.text.repeat(2, 1, 1), self.mask.repeat(2, 1), self.alignment.doubled()


class Mover:
    """A trained head-motion model for inference. guidance, steps: defaults of its methods."""

    def __init__(self, model: MotionModel, guidance: float = 2.5, steps: int = 20, version: str = "") -> None:
        self.model, self.guidance, self.steps, self.version = model, guidance, steps, version
        self.device = next(model.parameters()).device
        text = model.text
        self.vectors = EmbeddingVectors(text.checkpoint) if isinstance(text, PretrainedEncoder) else None

    @classmethod
    def load(cls, folder: Path, device: str = "auto", cache: Path | None = None, download: bool = False) -> Mover:
        """The model in `folder`. Raises ValueError, see `mien.motion.networks.model.load_model`."""
        model, content = load_model(folder, cache=cache, download=download)
        model.to(best_device(device))
        return cls(model, float(content["guidance"]), int(content["sampling_steps"]), str(content["sha256"]))

    def word_notes(self, *texts: str) -> tuple[str, ...]:
        """A note for each out-of-vocabulary word of the texts, and for each text that is too long.

        Raises RequestError for a text without a known word, and for one in Vietnamese where only the model's own words
        are known.
        """
        for text in texts:
            if isinstance(self.model.text, TokensEncoder) and is_vietnamese(text):
                raise RequestError(f"{text[:60]!r} is not English: say it with words such as nods, smiles, looks left")
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
        steps: int | None = None, samples: int = SAMPLES,
    ) -> Performance:  # fmt: skip
        """The motion of a text at 25 frames per second; a function of the arguments.

        See `perform`. Raises RequestError for an empty text or an invalid length.
        """
        return self.perform([TimedText(text, seconds)], seed, guidance, steps, samples).performance

    def perform(
        self,
        timed_texts: Sequence[TimedText],
        seed: int = 0,
        guidance: float | None = None,
        steps: int | None = None,
        samples: int = SAMPLES,
        advance: Callable[[int], None] | None = None,
    ) -> Performed:
        """One motion of consecutive texts, with what was understood of each and what its motion does otherwise.

        A text that is understood becomes a plan; of `samples` motions of a plan the one is chosen in which the actions
        that are *measured* agree best with it. A text that is not understood is read by the model as it is, once. Parts
        of up to 10 s continue each other (in-painting of `OVERLAP` frames). `advance` is called with the number of
        frames after each part. Raises RequestError as `move`.
        """
        if not timed_texts:
            raise RequestError("there is nothing to do: give at least one text")
        for timed_text in timed_texts:
            MoveRequest.check_values({"text": timed_text.text, "seconds": timed_text.seconds})
        return Performer(self, seed, guidance, steps, samples, advance).perform(timed_texts)

    def read(self, text: str) -> Reading:
        """What is understood of a text: a plan, or None where the model must read the words themselves.

        Unknown words are taken for the nearest known ones if the model has a text model of transformers.
        """
        return read(text, self.vectors) if self.model.timer is not None else Reading(None)

    @torch.no_grad()
    def features(
        self,
        conditions: Sequence[Condition],
        guidance: float | None = None,
        steps: int | None = None,
        known: Tensor | None = None,
        segment: int = 0,
    ) -> list[Tensor]:
        """Features (T_i, 63) of a batch of B motions, up to 250 frames each.

        A motion depends on its own condition, not on the rest of the batch (up to rounding). `known`: features
        (B, K, 63) of the first K frames, which are kept (in-painting). `segment`: index of the segment; it selects the
        noise. Raises ValueError for a timeline where the model takes none.
        """
        model, frames = self.model, [condition.frames for condition in conditions]
        if model.timer is None and any(condition.placed is not None for condition in conditions):
            raise ValueError("this model takes texts, not timelines")
        lengths = torch.tensor(frames, device=self.device)
        tokens, mask = self._tokenise([condition.text for condition in conditions])
        text = model.encode_text(tokens, mask)
        if model.architecture == "mlp":
            predicted = model.network(lengths, text, mask)
        else:
            size = -(-max(frames) // PATCH) * PATCH
            words = _Words(text, mask, align_words(model.duration_model(tokens, mask)))
            timed = torch.tensor([condition.placed is not None for condition in conditions], device=self.device)
            timelines = pad_timelines([condition.placed for condition in conditions], size).to(self.device)
            noises = [torch.randn(size, WIDTH, generator=torch_generator(condition.seed, "motion", segment))
                      for condition in conditions]  # fmt: skip
            noise = torch.stack(noises).to(self.device)
            predict = self._predictor(words, lengths, timelines, timed, guidance)
            inpainting = None if known is None else self._inpainting(noise, known)
            predicted = sample(predict, noise, self.steps if steps is None else steps, inpainting)
        motions = model.whitening.invert(predicted.float()).cpu().numpy()
        smoothed = (gaussian_filter1d(motion[:count], SMOOTHING, 0, mode="nearest")
                  for motion, count in zip(motions, frames, strict=True))  # fmt: skip
        return [torch.from_numpy(motion) for motion in smoothed]

    def _predictor(
        self, words: _Words, lengths: Tensor, timelines: Tensor, timed: Tensor, guidance: float | None
    ) -> Callable[[Tensor, Tensor], Tensor]:
        """(noisy, level) → the clean motion, with classifier-free guidance; timelines have none unless it is given."""
        network, size, rows = self.model.network, timelines.shape[1], len(lengths)
        if guidance is None:
            scale = torch.where(timed, TIMELINE_GUIDANCE, self.guidance)[:, None, None]
        else:
            scale = torch.full((rows, 1, 1), guidance, device=self.device)
        valid = valid_frames(lengths, size)
        given = timelines if self.model.timer is not None else None
        if bool((scale == 1.0).all()):
            return lambda noisy, level: valid * network(noisy, level, lengths, *words.parts, timed, given, timed)
        texts, masks, alignment = words.doubled()
        nothing = torch.zeros_like(timed)
        dropped, shown = torch.cat([timed, ~nothing]), torch.cat([timed, nothing])
        doubled = None if given is None else given.repeat(2, 1, 1)

        def predict(noisy: Tensor, level: Tensor) -> Tensor:
            both = network(
                noisy.repeat(2, 1, 1), level.repeat(2), lengths.repeat(2), texts, masks, alignment, dropped, doubled,
                shown,
            )  # fmt: skip
            return guided(both[:rows], both[rows:], scale) * valid

        return predict

    def _inpainting(self, noise: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        start = torch.zeros_like(noise)
        start[:, : known.shape[1]] = self.model.whitening.apply(known.to(self.device))
        known_mask = (torch.arange(noise.shape[1], device=self.device) < known.shape[1])[None, :, None]
        return start, known_mask.expand(len(noise), -1, 1)

    def _tokenise(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        tokens, mask = read_tokens(self.model.text, [self.model.text.spelled_out(text) for text in texts])
        return tokens.to(self.device), mask.to(self.device)

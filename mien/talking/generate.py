"""From a face, speech and an emotion to frames."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from mien.clips import EMOTIONS
from mien.talking.augmentation import warp_pictures
from mien.talking.model_folder import load_into, read_config
from mien.talking.motion import MOTIONS, TAPS
from mien.talking.networks import SPEECH_CONTEXT, SPEECH_MARGIN, Generator, GeneratorConfig
from mien.talking.speech_features import STEPS_PER_FRAME, frame_count, log_mels
from mien.training.device import best_device, place
from mien.training.randomness import torch_generator

CHUNK_FRAMES = 16
"""Frames decoded at once: memory does not depend on the length of the speech."""


def load_generator(folder: Path) -> Generator:
    """The generator of a `generator` or `talking_face` folder, on the CPU.

    Raises ValueError in one sentence when the folder is missing, damaged or of another version.
    """
    config = read_config(folder, ("generator", "talking_face"))
    try:
        generator = Generator(GeneratorConfig.model_validate(config.get("network")))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise ValueError(
            f"{folder / 'config.json'}: the network is not described as this version does: {where}"
        ) from error
    load_into(generator, folder, config)
    return generator


class Talker:
    """A trained talking face, ready to talk."""

    def __init__(self, generator: Generator, device: torch.device, version: str) -> None:
        self.generator = generator.eval().requires_grad_(False)
        place(self.generator, device)
        self.device = device
        self.version = version
        """The digest of the weights."""

    @staticmethod
    def load(model: Path, device: str = "auto") -> Talker:
        """Read a model folder; raises ValueError in one sentence when it is not a whole one of this version."""
        generator = load_generator(model)
        return Talker(generator, best_device(device), str(read_config(model, ("generator", "talking_face"))["sha256"]))

    @property
    def size(self) -> int:
        """Side of the frames in pixels."""
        return self.generator.config.size

    @property
    def fps(self) -> Fraction:
        """Frames a second, exact."""
        return self.generator.config.fps

    @property
    def sample_rate(self) -> int:
        """Of the speech, in hertz."""
        return self.generator.config.sample_rate

    def motion(self, frames: int, emotion: str | None, intensity: float | None, seed: int) -> NDArray[np.float32]:
        """Head motion and blinks (T, 7) in the units of `mien.talking.motion.MOTIONS`, drawn from noise."""
        noise = torch.randn(frames + TAPS - 1, len(MOTIONS), generator=torch_generator(seed, "motion"))
        drawn = self.generator.noise_encoder.motion(noise.to(self.device), _emotion_index(emotion), intensity)
        return np.asarray(drawn.cpu().numpy(), np.float32)

    @torch.no_grad()
    def generate(
        self,
        crop: NDArray[np.uint8],
        speech: NDArray[np.float32],
        emotion: str | None = None,
        intensity: float | None = None,
        seed: int = 0,
        motion: NDArray[np.float32] | None = None,
        chunk_frames: int = CHUNK_FRAMES,
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield ⌈N · fps / sample rate⌉ frames uint8 (S, S, 3) of the face in `crop` (S, S, 3) saying `speech` (N,).

        `emotion` one of EMOTIONS, `intensity` in [0, 1]; None: unspecified. `seed` chooses head motion and blinks;
        `motion` (T, 7) gives them instead. Raises ValueError for a crop of another size, an unknown emotion, an
        intensity out of bounds, or speech that is empty or holds something else than numbers.
        """
        self._check(crop, speech, intensity)
        index = _emotion_index(emotion)
        frames = frame_count(len(speech), self.fps, self.sample_rate)
        if motion is None:
            motion = self.motion(frames, emotion, intensity, seed)
        if motion.shape != (frames, len(MOTIONS)):
            raise ValueError(f"motion must have the shape ({frames}, {len(MOTIONS)}), not {motion.shape}")
        return self._frames(crop, speech, index, intensity, motion, chunk_frames)

    def _check(self, crop: NDArray[np.uint8], speech: NDArray[np.float32], intensity: float | None) -> None:
        if crop.shape != (self.size, self.size, 3) or crop.dtype != np.uint8:
            raise ValueError(
                f"the face must be uint8 ({self.size}, {self.size}, 3), not {crop.dtype} {crop.shape}: align it first"
            )
        if speech.ndim != 1 or not len(speech) or not np.isfinite(speech).all():
            raise ValueError("the speech must be a non-empty row of finite numbers")
        if intensity is not None and not 0 <= intensity <= 1:
            raise ValueError(f"intensity {intensity:g} is not between 0 and 1")

    @torch.no_grad()
    def _frames(
        self,
        crop: NDArray[np.uint8],
        speech: NDArray[np.float32],
        emotion: int,
        intensity: float | None,
        motion: NDArray[np.float32],
        chunk: int,
    ) -> Iterator[NDArray[np.uint8]]:
        network, device = self.generator, self.device
        spectra = log_mels(speech, len(motion), self.fps, self.sample_rate, SPEECH_MARGIN)
        image = torch.from_numpy(np.ascontiguousarray(crop)).to(device).permute(2, 0, 1)[None].float() / 127.5 - 1
        maps = network.image_encoder(image)
        feeling = torch.tensor([emotion], device=device)
        strength = torch.tensor([float("nan") if intensity is None else intensity], device=device)
        for first in range(0, len(motion), chunk):
            last = min(first + chunk, len(motion))
            # the last chunk is filled up: equal shapes are computed by equal kernels, to equal bits
            numbers = np.minimum(np.arange(first, first + chunk), len(motion) - 1)
            start = numbers * STEPS_PER_FRAME
            pieces = np.stack([spectra[:, one : one + SPEECH_CONTEXT] for one in start])
            codes = network.speech_encoder(torch.from_numpy(pieces).to(device))[:, 0][None]
            moves = torch.from_numpy(motion[numbers]).to(device)[None]
            drawn = network.frames(maps, network.codes(codes, feeling, strength, moves))[0]
            frames = warp_pictures(drawn.float(), network.noise_encoder.placements(moves[0]))
            pixels = ((frames + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
            yield from pixels.permute(0, 2, 3, 1).cpu().numpy()[: last - first]


def _emotion_index(emotion: str | None) -> int:
    if emotion is None:
        return -1
    if emotion not in EMOTIONS:
        raise ValueError(f"unknown emotion {emotion!r}: choose from {', '.join(EMOTIONS)}")
    return EMOTIONS.index(emotion)

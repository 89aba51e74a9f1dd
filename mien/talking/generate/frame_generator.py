"""Frames from an aligned face, speech and an emotion: the generator without face detection and paste-back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from mien.clips import EMOTIONS
from mien.faces.measures import FACE_POSE
from mien.media.log_mel import STEPS_PER_FRAME, frame_count, log_mels
from mien.talking.data.pose import TAPS
from mien.talking.networks.compose import Composer, scaled_picture
from mien.talking.networks.encoders import SPEECH_CONTEXT, feelings
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.training.device import best_device, place
from mien.training.model_folder import load_into, read_config
from mien.training.randomness import torch_generator

CHUNK_FRAMES = 16
"""Frames decoded at once, so that memory does not grow with the length of the speech."""

LEAST_SIDE = 16
"""Minimum side of a crop in pixels."""


def load_generator(folder: Path) -> Generator:
    """Load the generator of a `generator` or `talking_face` folder, on the CPU.

    Raises ValueError, with one sentence, if the folder is missing, damaged or of another version.
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


class FrameGenerator:
    """A trained talking face: frames of an aligned face from speech and an emotion."""

    def __init__(self, generator: Generator, device: torch.device, version: str) -> None:
        self.generator = generator.eval().requires_grad_(False)
        place(self.generator, device)
        self.device = device
        self.version = version
        """Digest of the weights."""

    @classmethod
    def load(cls, model: Path, device: str = "auto") -> Self:
        """Load a model folder. Raises ValueError, with one sentence, if it is incomplete or of another version."""
        generator = load_generator(model)
        fps, hz = generator.config.fps, generator.config.sample_rate
        if not 1 <= fps <= 240 or not 4_000 <= hz <= 192_000:
            raise ValueError(f"it makes {fps} frames a second of sound at {hz} Hz")
        return cls(generator, best_device(device), str(read_config(model, ("generator", "talking_face"))["sha256"]))

    @property
    def size(self) -> int:
        """Side of the frames in pixels."""
        return self.generator.config.size

    @property
    def fps(self) -> Fraction:
        """Frames per second, exact."""
        return self.generator.config.fps

    @property
    def sample_rate(self) -> int:
        """Sample rate of the speech in hertz."""
        return self.generator.config.sample_rate

    @property
    def architecture(self) -> str:
        """`warp` or `direct`."""
        return self.generator.config.architecture

    @property
    def usual_motion(self) -> NDArray[np.float32]:
        """The mean pose (9,) over the emotions of the training clips, in the units of `FACE_POSE`."""
        return np.asarray(self.generator.noise_encoder.means.mean(0).cpu().numpy(), np.float32)

    def frame_count(self, speech: NDArray[np.float32]) -> int:
        """Number of frames that cover the speech (N,): ⌈N · fps / sample rate⌉."""
        return frame_count(len(speech), self.fps, self.sample_rate)

    def motion(self, frames: int, emotion: str | None, intensity: float | None, seed: int) -> NDArray[np.float32]:
        """Sampled head motion, blinks and gaze (T, 9) in the units of `mien.faces.measures.FACE_POSE`."""
        return self._drawn_motion(_constant(frames, emotion, intensity), seed)

    def _drawn_motion(self, feeling: Tensor, seed: int) -> NDArray[np.float32]:
        noise = torch.randn(len(feeling) + TAPS - 1, len(FACE_POSE), generator=torch_generator(seed, "motion"))
        drawn = self.generator.noise_encoder.motion(noise.to(self.device), feeling.to(self.device))
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
        feeling: NDArray[np.float32] | None = None,
        hold_border: float = 0.0,
        landmarks: NDArray[np.float32] | None = None,
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield ⌈N · fps / sample rate⌉ frames uint8 (R, R, 3) of the face in `crop` (R, R, 3) saying `speech` (N,).

        R ≥ 16. The network processes the crop at its own `size`; with `architecture: warp` the frames keep the detail
        of the crop.

        `emotion`: one of EMOTIONS, `intensity` in [0, 1]; None: unspecified. `feeling` (T, 6): instead of both, the
        weight in [0, 1] of each of EMOTIONS in each frame. `seed`: of head motion, blinks and gaze. `motion` (T, 9):
        poses in the units of `FACE_POSE`, instead of sampled ones. `hold_border` in [0, 0.5): fraction of the side over
        which all changes fade out towards the edges, for pasting back. `landmarks` (68, 2): detected landmarks in crop
        pixels; None: the network predicts them, which is accurate only for faces like those in the training set.

        Raises ValueError for a crop of another shape or type, an unknown emotion, numbers out of bounds, and speech
        that is empty or not finite.
        """
        self._check(crop, speech, intensity, hold_border)
        frames = self.frame_count(speech)
        felt = _constant(frames, emotion, intensity) if feeling is None else _checked_feeling(feeling, frames)
        if motion is None:
            motion = self._drawn_motion(felt, seed)
        if motion.shape != (frames, len(FACE_POSE)):
            raise ValueError(f"motion must have the shape ({frames}, {len(FACE_POSE)}), not {motion.shape}")
        known = None if landmarks is None else self._known(landmarks, crop.shape[0])
        return self._frames(Composer(crop, hold_border), speech, felt, motion, chunk_frames, known)

    def _check(
        self, crop: NDArray[np.uint8], speech: NDArray[np.float32], intensity: float | None, hold_border: float
    ) -> None:
        side = crop.shape[0]
        if crop.shape != (side, side, 3) or crop.dtype != np.uint8 or side < LEAST_SIDE:
            raise ValueError(
                f"the face must be a square uint8 (R, R, 3) of at least {LEAST_SIDE} pixels, "
                f"not {crop.dtype} {crop.shape}: align it first"
            )
        if speech.ndim != 1 or not len(speech) or not np.isfinite(speech).all():
            raise ValueError("the speech must be a non-empty row of finite numbers")
        if intensity is not None and not 0 <= intensity <= 1:
            raise ValueError(f"intensity {intensity:g} is not between 0 and 1")
        if not 0 <= hold_border < 0.5:
            raise ValueError(f"hold_border {hold_border:g} is not in [0, 0.5)")

    def _known(self, landmarks: NDArray[np.float32], side: int) -> Tensor:
        if landmarks.shape != (68, 2) or not np.isfinite(landmarks).all():
            raise ValueError(f"landmarks must be finite numbers (68, 2), not {landmarks.shape}")
        place = (2 * np.asarray(landmarks, np.float32) + 1) / side - 1
        return torch.from_numpy(place).to(self.device)[None]

    @torch.no_grad()
    def _frames(
        self,
        composer: Composer,
        speech: NDArray[np.float32],
        feeling: Tensor,
        motion: NDArray[np.float32],
        chunk: int,
        known: Tensor | None,
    ) -> Iterator[NDArray[np.uint8]]:
        network, device = self.generator, self.device
        spectra = log_mels(speech, len(motion), self.fps, self.sample_rate)
        image = torch.from_numpy(scaled_picture(composer.crop, self.size)).to(device)
        maps = network.image_encoder(image.permute(2, 0, 1)[None].float() / 127.5 - 1)
        landmarks = network.landmarks(maps) if known is None else known
        for first in range(0, len(motion), chunk):
            last = min(first + chunk, len(motion))
            # the last chunk is padded: only tensors of equal shape are sure to be computed to equal bits
            numbers = np.minimum(np.arange(first, first + chunk), len(motion) - 1)
            start = numbers * STEPS_PER_FRAME
            pieces = np.stack([spectra[:, one : one + SPEECH_CONTEXT] for one in start])
            codes = network.speech_encoder(torch.from_numpy(pieces).to(device))[:, 0][None]
            moves = torch.from_numpy(motion[numbers]).to(device)
            felt = feeling[numbers].to(device)
            drawing = network.draw(maps, landmarks, network.codes(landmarks, codes, felt[None], moves[None]))
            drawn = composer.frames(drawing, network.noise_encoder.placements(moves))
            for _, frame in zip(range(last - first), drawn, strict=False):
                yield frame


def _constant(frames: int, emotion: str | None, intensity: float | None) -> Tensor:
    """Emotion weights (T, 6) of one constant emotion."""
    index = torch.tensor([_emotion_index(emotion)])
    strength = torch.tensor([float("nan") if intensity is None else intensity])
    return feelings(index, strength).expand(frames, -1)


def _checked_feeling(feeling: NDArray[np.float32], frames: int) -> Tensor:
    if feeling.shape != (frames, len(EMOTIONS)):
        raise ValueError(f"feeling must have the shape ({frames}, {len(EMOTIONS)}), not {feeling.shape}")
    if not (np.isfinite(feeling).all() and feeling.min() >= 0 and feeling.max() <= 1):
        raise ValueError("the weights of feelings must be numbers between 0 and 1")
    return torch.from_numpy(np.ascontiguousarray(feeling, np.float32))


def _emotion_index(emotion: str | None) -> int:
    if emotion is None:
        return -1
    if emotion not in EMOTIONS:
        raise ValueError(f"unknown emotion {emotion!r}: choose from {', '.join(EMOTIONS)}")
    return EMOTIONS.index(emotion)

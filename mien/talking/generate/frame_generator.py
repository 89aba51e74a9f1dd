"""Frames from an aligned face, speech and an emotion: the generator without face detection and paste-back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from mien.clips import EMOTIONS
from mien.faces.measures import FACE_POSE
from mien.faces.pictures.person_mask import person_weight
from mien.media.coordinates import to_normalised, to_pixels
from mien.media.log_mel import STEPS_PER_FRAME, frame_count, log_mels
from mien.media.resize import resized
from mien.talking.compose.composer import Composer
from mien.talking.compose.creases.layer import CreaseLayer
from mien.talking.compose.layer import Layer, Portrait
from mien.talking.compose.lids.layer import LidLayer
from mien.talking.compose.mouth.mouth_layer import MouthLayer
from mien.talking.data.pose import DECODED, TAPS
from mien.talking.generate.blinks import with_blinks
from mien.talking.networks.encoders import SPEECH_CONTEXT, to_emotion_weights
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.networks.warp import WarpDecoder
from mien.training.device import best_device, place
from mien.training.model_folder import load_network
from mien.training.randomness import numpy_generator, torch_generator

CHUNK_FRAMES = 16
"""Frames decoded at once, so that memory does not grow with the length of the speech."""

MIN_SIDE = 16
"""Minimum side of a crop in pixels."""

SWAY_SECONDS = 0.14
"""Standard deviation in seconds of the smoothing of sampled head motion and gaze."""

EXPRESSION_GAINS = {"ANG": 1.3, "DIS": 1.2, "FEA": 1.3, "HAP": 1.2, "NEU": 1.0, "SAD": 1.0}
"""Factor of what each feeling moves. The goal is trained with L1, so it is nearer to the mean face than a real one: on
actors who were in no training set, brows, lids and corners of the mouth move .81 to .91 of what they should. On photos
more is needed for a stranger to name the feeling (docs/benchmarks.md, "Real photos")."""

PART_GAINS = (("SAD", tuple(range(20, 24)), 1, 2.7), ("SAD", tuple(range(48, 68)), 0, 0.0))
"""Further factors: feeling, landmarks, axis (0 across, 1 down) and factor. In frames of photos a detector saw the inner
brows of SAD rise by .3 and the mouth become narrower by 6.8 hundredths of the distance of the eyes, where it sees 1.2
and 3.2 in clips of actors of no training set: a mouth with corners turned down looks narrower than the goal."""

MOUTH, LIDS, CREASES, PERSON = "mouth", "lids", "creases", "person"
"""Parts of the composition: the layers of mouth, lids and expression creases, and the weight of the person."""

_LIDS = FACE_POSE.index("lids")

KINDS = ("generator", "talking_face")
"""Kinds of model folders with a generator."""


def load_generator(folder: Path, kinds: tuple[str, ...] = KINDS) -> tuple[Generator, dict[str, Any]]:
    """The generator of a `generator` or `talking_face` folder, on the CPU, and the content of its config.json.

    Raises ValueError, with one sentence, if the folder is missing, damaged or of another version.
    """

    def build(content: Mapping[str, Any]) -> Generator:
        try:
            return Generator(GeneratorConfig.model_validate(content.get("network")))
        except ValidationError as error:
            where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise ValueError(f"{folder}: the network is not described as this version does: {where}") from error

    return load_network(folder, kinds, build)


class FrameGenerator:
    """A trained talking face: frames of an aligned face from speech and an emotion.

    `size`: side of the frames in pixels. `fps`: exact. `sample_rate`: of the speech in hertz. `version`: digest of the
    weights. `mean_pose` (9,): mean over the emotions of the training clips, in the units of `FACE_POSE`. `left_out`:
    parts of the composition to leave out, for ablations: `MOUTH`, `LIDS`, `CREASES`, `PERSON`.
    """

    left_out: frozenset[str] = frozenset()

    def __init__(self, generator: Generator, device: torch.device, version: str) -> None:
        self.generator = generator
        place(self.generator, device)
        self.device, self.version = device, version
        config = generator.config
        self.size, self.fps, self.sample_rate = config.size, config.fps, config.sample_rate
        self.mean_pose = generator.pose_encoder.mean_pose.cpu().numpy()

    @classmethod
    def load(cls, model: Path, device: str = "auto") -> Self:
        """Load a model folder. Raises ValueError, with one sentence, if it is incomplete or of another version."""
        generator, content = load_generator(model)
        fps, hz = generator.config.fps, generator.config.sample_rate
        if not 1 <= fps <= 240 or not 4_000 <= hz <= 192_000:
            raise ValueError(f"it makes {fps} frames a second of sound at {hz} Hz")
        return cls(generator, best_device(device), str(content["sha256"]))

    def frame_count(self, speech: NDArray[np.float32]) -> int:
        """Number of frames that cover the speech (N,): ⌈N · fps / sample rate⌉."""
        return frame_count(len(speech), self.fps, self.sample_rate)

    @torch.no_grad()
    def sample_pose(self, emotion_weights: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        """Random head motion, blinks and gaze (T, 9), in the units of `FACE_POSE`, for emotion weights (T, 6)."""
        noise = torch.randn(len(emotion_weights) + TAPS - 1, len(FACE_POSE), generator=torch_generator(seed, "motion"))
        weights = torch.from_numpy(emotion_weights).to(self.device)
        pose = self.generator.pose_encoder.sample(noise.to(self.device), weights).cpu().numpy()
        # The process has the autocovariances of measured poses, whose errors a large picture shows as a tremor.
        smooth = gaussian_filter1d(pose, SWAY_SECONDS * float(self.fps), axis=0, mode="nearest")
        smooth[:, _LIDS] = pose[:, _LIDS]
        return with_blinks(smooth, self.fps, numpy_generator(seed, "blinks"))

    @torch.no_grad()
    def generate(
        self,
        crop: NDArray[np.uint8],
        speech: NDArray[np.float32],
        emotion: str | None = None,
        intensity: float | None = None,
        seed: int = 0,
        pose: NDArray[np.float32] | None = None,
        chunk_frames: int = CHUNK_FRAMES,
        emotion_weights: NDArray[np.float32] | None = None,
        hold_border: float = 0.0,
        landmarks: NDArray[np.float32] | None = None,
        mesh: NDArray[np.float32] | None = None,
        in_plane: bool = True,
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield ⌈N · fps / sample rate⌉ frames uint8 (R, R, 3) of the face in `crop` (R, R, 3) saying `speech` (N,).

        R ≥ 16. The network processes the crop at its own `size`; with `architecture: warp` the frames keep the detail
        of the crop.

        `emotion`: one of EMOTIONS, `intensity` in [0, 1]; None: unspecified. `emotion_weights` (T, 6): instead of both,
        the weight in [0, 1] of each of EMOTIONS in each frame. `seed`: of head motion, blinks and gaze. `pose` (T, 9),
        in the units of `FACE_POSE`: instead of a random one. `hold_border` in [0, 0.5): fraction of the side over which
        all changes fade out towards the edges, for pasting back. `landmarks` (68, 2): detected landmarks in crop
        pixels; None: the network predicts them, which is accurate only for faces like those in the training set.
        `mesh` (478, 3): MediaPipe's mesh in crop pixels, whose irises the layer of the lids uses.
        `in_plane`: whether the frames have the in-plane motion of the head, or it is left to who places them in a
        picture (`in_plane_motion`).

        Raises ValueError for a crop of another shape or type, an unknown emotion, numbers out of bounds, and speech
        that is empty or not finite.
        """
        self._check(crop, speech, intensity, hold_border)
        frames = self.frame_count(speech)
        if emotion_weights is None:
            emotion_weights = constant_emotion(frames, emotion, intensity)
        else:
            _check_array("emotion_weights", emotion_weights, (frames, len(EMOTIONS)))
            if emotion_weights.min() < 0 or emotion_weights.max() > 1:
                raise ValueError("emotion weights must be numbers between 0 and 1")
        if pose is None:
            pose = self.sample_pose(emotion_weights, seed)
        _check_array("pose", pose, (frames, len(FACE_POSE)))
        if landmarks is not None:
            _check_array("landmarks", landmarks, (68, 2))
            landmarks = to_normalised(np.asarray(landmarks, np.float32), crop.shape[0])
        return self._frames(crop, speech, emotion_weights, pose, chunk_frames, landmarks, mesh, hold_border, in_plane)

    @torch.no_grad()
    def in_plane_motion(self, pose: NDArray[np.float32], side: int) -> NDArray[np.float64]:
        """Similarity transforms (T, 2, 3) in pixels of a crop (side, side): the in-plane motion in `pose` (T, 9)."""
        transforms = self.generator.pose_encoder.in_plane_transforms(torch.from_numpy(pose).to(self.device))
        pixels = np.array([[side / 2, 0, side / 2 - 0.5], [0, side / 2, side / 2 - 0.5], [0, 0, 1]])
        return np.asarray((pixels @ transforms.double().cpu().numpy() @ np.linalg.inv(pixels))[:, :2])

    def _check(
        self, crop: NDArray[np.uint8], speech: NDArray[np.float32], intensity: float | None, hold_border: float
    ) -> None:
        side = crop.shape[0]
        if crop.shape != (side, side, 3) or crop.dtype != np.uint8 or side < MIN_SIDE:
            raise ValueError(
                f"the face must be a square uint8 (R, R, 3) of at least {MIN_SIDE} pixels, "
                f"not {crop.dtype} {crop.shape}: align it first"
            )
        if speech.ndim != 1 or not len(speech) or not np.isfinite(speech).all():
            raise ValueError("the speech must be a non-empty row of finite numbers")
        if intensity is not None and not 0 <= intensity <= 1:
            raise ValueError(f"intensity {intensity:g} is not between 0 and 1")
        if not 0 <= hold_border < 0.5:
            raise ValueError(f"hold_border {hold_border:g} is not in [0, 0.5)")

    @torch.no_grad()
    def _frames(
        self,
        crop: NDArray[np.uint8],
        speech: NDArray[np.float32],
        emotion_weights: NDArray[np.float32],
        pose: NDArray[np.float32],
        chunk: int,
        landmarks: NDArray[np.float32] | None,
        mesh: NDArray[np.float32] | None,
        hold_border: float,
        in_plane: bool,
    ) -> Iterator[NDArray[np.uint8]]:
        network = self.generator

        def tensor(array: NDArray[Any]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)[None]

        mels = log_mels(speech, len(pose), self.fps, self.sample_rate)
        image = tensor(resized(crop, self.size)).permute(0, 3, 1, 2)
        maps = network.image_encoder(image.float() / 127.5 - 1)
        points = network.landmarks(maps) if landmarks is None else tensor(landmarks)
        rest = self._conditions_at_rest(mels, points, pose)
        composer = self._composer(crop, points[0].cpu(), network.goal(points, rest)[0, 0].cpu(), mesh, hold_border)
        for first in range(0, len(pose), chunk):
            # the last chunk is padded: only tensors of equal shape are sure to be computed to equal bits
            numbers = np.minimum(np.arange(first, first + chunk), len(pose) - 1)
            windows = np.stack([mels[:, start : start + SPEECH_CONTEXT] for start in numbers * STEPS_PER_FRAME])
            speech_codes = network.speech_encoder(tensor(windows)[0])[:, 0][None]
            poses = tensor(pose[numbers])
            weights = tensor(emotion_weights[numbers])
            conditions = network.conditions(points, speech_codes, weights, poses)
            goal = self._expressive_goal(points, speech_codes, poses, weights, conditions)
            output = network.decode(maps, points, goal, conditions)
            transforms = network.pose_encoder.in_plane_transforms(poses[0])
            transforms = transforms if in_plane else torch.eye(3).to(transforms).expand_as(transforms)
            yield from islice(composer.frames(output, transforms, pose[numbers, _LIDS]), len(pose) - first)

    def _expressive_goal(
        self, points: Tensor, speech: Tensor, pose: Tensor, emotion_weights: Tensor, conditions: Tensor
    ) -> Tensor:
        """The goal (1, T, 68, 2); what the feelings change in the neutral one with the same speech has their gains.

        A feeling of weight w < 1 has its gains by that part.
        """
        same = self.generator.conditions(points, speech, self._neutral(speech.shape[1]), pose)
        gain = 1 + torch.nan_to_num(emotion_weights) @ (expression_gains() - 1).flatten(1).to(emotion_weights)
        neutral_goal, goal = self.generator.goal(points, same), self.generator.goal(points, conditions)
        return neutral_goal + gain.unflatten(-1, (68, 2)) * (goal - neutral_goal)

    def _neutral(self, frames: int) -> Tensor:
        """Weights (1, T, 6) of NEU alone in T = `frames` frames."""
        return torch.from_numpy(constant_emotion(frames, "NEU", 1.0)).to(self.device)[None]

    def _conditions_at_rest(self, mels: NDArray[np.float32], points: Tensor, pose: NDArray[np.float32]) -> Tensor:
        """Conditions (1, 1, C) of a neutral face in the most silent window of the speech, with the mean of the pose.

        What the network does to the portrait under them is its own habit, and no expression.
        """
        loudness = np.convolve(mels.mean(0), np.ones(SPEECH_CONTEXT), "valid")[::STEPS_PER_FRAME][: len(pose)]
        start = int(loudness.argmin()) * STEPS_PER_FRAME
        window = torch.from_numpy(np.ascontiguousarray(mels[None, :, start : start + SPEECH_CONTEXT])).to(self.device)
        mean = self.mean_pose.copy()
        mean[DECODED] = pose.mean(0)[DECODED]
        mean[_LIDS] = 0
        speech = self.generator.speech_encoder(window)
        at_rest = torch.from_numpy(mean.astype(np.float32)).to(self.device)[None, None]
        return self.generator.conditions(points, speech, self._neutral(1), at_rest)

    def _composer(
        self,
        crop: NDArray[np.uint8],
        points: Tensor,
        rest: Tensor,
        mesh: NDArray[np.float32] | None,
        hold_border: float,
    ) -> Composer:
        """The composer of a crop; `points` (68, 2): its landmarks, and `rest`: the goal at rest, normalised."""
        side = crop.shape[0]
        portrait, decoder = Portrait(crop, to_pixels(points, side).numpy(), mesh), self.generator.decoder
        if not isinstance(decoder, WarpDecoder):
            return Composer(portrait, hold_border=hold_border)
        at_rest = to_pixels(rest, side).numpy()
        layers: list[Layer] = [] if CREASES in self.left_out else [CreaseLayer(portrait, at_rest)]
        if MOUTH not in self.left_out:
            layers.append(MouthLayer(portrait))
        if LIDS not in self.left_out:
            layers.append(LidLayer(portrait, at_rest))
        person = None if PERSON in self.left_out else person_weight(crop, portrait.landmarks)
        inside = MOUTH not in self.left_out
        return Composer(portrait, decoder.sigmas, layers, inside=inside, hold_border=hold_border, person=person)


def expression_gains() -> Tensor:
    """Gains (6, 68, 2) of what each of EMOTIONS moves: x and y of each landmark."""
    gains = torch.tensor([EXPRESSION_GAINS[name] for name in EMOTIONS])[:, None, None].repeat(1, 68, 2)
    for emotion, points, axis, factor in PART_GAINS:
        gains[EMOTIONS.index(emotion), list(points), axis] *= factor
    return gains


def constant_emotion(frames: int, emotion: str | None, intensity: float | None) -> NDArray[np.float32]:
    """Emotion weights (T, 6) of one of EMOTIONS in all frames; None: unspecified. Raises ValueError for another one."""
    if emotion is not None and emotion not in EMOTIONS:
        raise ValueError(f"unknown emotion {emotion!r}: choose from {', '.join(EMOTIONS)}")
    index = torch.tensor([-1 if emotion is None else EMOTIONS.index(emotion)])
    strength = torch.tensor([float("nan") if intensity is None else intensity])
    return np.repeat(to_emotion_weights(index, strength).numpy(), frames, 0)


def _check_array(name: str, array: NDArray[np.float32], shape: tuple[int, int]) -> None:
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers {shape}, not {array.dtype} {array.shape}")

"""Training batches of talking faces from face shards; a batch is a function of (seed, step) only."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.measures import FACE_POSE
from mien.faces.shards import FaceShards
from mien.files import fingerprint
from mien.media.log_mel import STEPS_PER_FRAME
from mien.talking.data.augmentation import NO_AUGMENTATION, augment_pictures, swap_left_right
from mien.talking.data.labels import clip_labels, clips_of_part
from mien.talking.data.pose import (
    IN_PLANE,
    PoseStatistics,
    actor_pose,
    in_plane_transform,
    mirror_pose,
    pose_statistics,
)
from mien.talking.networks.encoders import SPEECH_CONTEXT, to_emotion_weights
from mien.talking.options import Augmentation
from mien.training.randomness import numpy_generator

LIDS, BLINK_THRESHOLD = FACE_POSE.index("lids"), -0.35
"""Index of the lids in `FACE_POSE`; frames with lids below this value are blinks."""


@dataclass(frozen=True)
class ClipFeatures:
    """The data of a clip that is kept in memory.

    `landmarks` (T, 68, 2) in crop pixels; `pose` (T, 9), the pose relative to the actor's (see
    `mien.talking.data.pose`); `in_plane_pose` (T, 4), the absolute in-plane pose; `mouth` (T, 2), mouth opening and
    width; `log_mels` (40, margin + 4 T + margin); `emotion` an index of EMOTIONS or −1; `intensity` in [0, 1] or NaN;
    `actor`: the clip's id if it is unknown.
    """

    landmarks: NDArray[np.float32]
    pose: NDArray[np.float64]
    in_plane_pose: NDArray[np.float64]
    mouth: NDArray[np.float32]
    log_mels: NDArray[np.float32]
    emotion: int
    intensity: float
    actor: str

    @property
    def frames(self) -> int:
        """Number of video frames."""
        return len(self.landmarks)


@dataclass(frozen=True)
class Batch:
    """B clips with T frames of each, on one device.

    `video` (B, T, 3, S, S), each frame transformed to the in-plane pose of the reference, and `reference`
    (B, 3, S, S), both in [−1, 1]; `landmarks` (B, T, 68, 2) and `reference_landmarks` (B, 68, 2) in pixels;
    `points` (B, T, P, 2) and `reference_points` (B, P, 2), corresponding points of the face in pixels;
    `log_mels` (B, T, 40, SPEECH_CONTEXT); `pose` (B, T, 9); `mouth` (B, T, 2) standardised; `emotion` (B,) index of
    EMOTIONS, −1 unspecified; `intensity` (B,), NaN unspecified.
    """

    video: Tensor
    reference: Tensor
    landmarks: Tensor
    points: Tensor
    reference_landmarks: Tensor
    reference_points: Tensor
    log_mels: Tensor
    pose: Tensor
    mouth: Tensor
    emotion: Tensor
    intensity: Tensor

    @property
    def emotion_weights(self) -> Tensor:
        """Emotion weights (B, T, 6), equal in all frames of a clip; see `to_emotion_weights`."""
        return to_emotion_weights(self.emotion, self.intensity)[:, None].expand(-1, self.pose.shape[1], -1)


class TalkingData:
    """The clips of one part of a split.

    Raises ValueError if `required` and the shards contain no clip of the part.
    """

    def __init__(self, faces: Path, split: Path, part: str, cache_megabytes: int = 1024, required: bool = True) -> None:
        self.shards = FaceShards(faces)
        self.size, self.fps, self.sample_rate = self.shards.size, self.shards.fps, self.shards.sample_rate
        self.clip_ids = clips_of_part(self.shards, read_split(split), part)
        if required and not self.clip_ids:
            raise ValueError(f"{split}: no clip of {faces} is in the part {part!r}: add clips or change the split")
        digests = self.shards.index["sha256"]
        self.digest = fingerprint([(clip_id, str(digests[clip_id])) for clip_id in self.clip_ids])
        self.features = {clip_id: self._features(clip_id) for clip_id in self.clip_ids}
        self.by_actor: dict[str, list[str]] = {}
        self.by_emotion: dict[int, list[str]] = {}
        for clip_id, features in self.features.items():
            self.by_actor.setdefault(features.actor, []).append(clip_id)
            self.by_emotion.setdefault(features.emotion, []).append(clip_id)
        for clip_ids in self.by_actor.values():
            reference_pose = actor_pose([self.features[clip_id].pose for clip_id in clip_ids])
            for clip_id in clip_ids:
                features = self.features[clip_id]
                self.features[clip_id] = replace(features, pose=features.pose - reference_pose)
        mouths = [features.mouth for features in self.features.values()]
        self.mouth_scale = np.maximum(np.concatenate(mouths).std(0), 1e-3) if mouths else np.ones(2, np.float32)
        frames = sum(features.frames for features in self.features.values())
        self.has_mesh = all(self.shards.has_mesh(clip_id) for clip_id in self.clip_ids)
        self._cached = frames * (self.size**2 * 3 + 478 * 8) <= cache_megabytes * 1e6
        self._points: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._videos: dict[str, NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self.clip_ids)

    def _features(self, clip_id: str) -> ClipFeatures:
        labels, pose = clip_labels(self.shards, clip_id), self.shards.array(clip_id, "pose")
        return ClipFeatures(
            self.shards.array(clip_id, "landmarks"),
            pose,
            pose[:, IN_PLANE],
            self.shards.array(clip_id, "mouth"),
            self.shards.array(clip_id, "log_mels"),
            EMOTIONS.index(labels["emotion"]) if labels["emotion"] in EMOTIONS else -1,
            math.nan if labels["intensity"] is None else float(labels["intensity"]),
            labels["actor"] or clip_id,
        )

    def points(self, clip_id: str, numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """Points (N, P, 2) of frames in crop pixels: the mesh (P = 478) if all clips of the part have one, else 68."""
        if clip_id not in self._points:
            mesh = self.shards.mesh(clip_id) if self.has_mesh else None
            self._points[clip_id] = self.features[clip_id].landmarks if mesh is None else mesh[..., :2]
            if not self._cached and len(self._points) > 64:
                self._points.popitem(last=False)
        return self._points[clip_id][numbers]

    def pose_statistics(self) -> PoseStatistics:
        """Pose statistics of all clips and their mirror images; see `mien.talking.data.pose`."""
        clips = list(self.features.values())
        poses = [clip.pose for clip in clips] + [mirror_pose(clip.pose) for clip in clips]
        return pose_statistics(poses, [clip.emotion for clip in clips] * 2)

    def frame(self, clip_id: str, number: int) -> NDArray[np.uint8]:
        """One frame (S, S, 3)."""
        if not self._cached:
            return self.shards.window(clip_id, number, 1).video[0]
        if clip_id not in self._videos:
            self._videos[clip_id] = self.shards.clip(clip_id).video
        return self._videos[clip_id][number]

    def sample_clips(self, random: np.random.Generator, count: int) -> list[str]:
        """Random clips, balanced over the emotions that occur; uniform within an emotion."""
        emotions = sorted(self.by_emotion)
        first = int(random.integers(len(emotions)))
        groups = [self.by_emotion[emotions[(first + position) % len(emotions)]] for position in range(count)]
        return [group[int(random.integers(len(group)))] for group in groups]

    def sample_reference(self, random: np.random.Generator, clip_id: str, shares: Sequence[float]) -> tuple[str, int]:
        """Clip and frame number of a random reference for `clip_id`.

        `shares`: relative probabilities of the same clip, a neutral clip of the actor, any clip of the actor.
        """
        own = self.by_actor[self.features[clip_id].actor]
        neutral = [other for other in own if self.features[other].emotion == EMOTIONS.index("NEU")]
        kind = int(random.choice(3, p=np.asarray(shares) / np.sum(shares)))
        candidates = [[clip_id], neutral or [clip_id], own][kind]
        chosen = candidates[int(random.integers(len(candidates)))]
        return chosen, int(random.integers(self.features[chosen].frames))


@dataclass(frozen=True)
class BatchPlan:
    """Sampling of batches from a part.

    `spacing`: interval of the frames taken of a clip; 0: T independent random frames. `reference_shares`: see
    `TalkingData.sample_reference`. `emotion_dropout`, `intensity_dropout`: probability that a label is dropped.
    `augmentation` None: no augmentation. `blinks`: probability that one frame of a clip with a blink is forced to show
    it (only with `spacing` 0), because blinks are too rare to be learned at their natural frequency.
    """

    seed: int
    purpose: str
    clips: int
    frames: int
    spacing: int = 0
    reference_shares: tuple[float, float, float] = (1.0, 0.0, 0.0)
    emotion_dropout: float = 0.0
    intensity_dropout: float = 0.0
    augmentation: Augmentation | None = None
    blinks: float = 0.0


@dataclass(frozen=True)
class FrameSample:
    """Sampled frames of B clips: for each its id, the T frame numbers, and clip and frame number of the reference.

    Their conditions: `transforms` (B, T, 3, 3) from the in-plane pose of each frame to that of the reference, `pose`
    (B, T, 9), `log_mels` (B, T, 40, SPEECH_CONTEXT), and after dropout `emotion` (B,) and `intensity` (B,).
    """

    frames: list[tuple[str, NDArray[np.int64], str, int]]
    transforms: Tensor
    pose: Tensor
    log_mels: Tensor
    emotion: Tensor
    intensity: Tensor


def sample_frames(data: TalkingData, plan: BatchPlan, random: np.random.Generator) -> FrameSample:
    """Random frames of random clips with their references."""
    frames, emotions, intensities = [], [], []
    arrays: dict[str, list[Any]] = {name: [] for name in ("transforms", "pose", "log_mels")}
    for clip_id in data.sample_clips(random, plan.clips):
        clip = data.features[clip_id]
        numbers = frame_numbers(random, clip, plan)
        other, number = data.sample_reference(random, clip_id, plan.reference_shares)
        frames.append((clip_id, numbers, other, number))
        target = data.features[other].in_plane_pose[number : number + 1]
        arrays["transforms"].append(in_plane_transform(clip.in_plane_pose[numbers], target))
        arrays["pose"].append(clip.pose[numbers])
        starts = numbers * STEPS_PER_FRAME
        arrays["log_mels"].append(np.stack([clip.log_mels[:, start : start + SPEECH_CONTEXT] for start in starts]))
        emotions.append(-1 if random.random() < plan.emotion_dropout else clip.emotion)
        intensities.append(math.nan if random.random() < plan.intensity_dropout else clip.intensity)
    return FrameSample(
        frames,
        **{name: stacked(values) for name, values in arrays.items()},
        emotion=torch.tensor(emotions),
        intensity=torch.tensor(intensities, dtype=torch.float32),
    )


def stacked(arrays: Sequence[NDArray[Any]]) -> Tensor:
    """The arrays, stacked along a new first axis, as float32."""
    return torch.from_numpy(np.stack(arrays).astype(np.float32))


def mirror_flipped(pose: Tensor, flipped: Tensor) -> Tensor:
    """Poses (B, T, 9); those of the mirrored clips, `flipped` (B,), are mirrored."""
    signs = stacked([mirror_pose(np.ones(pose.shape[-1]))])
    return torch.where(flipped[:, None, None], pose * signs, pose)


def make_batch(data: TalkingData, plan: BatchPlan, step: int) -> Batch:
    """The batch of this step."""
    random = numpy_generator(plan.seed, plan.purpose, step)
    sample = sample_frames(data, plan, random)
    pictures, points, mouths = [], [], []
    for clip_id, numbers, other, number in sample.frames:
        clip, reference = data.features[clip_id], data.features[other]
        pictures.append([*(data.frame(clip_id, int(one)) for one in numbers), data.frame(other, number)])
        landmarks = np.concatenate([clip.landmarks[numbers], reference.landmarks[[number]]])
        matched = np.concatenate([data.points(clip_id, numbers), data.points(other, [number])])
        points.append(np.concatenate([landmarks, matched], 1))
        mouths.append(clip.mouth[numbers] / data.mouth_scale)
    # The decoder keeps the in-plane pose of the reference; `Talker` applies that of the frame afterwards.
    transforms = torch.cat([sample.transforms, torch.eye(3).expand(plan.clips, 1, 3, 3)], 1)
    augmentation = plan.augmentation or NO_AUGMENTATION
    augmented, both, flipped = augment_pictures(pictures, stacked(points), augmentation, random, transforms)
    both = swap_left_right(both, flipped)
    return Batch(
        video=augmented[:, :-1],
        reference=augmented[:, -1],
        landmarks=both[:, :-1, :68],
        points=both[:, :-1, 68:],
        reference_landmarks=both[:, -1, :68],
        reference_points=both[:, -1, 68:],
        log_mels=sample.log_mels,
        pose=mirror_flipped(sample.pose, flipped),
        mouth=stacked(mouths),
        emotion=sample.emotion,
        intensity=sample.intensity,
    )


def frame_numbers(random: np.random.Generator, features: ClipFeatures, plan: BatchPlan) -> NDArray[np.int64]:
    """Numbers (T,) of the frames taken of a clip."""
    if plan.spacing == 0:
        numbers = random.integers(0, features.frames, plan.frames)
        blinks = np.flatnonzero(features.pose[:, LIDS] < BLINK_THRESHOLD)
        if len(blinks) and random.random() < plan.blinks:
            numbers[0] = random.choice(blinks)
        return numbers
    # in a clip that is too short the interval is reduced, and the last frame is repeated
    spacing = max(1, min(plan.spacing, (features.frames - 1) // max(1, plan.frames - 1)))
    first = int(random.integers(max(1, features.frames - spacing * (plan.frames - 1))))
    return np.minimum(first + spacing * np.arange(plan.frames), features.frames - 1)

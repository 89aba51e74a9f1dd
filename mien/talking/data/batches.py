"""Training batches of talking faces from face shards; a batch is a function of (seed, step) only."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.measures import FACE_POSE
from mien.faces.shards import FaceShards
from mien.files import fingerprint
from mien.media.log_mel import STEPS_PER_FRAME
from mien.talking.data.augmentation import UNCHANGED, augment_pictures, swap_sides
from mien.talking.data.pose import IN_PLANE, PoseStatistics, actor_pose, mirrored, placement, pose_statistics
from mien.talking.networks.encoders import SPEECH_CONTEXT, feelings
from mien.talking.options import Augmentation
from mien.training.randomness import numpy_generator

LIDS, BLINKING = FACE_POSE.index("lids"), -0.35
"""Index of the lids in `FACE_POSE`; frames with lids below this value are blinks."""


@dataclass(frozen=True)
class ClipFacts:
    """The data of a clip that is kept in memory.

    `landmarks` (T, 68, 2) in crop pixels; `motion` (T, 9), the pose relative to the actor's (see
    `mien.talking.data.pose`); `pose` (T, 4), the absolute in-plane pose; `mouth` (T, 2) mouth opening and width;
    `spectra` (40, margin + 4 T + margin), log-mels; `emotion` an index of EMOTIONS or −1; `intensity` in [0, 1] or NaN.
    """

    landmarks: NDArray[np.float32]
    motion: NDArray[np.float64]
    pose: NDArray[np.float64]
    mouth: NDArray[np.float32]
    spectra: NDArray[np.float32]
    emotion: int
    intensity: float
    actor: str | None

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
    `spectra` (B, T, 40, SPEECH_CONTEXT); `motion` (B, T, 9); `mouth` (B, T, 2) standardised; `emotion` (B,) index of
    EMOTIONS, −1 unspecified; `intensity` (B,), NaN unspecified.
    """

    video: Tensor
    reference: Tensor
    landmarks: Tensor
    points: Tensor
    reference_landmarks: Tensor
    reference_points: Tensor
    spectra: Tensor
    motion: Tensor
    mouth: Tensor
    emotion: Tensor
    intensity: Tensor

    @property
    def feeling(self) -> Tensor:
        """Emotion weights (B, T, 6), equal in all frames of a clip (`mien.talking.networks.encoders.feelings`)."""
        return feelings(self.emotion, self.intensity)[:, None].expand(-1, self.motion.shape[1], -1)

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = {field.name: getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)}
        return replace(self, **moved)


def label(value: Any) -> Any:
    """A cell of the index; None if it is empty."""
    return None if pd.isna(value) else value


class TalkingData:
    """The clips of one part of a split.

    Raises ValueError if `required` and the shards contain no clip of the part.
    """

    def __init__(self, faces: Path, split: Path, part: str, cache_megabytes: int = 1024, required: bool = True) -> None:
        self.shards = FaceShards(faces)
        self.size, self.fps, self.sample_rate = self.shards.size, self.shards.fps, self.shards.sample_rate
        parts = read_split(split)
        index = self.shards.index
        self.clip_ids = [clip_id for clip_id in sorted(index.index) if parts.get(clip_id) == part]
        if required and not self.clip_ids:
            raise ValueError(f"{split}: no clip of {faces} is in the part {part!r}: add clips or change the split")
        self.digest = fingerprint([(clip_id, str(index.at[clip_id, "sha256"])) for clip_id in self.clip_ids])
        self.facts = {clip_id: self._facts(clip_id) for clip_id in self.clip_ids}
        self._relate_to_actors()
        self.mouth_scale = self._mouth_scale()
        frames = sum(facts.frames for facts in self.facts.values())
        self.has_mesh = all(self.shards.has_mesh(clip_id) for clip_id in self.clip_ids)
        self._keep = frames * (self.size**2 * 3 + 478 * 8) <= cache_megabytes * 1e6
        self._points: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._videos: OrderedDict[str, NDArray[np.uint8]] = OrderedDict()
        self.by_emotion = [
            [clip_id for clip_id in self.clip_ids if self.facts[clip_id].emotion == emotion]
            for emotion in range(-1, len(EMOTIONS))
        ]
        self.by_emotion = [clip_ids for clip_ids in self.by_emotion if clip_ids]

    def __len__(self) -> int:
        return len(self.clip_ids)

    def _facts(self, clip_id: str) -> ClipFacts:
        row = self.shards.index.loc[clip_id]
        pose = self.shards.array(clip_id, "pose")
        emotion, intensity = label(row["emotion"]), label(row["intensity"])
        return ClipFacts(
            self.shards.array(clip_id, "landmarks"),
            pose,
            pose[:, IN_PLANE],
            self.shards.array(clip_id, "mouth"),
            self.shards.array(clip_id, "log_mels"),
            EMOTIONS.index(emotion) if emotion in EMOTIONS else -1,
            math.nan if intensity is None else float(intensity),
            label(row["actor"]),
        )

    def points(self, clip_id: str, numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """Points (N, P, 2) of frames in crop pixels: the mesh (P = 478) if all clips of the part have one, else 68."""
        if clip_id not in self._points:
            mesh = self.shards.mesh(clip_id) if self.has_mesh else None
            self._points[clip_id] = self.facts[clip_id].landmarks if mesh is None else mesh[..., :2]
            if not self._keep and len(self._points) > 64:
                self._points.popitem(last=False)
        return self._points[clip_id][numbers]

    def _relate_to_actors(self) -> None:
        self.by_actor: dict[str, list[str]] = {}
        for clip_id, facts in self.facts.items():
            self.by_actor.setdefault(facts.actor or clip_id, []).append(clip_id)
        for clip_ids in self.by_actor.values():
            own = actor_pose([self.facts[clip_id].motion for clip_id in clip_ids])
            for clip_id in clip_ids:
                self.facts[clip_id] = replace(self.facts[clip_id], motion=self.facts[clip_id].motion - own)

    def _mouth_scale(self) -> NDArray[np.float32]:
        if not self.facts:
            return np.ones(2, np.float32)
        return np.maximum(np.concatenate([facts.mouth for facts in self.facts.values()]).std(0), 1e-3)

    def motion_statistics(self) -> PoseStatistics:
        """Pose statistics of all clips and their mirror images; see `mien.talking.data.pose`."""
        facts = list(self.facts.values())
        both = [one.motion for one in facts] + [mirrored(one.motion) for one in facts]
        return pose_statistics(both, [one.emotion for one in facts] * 2)

    def frame(self, clip_id: str, number: int) -> NDArray[np.uint8]:
        """One frame (S, S, 3)."""
        if not self._keep:
            return self.shards.window(clip_id, number, 1).video[0]
        if clip_id not in self._videos:
            self._videos[clip_id] = self.shards.clip(clip_id).video
        return self._videos[clip_id][number]

    def choose_clips(self, random: np.random.Generator, count: int) -> list[str]:
        """Random clips, balanced over the emotions that occur; uniform within an emotion."""
        first = int(random.integers(len(self.by_emotion)))
        groups = [self.by_emotion[(first + position) % len(self.by_emotion)] for position in range(count)]
        return [group[int(random.integers(len(group)))] for group in groups]

    def choose_reference(self, random: np.random.Generator, clip_id: str, shares: Sequence[float]) -> tuple[str, int]:
        """Clip and frame number of a random reference for `clip_id`.

        `shares`: relative probabilities of the same clip, a neutral clip of the actor, any clip of the actor.
        """
        own = self.by_actor[self.facts[clip_id].actor or clip_id]
        neutral = [other for other in own if self.facts[other].emotion == EMOTIONS.index("NEU")]
        kind = int(random.choice(3, p=np.asarray(shares) / np.sum(shares)))
        among = [[clip_id], neutral or [clip_id], own][kind]
        chosen = among[int(random.integers(len(among)))]
        return chosen, int(random.integers(self.facts[chosen].frames))


@dataclass(frozen=True)
class BatchPlan:
    """Sampling of batches from a part.

    `spacing`: interval of the frames taken of a clip; 0: T independent random frames. `reference_shares`: see
    `TalkingData.choose_reference`. `emotion_dropout`, `intensity_dropout`: probability that a label is dropped.
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


def make_batch(data: TalkingData, plan: BatchPlan, step: int) -> Batch:
    """The batch of this step."""
    random = numpy_generator(plan.seed, plan.purpose, step)
    pictures: list[list[NDArray[np.uint8]]] = []
    parts: dict[str, list[Any]] = {name: [] for name in ("landmarks", "points", "spectra", "motion", "mouth")}
    emotions, intensities, placements = [], [], []
    for clip_id in data.choose_clips(random, plan.clips):
        facts = data.facts[clip_id]
        numbers = frame_numbers(random, facts, plan)
        other, number = data.choose_reference(random, clip_id, plan.reference_shares)
        pictures.append([*(data.frame(clip_id, int(one)) for one in numbers), data.frame(other, number)])
        # The decoder keeps the in-plane pose of the reference; `Talker` applies that of the frame afterwards.
        own_pose = data.facts[other].pose[number : number + 1]
        placements.append(np.concatenate([placement(facts.pose[numbers], own_pose), np.eye(3)[None]]))
        parts["landmarks"].append(np.concatenate([facts.landmarks[numbers], data.facts[other].landmarks[[number]]]))
        parts["points"].append(np.concatenate([data.points(clip_id, numbers), data.points(other, [number])]))
        parts["motion"].append(facts.motion[numbers])
        parts["mouth"].append(facts.mouth[numbers] / data.mouth_scale)
        starts = numbers * STEPS_PER_FRAME
        parts["spectra"].append(np.stack([facts.spectra[:, start : start + SPEECH_CONTEXT] for start in starts]))
        emotions.append(-1 if random.random() < plan.emotion_dropout else facts.emotion)
        intensities.append(math.nan if random.random() < plan.intensity_dropout else facts.intensity)
    tensors = {name: torch.from_numpy(np.stack(arrays).astype(np.float32)) for name, arrays in parts.items()}
    matrices = torch.from_numpy(np.stack(placements).astype(np.float32))
    both = torch.cat([tensors.pop("landmarks"), tensors.pop("points")], 2)
    stacked, both, flipped = augment_pictures(pictures, both, plan.augmentation or UNCHANGED, random, matrices)
    both = swap_sides(both, flipped)
    signs = torch.from_numpy(mirrored(np.ones((1, tensors["motion"].shape[-1]))).astype(np.float32))
    tensors["motion"] = torch.where(flipped[:, None, None], tensors["motion"] * signs, tensors["motion"])
    return Batch(
        video=stacked[:, :-1],
        reference=stacked[:, -1],
        landmarks=both[:, :-1, :68],
        points=both[:, :-1, 68:],
        reference_landmarks=both[:, -1, :68],
        reference_points=both[:, -1, 68:],
        emotion=torch.tensor(emotions),
        intensity=torch.tensor(intensities, dtype=torch.float32),
        **tensors,
    )


def frame_numbers(random: np.random.Generator, facts: ClipFacts, plan: BatchPlan) -> NDArray[np.int64]:
    """Numbers (T,) of the frames taken of a clip."""
    if plan.spacing == 0:
        numbers = random.integers(0, facts.frames, plan.frames)
        blinks = np.flatnonzero(facts.motion[:, LIDS] < BLINKING)
        if len(blinks) and random.random() < plan.blinks:
            numbers[0] = random.choice(blinks)
        return numbers
    # in a clip that is too short the interval is reduced, and the last frame is repeated
    spacing = max(1, min(plan.spacing, (facts.frames - 1) // max(1, plan.frames - 1)))
    first = int(random.integers(max(1, facts.frames - spacing * (plan.frames - 1))))
    return np.minimum(first + spacing * np.arange(plan.frames), facts.frames - 1)

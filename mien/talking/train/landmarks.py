"""Pre-training before phase 2: displacements of landmarks, and positions of landmarks in reference pictures.

Neither needs decoded frames, so the effect of speech, emotion and pose on the landmarks is learned in seconds, and
phase 2 starts from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mien.media.coordinates import to_normalised
from mien.talking.data.augmentation import sample_augmentation, swap_left_right, transform_points
from mien.talking.data.batches import BatchPlan, TalkingData, make_batch, mirror_flipped, sample_frames, stacked
from mien.talking.networks.encoders import to_emotion_weights
from mien.talking.networks.generator import Generator
from mien.talking.options import GeneratorOptions
from mien.training.optimization.optimizers import adamw, two_rates
from mien.training.randomness import numpy_generator
from mien.training.trainer import Step, Trainer, Values

CLIPS, FRAMES, REFERENCES = 32, 8, 16
REFERENCE_NOISE = 0.4
"""Standard deviation in pixels of the noise on the references' landmarks, which models the error of predicted ones."""

_WEIGHTS = torch.tensor([0.5] * 17 + [2.0] * 10 + [0.5] * 9 + [2.0] * 12 + [2.0] * 20)


@dataclass(frozen=True)
class LandmarkBatch:
    """Landmarks of B references (B, 68, 2) and of T frames of each (B, T, 68, 2), in pixels, with their conditions.

    `pictures` (R, 3, S, S) are other references with the landmarks `picture_landmarks` (R, 68, 2), for learning the
    positions.
    """

    references: Tensor
    landmarks: Tensor
    log_mels: Tensor
    emotion_weights: Tensor
    pose: Tensor
    pictures: Tensor
    picture_landmarks: Tensor


def landmark_batch(data: TalkingData, options: GeneratorOptions, step: int) -> LandmarkBatch:
    """The batch of this step: a function of (seed, step)."""
    seed, augmentation = options.training.seed, options.augmentation
    plan = BatchPlan(
        seed, "landmarks", CLIPS, FRAMES, reference_shares=options.reference_shares,
        emotion_dropout=options.emotion_dropout, intensity_dropout=options.intensity_dropout, blinks=1.0,
    )  # fmt: skip
    random = numpy_generator(seed, plan.purpose, step)
    sample = sample_frames(data, plan, random)
    landmarks = stacked([data.features[clip_id].landmarks[numbers] for clip_id, numbers, _, _ in sample.frames])
    references = stacked([data.features[other].landmarks[number] for _, _, other, number in sample.frames])
    _, forward, flipped = sample_augmentation(random, CLIPS, augmentation)
    noise = torch.from_numpy(random.normal(0, REFERENCE_NOISE, (CLIPS, 68, 2)).astype(np.float32))
    stills = make_batch(
        data, BatchPlan(seed, "stills", REFERENCES, 1, reference_shares=(0, 0, 1), augmentation=augmentation), step
    )
    weights = to_emotion_weights(sample.emotion, sample.intensity)
    return LandmarkBatch(
        swap_left_right(transform_points(references, forward, data.size), flipped) + noise,
        swap_left_right(transform_points(landmarks, forward[:, None] @ sample.transforms, data.size), flipped),
        sample.log_mels,
        weights[:, None].expand(-1, FRAMES, -1),
        mirror_flipped(sample.pose, flipped),
        stills.reference,
        stills.reference_landmarks,
    )


class LandmarkTrainer(Trainer[LandmarkBatch]):
    """Trains landmark positions and displacements with L1 losses in pixels; the speech encoder is frozen."""

    name, unit, validations = "landmarks", "frames", 1

    def __init__(self, generator: Generator, data: TalkingData, options: GeneratorOptions) -> None:
        changes = {"samples": options.landmark_samples, "lr": options.landmark_lr, "batch": CLIPS}
        super().__init__(options.training.model_copy(update=changes), FRAMES)
        self.data, self.stage_options = data, options
        self.generator = self.parts.module("generator", generator)
        groups = two_rates(generator, generator.speech_encoder, self.options.lr, 0.0)[:1]
        self.parts.optimizer("optimizer", adamw(groups, self.options))

    def batch(self, step: int) -> LandmarkBatch:
        return landmark_batch(self.data, self.stage_options, step)

    def loss(self, batch: LandmarkBatch, step: Step) -> tuple[Tensor, Values]:  # noqa: ARG002 - of the interface
        """Weighted L1 of the displaced landmarks, plus L1 of the references' landmarks."""
        size, generator = self.data.size, self.generator
        with torch.no_grad():
            speech = generator.speech_encoder(batch.log_mels.flatten(0, 1)).view(len(batch.log_mels), FRAMES, -1)
        reference_landmarks = to_normalised(batch.references, size)
        conditions = generator.conditions(reference_landmarks, speech, batch.emotion_weights, batch.pose)
        predicted = generator.goal(reference_landmarks, conditions)
        target = to_normalised(batch.landmarks, size)
        weights = _WEIGHTS.to(target)[:, None] / _WEIGHTS.mean()
        displacement_loss = ((predicted - target).abs() * weights).mean() * size / 2
        positions = generator.landmarks(generator.image_encoder(batch.pictures))
        position_loss = nn.functional.l1_loss(positions, to_normalised(batch.picture_landmarks, size)) * size / 2
        values = {"landmark_displacement": displacement_loss.detach(), "landmark_position": position_loss.detach()}
        return displacement_loss + position_loss, values

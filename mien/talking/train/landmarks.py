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
from mien.media.log_mel import STEPS_PER_FRAME
from mien.talking.data.augmentation import draw_changes, move_points, swap_sides
from mien.talking.data.batches import (
    BatchPlan,
    TalkingData,
    frame_numbers,
    make_batch,
)
from mien.talking.data.pose import mirrored, placement
from mien.talking.networks.encoders import SPEECH_CONTEXT, feelings
from mien.talking.networks.generator import Generator
from mien.talking.networks.warp import WarpDecoder
from mien.talking.options import GeneratorOptions
from mien.training.optimizers import adamw, two_rates
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
    spectra: Tensor
    feeling: Tensor
    motion: Tensor
    pictures: Tensor
    picture_landmarks: Tensor


def landmark_batch(data: TalkingData, options: GeneratorOptions, step: int) -> LandmarkBatch:
    """The batch of this step: a function of (seed, step)."""
    random = numpy_generator(options.training.seed, "landmarks", step)
    references, landmarks, spectra, motion, placements = [], [], [], [], []
    emotions, intensities = [], []
    plan = BatchPlan(options.training.seed, "landmarks", CLIPS, FRAMES, blinks=1.0)
    for clip_id in data.choose_clips(random, CLIPS):
        facts = data.facts[clip_id]
        numbers = frame_numbers(random, facts, plan)
        other, number = data.choose_reference(random, clip_id, options.reference_shares)
        own_pose = data.facts[other].pose[number : number + 1]
        references.append(data.facts[other].landmarks[number])
        landmarks.append(facts.landmarks[numbers])
        placements.append(placement(facts.pose[numbers], own_pose))
        motion.append(facts.motion[numbers])
        starts = numbers * STEPS_PER_FRAME
        spectra.append(np.stack([facts.spectra[:, start : start + SPEECH_CONTEXT] for start in starts]))
        emotions.append(-1 if random.random() < options.emotion_dropout else facts.emotion)
        intensities.append(float("nan") if random.random() < options.intensity_dropout else facts.intensity)
    _, forward, flipped = draw_changes(random, CLIPS, options.augmentation)
    matrices = forward[:, None] @ torch.from_numpy(np.stack(placements).astype(np.float32))
    moved = swap_sides(move_points(torch.from_numpy(np.stack(landmarks)), matrices, data.size), flipped)
    noise = torch.from_numpy(random.normal(0, REFERENCE_NOISE, (CLIPS, 68, 2)).astype(np.float32))
    own = swap_sides(move_points(torch.from_numpy(np.stack(references)), forward, data.size), flipped) + noise
    signs = torch.from_numpy(mirrored(np.ones((1, motion[0].shape[-1]))).astype(np.float32))
    moves = torch.from_numpy(np.stack(motion).astype(np.float32))
    felt = feelings(torch.tensor(emotions), torch.tensor(intensities, dtype=torch.float32))
    stills_plan = BatchPlan(
        options.training.seed, "stills", REFERENCES, 1, reference_shares=(0, 0, 1), augmentation=options.augmentation
    )
    stills = make_batch(data, stills_plan, step)
    return LandmarkBatch(
        own, moved, torch.from_numpy(np.stack(spectra)), felt[:, None].expand(-1, FRAMES, -1),
        torch.where(flipped[:, None, None], moves * signs, moves), stills.reference, stills.reference_landmarks,
    )  # fmt: skip


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
        """See `landmark_batch`."""
        return landmark_batch(self.data, self.stage_options, step)

    def loss(self, batch: LandmarkBatch, step: Step) -> tuple[Tensor, Values]:  # noqa: ARG002 - of the interface
        """Weighted L1 of the displaced landmarks, plus L1 of the references' landmarks."""
        size, generator, decoder = self.data.size, self.generator, self.generator.decoder
        assert isinstance(decoder, WarpDecoder)
        with torch.no_grad():
            speech = generator.speech_encoder(batch.spectra.flatten(0, 1)).view(len(batch.spectra), FRAMES, -1)
        places = to_normalised(batch.references, size)
        codes = generator.codes(places, speech, batch.feeling, batch.motion)
        predicted = decoder.goal(places.repeat_interleave(FRAMES, 0), codes.flatten(0, 1))
        target = to_normalised(batch.landmarks.flatten(0, 1), size)
        weights = _WEIGHTS.to(target)[:, None] / _WEIGHTS.mean()
        displaced = ((predicted - target).abs() * weights).mean() * size / 2
        found = generator.landmarks(generator.image_encoder(batch.pictures))
        located = nn.functional.l1_loss(found, to_normalised(batch.picture_landmarks, size)) * size / 2
        values = {"landmark_displacement": displaced.detach(), "landmark_position": located.detach()}
        return displaced + located, values

"""Before phase 2: where the landmarks go is learned from landmarks alone, and where they are from still pictures.

Neither needs a frame to be drawn: in seconds the code knows what speech, feelings and motion do to a face, and phase 2
is left with pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mien.talking.data.augmentation import draw_changes, move_points, swap_sides
from mien.talking.data.batches import (
    BatchPlan,
    TalkingData,
    frame_numbers,
    make_batch,
)
from mien.talking.data.motion import mirrored, placement
from mien.talking.data.speech_features import STEPS_PER_FRAME
from mien.talking.networks.encoders import SPEECH_CONTEXT, feelings
from mien.talking.networks.generator import Generator
from mien.talking.networks.warp import WarpDecoder
from mien.talking.options import GeneratorOptions
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, place
from mien.training.loop import Course, run_course
from mien.training.randomness import numpy_generator
from mien.training.schedule import warmup_cosine

CLIPS, FRAMES, REFERENCES = 32, 8, 16
REFERENCE_NOISE = 0.4
"""Deviation in pixels of the error that the references' landmarks get: those that are told from a picture err too."""

_WEIGHTS = torch.tensor([0.5] * 17 + [2.0] * 10 + [0.5] * 9 + [2.0] * 12 + [2.0] * 20)


@dataclass(frozen=True)
class LandmarkBatch:
    """Landmarks of B references (B, 68, 2) and of T frames of each (B, T, 68, 2), in pixels, with what drives them.

    `pictures` (R, 3, S, S) are other references, whose landmarks `picture_landmarks` (R, 68, 2) are to be found.
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
    random = numpy_generator(options.seed, "landmarks", step)
    references, landmarks, spectra, motion, placements = [], [], [], [], []
    emotions, intensities = [], []
    plan = BatchPlan(options.seed, "landmarks", CLIPS, FRAMES, blinks=1.0)
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
        options.seed, "stills", REFERENCES, 1, reference_shares=(0, 0, 1), augmentation=options.augmentation
    )
    stills = make_batch(data, stills_plan, step)
    return LandmarkBatch(
        own, moved, torch.from_numpy(np.stack(spectra)), felt[:, None].expand(-1, FRAMES, -1),
        torch.where(flipped[:, None, None], moves * signs, moves), stills.reference, stills.reference_landmarks,
    )  # fmt: skip


class LandmarkPhase:
    """Learns where landmarks are and where they go; see `mien.training.loop.Trainee`."""

    def __init__(self, generator: Generator, data: TalkingData, options: GeneratorOptions) -> None:
        self.generator, self.data, self.options = generator, data, options
        self.device = best_device(options.device)
        place(generator, self.device)
        speech = {id(parameter) for parameter in generator.speech_encoder.parameters()}
        others = [parameter for parameter in generator.parameters() if id(parameter) not in speech]
        self.optimizer = torch.optim.AdamW(others, options.landmark_lr, betas=(0.9, 0.99), weight_decay=0.01)

    def make_batch(self, step: int) -> LandmarkBatch:
        """The batch of a step."""
        return landmark_batch(self.data, self.options, step)

    def train_step(self, batch: LandmarkBatch, step: int) -> dict[str, Tensor | float]:
        """One step on the distances in pixels."""
        options, size, device = self.options, self.data.size, self.device
        moved = {name: value.to(device) for name, value in vars(batch).items()}
        batch = replace(batch, **moved)
        total, samples = options.landmark_samples, step * CLIPS * FRAMES
        self.optimizer.param_groups[0]["lr"] = options.landmark_lr * warmup_cosine(samples, total, total // 20)
        generator, decoder = self.generator, self.generator.decoder
        assert isinstance(decoder, WarpDecoder)
        with torch.no_grad():
            speech = generator.speech_encoder(batch.spectra.flatten(0, 1)).view(CLIPS, FRAMES, -1)
        places = (2 * batch.references + 1) / size - 1
        codes = generator.codes(places, speech, batch.feeling, batch.motion)
        goal = decoder.goal(places.repeat_interleave(FRAMES, 0), codes.flatten(0, 1))
        wanted = (2 * batch.landmarks.flatten(0, 1) + 1) / size - 1
        weights = _WEIGHTS.to(device)[:, None] / _WEIGHTS.mean()
        goes = ((goal - wanted).abs() * weights).mean() * size / 2
        found = generator.landmarks(generator.image_encoder(batch.pictures))
        known = (2 * batch.picture_landmarks + 1) / size - 1
        finds = nn.functional.l1_loss(found, known) * size / 2
        self.optimizer.zero_grad(set_to_none=True)
        (goes + finds).backward()
        self.optimizer.step()
        return {"landmarks_go": goes.detach(), "landmarks_are": finds.detach()}

    def validate(self) -> dict[str, float]:
        """Nothing: phase 2 looks at the whole."""
        return {}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {**module_tensors("generator", self.generator), **optimizer_tensors("optimizer", self.optimizer)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("generator", self.generator, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def pretrain_landmarks(
    generator: Generator, data: TalkingData, options: GeneratorOptions, identity: str, resume: Path, log: Log
) -> None:
    """Train the generator in place on `options.landmark_samples` frames' landmarks."""
    phase = LandmarkPhase(generator, data, options)
    course = Course(
        "landmarks", identity, -(-options.landmark_samples // (CLIPS * FRAMES)), CLIPS * FRAMES, phase.make_batch,
        log_samples=max(options.log_samples, CLIPS * FRAMES * 10), checkpoint_seconds=options.checkpoint_seconds,
    )  # fmt: skip
    run_course(phase, course, resume, log)

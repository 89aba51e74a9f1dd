"""Training of an estimator of mmpose on pictures with known key points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mien.bodies.detectors.heat_maps import HeatMapConfig, HeatMapPose
from mien.bodies.detectors.mmpose_people import KIND
from mien.bodies.detectors.rtmpose import to_tensor
from mien.bodies.keypoints import PoseError
from mien.bodies.training.augmentation import augmented
from mien.bodies.training.card import CARD
from mien.bodies.training.examples import PoseExamples, PosePictures
from mien.bodies.training.judge import PoseJudge, correct_points
from mien.bodies.training.options import PoseOptions
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

VALIDATION_PICTURES = 1000
PARTS = (0.05, 0.1, 0.2)


@dataclass(frozen=True)
class PoseBatch:
    """pictures: (B, 3, S, S) in 0 … 255. points: (B, 17, 2) in their pixels. weights: (B, 17), 0 is unknown."""

    pictures: Tensor
    points: Tensor
    weights: Tensor


class PoseTrainer(Trainer[PoseBatch]):
    """Classification of the cells of heat maps, and distances, on augmented pictures."""

    name, unit, gradient_norm = KIND, "pictures", 20.0

    def __init__(self, network: HeatMapPose, examples: PoseExamples, check: PosePictures, options: PoseOptions) -> None:
        super().__init__(options.training)
        self.examples, self.check, self.stage_options = examples, check, options
        self.network = self.parts.module("network", network)
        self.ema = self.parts.average("ema", network, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(network.parameters(), options.training, betas=(0.9, 0.99)))

    def batch(self, step: int) -> PoseBatch:
        """Random pictures of the corpus, each changed at random."""
        rng = numpy_generator(self.options.seed, f"{KIND} pictures", step)
        rows = np.sort(
            rng.choice(len(self.examples), self.options.batch, replace=len(self.examples) < 4 * self.options.batch)
        )
        drawn = self.examples.pictures(rows)
        made = augmented(drawn, self.stage_options.side, self.stage_options.augmentation, rng)
        weights = torch.from_numpy(made.known).float()
        return PoseBatch(to_tensor(made.frames), torch.from_numpy(made.points), weights)

    def loss(self, batch: PoseBatch, step: Step) -> tuple[Tensor, Values]:
        """Cross-entropy of the cells, and `distance_weight` times the distance of the mean place."""
        with step.autocast():
            maps = self.network(batch.pictures)
        cells, distance = self.network.loss(maps.float(), batch.points, batch.weights)
        total = cells + self.stage_options.distance_weight * distance
        return total, {"cells": cells.detach(), "distance": distance.detach()}

    def validate(self) -> dict[str, float]:
        """PCK on pictures of clips that are in no training set."""
        found, _ = PoseJudge(self.ema.average).detect(self.check.frames)
        return {
            f"pck_{round(100 * part):02d}": correct_points(found, self.check.points, self.check.known, part)
            for part in PARTS
        }


def train_pose(
    examples: PoseExamples, held_out: PoseExamples, options: PoseOptions, data: str, out: Path, run: Run
) -> dict[str, float]:
    """Train a detector on pictures with known points, write it to `out`, and return its figures.

    held_out: pictures on which it is checked. data: digest of the pictures. Raises PoseError without pictures, and if
    mmpose is not there.
    """
    if not len(examples) or not len(held_out):
        raise PoseError("there are no pictures to train on: make the corpus of figures first")
    seed_weights(options.training.seed, KIND)
    config = HeatMapConfig(options.side, options.side, options.channels, options.joined)
    rows = np.linspace(0, len(held_out) - 1, min(VALIDATION_PICTURES, len(held_out))).round().astype(np.int64)
    trainer = PoseTrainer(HeatMapPose(config), examples, held_out.pictures(rows), options)
    figures = {"pictures": float(len(examples)), **train(trainer, run)}
    model = ModelFiles(
        KIND, trainer.ema.average, {"model": config.to_json()}, options, data[:12], figures, CARD.markdown
    )
    save_models(out, {"": model})
    return figures

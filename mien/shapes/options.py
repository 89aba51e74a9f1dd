"""Options of the moving-shapes stages: their sections of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.text.options import TextOptions
from mien.training.options import TrainingOptions


class ShapesCorpusOptions(Options):
    """The corpus of moving shapes, rendered from random scenes."""

    corpus: Literal["scenes", "seed"] = Field(
        default="scenes", description="scenes: the full corpus; seed: 18 prompts about a circle, 10 frames each"
    )
    train: int = Field(default=3000, ge=1, description="training clips")
    val: int = Field(default=128, ge=0, description="clips of combinations and wordings in the training set")
    wordings: int = Field(default=128, ge=0, description="clips with wordings not in the training set; scenes only")
    held_out: int = Field(default=128, ge=0, description="clips of combinations not in the training set")
    frames: int = Field(default=12, ge=10, le=64, description="of a clip, at 10 frames per second; scenes only")
    two_figures: float = Field(default=0.2, ge=0, le=1, description="fraction of clips with two figures; scenes only")
    seed: int = Field(default=0, ge=0, description="of scenes, paths and texts")


class ShapesOptions(Options):
    """Text → a clip of moving shapes. A sample is a clip."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=256_000, batch=64, lr=2e-3, weight_decay=0.0),
        description="see TrainingOptions; of the generator",
    )
    architecture: Literal["video", "frames"] = Field(
        default="video", description="video: clips as layers; frames: single frames, the 2024 baseline"
    )
    width: int = Field(default=64, ge=8, le=1024, description="dimensions of the text attention")
    hidden: int = Field(default=128, ge=8, le=4096, description="dimensions of the generator's hidden layers")
    text: TextOptions = Field(default=TextOptions(width=64, layers=0), description="text encoder")
    discriminator_lr: float = Field(default=2e-3, gt=0, le=1, description="peak learning rate of the discriminator")
    adversarial_weight: float = Field(default=1.0, ge=0, description="weight of the adversarial loss")
    mismatch_weight: float = Field(default=1.0, ge=0, description="weight of the text-matching loss")
    reconstruction_weight: float = Field(default=2.0, ge=0, description="weight of the CVAE's reconstruction error")
    divergence_weight: float = Field(
        default=0.004, ge=0, description="weight of KL(q ‖ N(0, I)), per nat; q is the CVAE's posterior"
    )
    gamma: float = Field(default=0.01, ge=0, description="weight of R1 and R2")
    penalty_every: int = Field(default=8, ge=1, description="steps from one gradient penalty to the next")
    baseline_samples: int = Field(default=3200, ge=0, description="training clips of the baseline; 0: no baseline")


class EvaluateShapesOptions(Options):
    """How the models are evaluated."""

    prompts: int = Field(default=128, ge=1, description="maximum number of clips of each part")
    seed: int = Field(default=0, ge=0, description="of noise and of the choice of prompts")
    batch: int = Field(default=64, ge=1, le=4096, description="clips generated at once")
    show: int = Field(default=3, ge=0, le=50, description="prompts of each part on the contact sheet")

"""The knobs of the stages: what a section of params.yaml is parsed into. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mien.text.options import TextOptions
from mien.training.options import LearningOptions


class ShapesCorpusOptions(BaseModel):
    """The corpus of moving shapes: drawn, not filmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: Literal["scenes", "seed"] = Field(
        default="scenes", description="scenes: all there is; seed: the 18 prompts about a circle, 10 frames each"
    )
    train: int = Field(default=3000, ge=1, description="clips to learn from")
    val: int = Field(default=128, ge=0, description="clips of compositions and wordings that training has")
    wordings: int = Field(default=128, ge=0, description="clips in wordings that training never has; scenes only")
    held_out: int = Field(default=128, ge=0, description="clips of compositions that training never has")
    frames: int = Field(default=12, ge=10, le=64, description="of a clip, 10 a second; scenes only")
    two_figures: float = Field(default=0.2, ge=0, le=1, description="part of the clips with two figures; scenes only")
    seed: int = Field(default=0, ge=0, description="of scenes, paths and words")


class ShapesOptions(LearningOptions):
    """Words → a clip of moving shapes. A sample is a clip."""

    samples: int = Field(default=256_000, ge=1, description="clips to train on, repetitions counted")
    clips_per_step: int = Field(default=64, ge=2, le=4096, description="clips in a batch")
    lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of the generator's AdamW")
    weight_decay: float = Field(
        default=0.0, ge=0, le=1, description="AdamW's decay of the weights, a factor on the rate"
    )
    log_samples: int = Field(default=8000, ge=1, description="clips between two points of the curves")
    architecture: Literal["video", "frames"] = Field(
        default="video", description="video: whole clips as layers; frames: single frames, as in 2024"
    )
    width: int = Field(default=64, ge=8, le=1024, description="of what is picked out of the words")
    hidden: int = Field(default=128, ge=8, le=4096, description="of the layers between words and clip")
    text: TextOptions = Field(default=TextOptions(width=64, layers=0), description="what reads the words")
    discriminator_lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of the discriminator")
    adversarial_start: float = Field(
        default=0.0, ge=0, le=1, description="part of the samples before real and generated clips are told apart"
    )
    adversarial_weight: float = Field(default=1.0, ge=0, description="of the discriminator's opinion")
    mismatch_weight: float = Field(default=1.0, ge=0, description="of telling words of other clips from a clip's own")
    reconstruction_weight: float = Field(default=2.0, ge=0, description="of the error of clips made again; 0: none")
    divergence_weight: float = Field(default=0.004, ge=0, description="of what the noise tells of a clip, a nat")
    gamma: float = Field(default=0.01, ge=0, description="weight of R1 and R2")
    penalty_every: int = Field(default=8, ge=1, description="steps from one penalty to the next")
    baseline_samples: int = Field(default=3200, ge=0, description="clips the frames baseline is trained on; 0: none")

    @property
    def samples_per_step(self) -> int:
        """Clips in one step."""
        return self.clips_per_step


class EvaluateShapesOptions(BaseModel):
    """How the models are measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompts: int = Field(default=128, ge=1, description="clips of each part that are measured, at most")
    seed: int = Field(default=0, ge=0, description="of noise and of the choice of prompts")
    batch: int = Field(default=64, ge=1, le=4096, description="clips generated at once")
    show: int = Field(default=3, ge=0, le=50, description="prompts of each part on the contact sheet")


def tiny_shapes() -> ShapesOptions:
    """A configuration that runs the same code in seconds."""
    return ShapesOptions(
        samples=64, clips_per_step=8, width=16, hidden=16, text=TextOptions(width=16, layers=0), baseline_samples=16,
        log_samples=16, penalty_every=2,
    )  # fmt: skip

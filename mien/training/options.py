"""The knobs that every training has."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LearningOptions(BaseModel):
    """How long, how fast and from which seed. Progress is counted in samples: what the loss has seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=0, description="of weights, batches and augmentation")
    samples: int = Field(ge=1, description="samples to train on, repetitions counted")
    lr: float = Field(gt=0, le=1, description="highest learning rate of AdamW")
    warmup: float = Field(default=0.05, ge=0, lt=1, description="part of the samples over which the rate rises from 0")
    weight_decay: float = Field(
        default=0.01, ge=0, le=1, description="AdamW's decay of the weights, a factor on the rate"
    )
    ema_decay: float = Field(default=0.995, ge=0, lt=1, description="of the averaged weights, for each step")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="auto: CUDA where there is one")
    checkpoint_seconds: float = Field(default=30.0, ge=0, description="between checkpoints; 0: after every step")
    log_samples: int = Field(default=1000, ge=1, description="samples between two points of the curves")

    @property
    def samples_per_step(self) -> int:
        """Samples in one step."""
        raise NotImplementedError

    @property
    def steps(self) -> int:
        """Steps until `samples` are reached or passed."""
        return -(-self.samples // self.samples_per_step)


class TrainingOptions(LearningOptions):
    """Training on frames of clips: a sample is a frame that the loss has seen."""

    samples: int = Field(ge=1, description="frames to train on, repetitions counted")
    clips_per_step: int = Field(ge=1, le=4096, description="clips in a batch")
    frames_per_clip: int = Field(ge=1, le=256, description="frames taken from each clip of a batch")
    log_samples: int = Field(default=1000, ge=1, description="frames between two points of the curves")
    cache_megabytes: int = Field(default=1024, ge=0, description="of decoded clips kept in memory, in MB")

    @property
    def samples_per_step(self) -> int:
        """Frames in one step."""
        return self.clips_per_step * self.frames_per_clip

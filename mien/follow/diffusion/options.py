"""Options of the baseline's training."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class DiffusionOptions(Options):
    """Of `train_diffusion`."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=1_800, batch=4, lr=3e-3, warmup=0.03, weight_decay=1e-4, ema_decay=0.99),
        description="a sample is one window of frames, or as many single frames",
    )
    side: int = Field(default=32, ge=8, le=128, multiple_of=8, description="shorter side of the generated frames, px")
    window: int = Field(default=8, ge=2, le=64, description="frames that are denoised together")
    width: int = Field(default=40, ge=8, le=512, multiple_of=8, description="channels at half resolution")
    single_frames: float = Field(
        default=0.5, ge=0, le=1, description="fraction of the steps on single frames of as many clips as frames fit"
    )
    hidden_joints: float = Field(default=0.3, ge=0, lt=1, description="rate of windows in which joints are hidden")

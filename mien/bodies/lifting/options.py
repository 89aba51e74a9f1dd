"""Options of the lifter's training. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class LifterOptions(Options):
    """A temporal network that gives key points their depth and completes unknown ones; trained on computed motions."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=28_000, batch=32, lr=2e-3, weight_decay=0.02, ema_decay=0.99),
        description="see TrainingOptions; a sample is a window of a motion, seen by a random camera",
    )
    motions: int = Field(default=520, ge=13, le=100_000, description="motions to train on")
    seconds: float = Field(default=4.0, ge=1.0, le=60, description="length of each motion")
    frames: int = Field(default=48, ge=8, le=256, description="frames of a window at 25 frames a second")
    width: int = Field(default=160, ge=16, le=2048, multiple_of=8, description="channels of the network")
    dilations: tuple[int, ...] = Field(
        default=(1, 2, 4, 8, 1),
        min_length=1,
        max_length=16,
        description="one block of the network each: over how many frames apart its convolution looks",
    )

"""Options of the look reader's training."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class LookOptions(Options):
    """Of `train_look`."""

    training: TrainingOptions = Field(
        default=TrainingOptions(
            samples=20_000, batch=32, lr=3e-3, warmup=0.03, weight_decay=0.01, ema_decay=0.98, precision="float32"
        ),
        description="a sample is a picture",
    )
    parts: tuple[Literal["train", "judge_train"], ...] = Field(
        default=("train", "judge_train"), min_length=1, description="parts of the corpus that it is trained on"
    )
    frames: int = Field(default=2, ge=1, le=256, description="evenly spaced frames of each clip that are used")
    width: int = Field(default=24, ge=8, le=256, multiple_of=8, description="channels of the first convolution")
    cut_outs: float = Field(default=0.3, ge=0, le=1, description="rate of pictures of a person who is cut out")

"""Options of the stage figure_judge: its section of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class FigureJudgeOptions(Options):
    """The judge of looks and places. It only evaluates. A sample is a frame."""

    training: TrainingOptions = Field(
        default=TrainingOptions(seed=77, samples=36_000, batch=32, lr=3e-3, weight_decay=0.1, ema_decay=0.98),
        description="see TrainingOptions",
    )
    parts: tuple[Literal["judge_train", "train"], ...] = Field(
        default=("judge_train", "train"), min_length=1, description="parts of the corpus that it is trained on"
    )
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames of each clip that it is trained on")
    channels: int = Field(default=16, ge=8, le=256, multiple_of=8, description="of the first layer")
    width: int = Field(default=192, ge=16, le=2048, description="dimensions of the features")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="of the features")

"""The options of the stage pose."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class PoseAugmentation(Options):
    """Changes of the pictures, so that the judge also reads what other generators make."""

    rotation: float = Field(default=20, ge=0, le=180, description="largest rotation in degrees")
    scale: float = Field(default=1.35, ge=1, le=4, description="largest change of size, as a factor up or down")
    shift: float = Field(default=0.12, ge=0, le=1, description="largest shift in parts of the picture")
    colour: float = Field(default=0.3, ge=0, le=1, description="strength of the changes of light and colours")
    blur: float = Field(default=1.2, ge=0, le=10, description="largest standard deviation of the blur in pixels")
    covered: float = Field(default=0.3, ge=0, le=1, description="rate of pictures with a covered rectangle")


class PoseOptions(Options):
    """The section `pose`: RTMPose of mmpose's packaged configurations, trained on rendered figures."""

    size: Literal["t", "s", "m", "l"] = Field(default="t", description="RTMPose's size in mmpose's configurations")
    side: int = Field(default=96, ge=32, le=512, multiple_of=32, description="side of the input in pixels")
    stages: Literal[3, 4] = Field(default=3, description="stages of the backbone: 3 for inputs below 160 pixels")
    every: int = Field(default=2, ge=1, le=100, description="every how manieth frame of a clip is trained on")
    augmentation: PoseAugmentation = PoseAugmentation()
    training: TrainingOptions = TrainingOptions(samples=24000, batch=32, lr=2e-3, ema_decay=0.995)

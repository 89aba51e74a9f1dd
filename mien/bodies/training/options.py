"""The options of the stage pose."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class PoseAugmentation(Options):
    """Changes of the pictures, so that the judge also reads what other generators make."""

    rotation: float = Field(default=15, ge=0, le=180, description="largest rotation in degrees")
    shift: float = Field(default=0.08, ge=0, le=1, description="largest shift in parts of the input")
    room: float = Field(default=1.6, ge=1, le=4, description="largest side of the crop in sides of the figure's box")
    whole: float = Field(default=0.25, ge=0, le=1, description="rate of pictures that are taken whole")
    colour: float = Field(default=0.25, ge=0, le=1, description="strength of the changes of light and colours")
    blur: float = Field(default=1.0, ge=0, le=10, description="largest standard deviation of the blur in pixels")
    covered: float = Field(default=0.15, ge=0, le=1, description="rate of pictures with a covered rectangle")


class PoseOptions(Options):
    """The section `pose`: RTMPose of mmpose's packaged configurations, trained on rendered figures."""

    size: Literal["t", "s", "m", "l"] = Field(default="t", description="RTMPose's size in mmpose's configurations")
    side: int = Field(default=64, ge=32, le=512, multiple_of=32, description="side of the input in pixels")
    stride: Literal[4, 8, 32] = Field(default=4, description="pixels for a cell of the features: 32 as in mmpose")
    maps_weight: float = Field(default=1, ge=0, le=100, description="of the loss of the maps before the bins")
    every: int = Field(default=1, ge=1, le=100, description="every how manieth frame of a clip is trained on")
    augmentation: PoseAugmentation = Field(default=PoseAugmentation(), description="changes of the pictures")
    training: TrainingOptions = Field(
        default=TrainingOptions(samples=32000, batch=16, lr=2e-3, ema_decay=0.99),
        description="see TrainingOptions; a sample is a picture",
    )

"""The options of the stage pose."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class PoseAugmentation(Options):
    """Changes of the pictures, so that the judge also reads what other generators make."""

    rotation: float = Field(default=5, ge=0, le=180, description="largest rotation in degrees")
    shift: float = Field(default=0.05, ge=0, le=1, description="largest shift in parts of the input")
    room: float = Field(default=1.35, ge=1, le=4, description="largest side of the crop in sides of the figure's box")
    whole: float = Field(default=0.15, ge=0, le=1, description="rate of pictures that are taken whole")
    colour: float = Field(default=0.05, ge=0, le=1, description="strength of the changes of light and colours")
    blur: float = Field(default=0.3, ge=0, le=10, description="largest standard deviation of the blur in pixels")
    covered: float = Field(default=0, ge=0, le=1, description="rate of pictures with a covered rectangle")


class PoseOptions(Options):
    """The section `pose`: an estimator of mmpose with heat maps, trained on rendered figures."""

    parts: tuple[Literal["judge_train", "train"], ...] = Field(
        default=("judge_train", "train"), min_length=1, description="parts of the corpus that it is trained on"
    )
    every: int = Field(default=1, ge=1, le=100, description="every how manieth frame of a clip is trained on")
    side: int = Field(default=96, ge=32, le=512, multiple_of=32, description="side of the input in pixels")
    channels: int = Field(default=24, ge=8, le=256, multiple_of=8, description="of the first stage of the backbone")
    joined: int = Field(default=48, ge=8, le=512, multiple_of=8, description="channels of the joined features")
    distance_weight: float = Field(default=0.05, ge=0, le=100, description="of the distance beside the cross-entropy")
    augmentation: PoseAugmentation = Field(default=PoseAugmentation(), description="changes of the pictures")
    training: TrainingOptions = Field(
        default=TrainingOptions(samples=36_000, batch=8, lr=5e-3, ema_decay=0.995),
        description="see TrainingOptions; a sample is a picture",
    )

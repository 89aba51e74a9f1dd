"""The options that every training has: the block `training` of a stage's section."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options

Precision = Literal["auto", "float32", "bfloat16"]


class TrainingOptions(Options):
    """How long, how fast and from which seed. Progress is counted in samples that the loss has processed."""

    seed: int = Field(default=0, ge=0, description="of weights, batches and augmentation")
    samples: int = Field(ge=1, description="samples to train on, counted with repetitions and over all ranks")
    batch: int = Field(ge=1, le=65_536, description="clips, sequences or texts in a step, over all ranks")
    lr: float = Field(gt=0, le=1, description="peak learning rate of AdamW")
    warmup: float = Field(default=0.05, ge=0, lt=1, description="fraction of the steps with a linearly rising rate")
    weight_decay: float = Field(default=0.01, ge=0, le=1, description="AdamW's weight decay")
    ema_decay: float = Field(default=0.995, ge=0, lt=1, description="decay of the averaged weights per step")
    precision: Precision = Field(
        default="auto", description="of the network's arithmetic; auto: bfloat16 where the hardware supports it"
    )

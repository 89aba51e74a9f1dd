"""Options of the sculpt stages: their sections of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options
from mien.text.options import TextOptions
from mien.training.options import TrainingOptions


class HeadPriorOptions(Options):
    """Text → distribution over the latents of a head. A sample is a caption."""

    training: TrainingOptions = Field(
        default=TrainingOptions(
            samples=76_800, batch=256, lr=6e-3, weight_decay=1e-4, ema_decay=0.98, precision="float32"
        ),
        description="see TrainingOptions",
    )
    captions: int = Field(default=24_000, ge=1, description="captions composed for the training")
    width: int = Field(default=48, ge=8, le=1024, description="dimensions of the text attention")
    hidden: int = Field(default=48, ge=8, le=1024, description="dimensions of the hidden layer of each attribute")
    text: TextOptions = Field(default=TextOptions(width=48, layers=0), description="text encoder")
    open_weight: float = Field(
        default=0.15, ge=0, le=1, description="weight of attributes that a caption does not name, against 1"
    )  # fmt: skip
    word_dropout: float = Field(default=0.02, ge=0, lt=1, description="fraction of words read as unknown; tokens only")


class EvaluateSculptOptions(Options):
    """How sculpted heads are evaluated."""

    prompts: int = Field(default=64, ge=1, description="prompts of each part, but for those written by hand")
    methods: int = Field(default=16, ge=0, description="prompts of each part for the rows gradient and search; 0: none")
    edits: int = Field(default=48, ge=0, description="edits of sculpted people")
    seed: int = Field(default=0, ge=0, description="of prompts, people and draws")
    show: int = Field(default=8, ge=0, le=50, description="prompts of each part on the contact sheet")

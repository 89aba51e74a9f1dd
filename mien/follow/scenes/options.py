"""Options of the model that makes scenes from words. Nothing slow is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class ScenePriorOptions(Options):
    """The model that makes scenes from words: its captions, its size and its training."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=110_000, batch=256, lr=6e-3, weight_decay=1e-3, ema_decay=0.99),
        description="see TrainingOptions; a sample is a caption with its scene",
    )
    captions: int = Field(default=30_000, ge=100, le=2_000_000, description="captions composed for the training")
    width: int = Field(default=64, ge=8, le=1024, multiple_of=4, description="features per word and attribute")
    hidden: int = Field(default=64, ge=8, le=1024, description="of each attribute's layer")
    open_weight: float = Field(default=0.15, ge=0, le=1, description="weight in the loss of what a caption leaves open")
    word_dropout: float = Field(default=0.03, ge=0, lt=1, description="rate of words that are read as unknown")
    names: float = Field(default=0.06, ge=0, le=1, description="rate of captions of people whose subject is a name")
    other_things: float = Field(
        default=0.2, ge=0, le=1, description="rate of captions that name a thing that no scene has"
    )

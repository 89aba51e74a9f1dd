"""The knobs of the stages: what a section of params.yaml is parsed into. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ShapesCorpusOptions(BaseModel):
    """The corpus of moving shapes: drawn, not filmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: Literal["scenes", "seed"] = Field(
        default="scenes", description="scenes: all there is; seed: the 18 prompts about a circle, 10 frames each"
    )
    train: int = Field(default=3000, ge=1, description="clips to learn from")
    val: int = Field(default=128, ge=0, description="clips of compositions and wordings that training has")
    wordings: int = Field(default=128, ge=0, description="clips in wordings that training never has; scenes only")
    held_out: int = Field(default=128, ge=0, description="clips of compositions that training never has")
    frames: int = Field(default=12, ge=10, le=64, description="of a clip, 10 a second; scenes only")
    two_figures: float = Field(default=0.2, ge=0, le=1, description="part of the clips with two figures; scenes only")
    seed: int = Field(default=0, ge=0, description="of scenes, paths and words")

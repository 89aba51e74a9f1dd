"""What a corpus is made from: the section `corpus` of the parameters."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mien.clips import FrameRate


class EmbeddedVariation(BaseModel):
    """How different the embedded corpus's clips look, besides their actors.

    Each knob scales its own draws alone: changing one leaves everything else of every clip as it was. 1 is the usual
    amount. `light`: 0 the same lamps in every clip … 2 twice as different. `background`: 0 one even grey wall … 1 a
    coloured wall for each actor … 2 blurred rooms and patterns. `camera`: 0 the same framing in every clip … 2 twice as
    different in distance and framing, and rolled. `glasses`: part of the actors who wear them, in all of their clips.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    light: float = Field(default=1.0, ge=0, le=2, description="0 the same lamps in every clip … 2 twice as different")
    background: float = Field(default=1.0, ge=0, le=2, description="0 a grey wall … 1 coloured walls … 2 blurred rooms")
    camera: float = Field(default=1.0, ge=0, le=2, description="0 the same framing … 2 twice as different, rolled")
    glasses: float = Field(default=0.2, ge=0, le=1, description="part of the actors who wear glasses")


class EmbeddedOptions(BaseModel):
    """The clips that the project renders itself.

    `actors`: how many people. `clips_per_actor`: clips of each; None: the default plan, in which every emotion, both
    intensities and all 12 sentences occur. `seed`: of heads, voices and movements. `width`, `height`: pixels, even.
    `fps`: frames a second, exact. `variation`: how different the clips look.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    actors: int = Field(default=12, ge=2, le=400, description="how many people")
    clips_per_actor: int | None = Field(
        default=None, ge=1, le=1000, description="clips of each; None: the default plan"
    )
    seed: int = Field(default=1, ge=0, lt=2**32, description="of heads, voices and movements")
    width: int = Field(default=480, ge=64, le=1920, multiple_of=2, description="pixels")
    height: int = Field(default=360, ge=64, le=1920, multiple_of=2, description="pixels")
    fps: FrameRate = Field(default=Fraction(30000, 1001), description="frames a second, exact")
    variation: EmbeddedVariation = Field(
        default_factory=lambda: EmbeddedVariation(),
        description="how different the clips look; each knob changes nothing else",
    )


class CorpusOptions(BaseModel):
    """The section `corpus`.

    `source`: where clips come from. `path`: the folder of the corpus; `embedded` makes its own and ignores it.
    `actors`: of `cremad` and `grid`, the only actors to take, by their names; None: all.
    `follow_links`: whether links that lead out of the corpus folder are followed instead of rejected as `outside`.
    `embedded`: how the embedded corpus is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["embedded", "cremad", "grid", "folder"] = Field(
        default="embedded", description="where clips come from"
    )
    path: Path = Field(
        default=Path("data/raw"), description="folder of the corpus; embedded makes its own and ignores it"
    )
    actors: tuple[str, ...] | None = Field(default=None, min_length=1, description="the only actors to take; None: all")
    follow_links: bool = Field(default=False, description="follow links that lead out of the corpus folder")
    embedded: EmbeddedOptions = Field(
        default_factory=lambda: EmbeddedOptions(), description="the corpus that is rendered here; source embedded only"
    )

    @field_validator("actors", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        # YAML reads 1001 as a number
        return tuple(str(name) for name in value) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _consistent(self) -> CorpusOptions:
        if self.actors is not None and self.source == "folder":
            raise ValueError("corpus.actors is for cremad, grid and embedded: a folder's actors stand in labels.csv")
        return self

"""Options of the section `corpus` of the parameters."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mien.clips import FrameRate

EMBEDDED = "embedded"
SOURCES = (EMBEDDED, "cremad", "grid", "folder")
"""Sources of clips: all but the first, which is rendered, read the folder `corpus.path`."""


class EmbeddedVariation(BaseModel):
    """Variation of the embedded corpus's clips, apart from the actors.

    Each option scales only its own random numbers; changing one leaves everything else of every clip unchanged.
    `light`: 0 the same lamps in every clip … 2 twice the variation. `background`: 0 a plain grey wall … 1
    a coloured wall per actor … 2 blurred rooms and patterns. `camera`: 0 the same framing in every clip … 2 twice the
    variation of distance and framing, and roll. `glasses`: fraction of the actors who wear them, in all of their clips.
    `lamps`: 0 a studio's light in every clip … 1 light by lot, from a window, the sky, the ceiling, behind or below.
    `sensor`: 0 a faultless camera … 1 blur, exposure, white balance, noise and JPEG by lot … 2 twice that. `turned`:
    fraction of the clips in which the head is turned aside, by up to 25 degrees. `detail`: 0 plain skin and hair … 1
    blotches, moles, shine, wet lips, loose hair and separate teeth.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    light: float = Field(default=1.0, ge=0, le=2, description="0 the same lamps in every clip … 2 twice the variation")
    background: float = Field(default=1.0, ge=0, le=2, description="0 a grey wall … 1 coloured walls … 2 blurred rooms")
    camera: float = Field(default=1.0, ge=0, le=2, description="0 the same framing … 2 twice the variation, and roll")
    glasses: float = Field(default=0.2, ge=0, le=1, description="fraction of the actors who wear glasses")
    lamps: float = Field(default=0.5, ge=0, le=1, description="0 a studio's light … 1 light by lot, of all kinds")
    sensor: float = Field(default=0.5, ge=0, le=2, description="0 a faultless camera … 2 strong blur, noise and casts")
    turned: float = Field(default=0.0, ge=0, le=1, description="fraction of the clips with the head turned aside")
    detail: float = Field(default=1.0, ge=0, le=1, description="0 plain skin and hair … 1 spots, shine, loose hair")


class EmbeddedOptions(BaseModel):
    """The corpus that the project renders itself.

    `actors`: number of actors. `clips_per_actor`: None: the default plan, in which every emotion, both intensities and
    all 12 sentences occur. `seed`: of heads, voices and movements. `width`, `height`: in pixels, even. `fps`: frames
    per second, exact. `variation`: of light, background, camera and glasses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    actors: int = Field(default=12, ge=2, le=400, description="number of actors")
    clips_per_actor: int | None = Field(
        default=None, ge=1, le=1000, description="number of clips per actor; None: the default plan"
    )
    seed: int = Field(default=1, ge=0, lt=2**32, description="of heads, voices and movements")
    width: int = Field(default=480, ge=64, le=1920, multiple_of=2, description="of the frames in pixels")
    height: int = Field(default=360, ge=64, le=1920, multiple_of=2, description="of the frames in pixels")
    fps: FrameRate = Field(default=Fraction(30000, 1001), description="frames per second, exact")
    variation: EmbeddedVariation = Field(
        default_factory=lambda: EmbeddedVariation(),
        description="variation of the clips' appearance; the options are independent",
    )


class CorpusOptions(BaseModel):
    """The section `corpus`.

    `source`: one of SOURCES, or `embedded` and another, joined by + (`embedded+folder`): the clips of both. `path`:
    folder of the corpus; ignored by `embedded`, which is rendered.
    `actors`: for `embedded`, `cremad` and `grid` alone, the names of the actors to include; None: all.
    `follow_links`: whether links that lead out of the corpus folder are followed instead of rejected as `outside`.
    `embedded`: options of the embedded corpus.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(
        default=EMBEDDED, description="embedded, cremad, grid or folder, or two as embedded+folder: the clips of both"
    )
    path: Path = Field(
        default=Path("data/raw"), description="folder of the corpus; ignored by embedded, which is rendered"
    )
    actors: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="names of the actors to include; None: all"
    )
    follow_links: bool = Field(default=False, description="follow links that lead out of the corpus folder")
    embedded: EmbeddedOptions = Field(
        default_factory=lambda: EmbeddedOptions(), description="the rendered corpus, of the source embedded"
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of `source`, one or two."""
        return tuple(self.source.split("+"))

    @field_validator("source")
    @classmethod
    def _known(cls, value: str) -> str:
        names = value.split("+")
        unknown = [name for name in names if name not in SOURCES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(SOURCES)}, joined by + if several")
        read = [name for name in names if name != EMBEDDED]
        if len(set(names)) < len(names) or len(read) > 1:
            raise ValueError(
                f"{value}: only {EMBEDDED} and one other source can be joined, as corpus.path is one folder"
            )
        return value

    @field_validator("actors", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        # YAML parses 1001 as a number
        return tuple(str(name) for name in value) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _consistent(self) -> CorpusOptions:
        if self.actors is not None and len(self.sources) > 1:
            raise ValueError("corpus.actors is for one source: with several, choose by split.val_actors or by labels")
        if self.actors is not None and self.source == "folder":
            raise ValueError("corpus.actors is for cremad, grid and embedded: a folder's actors stand in labels.csv")
        return self

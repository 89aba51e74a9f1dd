"""Request model of `mien shapes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from mien.shapes.corpus.vocabulary import SIDE
from mien.systems.errors import RequestError
from mien.systems.request import Request, Short

MOST_PIXELS = {".gif": 2048, ".mp4": 4096, ".png": 8192}
"""Output suffix → maximum length of the longer side, pixels; a GIF is held in memory as a whole."""

MAX_CLIPS = 36
"""Maximum number of clips in one output: texts times copies."""

Text = Annotated[str, Field(max_length=300, pattern=r"\S", examples=["a red circle moving up-right"])]


class ShapesRequest(Request):
    """Prompts, copies and seed, and the length and size of the clips."""

    text: Annotated[
        tuple[Text, ...], BeforeValidator(lambda text: (text,) if isinstance(text, str) else text), Short("-t")
    ] = Field(
        min_length=1,
        description="What is to be seen; several times: a clip for each, or none if one of them cannot be made",
    )
    copies: int = Field(default=1, ge=1, le=MAX_CLIPS, description="Clips of each text, with consecutive seeds")
    seed: int = Field(default=0, ge=0, le=2**62, description="Seed of the first clip of each text")
    seconds: float | None = Field(
        default=None, ge=0.4, le=10, description="Length in seconds",
        json_schema_extra={"unset": "that of the training clips"},
    )  # fmt: skip
    size: int = Field(default=SIDE, ge=SIDE, le=512, multiple_of=2, description="Side of each clip in pixels")

    @property
    def clips(self) -> tuple[tuple[str, int], ...]:
        """Text and seed of every clip, the copies of a text one after another."""
        return tuple((text, self.seed + copy) for text in self.text for copy in range(self.copies))

    def rules(self) -> None:
        if len(self.clips) > MAX_CLIPS:
            raise RequestError(
                f"one picture holds at most {MAX_CLIPS} clips, texts times copies, not {len(self.clips)}"
            )

    def check(self, out: Path) -> None:
        from mien.shapes.generate.layout import STRIP_FRAMES, grid_columns, grid_size, strip_size

        clips, most = len(self.clips), MOST_PIXELS[out.suffix]
        if out.suffix == ".png":
            width, height = strip_size(clips, STRIP_FRAMES, self.size)
        else:
            width, height = grid_size(clips, grid_columns(len(self.text), self.copies), self.size)
        if max(width, height) > most:
            raise RequestError(
                f"{clips} clips of {self.size} pixels would fill {width}×{height} pixels, and a {out.suffix} has at "
                f"most {most} a side: ask for a smaller --size or fewer clips"
            )

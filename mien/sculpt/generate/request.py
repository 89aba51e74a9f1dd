"""The request of `mien sculpt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mien.systems.errors import RequestError
from mien.systems.request import Accepts, Local, Request, Short

MAX_CHARACTERS = 1000
"""Maximum length of a text."""

MAX_VARIANTS = 16

Kept = Literal[
    "hair", "beard", "eyes", "nose", "mouth", "glasses", "clothes", "skin", "expression", "age", "sex", "shape"
]
"""What an edit can leave as it is; the names of `mien.sculpt.methods.edit.KEEPABLE`."""


class SculptRequest(Request):
    """Words, the head to edit, method, seed, head model and size of the pictures."""

    text: Annotated[str, Short("-t")] = Field(
        max_length=MAX_CHARACTERS, pattern=r"\S", description="What the head looks like, or what to change",
        examples=["an old man with a grey beard and round glasses, smiling"],
    )  # fmt: skip
    variants: int = Field(
        default=1, ge=1, le=MAX_VARIANTS, description="Different heads for the same words, best first"
    )
    seed: int = Field(default=0, ge=0, le=2**62, description="Seed of what the words leave open")
    method: Literal["prior", "gradient", "search"] = Field(
        default="prior",
        description="prior: likely heads, chosen by the guide; gradient, search: by the guide alone, slower and worse",
    )
    edit: Annotated[Path | None, Accepts("person")] = Field(
        default=None, description="person.json of a head that the words change"
    )
    keep: Annotated[tuple[Kept, ...], BeforeValidator(lambda kept: (kept,) if isinstance(kept, str) else kept)] = Field(
        default=(), description="What an edit leaves as it is, whatever the words say; several times: each"
    )
    # the names are repeated here, because importing `mien.heads` is slow
    head: Literal["embedded", "ict", "flame", "gnm"] = Field(
        default="embedded", description="Which head: see `mien heads`; only embedded has hair, clothes and glasses"
    )
    head_file: Annotated[Path | None, Local()] = Field(
        default=None, description="File or folder of the head", json_schema_extra={"unset": "in its usual place"}
    )
    size: int = Field(default=384, ge=64, le=1024, multiple_of=2, description="Side of each view in pixels")
    refine: int = Field(
        default=0, ge=0, le=100, description="Steps of refinement, accepted only if a second guide agrees"
    )

    def rules(self) -> None:
        if self.keep and self.edit is None:
            raise RequestError("--keep is about an edit: name the head to change with --edit person.json")
        if self.edit is not None and (self.variants > 1 or self.method != "prior" or self.refine):
            raise RequestError("an edit has one result: leave --variants, --method and --refine out")
        if self.head == "embedded" and self.head_file is not None:
            raise RequestError("the embedded head needs no file: leave --head-file out, or name another --head")

    def beside(self, out: Path) -> tuple[Path, ...]:
        """Further variants, numbered from 2; a sheet (.png) holds them all."""
        if out.suffix == ".png":
            return ()
        return tuple(numbered(out, number) for number in range(2, self.variants + 1))


def numbered(out: Path, number: int) -> Path:
    """The file of a variant: `out` for the first, NAME-2.ext for the second, …."""
    return out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")

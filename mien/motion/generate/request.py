"""The request of `mien move`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mien.motion.generate.script import LONGEST_SECONDS, MAX_CHARACTERS, SHORTEST_SECONDS, read_script
from mien.systems.errors import RequestError
from mien.systems.person import read_person
from mien.systems.request import Accepts, Local, NumberOrFile, Request, Short

VIDEOS = (".mp4", ".gif")

SHORT_SECONDS = 30.0
"""Maximum length of a GIF or a folder of OBJ files, which grow by megabytes per second."""


_PERSON = NumberOrFile(0, 999_999)


def _as_text(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole or isinstance(value, Path) else value


class MoveRequest(Request):
    """Text or script, head, sampling options and rendering options of a motion."""

    text: Annotated[str | None, Short("-t")] = Field(
        default=None, max_length=MAX_CHARACTERS, pattern=r"\S", examples=["nods twice, then smiles"],
        description="What the head does",
    )  # fmt: skip
    script: Annotated[Path | None, Accepts("text")] = Field(
        default=None, description="File of lines `time: text`, instead of --text"
    )
    # the names are repeated here, because importing `mien.heads` is slow
    head: Literal["embedded", "ict", "flame", "gnm"] = Field(
        default="embedded", description="Which head: see `mien heads`"
    )
    head_file: Annotated[Path | None, Local()] = Field(
        default=None, description="File or folder of the head", json_schema_extra={"unset": "in its usual place"}
    )
    seconds: float | None = Field(
        default=None, ge=SHORTEST_SECONDS, le=LONGEST_SECONDS,
        description="Length in seconds", json_schema_extra={"unset": "estimated from the text"},
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="Seed of the motion and of the blinks")
    guidance: float | None = Field(
        default=None, ge=0, le=20, description="Classifier-free guidance scale",
        json_schema_extra={"unset": "the model's"},
    )  # fmt: skip
    steps: int | None = Field(
        default=None, ge=1, le=50, description="Sampling steps", json_schema_extra={"unset": "the model's"}
    )
    samples: int = Field(
        default=4, ge=1, le=16, description="Motions of which the one is chosen that is measured to do what is asked"
    )
    size: int = Field(default=512, ge=64, le=2048, multiple_of=2, description="Side of the video in pixels")
    person: Annotated[str | None, BeforeValidator(_as_text), _PERSON, Accepts("person")] = Field(
        default=None, min_length=1,
        description="Who it is: a person.json of `mien sculpt`, or the number of a synthetic person, 0 to 999,999",
        json_schema_extra={"unset": "0"}, examples=["person.json"],
    )  # fmt: skip
    renderer: Literal["numba", "pyrender", "dots"] = Field(default="numba", description="Renderer of the video")
    mark: bool = Field(default=False, description="Draw a visible mark, AI, into the video")
    blink: bool = Field(default=True, description="Let the head of the video blink where the motion leaves it time")

    def rules(self) -> None:
        if (self.text is None) == (self.script is None):
            both = "not both" if self.text is not None else "one of them is needed"
            raise RequestError(f"give what the head does as a text (--text) or as a time line (--script): {both}")
        if self.script is not None and self.seconds is not None:
            raise RequestError(
                "a time line has its own times: leave --seconds out, and end it with a line such as `7: end`"
            )
        if self.head == "embedded" and self.head_file is not None:
            raise RequestError("the embedded head needs no file: leave --head-file out, or name another --head")
        try:
            numbered = _PERSON.number(self.person or "") is not None
        except ValueError as error:
            raise RequestError(f"--person must be {error}, or a person.json, not {(self.person or '')[:40]}") from error
        if self.head != "embedded" and numbered:
            raise RequestError(
                "the number of --person is one of the synthetic people of the embedded head: leave --head out, or give "
                "a person.json"
            )

    @property
    def person_number(self) -> int:
        """Which synthetic person; 0 if none or a file is given."""
        return _PERSON.number(self.person or "") or 0

    @property
    def person_file(self) -> Path | None:
        """The file of the person; None if it is a number or none is given."""
        return self.inputs().get("person")

    def check(self, out: Path) -> None:
        if self.seconds is not None:
            check_length(self.seconds, out)
        if self.script is not None:
            read_script(self.script)
        if self.person_file is not None:
            read_person(self.person_file)


def check_length(seconds: float, out: Path) -> None:
    """Raise RequestError if a motion is too long for the format of `out`."""
    longest = SHORT_SECONDS if out.suffix in (".gif", ".obj") else LONGEST_SECONDS
    if seconds > longest:
        raise RequestError(f"a motion in {out.suffix} form lasts at most {longest:,.0f} seconds, not {seconds:g}")

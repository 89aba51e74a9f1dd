"""The request of `mien follow`: its options with their bounds and defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mien.systems.errors import RequestError
from mien.systems.request import Accepts, Local, Request, Short, WordOrFile

# the names are repeated here, because importing `mien.bodies.motions` is slow
MOTION_NAMES = (
    "walk", "run", "turn", "dance", "jump", "squat", "kick", "sit", "wave", "clap", "sign", "bow", "idle",
)  # fmt: skip

VIDEOS = (".mp4", ".gif")

LARGEST = "largest"
ALL = "all"

MAX_SIDE = 4096
"""Longest side of a video in pixels, which decides how narrow the pose video may be."""

MAX_SECONDS = 3600.0
GIF_SECONDS = 60.0
"""Longest GIF, whose frames are held in memory."""

DEFAULT_SECONDS = 4.0
"""Length of a built-in motion."""


def person_of(value: object) -> object:
    """`largest`, `all`, or the number of a person as text. Raises RequestError for anything else."""
    word = str(value).strip().lower()
    if word in (LARGEST, ALL):
        return word
    number = word.removesuffix(".0")  # as pandas writes whole numbers where a cell of the column is empty
    if not (number.isascii() and number.isdecimal()) or len(number) > 3:
        raise RequestError(f"--person is `largest`, `all`, or a number, counted from 0, not {word[:40]!r}")
    return str(int(number))


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


class PoseOptions(Request):
    """How poses are found in a video: detector, choice of the person, repair, and how much of the video is used."""

    detector: Literal["auto", "mediapipe", "mmpose", "vitpose", "skeleton"] = Field(
        default="auto",
        description="Detector of key points; skeleton reads drawn skeletons back; auto: that for skeletons on "
        "black, else mediapipe",
    )
    weights: Annotated[str | None, BeforeValidator(_as_text), Local()] = Field(
        default=None, min_length=1, examples=["models/pose"],
        description="Name or folder of the weights of the detector", json_schema_extra={"unset": "its usual ones"},
    )  # fmt: skip
    boxes: Annotated[str | None, BeforeValidator(_as_text), Local()] = Field(
        default=None, min_length=1, examples=["models/boxes"],
        description="Name or folder of a detector of objects (transformers) that finds people for mmpose and vitpose",
        json_schema_extra={"unset": "none: they follow one person"},
    )  # fmt: skip
    person: Annotated[str, BeforeValidator(person_of)] = Field(
        default=LARGEST, description="Whom to follow: largest, all, or the number of a person, from 0"
    )
    repair: bool = Field(default=True, description="Repair outliers, gaps and exchanged sides of the poses")
    seconds: float | None = Field(
        default=None, gt=0, le=MAX_SECONDS, description="Length in seconds: the start of the pose video is used",
        json_schema_extra={"unset": f"that of the pose video; {DEFAULT_SECONDS:g} for a built-in motion"},
    )  # fmt: skip


class FollowRequest(PoseOptions):
    """Poses, words or a picture of the look, and the format of the video."""

    pose: Annotated[
        str | None, BeforeValidator(_as_text), Short("-p"), WordOrFile(MOTION_NAMES), Accepts("video", "poses")
    ] = Field(
        default=None, min_length=1, examples=["dance"],
        description="Who is followed: a video, poses (.npz, OpenPose JSON, BVH), or a built-in motion: "
        f"{', '.join(MOTION_NAMES)}",
        json_schema_extra={"unset": "the motion that the text names"},
    )  # fmt: skip
    text: Annotated[str | None, Short("-t")] = Field(
        default=None, max_length=1000, pattern=r"\S", examples=["Cô gái nhảy múa trên cát"],
        description="The figure, its clothes and the place, in Vietnamese or English (or give --look)",
    )  # fmt: skip
    look: Annotated[Path | None, Short("-l"), Accepts("picture", "scene")] = Field(
        default=None, description="A picture whose figure and place are taken, or a scene.json"
    )
    language: Literal["vi", "en"] | None = Field(
        default=None, description="Language of the text", json_schema_extra={"unset": "recognised"}
    )
    translator: Annotated[str | None, BeforeValidator(_as_text), Local()] = Field(
        default=None, min_length=1, examples=["VietAI/envit5-translation"],
        description="Name or folder of a translator (EnViT5, Marian) that puts a Vietnamese text into English first",
        json_schema_extra={"unset": "none: both languages are read as they are"},
    )  # fmt: skip
    download: Annotated[bool, Local()] = Field(
        default=False, description="Fetch the weights of --translator by their name"
    )
    seed: int = Field(default=0, ge=0, le=2**62, description="Seed of what the text leaves open")
    size: int = Field(default=256, ge=64, le=1080, multiple_of=2, description="Shorter side of the video in pixels")
    sound: bool = Field(default=True, description="Keep the sound of the pose video")
    skeleton: bool = Field(default=False, description="Show the skeleton that was followed beside the figure")
    mark: bool = Field(default=False, description='Draw the visible mark "AI" into the video')
    architecture: Literal["rigged", "diffusion", "animatediff", "wan_vace"] = Field(
        default="rigged",
        description="How frames are made: the rigged figure, the small diffusion baseline, or a pipeline of diffusers "
        "that --pipeline names",
    )
    pipeline: Annotated[str | None, BeforeValidator(_as_text), Local()] = Field(
        default=None, min_length=1, examples=["models/animatediff"],
        description="Name or folder of the pipeline of animatediff or wan_vace",
        json_schema_extra={"unset": "none"},
    )  # fmt: skip

    def rules(self) -> None:
        if self.text is None and self.look is None:
            raise RequestError(
                "say what the figure looks like (--text), or give a picture of it (--look): one of them is needed"
            )
        if self.pose is None and self.text is None:
            raise RequestError(f"whom does it follow? Give a --pose: a video, or one of {', '.join(MOTION_NAMES)}")
        if self.diffusers and self.pipeline is None:
            raise RequestError(
                f"--architecture {self.architecture} needs the name or folder of its weights: --pipeline"
            )
        if not self.diffusers and self.pipeline is not None:
            raise RequestError("--pipeline is for --architecture animatediff or wan_vace: name one of them")
        if self.diffusers and (self.text is None or self.pose is None):
            raise RequestError(f"--architecture {self.architecture} draws what a --text says, as a --pose: give both")

        if self.translator is not None and self.text is None:
            raise RequestError("--translator translates a --text: give one")

    @property
    def diffusers(self) -> bool:
        """Whether a pipeline of diffusers makes the frames."""
        return self.architecture in ("animatediff", "wan_vace")

    @property
    def look_file(self) -> Path | None:
        """The file of scenes; None where the look is a picture or is not given."""
        return self.look if self.look is not None and self.look.suffix.lower() == ".json" else None

    @property
    def needs_model(self) -> bool:
        """Whether the trained model is needed: for words, pictures, and key points without depth."""
        plain = self.look_file is not None and self.text is None and self.pose_file is None
        return not self.diffusers and not (plain and self.architecture == "rigged")

    @property
    def pose_file(self) -> Path | None:
        """The file of the poses; None for a built-in motion."""
        return self.inputs().get("pose")

    @property
    def motion_name(self) -> str | None:
        """The built-in motion that is asked for by name."""
        return None if self.pose is None or self.pose_file is not None else self.pose.strip().lower()

    def check(self, out: Path) -> None:
        if self.seconds is not None:
            check_length(self.seconds, out)


def check_length(seconds: float, out: Path) -> None:
    """Raise RequestError for a clip that is too long for the format of `out`."""
    if out.suffix == ".gif" and seconds > GIF_SECONDS:
        raise RequestError(
            f"a .gif lasts at most {GIF_SECONDS:g} seconds, not {seconds:.1f}: write .mp4, or ask for less (--seconds)"
        )

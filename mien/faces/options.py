"""The section `align` of the parameters. Nothing heavy is imported here, so that a wrong key is answered at once."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DetectorName = Literal["mediapipe", "face-alignment"]
Mode = Literal["clip", "frame"]


class FilterOptions(BaseModel):
    """Which clips are good enough. The defaults accept studio recordings such as GRID's and CREMA-D's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_seconds: float = Field(default=0.5, ge=0.04, le=3600, description="shorter clips are too_short; seconds")
    max_several_fraction: float = Field(
        default=0.1, ge=0, le=1, description="several_faces when a larger part of the frames shows another face"
    )
    min_inter_ocular: float = Field(
        default=24.0,
        ge=0,
        le=2000,
        description="face_too_small below; median distance of the outer eye corners, source pixels",
    )
    max_lost_frames: int = Field(
        default=12,
        ge=0,
        le=100_000,
        description="face_lost when more frames in a row have no face; fewer are interpolated",
    )
    min_sharpness: float = Field(
        default=0.03, ge=0, le=100, description="blurred below; variance of the Laplacian over that of the grey values"
    )
    min_loudness: float = Field(default=-50.0, ge=-120, le=0, description="silent below; dBFS of the loudest 50 ms")


class TrackOptions(BaseModel):
    """How the face of a clip is found and cut out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detector: DetectorName = Field(
        default="mediapipe", description="mediapipe works offline; face-alignment needs weights"
    )
    face_detector: str = Field(
        default="sfd",
        pattern=r"^(sfd|retinaface|yunet)$",
        description="finds the boxes for face-alignment",
    )
    mode: Mode = Field(default="clip", description="one transform for each clip, or a smoothed one for each frame")
    smoothing_seconds: float = Field(
        default=0.06,
        ge=0,
        le=5,
        description="mode frame: standard deviation of the smoothing over time, seconds; 0 is none",
    )
    size: int = Field(default=128, ge=32, le=1024, multiple_of=2, description="width and height of the crops, pixels")
    other_face_size: float = Field(
        default=0.33, gt=0, le=1, description="another face counts from this part of the largest one's extent"
    )


class AlignOptions(TrackOptions):
    """The section `align` of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: FilterOptions = Field(default=FilterOptions(), description="which clips are good enough")
    max_rejected_fraction: float = Field(
        default=0.2, ge=0, le=1, description="the run fails when a larger part of all clips is rejected"
    )
    shard_megabytes: float = Field(
        default=256.0, gt=0, le=100_000, description="about how large a shard gets; 10^6 bytes"
    )

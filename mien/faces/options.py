"""Options of the section `align` of the parameters. Nothing slow is imported here, so that errors appear at once."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DetectorName = Literal["mediapipe", "face-alignment"]
Mode = Literal["clip", "frame"]


class FilterOptions(BaseModel):
    """Quality thresholds. The defaults accept studio recordings such as GRID's and CREMA-D's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_seconds: float = Field(default=0.5, ge=0.04, le=3600, description="minimum duration in seconds, else too_short")
    max_several_fraction: float = Field(
        default=0.1, ge=0, le=1, description="maximum fraction of frames with another face, else several_faces"
    )
    min_inter_ocular: float = Field(
        default=24.0,
        ge=0,
        le=2000,
        description="minimum median distance of the outer eye corners in source pixels, else face_too_small",
    )
    max_lost_frames: int = Field(
        default=12,
        ge=0,
        le=100_000,
        description="maximum run of frames without a face, else face_lost; shorter gaps are interpolated",
    )
    min_sharpness: float = Field(
        default=0.03,
        ge=0,
        le=100,
        description="minimum variance of the Laplacian over variance of the grey values, else blurred",
    )
    min_loudness: float = Field(
        default=-50.0, ge=-120, le=0, description="minimum level of the loudest 50 ms in dBFS, else silent"
    )


class TrackOptions(BaseModel):
    """Options of detection, tracking and cropping of the face."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detector: DetectorName = Field(
        default="mediapipe", description="mediapipe works offline; face-alignment needs weights"
    )
    face_detector: str = Field(
        default="sfd",
        pattern=r"^(sfd|retinaface|yunet)$",
        description="detector of face boxes for face-alignment",
    )
    mode: Mode = Field(default="clip", description="one transform per clip, or a smoothed one per frame")
    smoothing_seconds: float = Field(
        default=0.06,
        ge=0,
        le=5,
        description="mode frame: standard deviation of the smoothing over time in seconds; 0: none",
    )
    size: int = Field(default=128, ge=32, le=1024, multiple_of=2, description="width and height of the crops in pixels")
    other_face_size: float = Field(
        default=0.33, gt=0, le=1, description="minimum extent of another face that counts, relative to the largest face"
    )


class AlignOptions(TrackOptions):
    """The section `align` of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: FilterOptions = Field(default=FilterOptions(), description="quality thresholds")
    max_rejected_fraction: float = Field(
        default=0.2, ge=0, le=1, description="maximum fraction of rejected clips, else the stage fails"
    )
    shard_megabytes: float = Field(
        default=256.0, gt=0, le=100_000, description="approximate size of a shard; 10^6 bytes"
    )

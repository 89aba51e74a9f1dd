"""Where and how widely work runs: the section `execution` of params.yaml. Nothing in it changes a result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.options import Options


class Execution(Options):
    """Processes, devices, and how often state is saved."""

    executor: Literal["local", "dask"] = Field(default="local", description="local processes, or dask")
    workers: int | None = Field(default=None, ge=1, description="processes for clips; None: one for each core")
    address: str | None = Field(
        default=None, description="dask: tcp://host:port of a scheduler; None: a cluster on this machine"
    )
    retries: int = Field(
        default=1, ge=0, le=10, description="attempts after a clip's process died or failed unexpectedly"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="of trainings; auto: CUDA if available")
    ranks: int = Field(default=1, ge=1, le=1024, description="processes of a training, by torchrun")
    checkpoint_seconds: float = Field(default=30.0, ge=0, description="between checkpoints; 0: after every step")
    curve_points: int = Field(default=100, ge=1, le=100_000, description="points of a training's curves")
    cache_megabytes: int = Field(default=1024, ge=0, description="decoded clips kept in memory by a training, in MB")

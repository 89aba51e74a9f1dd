"""Where and how widely work runs: the section `execution` of params.yaml. Nothing in it changes a result."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from mien.options import Options

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names of this machine."""


class Execution(Options):
    """Processes, devices, and how often state is saved."""

    executor: Literal["local", "dask"] = Field(default="local", description="local processes, or dask")
    workers: int | None = Field(default=None, ge=1, description="processes for clips; None: one for each core")
    address: str | None = Field(
        default=None, description="dask: tls://host:port of a scheduler; None: a cluster on this machine"
    )
    trusted_network: bool = Field(
        default=False, description="dask: also tcp:// to another machine, whose answers can run code here"
    )
    retries: int = Field(
        default=1, ge=0, le=10, description="attempts after a clip's process died or failed unexpectedly"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="of trainings; auto: CUDA if available")
    ranks: int = Field(default=1, ge=1, le=1024, description="processes of a training, by torchrun")
    checkpoint_seconds: float = Field(default=30.0, ge=0, description="between checkpoints; 0: after every step")
    curve_points: int = Field(default=100, ge=1, le=100_000, description="points of a training's curves")
    cache_megabytes: int = Field(default=1024, ge=0, description="decoded clips kept in memory by a training, in MB")

    @model_validator(mode="after")
    def _safe_address(self) -> Execution:
        """Dask's client unpickles what the scheduler sends: another machine needs TLS, or an explicit switch."""
        if self.address is None or self.trusted_network:
            return self
        parts = urlsplit(self.address)
        if parts.scheme != "tls" and parts.hostname not in LOOPBACK:
            raise ValueError(
                f"address {self.address!r} is another machine without encryption, and a scheduler can run code here: "
                "use tls:// (Dask's distributed.comm.tls), or trusted_network: true in a network that you trust"
            )
        return self

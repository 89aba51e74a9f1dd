"""Randomness as a function of (seed, purpose, step): a run that is stopped and resumed draws the same numbers."""

from __future__ import annotations

import hashlib

import numpy as np
import torch


def derived_seed(seed: int, purpose: str, step: int = 0) -> int:
    """A 63-bit number that depends on all three arguments and on nothing else."""
    digest = hashlib.sha256(f"{seed}/{purpose}/{step}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def numpy_generator(seed: int, purpose: str, step: int = 0) -> np.random.Generator:
    """NumPy's generator for this purpose at this step."""
    return np.random.default_rng(derived_seed(seed, purpose, step))


def torch_generator(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """torch's CPU generator for this purpose at this step."""
    return torch.Generator().manual_seed(derived_seed(seed, purpose, step))


def seed_weights(seed: int, purpose: str) -> None:
    """Seed torch's global generator: the layers that are built next draw their first weights from it."""
    torch.manual_seed(derived_seed(seed, purpose))

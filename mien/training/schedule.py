"""Learning rates as a function of the progress."""

from __future__ import annotations

import math


def warmup_cosine(samples: int, total: int, warmup: int, final: float = 0.02) -> float:
    """The factor on the learning rate after `samples` of `total`: linear up over `warmup`, then half a cosine down.

    Returns a value in (0, 1]; at the end it is `final`.
    """
    if samples < warmup:
        return (samples + 1) / (warmup + 1)
    progress = min(1.0, (samples - warmup) / max(1, total - warmup))
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * progress))


def ramp(samples: int, total: int, start: float, length: float = 0.1) -> float:
    """0 before the fraction `start` of `total`, then linearly up to 1 within the fraction `length`."""
    progress = samples / max(1, total)
    if progress < start:
        return 0.0
    return min(1.0, (progress - start) / length) if length > 0 else 1.0

"""Learning rates and loss weights as functions of the progress."""

from __future__ import annotations

import math


def warmup_cosine(step: int, steps: int, warmup: int, final: float = 0.02) -> float:
    """The factor on the learning rate at `step` of `steps`: linear up over `warmup` steps, then half a cosine down.

    Returns a value in (0, 1]; at the end it is `final`. Loshchilov and Hutter, "SGDR", ICLR 2017, eq. 5, no restarts.
    """
    if step < warmup:
        return (step + 1) / (warmup + 1)
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * progress))


def ramp(progress: float, start: float, length: float = 0.1) -> float:
    """0 before `progress` reaches `start`, then linearly up to 1 over `length`; all are fractions of the training."""
    if progress < start:
        return 0.0
    return min(1.0, (progress - start) / length) if length > 0 else 1.0

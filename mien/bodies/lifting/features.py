"""What the lifter's network sees: body and feet about their centre, in body sizes, and which of them are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

REMEMBERED = 20
"""Frames over which a point that is lost is still expected where it was (.8 s at the network's 25 frames a second)."""
CHANNELS = 4
"""Of each point: x, y, whether it is known, whether it is remembered."""
SCALE = 2.0
"""Inputs are body sizes times this, which brings them to about 1."""


@dataclass(frozen=True)
class Features:
    """inputs: float32 (B, T, 23 · 4). base: (B, T, 23, 2) the known and remembered places about the centre in body
    sizes, 0 for other points. centre: (B, T, 1, 2) in the units of the points. known, remembered: (B, T, 23)."""

    inputs: FloatArray
    base: FloatArray
    centre: FloatArray
    known: Mask
    remembered: Mask


def features(points: NDArray[np.floating], known: Mask, size: NDArray[np.floating]) -> Features:
    """Features of points (B, T, 23, 2), of which `known` (B, T, 23) are known, of bodies of `size` (B, T)."""
    held, remembered = _remember(np.asarray(points, np.float32), known)
    usable = (known | remembered)[..., None]
    count = usable.sum(axis=2, keepdims=True)
    centre = np.where(usable, held, 0).sum(axis=2, keepdims=True) / np.maximum(count, 1)
    centre = _carried(centre.astype(np.float32), count[:, :, 0, 0] > 0)
    scale = np.asarray(size, np.float32)[..., None, None]
    base = np.where(usable, (held - centre) / scale, 0).astype(np.float32)
    parts = [base * SCALE, known[..., None], remembered[..., None]]
    inputs = np.concatenate([part.astype(np.float32) for part in parts], axis=-1)
    return Features(inputs.reshape(*inputs.shape[:2], -1), base, centre, known, remembered)


def _remember(points: FloatArray, known: Mask) -> tuple[FloatArray, Mask]:
    """Points with lost ones on the line between where they were and will be, and which of them these are."""
    frames = points.shape[1]
    rows = np.arange(frames)[None, :, None]
    last = np.maximum.accumulate(np.where(known, rows, -frames * 9), axis=1)
    following = np.minimum.accumulate(np.where(known, rows, frames * 9)[:, ::-1], axis=1)[:, ::-1]
    before, after = rows - last <= REMEMBERED, following - rows <= REMEMBERED
    earlier = np.take_along_axis(points, np.clip(last, 0, frames - 1)[..., None].repeat(2, -1), axis=1)
    later = np.take_along_axis(points, np.clip(following, 0, frames - 1)[..., None].repeat(2, -1), axis=1)
    share = (rows - last) / np.maximum(following - last, 1)
    share = np.where(before & after, share, np.where(before, 0.0, 1.0))[..., None].astype(np.float32)
    held = np.where(known[..., None], points, earlier * (1 - share) + later * share)
    return held, (before | after) & ~known


def _carried(centre: FloatArray, there: Mask) -> FloatArray:
    """Centres (B, T, 1, 2) with those of frames without any point taken from the nearest frames that have some."""
    if there.all():
        return centre
    centre = centre.copy()
    rows = np.arange(centre.shape[1])
    for one, own in zip(centre, there, strict=True):
        if own.any() and not own.all():
            for axis in (0, 1):
                one[:, 0, axis] = np.interp(rows, rows[own], one[own, 0, axis])
    return centre

"""Training batches of the look reader: pictures with other light, noise, backgrounds and key points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.bodies.scene import LABELS, Scene
from mien.follow.diffusion.clips import FigureClips
from mien.follow.look.network import LookInputs
from mien.follow.look.options import LookOptions
from mien.follow.look.patches import (
    HEAD_SIDE,
    SIDE,
    WHOLE_SIDE,
    Floats,
    body_patches,
    body_unit,
    head_patch,
    sample_patches,
)
from mien.training.randomness import numpy_generator

UNSEEN = -100
"""The target of an attribute that cannot be seen; `cross_entropy` ignores it."""

_PLACE = [list(LABELS).index(name) for name in ("place", "time")]

Mask = NDArray[np.bool_]
Generator = np.random.Generator


@dataclass(frozen=True)
class LookBatch:
    """Inputs of the network, and targets int64 (B, A): an option of each attribute of `LABELS`, or `UNSEEN`."""

    inputs: LookInputs
    targets: Tensor


class LookData:
    """Frames of clips as pictures."""

    def __init__(self, clips: FigureClips, options: LookOptions) -> None:
        self.clips, self.options = clips, options
        self.targets = scene_targets(clips.scenes)

    def batch(self, name: str, step: int) -> LookBatch:
        """The augmented batch of a step."""
        rng = numpy_generator(self.options.training.seed, f"{name} pictures", step)
        rows = rng.integers(len(self.clips.scenes), size=self.options.training.batch)
        frames = rng.integers(self.clips.frames.shape[1], size=len(rows))
        points, known = self.clips.points[rows, frames].copy(), self.clips.known[rows, frames].copy()
        pictures, targets = self.clips.frames[rows, frames], self.targets[rows].clone()
        masks = np.ones((len(rows), 1, *pictures.shape[1:3]), np.float32)
        cut = rng.random(len(rows)) < self.options.cut_outs
        for row in np.flatnonzero(cut):
            person = self.clips.masks[rows[row], frames[row]].astype(np.float32) / 255
            pictures[row] = replace_background(pictures[row], person, pictures[row - 1], rng)
            masks[row, 0] = np.maximum(person, rng.random() < 0.7)
        targets[np.flatnonzero(cut)[:, None], _PLACE] = UNSEEN
        shaken(points, known, rng)
        values = other_light(torch.from_numpy(pictures).movedim(-1, 1).float() / 255, rng)
        return LookBatch(look_inputs(values, torch.from_numpy(masks), points, known), targets)

    def plain(self, frame: int) -> LookBatch:
        """One frame of each clip as it is."""
        points, known = self.clips.points[:, frame], self.clips.known[:, frame]
        values = torch.from_numpy(self.clips.frames[:, frame]).movedim(-1, 1).float() / 255
        return LookBatch(look_inputs(values, torch.ones_like(values[:, :1]), points, known), self.targets)


def scene_targets(scenes: tuple[Scene, ...]) -> Tensor:
    """Options int64 (N, A) of scenes, `UNSEEN` for what cannot be seen."""
    rows = [
        [names.index(visible[name]) if name in visible else UNSEEN for name, names in LABELS.items()]
        for visible in (scene.visible() for scene in scenes)
    ]
    return torch.tensor(rows)


def look_inputs(pictures: Tensor, masks: Tensor, points: Floats, known: Mask) -> LookInputs:
    """Inputs from pictures float32 (B, 3, H, W) in [0, 1], masks (B, 1, H, W), points (B, 65, 2) in their pixels."""
    masked = torch.cat([(pictures * 2 - 1) * masks, masks], dim=1)
    whole = functional.interpolate(masked, (WHOLE_SIDE, WHOLE_SIDE), mode="bilinear", antialias=True)
    head = sample_patches(masked, head_patch(points, known), HEAD_SIDE)[:, 0]
    return LookInputs(whole, head, sample_patches(masked, body_patches(points, known), SIDE))


def replace_background(
    picture: NDArray[np.uint8], person: Floats, other: NDArray[np.uint8], rng: Generator
) -> NDArray[np.uint8]:
    """The picture with another, mirrored, a plain colour or noise where the person is not."""
    kind = rng.integers(3)
    plain = np.broadcast_to(rng.integers(0, 256, 3), picture.shape)
    ground = np.asarray(other[:, ::-1] if kind == 0 else plain, np.float32)
    if kind == 2:
        ground = ground + rng.normal(0, 30, picture.shape).astype(np.float32)
    edge = person[..., None]
    mixed = picture * edge + np.clip(ground, 0, 255) * (1 - edge)
    return np.round(mixed).astype(np.uint8)


def shaken(points: Floats, known: Mask, rng: Generator) -> None:
    """Points (B, 65, 2) moved by a few percent of the torso, and some hidden, in place: detectors err."""
    unit = body_unit(points, known)[:, None, None]
    points += (rng.normal(0, 0.04, points.shape) * unit).astype(np.float32)
    hidden = rng.random((len(points), 1)) < 0.3
    known &= ~(hidden & (rng.random(known.shape) < 0.25))


def other_light(pictures: Tensor, rng: Generator) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] with other exposure, colour of light, contrast, sharpness and noise."""
    count = len(pictures)

    def drawn(low: float, high: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *shape)).astype(np.float32))

    gains = drawn(0.8, 1.2, 1, 1, 1) * drawn(0.93, 1.07, 3, 1, 1)
    lit = (pictures * gains).clamp(0, 1) ** drawn(0.85, 1.2, 1, 1, 1)
    mean = lit.mean(dim=(2, 3), keepdim=True)
    lit = mean + (lit - mean) * drawn(0.85, 1.15, 1, 1, 1)
    soft = functional.avg_pool2d(lit, 3, 1, 1, count_include_pad=False)
    lit = torch.lerp(lit, soft, drawn(-0.4, 1.0, 1, 1, 1).clamp(min=0))
    noise = torch.from_numpy(rng.standard_normal(lit.shape, dtype=np.float32)) * drawn(0, 0.04, 1, 1, 1)
    return (lit + noise).clamp(0, 1)

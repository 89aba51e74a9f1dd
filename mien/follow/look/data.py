"""Training batches of the look reader: pictures with other light, noise, backgrounds and key points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.bodies.keypoints import mirrored_order
from mien.bodies.scene import LABELS, Scene
from mien.follow.diffusion.clips import FigureClips
from mien.follow.look.colours import SPOTS, spot_of
from mien.follow.look.inputs import CHANNELS, LookInputs, look_inputs
from mien.follow.look.options import LookOptions
from mien.follow.look.patches import WHOLE_SIDE, Floats, body_unit
from mien.training.randomness import numpy_generator

SHADES = ("skin", "hair_colour", "top_colour", "bottom_colour", "hat_colour")
"""The attributes whose shades are measured."""

UNSEEN = -100
"""The target of an attribute that cannot be seen; `cross_entropy` ignores it."""

_GRAINS = 64

RECOLOURED = 0.15
"""Rate of pictures in any colours."""


def _columns(*names: str) -> NDArray[np.int64]:
    return np.array([list(LABELS).index(name) for name in names])


_PLACE = _columns("place", "time")
_HEAD = _columns("hair_style", "hat")
_COLOURED = _columns(*(name for name in LABELS if "colour" in name), "skin", "place", "time")

Mask = NDArray[np.bool_]
Generator = np.random.Generator


@dataclass(frozen=True)
class LookBatch:
    """Inputs of the network, and targets int64 (B, A): an option of each attribute of `LABELS`, or `UNSEEN`.

    shades: float32 (B, S, 3), the shade that is seen at each of the `SPOTS`; NaN where none surely is.
    """

    inputs: LookInputs
    targets: Tensor
    shades: Tensor


class LookData:
    """Frames of clips as pictures."""

    def __init__(self, clips: FigureClips, options: LookOptions) -> None:
        self.clips, self.options = clips, options
        self.targets = scene_targets(clips.scenes)
        self.shades = {front: spot_shades(clips.scenes, front) for front in (False, True)}

    def batch(self, name: str, step: int) -> LookBatch:
        """The augmented batch of a step."""
        rng = numpy_generator(self.options.training.seed, f"{name} pictures", step)
        rows = rng.integers(len(self.clips.scenes), size=self.options.training.batch)
        frames = rng.integers(self.clips.frames.shape[1], size=len(rows))
        points, known = self.clips.points[rows, frames], self.clips.known[rows, frames]
        pictures = torch.from_numpy(self.clips.frames[rows, frames]).movedim(-1, 1).float() / 255
        person = torch.from_numpy(self.clips.masks[rows, frames])[:, None].float() / 255
        pictures, person, points, known = mirrored(pictures, person, points, known, rng.random(len(rows)) < 0.5)
        shaken(points, known, rng)
        cut = _column(rng.random(len(rows)) < self.options.cut_outs)
        recoloured = rng.random(len(rows)) < RECOLOURED
        lit = other_colours(other_light(pictures, rng), recoloured, rng)
        shown = torch.where(cut, person, torch.ones_like(person))
        inputs = look_inputs(other_background(lit, person, rng), shown, points, known)
        whole = whole_input(lit, shown, rng)
        batch = self._batch(replace(inputs, whole=whole), self.targets[rows].clone(), rows)
        batch.targets[cut.flatten().numpy()[:, None] & np.isin(np.arange(len(LABELS)), _PLACE)] = UNSEEN
        return exchanged(batch, recoloured, rng)

    def plain(self, frame: int) -> LookBatch:
        """One frame of each clip as it is."""
        points, known = self.clips.points[:, frame], self.clips.known[:, frame]
        values = torch.from_numpy(self.clips.frames[:, frame]).movedim(-1, 1).float() / 255
        inputs = look_inputs(values, torch.ones_like(values[:, :1]), points, known)
        return self._batch(inputs, self.targets, np.arange(len(points)))

    def _batch(self, inputs: LookInputs, targets: Tensor, rows: NDArray[np.int64]) -> LookBatch:
        front = (inputs.front > 0)[:, None, None]
        return LookBatch(inputs, targets, torch.where(front, self.shades[True][rows], self.shades[False][rows]))


def scene_targets(scenes: tuple[Scene, ...]) -> Tensor:
    """Options int64 (N, A) of scenes, `UNSEEN` for what cannot be seen."""
    rows = [
        [names.index(visible[name]) if name in visible else UNSEEN for name, names in LABELS.items()]
        for visible in (scene.visible() for scene in scenes)
    ]
    return torch.tensor(rows)


def spot_shades(scenes: tuple[Scene, ...], front: bool) -> Tensor:
    """Shades (N, S, 3) at the `SPOTS` of scenes that are seen from the front or from behind; NaN where none is sure."""
    shades = torch.full((len(scenes), len(SPOTS), 3), torch.nan)
    for row, scene in enumerate(scenes):
        for name in SHADES:
            spot = spot_of(name, scene, front)
            if spot is not None:
                shades[row, SPOTS.index(spot)] = torch.tensor(scene.shade(name))
    return shades


def mirrored(
    pictures: Tensor, masks: Tensor, points: Floats, known: Mask, chosen: Mask
) -> tuple[Tensor, Tensor, Floats, Mask]:
    """Pictures and masks (B, …, H, W) with points and known, the chosen rows mirrored: left becomes right."""
    rows, order = _column(chosen), mirrored_order()
    other = points[:, order] * np.array([-1, 1], np.float32) + np.array([pictures.shape[-1], 0], np.float32)
    return (
        torch.where(rows, pictures.flip(-1), pictures), torch.where(rows, masks.flip(-1), masks),
        np.where(chosen[:, None, None], other, points), np.where(chosen[:, None], known[:, order], known),
    )  # fmt: skip


def other_background(pictures: Tensor, person: Tensor, rng: Generator) -> Tensor:
    """Pictures (B, 3, H, W) with another's background, a plain or a grainy one behind the person in a third."""
    count = len(pictures)
    kind = torch.from_numpy(rng.integers(3, size=count))[:, None, None, None]
    plain = torch.from_numpy(rng.random((count, 3, 1, 1), dtype=np.float32))
    ground = plain + 0.1 * (kind == 1) * _grain(*pictures.shape[2:])[:1]
    ground = torch.where(kind == 2, pictures.roll(1, 0).flip(-1), ground)
    mixed = torch.lerp(ground, pictures, person).clamp(0, 1)
    return torch.where(_column(rng.random(count) < 1 / 3), mixed, pictures)


def other_colours(pictures: Tensor, chosen: Mask, rng: Generator) -> Tensor:
    """Pictures (B, 3, H, W), the channels of the chosen ones exchanged and scaled: any colour becomes any other."""
    changed = pictures.clone()
    for row in np.flatnonzero(chosen):
        gains = torch.from_numpy(rng.uniform(0.6, 1.5, (3, 1, 1)).astype(np.float32))
        changed[row] = (pictures[row, torch.from_numpy(rng.permutation(3))] * gains).clamp(0, 1)
    return changed


def whole_input(pictures: Tensor, masks: Tensor, rng: Generator) -> Tensor:
    """Windows (B, 4, 48, 48) of 85 % and more of the sides of pictures."""
    count = len(pictures)
    half = rng.uniform(0.85, 1, (count, 1, 1)).astype(np.float32)
    centre = rng.uniform(-1, 1, (count, 2, 1)).astype(np.float32) * (1 - half)
    grid = functional.affine_grid(
        torch.from_numpy(np.concatenate([half * np.eye(2, dtype=np.float32), centre], axis=2)),
        [count, CHANNELS, WHOLE_SIDE, WHOLE_SIDE], align_corners=False,
    )  # fmt: skip
    masked = torch.cat([(pictures * 2 - 1) * masks, masks], dim=1)
    return functional.grid_sample(functional.avg_pool2d(masked, 2), grid, align_corners=False)


def exchanged(batch: LookBatch, recoloured: Mask, rng: Generator) -> LookBatch:
    """The batch, in whose recoloured pictures colours and place are no targets and heads are another's of their kind.

    There are far fewer scenes than a network can remember; nothing is learned from whole scenes here.
    """
    targets, shades, head = batch.targets.clone(), batch.shades.clone(), batch.inputs.head.clone()
    chosen = np.flatnonzero(recoloured)
    kinds = batch.targets[chosen, 0].numpy()
    for kind in np.unique(kinds):
        own = chosen[kinds == kind]
        others = rng.permutation(own)
        head[own] = batch.inputs.head[others]
        targets[np.ix_(own, _HEAD)] = batch.targets[np.ix_(others, _HEAD)]
    targets[np.ix_(chosen, _COLOURED)] = UNSEEN
    shades[chosen] = torch.nan
    whole = torch.where(_column(recoloured), torch.zeros_like(batch.inputs.whole), batch.inputs.whole)
    return LookBatch(replace(batch.inputs, whole=whole, head=head), targets, shades)


def shaken(points: Floats, known: Mask, rng: Generator) -> None:
    """Points (B, 65, 2) moved by a few percent of the torso, and some hidden, in place: detectors err."""
    unit = body_unit(points, known)[:, None, None]
    points += (rng.normal(0, 0.04, points.shape) * unit).astype(np.float32)
    hidden = rng.random((len(points), 1)) < 0.3
    known &= ~(hidden & (rng.random(known.shape) < 0.25))


def other_light(pictures: Tensor, rng: Generator) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] with other exposure, light, contrast, focus and noise."""
    count = len(pictures)

    def drawn(low: float, high: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *shape)).astype(np.float32))

    gains = drawn(0.75, 1.25, 1, 1, 1) * drawn(0.93, 1.07, 3, 1, 1)
    contrast = drawn(0.85, 1.15, 1, 1, 1)
    mean = pictures.mean(dim=(2, 3), keepdim=True)
    lit = pictures * (gains * contrast) + mean * gains * (1 - contrast)
    for row in np.flatnonzero(rng.random(count) < 0.3):  # out of focus
        lit[row] = functional.avg_pool2d(lit[row], 3, 1, 1, count_include_pad=False)
    grain = _grain(*pictures.shape[2:])[torch.from_numpy(rng.integers(_GRAINS, size=count))]
    return (lit + grain * drawn(0, 0.04, 1, 1, 1)).clamp_(0, 1)


@lru_cache(maxsize=2)
def _grain(height: int, width: int) -> Tensor:
    """Noise (_GRAINS, 3, height, width), drawn once: to draw it for each picture takes as long as all the rest."""
    return torch.randn(_GRAINS, 3, height, width, generator=torch.Generator().manual_seed(0))


def _column(rows: Mask) -> Tensor:
    return torch.from_numpy(rows)[:, None, None, None]

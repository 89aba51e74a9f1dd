"""Training batches: windows of frames with their skeletons; pure functions of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, LIMBS, RIGHT_HAND
from mien.follow.diffusion.clips import FigureClips
from mien.follow.diffusion.maps import skeleton_maps
from mien.follow.diffusion.options import DiffusionOptions
from mien.follow.diffusion.scene_code import SceneNumbers, scene_numbers
from mien.training.distributed import map_tensors
from mien.training.randomness import numpy_generator

PREFIX = 2
"""Frames that a window takes from the window before."""

_HIDE_JOINTS, _HIDE_LIMB, _HIDE_FRAMES = range(3)

Generator = np.random.Generator
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class WindowBatch:
    """frames: float32 (B, T, 3, h, w) in [−1, 1]. maps: (B, T, COUNT, h, w), joints hidden in some. given: bool (B, T),
    frames that the network is told. scenes: of the clips."""

    frames: Tensor
    maps: Tensor
    given: Tensor
    scenes: SceneNumbers


class WindowData:
    """Windows of clips."""

    def __init__(self, clips: FigureClips, options: DiffusionOptions) -> None:
        """clips: at the side of the options. Raises ValueError for clips that are shorter than a window."""
        if clips.frames.shape[1] < options.window:
            raise ValueError(f"clips of {clips.frames.shape[1]} frames are shorter than windows of {options.window}")
        self.clips, self.options = clips, options
        self.numbers = scene_numbers(clips.scenes)

    def batch(self, name: str, step: int) -> WindowBatch:
        """The batch of a step: windows, or in some steps as many single frames."""
        options, training = self.options, self.options.training
        rng = numpy_generator(training.seed, f"{name} windows", step)
        alone = rng.random() < options.single_frames
        count, length = (training.batch * options.window, 1) if alone else (training.batch, options.window)
        rows = rng.integers(len(self.clips.scenes), size=count)
        starts = rng.integers(self.clips.frames.shape[1] - length + 1, size=count)
        places = rows[:, None], starts[:, None] + np.arange(length)
        known = self.clips.known[places]
        for row in np.flatnonzero(rng.random(count) < options.hidden_joints):
            hide(known[row], rng)
        frames = pixels(self.clips.frames[places])
        maps = window_maps(self.clips.points[places], known, *frames.shape[3:])
        given = torch.zeros(count, length, dtype=torch.bool)
        if not alone:
            given[:, :PREFIX] = torch.from_numpy(rng.random(count) < 0.5)[:, None]
        return WindowBatch(frames, maps, given, map_tensors(self.numbers, lambda tensor: tensor[rows]))


def hide(known: Mask, rng: Generator) -> None:
    """Hide some joints of a window (T, 65) in place: up to half of them, whole limbs, or all of them in some frames."""
    kind = rng.integers(3)
    if kind == _HIDE_JOINTS:
        known &= rng.random(known.shape[1]) > rng.uniform(0.1, 0.5)
    elif kind == _HIDE_LIMB:
        for number in rng.choice(len(LIMBS), size=rng.integers(1, 4), replace=False):
            _hide_limb(known, LIMBS[number])
    elif kind == _HIDE_FRAMES:
        start = rng.integers(len(known))
        known[start : start + rng.integers(1, len(known) + 1)] = False


def _hide_limb(known: Mask, limb: tuple[str, str]) -> None:
    for name in limb:
        known[:, INDEX[name]] = False
        if name.endswith("wrist"):
            known[:, LEFT_HAND if name.startswith("left") else RIGHT_HAND] = False
        if name.endswith("ankle"):
            side = name.split("_")[0]
            known[:, [INDEX[f"{side}_{part}"] for part in ("big_toe", "small_toe", "heel")]] = False
    assert known.shape[1] > BODY_AND_FEET


def pixels(frames: NDArray[np.uint8]) -> Tensor:
    """Frames uint8 (…, h, w, 3) as float32 (…, 3, h, w) in [−1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(frames)).movedim(-1, -3).float() / 127.5 - 1


def window_maps(points: NDArray[np.float32], known: Mask, height: int, width: int) -> Tensor:
    """Skeleton maps (B, T, COUNT, height, width) of points (B, T, 65, 2 or 3) in pixels of the maps."""
    flat = torch.from_numpy(np.ascontiguousarray(points[..., :2])).flatten(0, 1)
    maps = skeleton_maps(flat, torch.from_numpy(np.ascontiguousarray(known)).flatten(0, 1), height, width)
    return maps.unflatten(0, points.shape[:2])

"""The trained baseline: a video of any length, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.bodies.scene import Scene
from mien.follow.diffusion.data import PREFIX, window_maps
from mien.follow.diffusion.network import KIND, VideoUNet
from mien.follow.diffusion.scene_code import SceneNumbers, scene_numbers
from mien.follow.diffusion.schedule import clip_noise, sample
from mien.training.model_folder import load_network
from mien.training.randomness import torch_generator

SAMPLING_STEPS = 4

_MULTIPLE = 8
"""Of the network's frames: it halves them three times, once by rearranging pixels."""

_LONGEST = 3
"""Longest side of the network's frames, in shorter sides."""

Frame = NDArray[np.uint8]


class DiffusionBaseline:
    """Generates frames for poses. Each window is told the last frames of the one before."""

    def __init__(self, network: VideoUNet) -> None:
        self.network = network

    @classmethod
    def load(cls, folder: Path) -> DiffusionBaseline:
        """From a model folder. Raises ValueError in one sentence when it is missing or damaged."""
        return cls(load_network(folder, (KIND,), VideoUNet.from_config)[0])

    def frames(
        self,
        joints: NDArray[np.float32],
        visibility: NDArray[np.float32] | NDArray[np.bool_],
        scene: Scene,
        size: tuple[int, int],
        seed: int,
        steps: int = SAMPLING_STEPS,
    ) -> Iterator[Frame]:
        """Frames uint8 (height, width, 3), one for each pose, made while they are asked for.

        joints: (T, 65, 2 or 3) pixels of a picture of `size`, (width, height); z is not used. visibility: (T, 65), what
        is not above 0 is unknown. Equal arguments give equal frames. Raises ValueError for other shapes.
        """
        if joints.ndim != 3 or joints.shape[:2] != visibility.shape or joints.shape[2] not in (2, 3):
            raise ValueError(f"joints are (T, 65, 3) with visibility (T, 65), not {joints.shape}, {visibility.shape}")
        return self._frames(joints, visibility > 0, scene, size, seed, steps)

    def _frames(
        self,
        joints: NDArray[np.float32],
        known: NDArray[np.bool_],
        scene: Scene,
        size: tuple[int, int],
        seed: int,
        steps: int,
    ) -> Iterator[Frame]:
        width, height = network_size(size, self.network.side)
        scale = np.array([width / size[0], height / size[1]], np.float32)
        numbers = scene_numbers([scene])
        shared = self._normal(seed, "clip", 0, 3, height, width)
        tail = torch.zeros(0, 3, height, width)
        for start in window_starts(len(joints), self.network.window):
            rows = np.minimum(np.arange(start, start + self.network.window), len(joints) - 1)
            maps = window_maps(joints[rows][None, ..., :2] * scale, known[rows][None], height, width)
            noise = torch.stack([self._normal(seed, "frame", int(number), 3, height, width) for number in rows])
            window = self._window(maps, numbers, clip_noise(shared[None], noise[None]), tail, steps)
            end = min(start + self.network.window, len(joints)) - start
            yield from (_picture(frame, size) for frame in window[len(tail) : end])
            tail = window[end - PREFIX : end] if end >= PREFIX else window[:0]

    @torch.no_grad()
    def _window(self, maps: Tensor, scenes: SceneNumbers, noise: Tensor, tail: Tensor, steps: int) -> Tensor:
        """Frames (T, 3, h, w) of one window whose first frames are `tail`."""
        given = torch.zeros(1, noise.shape[1], 4, *noise.shape[3:])
        given[0, : len(tail), :3], given[0, : len(tail), 3] = tail, 1.0

        def predict(noisy: Tensor, level: Tensor) -> Tensor:
            clean: Tensor = self.network(noisy, level, given, maps, scenes)
            return torch.cat([tail[None], clean[:, len(tail) :]], dim=1)

        return sample(predict, noise, steps)[0]

    def _normal(self, seed: int, purpose: str, number: int, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=torch_generator(seed, f"{KIND} {purpose}", number))


def window_starts(frames: int, window: int) -> range:
    """First frames of the windows of a video; neighbours share `PREFIX` frames."""
    return range(0, max(1, frames - PREFIX), window - PREFIX) if frames else range(0)


def network_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height of the network's frames for a picture of `size`: the shorter side is `side`."""
    shorter = min(size)
    width, height = (min(_LONGEST * side, round(one / shorter * side / _MULTIPLE) * _MULTIPLE) for one in size)
    return width, height


def _picture(frame: Tensor, size: tuple[int, int]) -> Frame:
    values = ((frame + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(0, -1).numpy()
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)

"""What a pipeline of diffusers is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Guidance:
    """What is to be drawn.

    prompt: the text. frames: number of frames. skeleton: (number of a frame, width, height) → the skeleton that is
    followed, uint8 (height, width, 3) RGB on black; drawn when it is needed, so that a clip may have any length.
    width, height: of the frames. reference: a picture uint8 (H, W, 3) RGB of the look, where the pipeline takes one.
    """

    prompt: str
    frames: int
    skeleton: Callable[[int, int, int], Picture]
    width: int
    height: int
    seed: int = 0
    reference: Picture | None = None

    def skeletons(self, start: int, stop: int, width: int, height: int) -> list[Picture]:
        """The skeletons of the frames from `start` to `stop`."""
        return [self.skeleton(number, width, height) for number in range(start, stop)]


class FramePipeline(Protocol):
    """A pipeline that draws the frames of a clip, one section after another."""

    version: str
    """Its kind and what identifies its weights, for the metadata."""

    takes_reference: bool
    """Whether it uses `Guidance.reference`."""

    def frames(self, guidance: Guidance) -> Iterator[Picture]:
        """The frames uint8 (height, width, 3) RGB; only those of one section are held."""
        ...

"""The output type of the decoders."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class WarpLayers(NamedTuple):
    """Components of N frames of a warping decoder: frame = (1 − opening) · (1 + shade) · sampled + opening · paint.

    The backward `flow` (N, 2, S, S) in normalised coordinates, the offset of the sampled position of each pixel, and
    its part `correction` (N, 2, S/2, S/2) that does not follow from the landmarks; `shade` (N, 1, S, S), the relative
    change of the sampled colours, which are amounts of light here (0 is black); `paint` (N, 3, S, S), the synthesised
    colours of the mouth's inside, and `opening` (N, 1, S, S) in [0, 1] of it; `landmarks` (N, 68, 2), the goal: those
    of the generated face, normalised.
    """

    flow: Tensor
    correction: Tensor
    shade: Tensor
    paint: Tensor
    opening: Tensor
    landmarks: Tensor


class DecoderOutput(NamedTuple):
    """Output of a decoder for N frames: `frames` (N, 3, S, S) in [−1, 1], and the layers of a warping decoder."""

    frames: Tensor
    layers: WarpLayers | None = None

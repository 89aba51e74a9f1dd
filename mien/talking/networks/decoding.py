"""The output type of the decoders."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class WarpLayers(NamedTuple):
    """Components of N frames of a warping decoder: frame = (1 − opacity) · (sampled + shade) + opacity · paint.

    The backward `flow` (N, 2, S/2, S/2) in normalised coordinates, the offset of the sampled position of each pixel;
    `shade` (N, 3, S, S), added to the sampled colours; `paint` (N, 3, S, S), the synthesised colours, and `opacity`
    (N, 1, S, S) in [0, 1] of them; `landmarks` (N, 68, 2) of the generated face, normalised.
    """

    flow: Tensor
    shade: Tensor
    paint: Tensor
    opacity: Tensor
    landmarks: Tensor


class DecoderOutput(NamedTuple):
    """Output of a decoder for N frames: `frames` (N, 3, S, S) in [−1, 1], and the layers of a warping decoder."""

    frames: Tensor
    layers: WarpLayers | None = None

"""Layers of the painter, found from the functions of `mien.heads.render.texture`.

Each of them covers an image with colours of its own. At fixed amounts that is affine in the image and in the colours:
its coefficients are found by painting black, white and grey. So the layers cannot differ from the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.render.atlas import FACE

Array = NDArray[np.floating]
Painting = Callable[[Array, Appearance], Array]
"""Covers an image (H, W, 3) with an appearance's colours."""

GREY = 0.5


@dataclass(frozen=True)
class Layer:
    """image * through + sum of colours * their share + constant; each (3, h, w), of the face's box or of a strip."""

    through: Tensor
    shares: Mapping[str, Tensor]
    constant: Tensor

    def over(self, image: Tensor, colours: Mapping[str, Tensor]) -> Tensor:
        """The image (B, 3, h, w) covered by this layer, with colours (B, 3, 1, 1) by name."""
        covered = torch.addcmul(self.constant, image, self.through)
        for name, share in self.shares.items():
            covered = torch.addcmul(covered, colours[name], share)
        return covered


@dataclass(frozen=True)
class Frame:
    """How images of one region of the atlas are reduced by area: its first row and column, and the reduction."""

    rows: slice
    columns: slice
    reduction: int

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the reduced atlas that hold the region."""
        step = self.reduction
        return (
            slice(self.rows.start // step, -(-self.rows.stop // step)),
            slice(self.columns.start // step, -(-self.columns.stop // step)),
        )

    def reduced(self, image: Array, outside: float) -> Tensor:
        """An image (H, W) or (H, W, 3) of the region as (1 or 3, h, w); `outside`: its value around the region."""
        image = image[..., None] if image.ndim == 2 else image
        step, (rows, columns) = self.reduction, self.box
        before = self.rows.start - rows.start * step, self.columns.start - columns.start * step
        after = rows.stop * step - self.rows.stop, columns.stop * step - self.columns.stop
        margins = ((before[0], after[0]), (before[1], after[1]), (0, 0))
        padded = np.pad(image, margins, constant_values=outside)
        height, width = padded.shape[0] // step, padded.shape[1] // step
        blocks = padded.reshape(height, step, width, step, -1).mean(axis=(1, 3))
        return torch.from_numpy(blocks.transpose(2, 0, 1).astype(np.float32)).contiguous()


def face_frame(reduction: int) -> Frame:
    """The frame of the skin's rows and columns that hold the face."""
    return Frame(*FACE, reduction)


def found_layer(frame: Frame, painting: Painting, looks: Appearance, colours: tuple[str, ...]) -> Layer:
    """The layer of a painting at the amounts of `looks`, as a function of the named colours of an appearance."""
    shape = (frame.rows.stop - frame.rows.start, frame.columns.stop - frame.columns.start, 3)
    black = _with(looks, dict.fromkeys(colours, 0.0))

    def painted(value: float, appearance: Appearance) -> Array:
        return painting(np.full(shape, value, np.float32), appearance)

    constant = painted(0.0, black)
    shares = {}
    for name in colours:
        grey = _with(black, {name: GREY})
        shares[name] = frame.reduced((painted(0.0, grey) - constant) / GREY, 0.0)
    return Layer(
        through=frame.reduced(painted(1.0, black) - constant, 1.0),
        shares=shares,
        constant=frame.reduced(constant, 0.0),
    )


def _with(looks: Appearance, greys: Mapping[str, float]) -> Appearance:
    changes: dict[str, Any] = {name: (grey, grey, grey) for name, grey in greys.items()}
    return replace(looks, **changes)


def between(image: Tensor, covered: Tensor, amount: Tensor) -> Tensor:
    """A linear mixture: `image` at amount 0, `covered` at 1; amount (B, 1, 1, 1)."""
    return torch.lerp(image, covered, amount)

"""A head on a turntable: pictures from all sides under lights that stand still, as frames or as one sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.files import atomic_file
from mien.heads.appearance import Appearance, Colour
from mien.heads.export.textures import png_bytes
from mien.heads.head import Head, HeadError
from mien.heads.performance import Performance
from mien.heads.render.playback import render_head

SHEET_VIEWS, SHEET_COLUMNS = 8, 4
"""Views of a sheet, 45 degrees apart, and its columns."""


def turntable_frames(
    head: Head,
    identity: Tensor | None = None,
    appearance: Appearance | None = None,
    count: int = 72,
    size: tuple[int, int] = (512, 512),
    expression: NDArray[np.float32] | None = None,
    background: Colour | NDArray[np.uint8] | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Yield `count` frames uint8 (H, W, 3) of a head turning once about the vertical axis, evenly, from the front.

    The whole head turns to the viewer's right, shoulders included. identity: (I,), None for the average. size: width,
    height in pixels. expression: weights (52,), None for rest. Raises HeadError for less than one frame or pixel.
    """
    if count < 1:
        raise HeadError(f"a turntable needs at least one frame, not {count}")
    performance = Performance.still(frames=count)
    if expression is not None:
        performance = replace(performance, expression=np.repeat(expression[None], count, axis=0))
    turns = 2 * np.pi * np.arange(count) / count
    return render_head(
        head, identity, performance, size, background=background, appearance=appearance, turns=turns
    )  # fmt: skip


def turntable_sheet(
    head: Head,
    identity: Tensor | None = None,
    appearance: Appearance | None = None,
    size: tuple[int, int] = (384, 384),
    expression: NDArray[np.float32] | None = None,
    background: Colour | NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Eight views in two rows, uint8 (2 H, 4 W, 3), row by row 45 degrees apart from the front; size: of one view."""
    views = list(turntable_frames(head, identity, appearance, SHEET_VIEWS, size, expression, background))
    rows = [np.concatenate(views[i : i + SHEET_COLUMNS], axis=1) for i in range(0, SHEET_VIEWS, SHEET_COLUMNS)]
    return np.concatenate(rows)


def write_picture(path: Path, picture: NDArray[np.uint8], tags: Mapping[str, str] | None = None) -> None:
    """Write a picture uint8 (H, W, 3) atomically as PNG. tags: where it is from, as its texts."""
    content = png_bytes(picture, tags)
    with atomic_file(path) as beside:
        beside.write_bytes(content)

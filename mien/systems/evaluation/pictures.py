"""Captions of contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]

PAPER, INK, GREY = (255, 255, 255), (20, 20, 20), (110, 110, 110)

_FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def text_font(size: float) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib: Pillow's own font has no letters of Vietnamese and no en dash."""
    return ImageFont.truetype(str(_FONT), size)


def caption(
    width: int, height: int, texts: Sequence[tuple[int, str]], size: int = 14, colour: tuple[int, int, int] = INK
) -> Picture:
    """A white picture (height, width, 3) with texts, left-aligned at their x, vertically centred."""
    image = Image.new("RGB", (width, height), PAPER)
    draw, font = ImageDraw.Draw(image), text_font(0.86 * size)
    for x, text in texts:
        draw.multiline_text((x + 6, height / 2), text, colour, font, anchor="lm", spacing=6)
    return np.asarray(image, dtype=np.uint8)

"""Captions of contact sheets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]

PAPER, INK, GREY = (255, 255, 255), (20, 20, 20), (110, 110, 110)


def caption(
    width: int, height: int, texts: Sequence[tuple[int, str]], size: int = 14, colour: tuple[int, int, int] = INK
) -> Picture:
    """A white picture (height, width, 3) with texts, left-aligned at their x, vertically centred."""
    image = Image.new("RGB", (width, height), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for x, text in texts:
        plain = text.replace("–", "-")  # Pillow's own font has no en dash
        draw.multiline_text((x + 6, height / 2), plain, colour, font, anchor="lm", spacing=6)
    return np.asarray(image, dtype=np.uint8)

"""Parts of contact sheets: captions and resized pictures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
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
        draw.multiline_text((x + 6, height / 2), text, colour, font, anchor="lm", spacing=6)
    return np.asarray(image, dtype=np.uint8)


def resized(picture: Picture, side: int) -> Picture:
    """Resize a square picture to (side, side, 3); returned unchanged where it has that size."""
    if picture.shape[0] == side:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=way), dtype=np.uint8)

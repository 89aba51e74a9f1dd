"""A contact sheet of the corpus: frames of some clips of each part with their texts."""

from __future__ import annotations

import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mien.follow.corpus.store import PARTS, FiguresCorpus

_SIDE, _TEXT, _GAP = 160, 84, 6
_FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
"""Pillow's own font lacks the letters of Vietnamese."""


def contact_sheet(corpus: FiguresCorpus, columns: int = 8) -> NDArray[np.uint8]:
    """uint8 (H, W, 3): a row of clips for each part, two for the training part; under each a text in each language."""
    rows = [part for part in ("train", *PARTS) if len(corpus.numbers(part))]
    width = columns * (_SIDE + _GAP) + _GAP
    height = len(rows) * (_SIDE + _TEXT + _GAP) + _GAP
    sheet = Image.new("RGB", (width, height), (255, 255, 255))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(_FONT), 9)
    seen: dict[str, int] = {}
    for row, part in enumerate(rows):
        numbers = corpus.numbers(part)[seen.get(part, 0) :][:columns]
        seen[part] = seen.get(part, 0) + columns
        for column, number in enumerate(numbers):
            x, y = _GAP + column * (_SIDE + _GAP), _GAP + row * (_SIDE + _TEXT + _GAP)
            frames = corpus.frames(int(number))
            sheet.paste(
                Image.fromarray(frames[len(frames) // 2]).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), (x, y)
            )
            texts = {one.language: one.text for one in reversed(corpus.captions[number])}
            lines = [line for text in texts.values() for line in textwrap.wrap(text, 29, max_lines=3, placeholder=" …")]
            draw.multiline_text((x, y + _SIDE + 2), "\n".join(lines), (20, 20, 20), font, spacing=2)
    return np.asarray(sheet, np.uint8)

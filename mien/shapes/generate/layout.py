"""Layout of several clips: a grid of clips in one video, or strips of frames in one picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mien.shapes.corpus.vocabulary import BACKGROUND, SIDE
from mien.shapes.language.emoji import emoji_as_words

Picture = NDArray[np.uint8]

STRIP_FRAMES = 12
"""Maximum number of frames in a strip; the first and the last are included."""

GAP = 2
"""Pixels between two clips."""

GAP_COLOUR = (76, 80, 90)

CAPTION_HEIGHT = 18
"""Height of the caption above a strip, pixels."""

_FONT_HEIGHT = 11
_CAPTION_COLOUR = (225, 225, 225)


def grid_columns(texts: int, copies: int) -> int:
    """Number of columns: one row for each text if texts have several copies, else nearly a square."""
    clips = texts * copies
    if texts > 1 and copies > 1:
        return copies
    return clips if clips <= 3 else math.ceil(math.sqrt(clips))


def grid_size(clips: int, columns: int, size: int) -> tuple[int, int]:
    """Width and height in pixels of a grid of clips with sides of `size`."""
    rows = math.ceil(clips / columns)
    return columns * (size + GAP) - GAP, rows * (size + GAP) - GAP


def strip_size(clips: int, frames: int, size: int) -> tuple[int, int]:
    """Width and height in pixels of the strips of clips, one below the other, with so many frames each."""
    return frames * (size + GAP) - GAP, clips * (CAPTION_HEIGHT + size + GAP) - GAP


def draw_grid(clips: NDArray[np.uint8], columns: int, size: int) -> Iterator[Picture]:
    """Frames (H, W, 3) uint8 RGB of clips (B, T, 64, 64, 3) in a grid of `columns`, each clip `size` pixels wide."""
    width, height = grid_size(len(clips), columns, size)
    for frame in range(clips.shape[1]):
        picture = np.full((height, width, 3), GAP_COLOUR, np.uint8)
        for number, clip in enumerate(clips):
            row, column = divmod(number, columns)
            top, left = row * (size + GAP), column * (size + GAP)
            picture[top : top + size, left : left + size] = resize(clip[frame], size)
        yield picture


def draw_strips(clips: NDArray[np.uint8], captions: Sequence[str], size: int) -> Picture:
    """A picture (H, W, 3) uint8 RGB: of each clip (T, 64, 64, 3) its caption and, below it, frames from left to right.

    Of a clip with more than STRIP_FRAMES frames, evenly spaced ones are shown.
    """
    frames = clips.shape[1]
    shown = np.linspace(0, frames - 1, min(frames, STRIP_FRAMES)).round().astype(int)
    width, height = strip_size(len(clips), len(shown), size)
    picture = np.full((height, width, 3), GAP_COLOUR, np.uint8)
    for number, (clip, caption) in enumerate(zip(clips, captions, strict=True)):
        top = number * (CAPTION_HEIGHT + size + GAP)
        picture[top : top + CAPTION_HEIGHT] = _caption(caption, width)
        top += CAPTION_HEIGHT
        for column, frame in enumerate(shown):
            left = column * (size + GAP)
            picture[top : top + size, left : left + size] = resize(clip[frame], size)
    return picture


def resize(frame: Picture, size: int) -> Picture:
    """Resize a frame (64, 64, 3) to `size` pixels: nearest neighbour for multiples of 64, else bicubic."""
    how = Image.Resampling.BICUBIC if size % SIDE else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(frame).resize((size, size), how))


def _caption(text: str, width: int) -> Picture:
    from mien.systems.evaluation.pictures import text_font  # matplotlib's font; other outputs need no captions

    font = text_font(_FONT_HEIGHT)
    words = " ".join(emoji_as_words(text).split())  # no font at hand has emoji
    shown = words
    while len(words) > 1 and font.getlength(shown) > width - 2 * GAP:
        words = words[:-1]
        shown = f"{words.rstrip()}…"
    line = Image.new("RGB", (width, CAPTION_HEIGHT), BACKGROUND)
    ImageDraw.Draw(line).text((2 * GAP, CAPTION_HEIGHT / 2), shown, fill=_CAPTION_COLOUR, font=font, anchor="lm")
    return np.asarray(line)

"""Writing frames as an animated GIF, for pages and messages that cannot show video.

A palette of 255 colours is shared by many frames, so that of each frame only what differs from the picture on the
screen is written: the box around it, with the remaining index for what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from mien.files import atomic_file
from mien.media.observing import watched

Picture = NDArray[np.uint8]

FASTEST = 50
"""Maximum frames per second of a GIF: delays are in hundredths of a second, and browsers slow down delays below 2."""

TOLERANCE = 10
"""Largest error of a channel, of 255, with which a pixel stays as it is on the screen: below what is seen in motion.

Errors do not add up: the pixel is compared with what is shown, not with the frame before. In 4 s of a head at 512²
redrawing at any difference takes 4.2 MB, at 8 levels 3.0 MB, at 10 levels 2.7 MB.
"""

DITHER = 4.0
"""Range of the ordered dither in levels: enough to hide the steps of a smooth wall, and too little to be seen."""

COLOURS = 255
"""Colours of a palette; the last index is the one that is transparent."""

_CHUNK_BYTES = 96 << 20  # frames that share a palette are held in memory: 128 of 512 x 512 pixels
_SAMPLED = 1 << 20  # pixels from which a palette is chosen
_RARE = 1 / 3  # a palette is chosen for counts to this power: lips and eyes have few pixels and are looked at
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 15 / 32


def write_gif(path: Path, frames: Iterable[Picture], fps: Fraction, comment: str = "") -> None:
    """Write frames (H, W, 3) uint8 RGB of one size atomically as a GIF that repeats without end.

    About 100 MB of frames share a palette and are held in memory. Delays are whole hundredths of a second whose sum is
    right: 4 at 25 frames a second; 3, 4, 3, 3, 4, … at 30. Raises ValueError for no frame, frames of several sizes or
    more than 50 frames per second.
    """
    if not 0 < fps <= FASTEST:
        raise ValueError(f"a GIF shows at most {FASTEST} frames a second, not {fps}")
    remaining = watched(frames)
    first = next(remaining, None)
    if first is None:
        raise ValueError("no frame to write")
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        canvas, number, header = _Canvas(first.shape), 0, True
        for chunk in _chunks(chain((first,), remaining)):
            palette = _Palette(_chosen_colours(chunk))
            if header:
                stream.writelines(_header(palette, first.shape, comment))
            for frame in chunk:
                canvas.draw(stream, frame, palette, _delay(number, fps), local=not header)
                number += 1
            header = False
        stream.write(b";")


def _delay(number: int, fps: Fraction) -> int:
    """Hundredths of a second for which a frame is shown: from its own time to that of the next, both rounded."""
    return round((number + 1) * 100 / fps) - round(number * 100 / fps)


def _chunks(frames: Iterator[Picture]) -> Iterator[list[Picture]]:
    chunk: list[Picture] = []
    for frame in frames:
        chunk.append(frame)
        if len(chunk) * frame.nbytes >= _CHUNK_BYTES:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _chosen_colours(frames: list[Picture]) -> Picture:
    """At most `COLOURS` colours (N, 3): all of the frames if they have so few, else those of median cut and k-means."""
    every = max(1, len(frames) // 8)
    apart = max(1, int(np.ceil(np.sqrt(len(frames[::every]) * frames[0][..., 0].size / _SAMPLED))))
    pixels = np.concatenate([frame[::apart, ::apart].reshape(-1, 3) for frame in frames[::every]]).astype(np.int64)
    exact = np.unique(pixels @ (1 << 16, 1 << 8, 1))
    if len(exact) <= COLOURS:
        return np.stack([exact >> 16, exact >> 8 & 255, exact & 255], axis=1).astype(np.uint8)
    bins = (pixels >> 3) @ (1 << 10, 1 << 5, 1)
    counts = np.bincount(bins, minlength=1 << 15)
    there = np.flatnonzero(counts)
    means = np.stack([np.bincount(bins, channel, 1 << 15)[there] / counts[there] for channel in pixels.T], axis=1)
    repeats = np.ceil(counts[there] ** _RARE).astype(np.int64)
    line = np.repeat(np.round(means).astype(np.uint8), repeats, axis=0)[None]
    chosen = Image.fromarray(line).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=3).getpalette() or []
    return np.array(chosen, np.uint8).reshape(-1, 3)[:COLOURS]


class _Palette:
    """A palette with `colours` (N, 3), N at most `COLOURS`."""

    def __init__(self, colours: Picture) -> None:
        self.table = np.concatenate([colours, np.repeat(colours[:1], COLOURS + 1 - len(colours), axis=0)])
        self._image = Image.new("P", (1, 1))
        self._image.putpalette(self.table.tobytes())

    def image(self, indices: Picture) -> Image.Image:
        """An image of indices (H, W) with this palette."""
        height, width = indices.shape
        image = Image.frombytes("P", (width, height), np.ascontiguousarray(indices).tobytes())
        image.putpalette(self.table.tobytes())
        return image

    def nearest(self, picture: Picture) -> Picture:
        """Indices (H, W), below `COLOURS`, of the nearest colours of a picture (H, W, 3)."""
        found = np.array(Image.fromarray(picture).quantize(palette=self._image, dither=Image.Dither.NONE))
        found[found == COLOURS] = 0  # the filling has the first colour
        return found


@dataclass
class _Canvas:
    """What is on the screen: `shown` (H, W, 3) after the frames so far."""

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        self.shown: Picture | None = None
        height, width = self.shape[:2]
        dither = np.round(np.tile(_BAYER * DITHER, (height // 4 + 1, width // 4 + 1))[:height, :width, None])
        levels = np.broadcast_to(dither, (height, width, 3))
        self._brighter = np.ascontiguousarray(np.maximum(levels, 0), np.uint8)
        self._darker = np.ascontiguousarray(np.maximum(-levels, 0), np.uint8)

    def draw(self, stream: BinaryIO, frame: Picture, palette: _Palette, delay: int, local: bool) -> None:
        """Write a frame to `stream`, to be shown for `delay` hundredths of a second; local: with its palette."""
        if frame.shape != self.shape or frame.dtype != np.uint8:
            raise ValueError(f"a frame is {frame.dtype} {frame.shape}, not uint8 {self.shape}")
        dithered = np.asarray(cv2.subtract(cv2.add(frame, self._brighter), self._darker), np.uint8)
        indices = palette.nearest(dithered)
        colours = palette.table[indices]
        if self.shown is None:
            top, left, self.shown = 0, 0, colours
        else:
            changed = _error(frame, self.shown) > np.maximum(_error(frame, colours), TOLERANCE)
            indices[~changed] = COLOURS
            self.shown[changed] = colours[changed]
            left, top, width, height = cv2.boundingRect(changed.view(np.uint8))
            # where nothing changes, one transparent pixel carries the delay
            indices = indices[top : top + max(1, height), left : left + max(1, width)]
        stream.writelines(
            GifImagePlugin.getdata(
                palette.image(indices), (left, top), duration=10 * delay, transparency=COLOURS, disposal=1,
                include_color_table=local,
            )
        )  # fmt: skip


def _error(one: Picture, other: Picture) -> Picture:
    """Largest difference (H, W) of the channels of two pictures (H, W, 3)."""
    red, green, blue = cv2.split(cv2.absdiff(one, other))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _header(palette: _Palette, shape: tuple[int, ...], comment: str) -> list[bytes]:
    blank = palette.image(np.zeros(shape[:2], np.uint8))
    details = {"loop": 0, "comment": comment.encode(), "optimize": False, "transparency": COLOURS}
    return list(GifImagePlugin.getheader(blank, palette.table.tobytes(), details)[0])

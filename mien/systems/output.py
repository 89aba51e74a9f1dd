"""Writers shared by several systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mien.files import atomic_file
from mien.media.gif import write_gif
from mien.media.provenance import comment
from mien.media.video import write_video


def write_clip(out: Path, frames: Iterable[NDArray[np.uint8]], fps: Fraction, tags: Mapping[str, str]) -> None:
    """Write frames uint8 (H, W, 3) RGB as a GIF or a video without sound, by the suffix of `out`, with its metadata."""
    if out.suffix == ".gif":
        write_gif(out, frames, fps, comment(tags))
    else:
        write_video(out, frames, fps, metadata=tags)


def write_picture(out: Path, picture: NDArray[np.uint8], tags: Mapping[str, str]) -> None:
    """Write a picture (H, W, 3) uint8 RGB as a PNG with its metadata, atomically."""
    metadata = PngInfo()
    for name, value in tags.items():
        metadata.add_itxt(name.capitalize(), value)
    with atomic_file(out) as temporary:
        Image.fromarray(picture).save(temporary, "PNG", pnginfo=metadata)

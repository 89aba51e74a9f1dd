"""Decoded frames of PyAV as 8-bit RGB pictures, as they are meant to be seen."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from mien.media.reading.hdr import is_wide, mapped
from mien.media.reading.interlacing import deinterlaced
from mien.media.reading.tracks import has_alpha

PAPER = 255


def frame_rgb(
    frame: av.VideoFrame, reformatter: VideoReformatter, width: int | None = None, height: int | None = None
) -> NDArray[np.uint8]:
    """A frame as uint8 (height, width, 3), not yet rotated.

    Transparency becomes white, HDR and wide gamuts BT.709; of an interlaced frame the first field is shown.

    `reformatter` is shared by all frames: creating one costs more than converting a small frame.
    """
    picture = _picture(frame, reformatter, width or frame.width, height or frame.height)
    return deinterlaced(picture) if frame.interlaced_frame and len(picture) == frame.height else picture


def _picture(frame: av.VideoFrame, reformatter: VideoReformatter, width: int, height: int) -> NDArray[np.uint8]:
    if has_alpha(frame.format.name):
        return _on_paper(_array(reformatter.reformat(frame, width, height, format="rgba", threads=1)))
    if is_wide(frame.color_trc, frame.color_primaries):
        deep = reformatter.reformat(frame, width, height, format="gbrp16le", threads=1)
        return mapped(deep, frame.color_trc, frame.color_primaries)
    return _array(reformatter.reformat(frame, width, height, format="rgb24", threads=1))


def _array(frame: Any) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(), np.uint8)


def _on_paper(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = picture[:, :, 3:].astype(np.uint16)
    mixed = picture[:, :, :3] * alpha + PAPER * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)

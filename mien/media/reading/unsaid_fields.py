"""Interlaced video that does not say so: a few pictures are searched for combs, then ffmpeg's idet tells the fields."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import av
from av.video.reformatter import VideoReformatter

from mien.clips import ClipError
from mien.media.ffmpeg import MediaInfo, media_input, open_media, run_ffmpeg, unicode_name
from mien.media.reading.frame_rgb import frame_rgb
from mien.media.reading.interlacing import COMBED, combing
from mien.media.reading.tracks import decoded, picture_stream

Field = Literal["tff", "bff"]

_PLACES = 8  # in the video, and successive pictures at each
_PICTURES = 3
_LEAST = 2  # combed ones among them
_LOOKED_AT = 24  # pictures from a combed one on, for idet
_SECONDS = 120.0


def first_field(path: Path, info: MediaInfo) -> Field | None:
    """The first field, top or bottom, of a video whose pictures are combed; None for a progressive one."""
    combed = [second for second, share in _combs(path, info) if share > COMBED]
    if len(combed) < _LEAST:
        return None
    with unicode_name(path) as source:
        top, bottom = _fields(source, combed[0])
    # In film shown as video two pictures of five are combed.
    if max(top, bottom) < 3 or min(top, bottom) * 3 > max(top, bottom):
        return None
    return "tff" if top > bottom else "bff"


def _combs(path: Path, info: MediaInfo) -> Iterator[tuple[float, float]]:
    """Seconds from the start, and the part of the pixels in combs, of pictures spread over the video."""
    reformatter = VideoReformatter()
    try:
        with open_media(path) as container:
            stream = picture_stream(container)
            start = float(stream.start_time * stream.time_base) if stream.start_time is not None else 0.0
            for place in range(_PLACES):
                target = start + (info.seconds or 0.0) * place / _PLACES
                container.seek(round(target / stream.time_base), stream=stream, backward=True)
                for frame in islice(decoded(container, stream), _PICTURES):
                    second = float(frame.pts * stream.time_base) - start if frame.pts is not None else 0.0
                    yield max(0.0, second), combing(frame_rgb(frame, reformatter))
    except (av.error.FFmpegError, OSError):  # not every file can be entered in its midst; decoding will say more
        return


def _fields(source: Path, second: float) -> tuple[int, int]:
    """Pictures with the top and with the bottom field first, among those from `second` on."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "fields"
        stream: Any = media_input(source, ss=f"{second:.3f}").video.filter("idet")
        stream = stream.filter("metadata", "print", key="lavfi.idet.multiple.current_frame", file=str(found))
        try:
            run_ffmpeg(stream.output("-", f="null", **{"frames:v": _LOOKED_AT}), _SECONDS)
        except ClipError:
            return 0, 0
        lines = found.read_text().splitlines() if found.is_file() else []
    return sum(line.endswith("=tff") for line in lines), sum(line.endswith("=bff") for line in lines)

"""The tracks of a media file that are used, and the times of their packets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import av
from av.stream import Disposition

from mien.clips import ClipError
from mien.media.reading.limits import MAX_PIXELS, check_picture_size


@dataclass
class Track:
    """Times in seconds and number of the packets of one stream; `error`: the first one of its decoder."""

    start: float | None = None
    end: float | None = None
    packets: int = 0
    error: str = ""

    def add(self, packet: Any) -> None:
        """Count a packet of PyAV."""
        self.packets += 1
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            return
        begin = float(time * packet.time_base)
        end = begin + float((packet.duration or 0) * packet.time_base)
        self.start = begin if self.start is None else min(self.start, begin)
        self.end = end if self.end is None else max(self.end, end)

    @property
    def seconds(self) -> float | None:
        """Time from the first packet to the end of the last one; None if there is none."""
        return None if self.start is None or self.end is None else self.end - self.start


def picture_stream(container: Any) -> Any:
    """The video stream that is used: the first that is not a cover picture. It decodes with one thread.

    Raises ClipError: no_video, too_large (also later, in the decoder, if its pictures grow).
    """
    streams = [stream for stream in container.streams.video if Disposition.attached_pic not in stream.disposition]
    if not streams:
        raise ClipError("no_video")
    context = streams[0].codec_context
    if context is None:
        raise ClipError("undecodable", "its kind of video is unknown")
    check_picture_size(context.width, context.height)
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_count = 1  # clips are distributed over one process per core
    return streams[0]


def decoded(container: Any, stream: Any) -> Iterator[Any]:
    """The frames of a video stream from where the container is, with their transparency. Raises PyAV's errors."""
    name = alpha_decoder(stream)
    if name is None:
        yield from container.decode(stream)
        return
    context: Any = av.CodecContext.create(name, "r")
    context.thread_count = 1
    for packet in container.demux(stream):
        yield from context.decode(packet if packet.size else None)


def alpha_decoder(stream: Any) -> str | None:
    """Name of libvpx's decoder for a WebM with transparency, which ffmpeg's own ones leave out; None for others."""
    name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.name)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    return name if tags.get("alpha_mode") == "1" and name in av.codecs_available else None


@cache
def has_alpha(pixel_format: str) -> bool:
    """Whether pictures of this format of ffmpeg hold transparency."""
    return any(component.is_alpha for component in av.VideoFormat(pixel_format).components)


def is_mirrored(frame: Any) -> bool:
    """Whether the display matrix of a frame mirrors it, which `frame.rotation` does not say."""
    matrix = next((bytes(one) for one in frame.side_data if one.type.name == "DISPLAYMATRIX"), b"")
    if len(matrix) != 36:
        return False
    a, b, _, c, d = struct.unpack("<5i", matrix[:20])
    return bool(a * d - b * c < 0)


def sound_streams(container: Any) -> list[Any]:
    """The sound streams of known kinds in the order in which they are considered: the default one first."""
    streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
    return sorted(streams, key=lambda stream: Disposition.default not in stream.disposition)

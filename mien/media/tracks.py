"""The tracks of a media file that are used, and the times of their packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from av.stream import Disposition

from mien.clips import ClipError
from mien.media.limits import MAX_PIXELS, check_picture_size


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
    check_picture_size(context.width, context.height)
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_count = 1  # clips are distributed over one process per core
    return streams[0]


def sound_streams(container: Any) -> list[Any]:
    """The sound streams in the order in which they are considered: the default one first.

    Raises ClipError: no_audio.
    """
    streams = list(container.streams.audio)
    if not streams:
        raise ClipError("no_audio")
    return sorted(streams, key=lambda stream: Disposition.default not in stream.disposition)

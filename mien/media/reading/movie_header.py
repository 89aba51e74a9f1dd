"""The duration in the header of a container, where libavformat does not report it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

_MAX_BOXES = 10_000  # a malicious file can hold any number of tiny boxes


def movie_header_seconds(path: Path) -> float | None:
    """Duration in seconds in the movie header (`mvhd`, ISO 14496-12 §8.2.2) of an .mp4 or .mov; None if absent."""
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        moov = _find(stream, b"moov", 0, end)
        mvhd = _find(stream, b"mvhd", *moov) if moov else None
        if mvhd is None:
            return None
        stream.seek(mvhd[0])
        body = stream.read(32)
    try:
        wide = body[0] == 1  # version 1 holds 64-bit times
        scale, length = struct.unpack_from(">IQ", body, 20) if wide else struct.unpack_from(">II", body, 12)
    except (IndexError, struct.error):
        return None
    unknown = 2**64 - 1 if wide else 2**32 - 1
    return length / scale if scale and length not in (0, unknown) else None


def _find(stream: BinaryIO, name: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Start and end offset of the body of the first box of type `name` between two offsets."""
    at = start
    for _ in range(_MAX_BOXES):
        stream.seek(at)
        head = stream.read(16)
        if at >= end or len(head) < 8:
            return None
        size, body = int.from_bytes(head[:4], "big"), at + 8
        if size == 1 and len(head) == 16:
            size, body = int.from_bytes(head[8:], "big"), at + 16
        box_end = end if size == 0 else at + size
        if head[4:8] == name:
            return body, min(box_end, end)
        if box_end <= at + 7 or box_end >= end:  # a 64-bit size may point to where no file can be read
            return None
        at = box_end
    return None

"""Where a file should end according to the sizes in its outermost boxes, chunks or elements."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_BOXES = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta", b"sidx", b"mfra"}
_MOST_PARTS = 10_000  # a malicious file can hold any number of tiny parts
_OPEN_SIZE = 0x7FFFF000  # programs that write into a pipe state such a size, or 0
_SLOPPY = 64  # bytes by which the sizes of some programs are off


def missing_bytes(path: Path) -> int:
    """Number of bytes of an ISO media, Matroska or RIFF file that are stated but not there; 0 if none is known of."""
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        stream.seek(0)
        head = stream.read(16)
        if head[4:8] in _BOXES:
            missing = _iso_end(stream, end) - end
        elif head[:4] == b"\x1a\x45\xdf\xa3":
            missing = _matroska_end(stream, end) - end
        elif head[:4] == b"RIFF":
            missing = _riff_end(stream, end) - end - _SLOPPY
        else:
            missing = 0
    return max(0, missing)


def _iso_end(stream: BinaryIO, end: int) -> int:
    at = 0
    for _ in range(_MOST_PARTS):
        stream.seek(at)
        head = stream.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:], "big")
        if len(head) < 8 or head[4:8] not in _BOXES or size < 8:  # the end, foreign bytes, or "until the end"
            break
        at += size
        if at >= end:
            return at
    return end


def _riff_end(stream: BinaryIO, end: int) -> int:
    at = 0
    for _ in range(_MOST_PARTS):  # a large AVI is several chunks
        stream.seek(at)
        head = stream.read(8)
        size = int.from_bytes(head[4:], "little")
        if len(head) < 8 or head[:4] != b"RIFF" or not 0 < size < _OPEN_SIZE:
            break
        at += 8 + size + size % 2
        if at >= end:
            return at
    return end


def _matroska_end(stream: BinaryIO, end: int) -> int:
    stream.seek(4)
    header = _size(stream)
    if header is None:
        return end
    stream.seek(header, 1)
    if stream.read(4) != b"\x18\x53\x80\x67":  # the segment
        return end
    size = _size(stream)
    return end if size is None else stream.tell() + size


def _size(stream: BinaryIO) -> int | None:
    """A size of EBML, of 1 to 8 bytes (RFC 8794 §4); None if it is unknown."""
    first = stream.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = stream.read(length - 1)
    if len(rest) < length - 1:
        return None
    value = int.from_bytes(first + rest, "big") - (1 << 7 * length)
    return None if value == (1 << 7 * length) - 1 else value

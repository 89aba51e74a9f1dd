"""HEIC photos as phones write them: a grid of HEVC tiles, with boxes that turn and mirror it (ISO 23008-12)."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mien.media.ffmpeg import ffmpeg_exe

TILE = 128


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def _full(name: bytes, *parts: bytes, version: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24), *parts)


def _coded(tile: NDArray[np.uint8] | NDArray[np.float64], path: Path) -> tuple[bytes, bytes]:
    """The decoder's configuration (hvcC) and the picture of one tile."""
    size = f"{tile.shape[1]}x{tile.shape[0]}"
    deep = tile.dtype != np.uint8
    kind, matrix, made = ("rgb48le", "bt2020nc", "yuv420p10le") if deep else ("rgb24", "bt601", "yuvj420p")
    if deep:
        tile = np.round(65535 * tile).astype(np.uint16)
    command = [ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", kind, "-s", size, "-i", "-"]
    command += ["-vf", f"scale=out_color_matrix={matrix}:out_range=pc", "-pix_fmt", made, "-c:v", "libx265"]
    command += ["-color_range", "pc"]
    command += ["-x265-params", "crf=12:log-level=none:info=0", "-tag:v", "hvc1", str(path)]
    subprocess.run(command, input=tile.tobytes(), check=True)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return bytes(stream.codec_context.extradata), bytes(next(container.demux(stream)))


def turn(angle: int) -> bytes:
    """A box that turns the picture counter-clockwise by quarter turns."""
    return _box(b"irot", bytes([angle]))


def mirror(axis: int) -> bytes:
    """A box that mirrors the picture left to right (1) or top to bottom (0)."""
    return _box(b"imir", bytes([axis]))


def profile(content: bytes) -> bytes:
    """A box with an ICC profile."""
    return _box(b"colr", b"prof", content)


def write_heic(
    path: Path,
    picture: NDArray[np.uint8] | NDArray[np.float64],
    boxes: Sequence[bytes] = (),
    grid: bool = True,
    codes: tuple[int, int, int] = (1, 13, 6),
) -> Path:
    """A picture (H, W, 3) RGB as one HEVC picture, or as tiles that reach beyond its edges.

    uint8, or in [0, 1] for 10 bits. `codes`: primaries, transfer and matrix (H.273).
    """
    height, width = picture.shape[:2]
    rows, columns = (-(-height // TILE), -(-width // TILE)) if grid else (1, 1)
    padding = ((0, rows * TILE - height), (0, columns * TILE - width), (0, 0)) if grid else ((0, 0),) * 3
    padded = np.pad(picture, padding, mode="edge")
    tiles = [padded[TILE * r : TILE * (r + 1), TILE * c : TILE * (c + 1)] for r in range(rows) for c in range(columns)]
    coded = [_coded(np.ascontiguousarray(tile), path.with_suffix(".mp4")) for tile in (tiles if grid else [padded])]
    side = (TILE, TILE) if grid else (width, height)
    colours = _box(b"colr", b"nclx", struct.pack(">HHHB", *codes, 0x80))
    properties = [coded[0][0] and _box(b"hvcC", coded[0][0]), _full(b"ispe", struct.pack(">II", *side)), colours]
    own = [*boxes, *([_full(b"ispe", struct.pack(">II", width, height))] if grid else [])]
    links = {number: [1, 2, 3] for number in range(1, len(coded) + 1)}
    primary = len(coded) + 1 if grid else 1
    links[primary] = [*links.get(primary, []), *range(4, 4 + len(own))]
    described = b"\0\0" + bytes([rows - 1, columns - 1]) + struct.pack(">HH", width, height)

    def meta(first: int) -> bytes:
        kinds = [b"hvc1"] * len(coded) + [b"grid"] * grid
        places = b""
        at = first
        for number, (_, data) in enumerate(coded, 1):
            places += struct.pack(">HHHHII", number, 0, 0, 1, at, len(data))
            at += len(data)
        if grid:
            places += struct.pack(">HHHHII", primary, 1, 0, 1, 0, len(described))
        entries = enumerate(kinds, 1)
        infos = [_full(b"infe", struct.pack(">HH", number, 0), kind, b"\0", version=2) for number, kind in entries]
        reference = struct.pack(f">HH{len(coded)}H", primary, len(coded), *range(1, len(coded) + 1))
        associations = b"".join(
            struct.pack(">HB", number, len(links[number])) + bytes(0x80 | index for index in links[number])
            for number in sorted(links)
        )
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4), b"pict", bytes(13)),
            _full(b"pitm", struct.pack(">H", primary)),
            _full(b"iloc", b"\x44\x00", struct.pack(">H", len(kinds)), places, version=1),
            _full(b"iinf", struct.pack(">H", len(kinds)), *infos),
            _full(b"iref", _box(b"dimg", reference)) if grid else b"",
            _box(
                b"iprp", _box(b"ipco", *properties, *own), _full(b"ipma", struct.pack(">I", len(links)), associations)
            ),
            _box(b"idat", described) if grid else b"",
        )

    start = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    first = len(start) + len(meta(0)) + 8
    path.write_bytes(start + meta(first) + _box(b"mdat", *(data for _, data in coded)))
    return path

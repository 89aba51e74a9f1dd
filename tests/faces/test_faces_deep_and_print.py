"""CMYK photos with and without a profile, and PNGs of 16 bits: read as the same picture in sRGB."""

from __future__ import annotations

import struct
import zlib
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.faces.pictures.portrait import read_portrait

COLOURS = np.array([(200, 150, 125), (60, 40, 30), (170, 80, 80), (40, 80, 170), (120, 120, 160), (128, 128, 128)])
PICTURE = np.repeat(np.repeat(COLOURS[None].astype(np.uint8), 32, axis=1), 64, axis=0)


def means(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.stack([picture[8:-8, 32 * number + 8 : 32 * number + 24].mean(axis=(0, 1)) for number in range(6)])


def ink_profile() -> bytes:
    """An ICC profile of inks whose paper is grey (L* 80): lut8 of two nodes a channel, all colours neutral."""
    corners = [round(255 * 0.8 * (1 - k) * (1 - (c + m + y) / 6)) for c, m, y, k in product((0, 1), repeat=4)]
    ramp = bytes(range(256))
    table = b"".join(bytes([lightness, 128, 128]) for lightness in corners)
    identity = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + 4 * ramp + table + 3 * ramp
    text = b"inks\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    owner = b"text" + bytes(4) + b"none\0"
    entries, bodies, at = b"", b"", 128 + 4 + 4 * 12
    for name, body in ((b"A2B0", lut), (b"desc", description), (b"wtpt", white), (b"cprt", owner)):
        padded = body + bytes(-len(body) % 4)
        entries += name + struct.pack(">II", at, len(body))
        bodies += padded
        at += len(padded)
    head = struct.pack(">I4sI4s4s4s", at, b"none", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", 4) + entries + bodies


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_inks_without_a_profile_are_plain_complements(tmp_path: Path, suffix: str) -> None:
    options = {"quality": 98, "subsampling": 0} if suffix == ".jpg" else {}
    Image.fromarray(PICTURE).convert("CMYK").save(tmp_path / f"a{suffix}", **options)
    assert np.abs(means(read_portrait(tmp_path / f"a{suffix}")) - COLOURS).max() < 3


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_inks_with_a_profile_are_converted_by_it(tmp_path: Path, suffix: str) -> None:
    inks = np.zeros((64, 192, 4), np.uint8)
    inks[:, 64:128] = (255, 255, 255, 0)
    inks[:, 128:] = (0, 0, 0, 255)
    options = {"quality": 98, "subsampling": 0} if suffix == ".jpg" else {}
    Image.fromarray(inks, "CMYK").save(tmp_path / f"a{suffix}", icc_profile=ink_profile(), **options)
    read = read_portrait(tmp_path / f"a{suffix}")
    paper, mixed, black = (read[8:-8, left : left + 48].reshape(-1, 3).mean(axis=0) for left in (8, 72, 136))
    assert paper.min() > 240, "relative colorimetric: paper is white"
    assert np.ptp(mixed) < 6, "the profile's inks are neutral"
    assert 80 < mixed.mean() < 150
    assert black.max() < 8


def test_a_damaged_profile_of_inks_is_passed_over(tmp_path: Path) -> None:
    image = Image.fromarray(PICTURE).convert("CMYK")
    image.save(tmp_path / "a.jpg", quality=98, subsampling=0, icc_profile=ink_profile()[:200])
    assert np.abs(means(read_portrait(tmp_path / "a.jpg")) - COLOURS).max() < 3


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def deep_png(path: Path, kind: int, values: NDArray[np.uint16], see_through: bytes = b"") -> Path:
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, kind, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + (chunk(b"tRNS", see_through) if see_through else b"")
    path.write_bytes(start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_png_of_sixteen_bits(tmp_path: Path, channels: int) -> None:
    deep = (PICTURE.astype(np.uint16) * 257)[..., : 1 if channels < 3 else 3]
    expected = np.repeat(PICTURE[..., :1], 3, axis=2) if channels < 3 else PICTURE
    if channels in (2, 4):
        opacity = np.full((64, 192, 1), 65535, np.uint16)
        opacity[:32] = 0
        deep = np.concatenate([deep, opacity], axis=2)
        expected = np.concatenate([np.full_like(expected[:32], 255), expected[32:]])
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    read = read_portrait(deep_png(tmp_path / "a.png", kind, deep))
    assert np.abs(read.astype(int) - expected).max() <= 1


def test_one_transparent_colour_of_sixteen_bits(tmp_path: Path) -> None:
    deep = PICTURE.astype(np.uint16) * 257
    path = deep_png(tmp_path / "a.png", 2, deep, struct.pack(">3H", *deep[0, 0]))
    assert (read_portrait(path)[:, :32] == 255).all()
    assert np.array_equal(read_portrait(path)[:, 32:], PICTURE[:, 32:])

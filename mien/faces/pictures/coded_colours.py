"""Photos whose colours are stated by code points (ITU-T H.273) instead of a profile: HDR, and wide gamuts."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.media.reading.hdr import HLG, PQ, is_wide, to_bt709

CODES = "coded_colours"
"""Key in `info` of a picture: its transfer and primaries."""
_HEAD = 4 * 2**20  # what stands before the pictures is much shorter
_MOST_CHUNKS = 1000
_ROWS = 256  # converted at once, so that intermediate results stay small
PAPER = 255

Picture = NDArray[np.uint8]


def note_coded_colours(image: Image.Image, path: Path) -> None:
    """Keep the code points of an opened picture with it: the chunk cICP of a PNG, the box colr of AVIF and HEIC."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD) if image.format in ("PNG", "AVIF") else b""
    codes = _png_codes(head) if image.format == "PNG" else box_codes(head)
    if codes is not None:
        image.info[CODES] = codes


def coded_colours(image: Image.Image) -> tuple[int, int] | None:
    """Transfer and primaries by which a picture is to be converted; None: by its profile, or not at all."""
    profile = image.info.get("icc_profile")
    codes = image.info.get(CODES) or (_profile_codes(profile) if profile else None)
    if codes is None or not is_wide(*codes):
        return None
    return None if profile and codes[0] not in (PQ, HLG) else codes


def standard_range(values: NDArray[np.uint8] | NDArray[np.uint16], codes: tuple[int, int]) -> Picture:
    """Encoded RGB or RGBA (H, W, 3 or 4) of full range as uint8 (H, W, 3) of standard range, on white."""
    picture = np.empty((*values.shape[:2], 3), np.uint8)
    for top in range(0, len(values), _ROWS):
        part = values[top : top + _ROWS] / np.iinfo(values.dtype).max
        colours = 255 * to_bt709(part[..., :3], *codes)
        if part.shape[-1] == 4:  # white paper is not as bright as the brightest light
            colours = colours * part[..., 3:] + PAPER * (1 - part[..., 3:])
        picture[top : top + _ROWS] = np.round(colours)
    return picture


def samples(image: Image.Image) -> NDArray[Any]:
    """The decoded samples, uint8 or uint16 (H, W, 3 or 4), of 16 bits where a PNG has them, which Pillow cuts to 8."""
    if image.format == "PNG" and not getattr(image, "is_animated", False) and getattr(image, "filename", None):
        deep = deep_samples(Path(str(image.filename)))  # type: ignore[attr-defined]
        if deep is not None:
            return deep
    see_through = image.has_transparency_data
    return np.asarray(image.convert("RGBA" if see_through else "RGB"), np.uint8)


def deep_samples(path: Path) -> NDArray[np.uint16] | None:
    """The samples of a PNG of 16-bit RGB (H, W, 3 or 4); None for another."""
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        return None
    order = cv2.COLOR_BGRA2RGBA if values.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(values, order), np.uint16)


def box_codes(head: bytes) -> tuple[int, int] | None:
    """Transfer and primaries of the first box colr with code points in a HEIF file (ISO 14496-12 §12.1.5)."""
    for body in boxes(head, b"colr"):
        if body[:4] == b"nclx" and len(body) >= 8:
            primaries, transfer = struct.unpack(">HH", body[4:8])
            return transfer, primaries
    return None


def boxes(content: bytes, name: bytes) -> Iterator[bytes]:
    """Bodies of the boxes of one type, at any depth."""
    at = content.find(name)
    while at >= 4:
        size = int.from_bytes(content[at - 4 : at], "big")
        yield content[at + 4 : at - 4 + size]
        at = content.find(name, at + 4)


def _png_codes(head: bytes) -> tuple[int, int] | None:
    at = 8
    for _ in range(_MOST_CHUNKS):
        size, name = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if name == b"cICP" and size == 4 and len(head) >= at + 12:
            return head[at + 9], head[at + 8]
        if len(name) < 4 or name == b"IDAT":
            break
        at += 12 + size
    return None


def _profile_codes(profile: bytes) -> tuple[int, int] | None:
    """The tag `cicp` of an ICC profile (ICC.1:2022 §9.2.17)."""
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, 132 + 12 * min(count, 100), 12):
        if profile[at : at + 4] == b"cicp":
            start = int.from_bytes(profile[at + 4 : at + 8], "big")
            value = profile[start : start + 12]
            return (value[9], value[8]) if len(value) == 12 and value[:4] == b"cicp" else None
    return None

"""Reading HEIC photos, as phones write them: tiles, turned and mirrored by boxes of the container.

ffmpeg joins the tiles and turns the picture; PyAV would give the first tile.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from mien.clips import ClipError
from mien.faces.pictures.coded_colours import CODES, box_codes, boxes, deep_samples, standard_range
from mien.faces.pictures.srgb import bounded
from mien.media.ffmpeg import media_input, run_ffmpeg, unicode_name
from mien.media.reading.hdr import HLG, PQ

_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_OTHER_BRANDS = {b"avif", b"avis"}
_MOST_SECONDS = 120.0
_MOST_ALLOCATED = 2**30
_HEAD = 4 * 2**20  # the boxes before the pictures are much shorter


def is_heic(path: Path) -> bool:
    """Whether a file is a still picture in the High Efficiency Image File Format, coded with HEVC."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if head[4:8] != b"ftyp":
        return False
    size = min(64, int.from_bytes(head[:4], "big"))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
    return head[8:12] in (_BRANDS | {b"mif1"}) and bool(brands & _BRANDS) and not brands & _OTHER_BRANDS


def heic_sizes(path: Path) -> Iterator[tuple[int, int]]:
    """Width and height of every picture and tile that a HEIC file declares (`ispe`, ISO 23008-12 §6.5.3)."""
    for at in boxes(_head(path), b"ispe"):
        if len(at) >= 12:
            width, height = struct.unpack(">II", at[4:12])
            yield width, height


def open_heic(path: Path) -> Image.Image:
    """The whole picture of a HEIC file, upright, decoded. Raises ClipError undecodable or timed_out."""
    head = _head(path)
    codes = box_codes(head)
    bright = codes is not None and codes[0] in (PQ, HLG)
    with tempfile.TemporaryDirectory() as folder, unicode_name(path) as source:
        target = Path(folder) / "picture.png"
        options = {"frames:v": 1, "c:v": "png", "compression_level": 1, "update": 1, "f": "image2"}
        options |= {"pix_fmt": "rgb48be"} if bright else {}
        output = media_input(source).output(str(target), **options).global_args("-max_alloc", str(_MOST_ALLOCATED))
        run_ffmpeg(output, _MOST_SECONDS)
        if not target.is_file():
            raise ClipError("undecodable", "it holds no picture")
        deep = deep_samples(target) if bright else None
        if codes is not None and deep is not None:
            return Image.fromarray(standard_range(bounded(deep), codes))
        with Image.open(target) as opened:
            image = opened.copy()
    # Its boxes have turned it already, and ffmpeg drops the profile where it joins tiles.
    for key in ("exif", "Raw profile type exif"):
        image.info.pop(key, None)
    if codes is not None:
        image.info[CODES] = codes
    for body in boxes(head, b"colr"):
        if body[:4] in (b"prof", b"rICC"):
            image.info["icc_profile"] = body[4:]
            break
    return image


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)

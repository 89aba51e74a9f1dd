"""High dynamic range and wide gamut video as BT.709: one lookup table for ffmpeg and for PyAV.

HLG and PQ are decoded to light of a display of 1000 cd/m², diffuse white at 203 cd/m² becomes the white of SDR (BT.2408
§2.2), brighter light is compressed into the last sixth, and the primaries become those of BT.709.
"""

from __future__ import annotations

import atexit
import tempfile
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from mien.files import atomic_file

PQ, HLG = 16, 18
"""Transfer characteristics (ITU-T H.273 §8.2): SMPTE ST 2084, ARIB STD-B67."""

_BT2020, _DCI_P3, _DISPLAY_P3 = 9, 11, 12
_WHITE = 203.0  # cd/m²
_PEAK = 1000.0
_GAMMA = 2.4  # of an SDR display, BT.1886
_KNEE = 0.85  # light above it, relative to white, is compressed
_NODES = 33

_TO_BT709 = {
    _BT2020: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    _DISPLAY_P3: ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0196, -0.0786, 1.0979)),
}
_TO_BT709[_DCI_P3] = _TO_BT709[_DISPLAY_P3]

Floats = NDArray[np.float64]


def is_wide(transfer: int, primaries: int) -> bool:
    """Whether a video's colours are not those of BT.709; the arguments are codes of H.273."""
    return transfer in (PQ, HLG) or primaries in _TO_BT709


def to_bt709(values: Floats, transfer: int, primaries: int) -> Floats:
    """Encoded R'G'B' (..., 3) in [0, 1] as R'G'B' of BT.709 in [0, 1]."""
    light = _light(np.clip(values, 0, 1), transfer)
    light = np.maximum(light @ np.array(_TO_BT709.get(primaries, np.eye(3))).T, 0.0)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    above = (brightest - _KNEE) / (1 - _KNEE)
    compressed = np.where(above > 0, _KNEE + (1 - _KNEE) * (1 - np.exp(-np.maximum(above, 0))), brightest)
    if transfer in (PQ, HLG):
        light = light * compressed / brightest
    return np.asarray(np.clip(light, 0, 1) ** (1 / _GAMMA))


def _light(values: Floats, transfer: int) -> Floats:
    """Light of the display relative to diffuse white."""
    if transfer == PQ:
        power = values ** (1 / 78.84375)
        nits = 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
        return np.asarray(np.minimum(nits, 10 * _PEAK) / _WHITE)
    if transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
        brightness = scene @ np.array((0.2627, 0.6780, 0.0593))
        return np.asarray(_PEAK / _WHITE * scene * np.maximum(brightness, 1e-9)[..., None] ** 0.2)
    return np.asarray(values**_GAMMA)


@cache
def lookup_table(transfer: int, primaries: int) -> Path:
    """A .cube file of `to_bt709` for ffmpeg's filter `lut3d`, kept until the process ends."""
    path = _folder() / f"{transfer}-{primaries}.cube"
    axis = np.linspace(0, 1, _NODES)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # red changes fastest
    mapped = to_bt709(np.stack([red, green, blue], axis=-1).reshape(-1, 3), transfer, primaries)
    with atomic_file(path) as temporary:
        rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in mapped)
        temporary.write_text(f"LUT_3D_SIZE {_NODES}\n{rows}\n")
    return path


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="mien-colours-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def mapped(frame: av.VideoFrame, transfer: int, primaries: int) -> NDArray[np.uint8]:
    """A frame of 16-bit RGB (`gbrp16le`) as uint8 (H, W, 3) of BT.709."""
    graph = _graph(transfer, primaries, frame.width, frame.height)
    frame.pts, frame.color_range = None, 2  # RGB is of full range, whatever the video was
    graph.push(frame)
    return np.asarray(graph.pull().to_ndarray(), np.uint8)


@lru_cache(maxsize=4)
def _graph(transfer: int, primaries: int, width: int, height: int) -> Any:
    graph = av.filter.Graph()
    form = av.VideoFormat("gbrp16le", width, height)
    source = graph.add_buffer(width=width, height=height, format=form, time_base=Fraction(1, 1000))
    table = graph.add("lut3d", f"file={lookup_table(transfer, primaries)}:interp=tetrahedral")
    eight = graph.add("format", "pix_fmts=rgb24")
    sink = graph.add("buffersink")
    source.link_to(table)
    table.link_to(eight)
    eight.link_to(sink)
    graph.configure()
    return graph

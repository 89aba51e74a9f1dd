"""ffmpeg's filters that make the pictures of any video alike: one size, one rate, upright, progressive, opaque, SDR."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ffmpeg

from mien.clips import ClipError
from mien.media.ffmpeg import MediaInfo
from mien.media.reading.hdr import is_wide, lookup_table

_SCALING = "bicubic+accurate_rnd+bitexact"
_TURNS: dict[int, list[tuple[str, ...]]] = {
    90: [("transpose", "cclock")],
    180: [("hflip",), ("vflip",)],
    270: [("transpose", "clock")],
}


def input_options(info: MediaInfo) -> dict[str, Any]:
    """Options of the input: the decoder that keeps transparency, and no rotation before the filters.

    ffmpeg's own rotation comes first and reads beyond pictures whose size changes.
    """
    options: dict[str, Any] = {"c:v": info.decoder} if info.decoder else {}
    if _turned_here(info):
        options |= {"noautorotate": None, "display_rotation:v": 0}
    return options


def _turned_here(info: MediaInfo) -> bool:
    return info.rotation in _TURNS and not info.mirrored


def upright_pictures(stream: Any, info: MediaInfo, fps: Fraction, max_side: int) -> Any:
    """The pictures at `fps`, in the size of the first for square pixels, no side above `max_side`.

    Where the size changes, later pictures keep their proportions within black bars. `stream`: of an input with
    `input_options`.
    """
    turned = _turned_here(info)
    if turned:
        stream = stream.filter("sidedata", mode="delete", type="DISPLAYMATRIX")  # it would turn the output once more
    if info.interlaced or info.combed:
        # bwdif cannot follow a change of size.
        stream = _fitted(stream, *_stored(info, (info.width or 0, info.height or 0), turned), square=False)
        parity = {"parity": info.combed} if info.combed else {}
        stream = stream.filter("bwdif", mode="send_frame", deint="all" if info.combed else "interlaced", **parity)
    # A late first frame is repeated from time 0 on, so that sound and video stay in sync.
    stream = stream.filter("fps", fps=str(fps), start_time=0, round="near")
    # Also where the first frame has this size already, since later ones may have another.
    stream = _fitted(stream, *_stored(info, shown_size(info, max_side), turned))
    if turned:
        for name, *arguments in _TURNS[info.rotation]:
            stream = stream.filter(name, *arguments)
    if info.alpha:
        stream = _on_paper(stream)
    if is_wide(info.transfer, info.primaries):
        stream = stream.filter("format", "gbrp16le")
        stream = stream.filter("lut3d", str(lookup_table(info.transfer, info.primaries)), interp="tetrahedral")
        stream = stream.filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="gbr")
        stream = stream.filter("scale", out_color_matrix="bt709", out_range="tv", flags=_SCALING)
    return stream.filter("setsar", 1)


def shown_size(info: MediaInfo, max_side: int) -> tuple[int, int]:
    """Even width and height for square pixels; no side exceeds `max_side` or the source."""
    if not info.width or not info.height:
        raise ClipError("undecodable", "the picture has no size")
    aspect = info.sample_aspect
    width = Fraction(info.width) * min(aspect, Fraction(1))
    height = Fraction(info.height) / max(aspect, Fraction(1))
    shrink = min(Fraction(1), Fraction(max_side) / max(width, height))
    even = [2 * (int(side * shrink) // 2) for side in (width, height)]
    if min(even) < 2:
        raise ClipError("undecodable", f"the picture is {info.width} × {info.height} pixels")
    return even[0], even[1]


def _stored(info: MediaInfo, size: tuple[int, int], turned: bool) -> tuple[int, int]:
    return (size[1], size[0]) if turned and info.rotation % 180 else size


def _fitted(stream: Any, width: int, height: int, square: bool = True) -> Any:
    """Every picture in one size: scaled, and with bars where its proportions are not those of the size.

    square: the size is one of square pixels; otherwise pixels keep their shape.
    """
    aspect = "dar" if square else "iw/ih"
    # What differs by the rounding to even sides is no change of proportions.
    same = f"lt(abs({aspect}*{height}/{width}-1),{2.5 / min(width, height):.6f})"
    sides = {
        "w": f"if({same},{width},max(2,2*trunc(min({width},{height}*{aspect})/2)))",
        "h": f"if({same},{height},max(2,2*trunc(min({height},{width}/({aspect}))/2)))",
    }
    stream = stream.filter("scale", **sides, eval="frame", flags=_SCALING)
    return stream.filter("pad", width, height, "2*trunc((ow-iw)/4)", "2*trunc((oh-ih)/4)", eval="frame")


def _on_paper(stream: Any) -> Any:
    """Transparency over white, as `mien.media.reading.frame_rgb` shows it."""
    halves = stream.filter("format", "rgba").filter_multi_output("split")
    paper = halves[0].filter("drawbox", color="white@1", t="fill", replace=1)
    return ffmpeg.overlay(paper, halves[1], format="rgb").filter("format", "gbrp")

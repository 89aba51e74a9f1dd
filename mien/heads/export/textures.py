"""Textures of an exported head: the painted atlas cut into a picture a part, as PNG."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mien.heads.appearance import Appearance
from mien.heads.render.atlas import PLACES, atlas_coordinates
from mien.heads.render.shading import LINEAR

_STRANDS, _STRAND_HEIGHT, _STRAND_WIDTH = 30, 128, 1024


def group_texture(
    atlas: NDArray[np.uint8], kinds: NDArray[np.str_], texture: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The picture (H, W, 3) of some of the atlas's parts, one below the other, and the coordinates (N, 2) in it.

    kinds: (N,) the part of each vertex. texture: (N, 2) in the part's own texture.
    """
    places = list(dict.fromkeys(PLACES[str(kind)] for kind in kinds))
    width = max(place[2] for place in places)
    rows: list[NDArray[np.uint8]] = []
    tops: dict[tuple[int, int], int] = {}
    for left, top, w, h in places:
        tops[left, top] = sum(len(row) for row in rows)
        # a narrow part is repeated to the full width, so that nothing black bleeds into it when it is reduced
        rows.append(np.tile(atlas[top : top + h, left : left + w], (1, -(-width // w), 1))[:, :width])
    picture = np.concatenate(rows)
    height, width = picture.shape[:2]
    pixel = np.empty((len(kinds), 2))
    for kind in dict.fromkeys(kinds.tolist()):
        left, top = PLACES[kind][:2]
        chosen = kinds == kind
        pixel[chosen] = atlas_coordinates(kind, texture[chosen]) - [left, top] + [0, tops[left, top]]
    # graphics cards reduce pictures by halves
    full = (1 << (width - 1).bit_length(), 1 << (height - 1).bit_length())
    return np.asarray(cv2.resize(picture, full, interpolation=cv2.INTER_CUBIC), np.uint8), pixel / [width, height]


def colour_of(picture: NDArray[np.uint8]) -> tuple[float, float, float] | None:
    """The linear RGB of a picture of one colour; None for any other."""
    if not np.array_equal(picture, np.broadcast_to(picture[0, 0], picture.shape)):
        return None
    red, green, blue = (float(value) for value in LINEAR[picture[0, 0]])
    return red, green, blue


def lash_strands(atlas: NDArray[np.uint8], look: Appearance) -> NDArray[np.uint8]:
    """Tapering strands RGBA (H, W, 4) from the lid's margin, the uppermost row, to their tips."""
    left, top, width, height = PLACES["lashes"]
    colour = atlas[top + height // 2, left + width // 2]
    rng = np.random.default_rng(look.seed + 23)
    alpha = np.zeros((_STRAND_HEIGHT, _STRAND_WIDTH), np.uint8)
    along = np.linspace(0, 1, 9)
    for number in range(_STRANDS):
        root = (number + 0.5 + rng.uniform(-0.3, 0.3)) / _STRANDS * _STRAND_WIDTH
        reach = (0.55 + 0.45 * look.lashes) * rng.uniform(0.75, 1.0) * _STRAND_HEIGHT
        bend = rng.uniform(-0.3, 0.3) * _STRAND_WIDTH / _STRANDS
        points = np.stack([root + bend * along**2, reach * along - 1], axis=1)
        wide = (0.22 + 0.10 * look.makeup) * _STRAND_WIDTH / _STRANDS
        side = np.stack([wide * (1 - along**1.5), 0 * along], axis=1)
        outline = np.concatenate([points - side, (points + side)[::-1]])
        cv2.fillPoly(alpha, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    # at the root the strands stand so close that they are one dark line
    alpha[: _STRAND_HEIGHT // 12] = 255
    return np.concatenate([np.broadcast_to(colour, (*alpha.shape, 3)), alpha[..., None]], axis=2)


def png_bytes(picture: NDArray[np.uint8], tags: Mapping[str, str] | None = None) -> bytes:
    """A picture uint8 (H, W, 3 or 4) as PNG, with tags as its texts."""
    about = PngInfo()
    for key, value in (tags or {}).items():
        about.add_itxt(key.capitalize(), value)
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "PNG", pnginfo=about)
    return stream.getvalue()

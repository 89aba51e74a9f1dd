"""Every map of the layered painter, computed once a process from the functions of `mien.heads.render.texture`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from mien.heads.appearance import HAIR_STYLES, Appearance, Colour
from mien.heads.embedded.surface import LEVELS
from mien.heads.painting.layers import GREY, Array, Frame, Layer, face_frame, found_layer
from mien.heads.render import texture
from mien.heads.render.ageing import aged_skin, strong_freckles
from mien.heads.render.atlas import PLACES, SKIN_HEIGHT, STRIP, WIDTH
from mien.heads.render.canvas import front

_BLACK: Colour = (0.0, 0.0, 0.0)
_GREY: Colour = (GREY, GREY, GREY)
_SEED = 0  # of the random details of all maps

REDUCTIONS = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class FaceMaps:
    """Maps (1 or 3, h, w) and layers of the face.

    tones: factors of the skin's colour without blush and freckles; blush, freckles: what full amounts add to them.
    lips, lids: without and with full make-up. beard, moustache, goatee: opacity of each at full density; strands:
    factors of the colour of facial hair. brows: density at (weight, width) of (0, 0), (0, 1), (1, 0), (1, 1).
    """

    tones: Tensor
    blush: Tensor
    freckles: Tensor
    strong_freckles: Layer
    wrinkles: Layer
    ageing: Layer
    lips: tuple[Layer, Layer]
    stubble: Layer
    beard: Tensor
    moustache: Tensor
    goatee: Tensor
    strands: Tensor
    lids: tuple[Layer, Layer]
    brows: Tensor


@dataclass(frozen=True)
class Maps:
    """All maps. scalp_through, scalp_share: (styles, 1, h, w) of the skin's upper rows, in the order of `HAIR_STYLES`.

    hair_share, hair_constant, white: (2, 1, h, w), straight and curly strips. iris, iris_constant: (3, h, w). cloth,
    ear, beard_strip: factors of cloth, skin and beard. fixed: parts of a constant colour, (3, h, w) by name.
    """

    face: FaceMaps
    scalp_through: Tensor
    scalp_share: Tensor
    hair_share: Tensor
    hair_constant: Tensor
    white: Tensor
    cloth: Tensor
    iris: Tensor
    iris_constant: Tensor
    ear: Tensor
    beard_strip: Tensor
    fixed: dict[str, Tensor]


@cache
def painting_maps(reduction: int) -> Maps:
    """The maps at 1 / `reduction` of the atlas's size. Raises ValueError for a reduction that does not divide it."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"the atlas can be reduced by {', '.join(map(str, REDUCTIONS))}, not by {reduction}")
    through, share = _scalps(reduction)
    strips = [_hair(reduction, style) for style in ("long", "curly")]
    hair_share, hair_constant, white = (torch.stack(maps) for maps in zip(*strips, strict=True))
    iris_constant = _strip("eye_left", reduction, texture.eye(Appearance(eyes=_BLACK), _rng()))
    iris = _strip("eye_left", reduction, texture.eye(Appearance(eyes=_GREY), _rng()))
    lashes, tongue = np.array(texture.LASHES), np.array(texture.TONGUE)
    return Maps(
        face=_face(reduction),
        scalp_through=through,
        scalp_share=share,
        hair_share=hair_share,
        hair_constant=hair_constant,
        white=white,
        cloth=_strip("cloth", reduction, texture.cloth(Appearance(cloth=_GREY), _rng())) / GREY,
        iris=(iris - iris_constant) / GREY,
        iris_constant=iris_constant,
        ear=_strip("ear", reduction, np.broadcast_to(texture.ear(Appearance(skin=_GREY)), (STRIP, STRIP, 3))) / GREY,
        beard_strip=_strip("beard", reduction, texture.beard_strip(Appearance(beard_colour=_GREY))) / GREY,
        fixed={
            "teeth": _strip("teeth_upper", reduction, texture.teeth()),
            "tongue": _strip("tongue", reduction, np.broadcast_to(tongue, (STRIP, STRIP, 3))),
            "lashes": _strip("lashes", reduction, np.broadcast_to(lashes, (STRIP, STRIP, 3))),
        },
    )


def _rng() -> np.random.Generator:
    return np.random.default_rng(_SEED)


def _strip(name: str, reduction: int, image: Array) -> Tensor:
    width, height = PLACES[name][2:]
    return Frame(slice(0, height), slice(0, width), reduction).reduced(image, 0.0)


def _face(reduction: int) -> FaceMaps:
    frame = face_frame(reduction)

    def layer(painting: str, colours: tuple[str, ...], **amounts: float) -> Layer:
        return found_layer(frame, _PAINTINGS[painting], Appearance(**amounts), colours)  # type: ignore[arg-type]

    def tones(blush: float, freckles: float) -> Tensor:
        looks = Appearance(skin=_GREY, blush=blush, freckles=freckles)
        flat = np.full((*front()[0].shape, 3), GREY, np.float32)
        return frame.reduced(texture.skin_tones(flat, looks, _rng()) / GREY, 1.0)

    plain = tones(0.0, 0.0)
    grown = {name: layer("hair", ("hair",), **{name: 1.0}) for name in ("beard", "moustache", "goatee")}
    whole = layer("hair", ("hair",), beard=1.0, moustache=1.0)
    opacity = 1 - whole.through[:1]
    strands = torch.where(opacity > 0.02, whole.shares["hair"][:1] / opacity.clamp(min=0.02), 0.92)
    return FaceMaps(
        tones=plain,
        blush=tones(1.0, 0.0) - plain,
        freckles=tones(0.0, 1.0) - plain,
        strong_freckles=layer("freckles", ("skin",), freckles=1.0),
        wrinkles=layer("wrinkles", ("skin",), wrinkles=1.0),
        ageing=layer("ageing", ("skin",), ageing=1.0),
        lips=(layer("lips", ("lips",), makeup=0.0), layer("lips", ("lips",), makeup=1.0)),
        stubble=layer("hair", ("skin", "hair"), stubble=1.0),
        beard=1 - grown["beard"].through[:1],
        moustache=1 - grown["moustache"].through[:1],
        goatee=1 - grown["goatee"].through[:1],
        strands=strands,
        lids=(layer("lids", ("skin",), makeup=0.0), layer("lids", ("skin",), makeup=1.0)),
        brows=torch.stack([_brows(frame, weight, width) for weight in (0.0, 1.0) for width in (0.0, 1.0)]),
    )


_PAINTINGS = {
    "freckles": lambda image, a: strong_freckles(image, a.skin, a.freckles),
    "wrinkles": texture.age_lines,
    "ageing": lambda image, a: aged_skin(image, a.skin, a.ageing),
    "lips": lambda image, a: texture.lips(image, a, _rng()),
    "hair": lambda image, a: texture.facial_hair(image, a, _rng()),
    "lids": texture.lids,
}


def _brows(frame: Frame, weight: float, width: float) -> Tensor:
    return frame.reduced(texture.brow_hairs(Appearance(brow_weight=weight, brow_width=width), _rng()), 0.0)


def _scalps(reduction: int) -> tuple[Tensor, Tensor]:
    rows = int(LEVELS[10] / LEVELS[-1] * SKIN_HEIGHT)
    frame = Frame(slice(0, rows), slice(0, WIDTH), reduction)
    # every channel is painted alike: the first holds what shows through, the second the hair's share
    image = np.zeros((rows, WIDTH, 3), np.float32)
    image[..., 0] = 1
    through, share = [], []
    for style in HAIR_STYLES:
        looks = Appearance(hair=(0.0, GREY, 0.0), hair_style=style)  # type: ignore[arg-type]
        painted = texture.scalp(image.copy(), looks, _rng())
        through.append(frame.reduced(painted[..., 0], 1.0))
        share.append(frame.reduced(painted[..., 1] / GREY, 0.0))
    return torch.stack(through), torch.stack(share)


def _hair(reduction: int, style: str) -> tuple[Tensor, Tensor, Tensor]:
    """Share of the hair's colour, constant, and opacity of white strands (1, h, w) at full grey."""

    def strip(hair: float, grey: float) -> Array:
        looks = Appearance(hair=(hair, hair, hair), grey=grey, hair_style=style)  # type: ignore[arg-type]
        return texture.hair_strip(looks, _rng())[..., 0]

    black, light = strip(0.0, 0.0), strip(GREY, 0.0)
    share = (light - black) / GREY
    # greying changes the hair's colour and then covers it with white: only the second scales what is left of it
    white = 1 - (strip(GREY, 1.0) - strip(0.0, 1.0)) / (GREY * texture.COLOURED * share)
    return tuple(_strip("hair", reduction, map_) for map_ in (share, black, white))  # type: ignore[return-value]

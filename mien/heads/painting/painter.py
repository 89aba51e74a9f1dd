"""`Painter`: the texture atlas of several heads at once, a few milliseconds each, in torch.

It shows what `paint_atlas` shows, from maps that are reduced in size and composited by alpha (Porter and Duff, 1984).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import pad

from mien.heads.appearance import HAIR_STYLES
from mien.heads.look import Look
from mien.heads.painting.layers import Layer, between, face_frame
from mien.heads.painting.maps import FaceMaps, painting_maps
from mien.heads.render.atlas import HEIGHT, PLACES, SKIN_HEIGHT, STRIP, WIDTH
from mien.heads.render.texture import COLOURED, GREY_HAIR, WHITE_HAIR

_CURLY = ("curly", "afro")

Values = Mapping[str, Tensor]


class Painter:
    """Paints atlases at 1 / `reduction` of `paint_atlas`'s size: 1, 2, 4, 8 or 16; 8 is enough for pictures to 128 px.

    The maps are computed at the first painter of a process with this reduction, in a few seconds. Random details
    (strands, freckles) are those of one seed for everybody. Raises ValueError for another reduction.
    """

    def __init__(self, reduction: int = 8) -> None:
        self.reduction = reduction
        self._maps = painting_maps(reduction)
        self.size: tuple[int, int] = (HEIGHT // reduction, WIDTH // reduction)

    def paint(self, look: Look) -> Tensor:
        """The atlases (B, 3, h, w) of a look, sRGB in [0, 1]; differentiable in every colour and amount."""
        colours = {name: value.float()[..., None, None] for name, value in look.colours.items()}
        amounts = {name: value.float()[:, None, None, None] for name, value in look.amounts.items()}
        grey_hair = colours["hair"].new_tensor(GREY_HAIR)[:, None, None]
        grown = torch.lerp(colours["hair"], grey_hair, (1 - COLOURED) * amounts["grey"])
        rows = [
            self._skin(look, colours, amounts, grown),
            self._hair(look, amounts, grown),
            colours["cloth"] * self._maps.cloth,
            self._small_parts(colours),
        ]
        return torch.cat(rows, dim=2).clamp(0, 1)

    def _skin(self, look: Look, colours: Values, amounts: Values, grown: Tensor) -> Tensor:
        height, width = SKIN_HEIGHT // self.reduction, WIDTH // self.reduction
        skin = colours["skin"]
        rows, columns = face_frame(self.reduction).box
        around = (columns.start, width - columns.stop, rows.start, height - rows.stop)
        image = skin + pad(painted_face(self._maps.face, colours, amounts) - skin, around)
        styles = torch.tensor([HAIR_STYLES.index(style) for style in look.hair_style])
        through, share = self._maps.scalp_through[styles], self._maps.scalp_share[styles]
        top = through.shape[2]
        return torch.cat([image[:, :, :top] * through + grown * share, image[:, :, top:]], dim=2)

    def _hair(self, look: Look, amounts: Values, grown: Tensor) -> Tensor:
        kind = torch.tensor([int(style in _CURLY) for style in look.hair_style])
        strip = self._maps.hair_constant[kind] + grown * self._maps.hair_share[kind]
        white = strip.new_tensor(WHITE_HAIR)[:, None, None]
        return torch.lerp(strip, white.expand_as(strip), amounts["grey"] * self._maps.white[kind])

    def _small_parts(self, colours: Values) -> Tensor:
        maps, count = self._maps, len(colours["skin"])

        def fixed(name: str) -> Tensor:
            return maps.fixed[name].expand(count, -1, -1, -1)

        frame = colours["frame"].expand(-1, -1, STRIP // self.reduction, PLACES["glasses"][2] // self.reduction)
        parts = [
            maps.iris_constant + colours["eyes"] * maps.iris,
            fixed("teeth"),
            fixed("tongue"),
            colours["skin"] * maps.ear,
            fixed("lashes"),
            frame,
            colours["beard"] * maps.beard_strip,
        ]
        return torch.cat(parts, dim=3)


def painted_face(maps: FaceMaps, colours: Values, amounts: Values) -> Tensor:
    """The face's box (B, 3, h, w) of the skin; colours (B, 3, 1, 1) and amounts (B, 1, 1, 1) by name."""
    tones = maps.tones + amounts["blush"] * maps.blush + amounts["freckles"] * maps.freckles
    face = colours["skin"] * tones
    face = between(face, maps.strong_freckles.over(face, colours), amounts["freckles"])
    face = between(face, maps.wrinkles.over(face, colours), amounts["wrinkles"])
    face = between(face, maps.ageing.over(face, colours), amounts["ageing"])
    face = _made_up(face, maps.lips, colours, amounts)
    face = _facial_hair(face, maps, colours, amounts)
    face = _made_up(face, maps.lids, colours, amounts)
    return torch.lerp(face, colours["brows"].expand_as(face), _brows(maps, amounts))


def _made_up(face: Tensor, layers: tuple[Layer, Layer], colours: Values, amounts: Values) -> Tensor:
    plain, full = (layer.over(face, colours) for layer in layers)
    return between(plain, full, amounts["makeup"])


def _facial_hair(face: Tensor, maps: FaceMaps, colours: Values, amounts: Values) -> Tensor:
    hair = {**colours, "hair": colours["beard"]}
    face = between(face, maps.stubble.over(face, hair), amounts["stubble"])
    opacity = torch.maximum(maps.beard * amounts["beard"], maps.moustache * amounts["moustache"])
    opacity = torch.maximum(opacity, maps.goatee * amounts["goatee"])
    return torch.lerp(face, (colours["beard"] * maps.strands).clamp(max=1), opacity)


def _brows(maps: FaceMaps, amounts: Values) -> Tensor:
    """Density (B, 1, h, w), bilinear in weight and width."""
    thin, wide, dense_thin, dense_wide = maps.brows
    width, weight = amounts["brow_width"], amounts["brow_weight"]
    return torch.lerp(torch.lerp(thin, wide, width), torch.lerp(dense_thin, dense_wide, width), weight)

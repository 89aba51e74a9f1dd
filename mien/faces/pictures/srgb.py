"""Decoded pictures of any mode, bit depth and colour profile as upright 8-bit sRGB of bounded size."""

from __future__ import annotations

import io
import math
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from mien.faces.pictures.coded_colours import PAPER, coded_colours, samples, standard_range

WORKING_SIDE = 2048
"""Maximum longest side in pixels; a higher resolution improves neither detection nor the crop."""

Samples = TypeVar("Samples", np.uint8, np.uint16)

_ROWS = 256  # converted at once, so that intermediate results stay small
_ORIENTATION = 0x0112  # the tag of EXIF
_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")


def srgb(image: Image.Image) -> NDArray[np.uint8]:
    """The picture as uint8 (H, W, 3): upright, on white, sRGB, its longest side at most `WORKING_SIDE`.

    High bit depths are scaled to 8 bits, colours converted by the embedded ICC profile or by code points: HDR is
    tone-mapped as videos are. Raises Pillow's errors.
    """
    if image.format == "JPEG":
        width, height = image.size
        scale = WORKING_SIDE / max(width, height)
        image.draft("RGB", (math.ceil(scale * width), math.ceil(scale * height)))  # decodes at 1, 1/2, 1/4 or 1/8
    image.load()
    codes = coded_colours(image)
    if codes is not None:
        small = Image.fromarray(standard_range(bounded(samples(image)), codes))
    else:
        small = _by_profile(image)
    exif = small.getexif()
    exif[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)
    return np.array(ImageOps.exif_transpose(small).convert("RGB"), dtype=np.uint8)


def _by_profile(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    mode = _kept_mode(image, bool(profile))
    small = Image.fromarray(bounded(_eight_bits(image, mode)), mode)
    return _converted(small, profile) if profile or mode == "LAB" else small


def bounded(picture: NDArray[Samples]) -> NDArray[Samples]:
    """The picture (H, W, …), downsampled by averaging if its longest side exceeds `WORKING_SIDE`."""
    height, width = picture.shape[:2]
    scale = WORKING_SIDE / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=picture.dtype)


def _deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _kept_mode(image: Image.Image, profile: bool) -> str:
    """The mode in which the profile applies; RGB without one."""
    if image.mode == "LAB":
        return "LAB"
    if _deep(image) or (profile and image.mode in ("1", "L", "LA", "La")):
        return "L"
    return "CMYK" if profile and image.mode == "CMYK" else "RGB"


def _eight_bits(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """The picture on white as uint8 (H, W) or (H, W, channels of `mode`)."""
    if _deep(image):
        return _eight_bit_grey(np.asarray(image))
    see_through = image.mode in _ALPHA or "transparency" in image.info
    if not see_through:
        return np.asarray(image if image.mode == mode else image.convert(mode), np.uint8)
    width, height = image.size
    parts = []
    for top in range(0, height, _ROWS):
        part = image.crop((0, top, width, min(height, top + _ROWS))).convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", part.size, (PAPER, PAPER, PAPER, 255)), part)
        parts.append(np.asarray(flat.convert("RGB") if mode == "RGB" else flat.getchannel("R"), np.uint8))
    return np.concatenate(parts)


def _eight_bit_grey(values: NDArray[np.number]) -> NDArray[np.uint8]:
    """Grey pictures of high bit depth, scaled from the range that their values suggest: 0–1, 0–255 or 16 bits."""
    grey = np.empty(values.shape, np.uint8)
    parts = [slice(top, top + _ROWS) for top in range(0, len(values), _ROWS)]
    highest = max(float(_finite(values[part]).max()) for part in parts)
    scale = 255.0 if highest <= 1 else 1.0 if highest <= 255 else 255 / 65535
    for part in parts:
        grey[part] = np.clip(np.round(_finite(values[part]) * scale), 0, 255)
    return grey


def _finite(values: NDArray[np.number]) -> NDArray[np.float64]:
    return np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _converted(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture of the profile's colours (None: CIE Lab) in sRGB."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
        if profile and picture.mode == "RGB" and ImageCms.getProfileDescription(source).startswith("sRGB"):
            return picture
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError):
        return picture  # as browsers do with a profile that is damaged or for another kind of colours
    return picture if converted is None else converted

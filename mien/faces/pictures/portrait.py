"""Any photo as upright 8-bit RGB; of an animation or a video the first frame (`reference` chooses the best)."""

from __future__ import annotations

import warnings
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mien.clips import ClipError
from mien.media.ffmpeg import LFS_POINTER
from mien.media.video import decode_frames

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "TGA", "AVIF")
"""What Pillow may open, as far as it was built with it; not EPS, which starts Ghostscript, nor other documents."""

MAX_MEGABYTES = 200
MAX_MEGAPIXELS = 80
"""Larger files and pictures are refused before they are decoded."""

WORKING_SIDE = 2048
"""The longest side in pixels that is kept: more shows no detector and no crop anything."""

LEAST_SIDE = 32
PAPER = 255


ANIMATIONS = ("GIF", "WEBP", "PNG", "AVIF")
"""Formats whose further pictures are later moments of the same: in others they are pages, or views of a camera."""


class Kind(Enum):
    """What a file shows."""

    PHOTO = "photo"
    ANIMATION = "animation"
    VIDEO = "video"


class PortraitError(ValueError):
    """The file gives no picture; the message says why in one sentence."""


def read_portrait(path: Path) -> NDArray[np.uint8]:
    """The picture in `path` as uint8 (H, W, 3) RGB, its longest side at most `WORKING_SIDE`.

    Turned as its EXIF says; grey, palette, CMYK and 16-bit pictures become RGB, transparency white; of an animation
    or a video the first frame counts. Raises PortraitError in one sentence for everything that is no such file.
    """
    _check_file(path)
    try:
        with open_picture(path) as image:
            return bounded(eight_bit_rgb(image))
    except UnidentifiedImageError:
        return _first_frame(path)
    except PortraitError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PortraitError(f"{path.name}: the picture is damaged ({one_line(error)})") from error


def open_picture(path: Path) -> Image.Image:
    """A picture file, opened but not yet decoded. Raises PortraitError for a size that is refused, and Pillow's own."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(path, formats=_known_formats())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PortraitError(f"{path.name}: the picture has more than {MAX_MEGAPIXELS} megapixels") from None
    try:
        check_size(path, *image.size)
    except PortraitError:
        image.close()
        raise
    return image


def picture_kind(path: Path) -> Kind:
    """Whether a file is a photo, an animation, or may be a video. Raises PortraitError as `read_portrait` does."""
    _check_file(path)
    try:
        with open_picture(path) as image:
            moves = image.format in ANIMATIONS and getattr(image, "n_frames", 1) > 1
            return Kind.ANIMATION if moves else Kind.PHOTO
    except UnidentifiedImageError:
        return Kind.VIDEO
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        return Kind.PHOTO  # whatever is wrong with it, `read_portrait` says


def _known_formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise PortraitError(f"{path} is a folder, not a picture")
        if not path.is_file():
            raise PortraitError(f"{path}: there is no such file")
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(len(LFS_POINTER))
    except OSError as error:
        raise PortraitError(f"{path} cannot be read: {error.strerror}") from error
    if size == 0:
        raise PortraitError(f"{path.name} is empty (0 bytes)")
    if start == LFS_POINTER:
        raise PortraitError(f"{path.name} is a git-lfs pointer, not the picture: run `git lfs pull`")
    if size > MAX_MEGABYTES * 1_000_000:
        raise PortraitError(f"{path.name} has {size / 1e6:.0f} MB; at most {MAX_MEGABYTES} MB are read: cut it first")


def check_size(path: Path, width: int, height: int) -> None:
    """Raise PortraitError for a picture that is too large to be decoded or too small to show a face."""
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        megapixels = width * height / 1e6
        raise PortraitError(f"{path.name}: the picture has {megapixels:.0f} megapixels, more than {MAX_MEGAPIXELS}")
    if min(width, height) < LEAST_SIDE:
        raise PortraitError(f"{path.name}: the picture is only {width}×{height} pixels, too small for a face")


def eight_bit_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """The picture as uint8 (H, W, 3): upright, transparency white, deep grey scaled to 8 bits."""
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # decodes a huge JPEG at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        grey = _eight_bit_grey(np.asarray(upright, dtype=np.float64))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", coloured.size, (PAPER, PAPER, PAPER, 255)), coloured)
    return np.array(upright.convert("RGB"), dtype=np.uint8)


def _eight_bit_grey(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Deep grey pictures by what their values say of their range: 0–1, 0–255 or 16 bits (Pillow only clips them)."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    highest = float(values.max())
    scale = 255.0 if highest <= 1 else 1.0 if highest <= 255 else 255 / 65535
    return np.asarray(np.clip(np.round(values * scale), 0, 255), dtype=np.uint8)


def _first_frame(path: Path) -> NDArray[np.uint8]:
    try:
        frame = next(iter(decode_frames(path)))
    except ClipError as error:
        raise PortraitError(
            f"{path.name} is no picture or video that can be read ({error}): save it as PNG or JPEG"
        ) from error
    except StopIteration:
        raise PortraitError(f"{path.name} is a video without a frame") from None
    check_size(path, frame.shape[1], frame.shape[0])
    return bounded(frame)


def bounded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (H, W, 3), averaged down to a longest side of `WORKING_SIDE` where it is larger."""
    height, width = picture.shape[:2]
    scale = WORKING_SIDE / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def one_line(error: BaseException) -> str:
    """What an exception says, in one line of at most 160 characters."""
    return " ".join(str(error).split())[:160] or type(error).__name__

"""Reading any photo, or the first frame of an animation or video, as upright 8-bit RGB."""

from __future__ import annotations

import warnings
from enum import Enum
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from mien.clips import ClipError
from mien.faces.pictures.coded_colours import note_coded_colours
from mien.faces.pictures.heic import heic_sizes, is_heic, open_heic
from mien.faces.pictures.srgb import WORKING_SIDE as WORKING_SIDE
from mien.faces.pictures.srgb import bounded, srgb
from mien.media.ffmpeg import LFS_POINTER, open_media
from mien.media.video import decode_frames

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "TGA", "AVIF")
"""Formats that Pillow may open, if it was built with them; not EPS, which starts Ghostscript, nor other documents."""

MAX_MEGABYTES = 200
MAX_MEGAPIXELS = 80
"""Limits above which files and pictures are refused before decoding."""

MAX_JPEG_MEGAPIXELS = 256
MAX_PROGRESSIVE_MEGAPIXELS = 128
MAX_SCANS = 200
"""Limits of a JPEG, which is decoded at a reduced size; of a progressive one all coefficients are held in memory, and
every scan passes over all of them."""

MAX_ANIMATED_MEGAPIXELS = 16
MAX_ANIMATION_MEGAPIXELS = 1000
"""Limits of one picture of an animation, and of all of them together: 480 of 1080p."""

LEAST_SIDE = 32

ANIMATIONS = ("GIF", "WEBP", "PNG", "AVIF")
"""Formats whose further pictures are later frames; in other formats they are pages or other views."""


class Kind(Enum):
    """Kind of content of a file."""

    PHOTO = "photo"
    ANIMATION = "animation"
    VIDEO = "video"


class PortraitError(ValueError):
    """The file cannot be read as a picture; the message gives the reason."""


def read_portrait(path: Path) -> NDArray[np.uint8]:
    """The picture in `path` as uint8 (H, W, 3) RGB, its longest side at most `WORKING_SIDE`.

    Rotated according to EXIF; grey, palette, CMYK and 16-bit pictures and those with a colour profile are converted to
    sRGB, transparency to white. Of an animation or a video the first frame is read. Raises PortraitError for any other
    file.
    """
    _check_file(path)
    try:
        with open_picture(path) as image:
            return srgb(image)
    except UnidentifiedImageError:
        return _first_frame(path)
    except PortraitError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PortraitError(f"{path.name}: the picture is damaged ({one_line(error)})") from error


def open_picture(path: Path) -> Image.Image:
    """A picture file, opened but (except HEIC) not yet decoded.

    Raises PortraitError for a size that is refused, and Pillow's own errors.
    """
    if is_heic(path):
        return _open_heic(path)
    try:
        with warnings.catch_warnings():
            # Pillow only warns about a picture that would fill the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Image.open refuses a large JPEG, which can be decoded at a reduced size.
            image = JpegImageFile(path) if _is_jpeg(path) else Image.open(path, formats=_known_formats())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PortraitError(
            f"{path.name}: the picture has more than {MAX_MEGAPIXELS} megapixels: scale it down or save it as JPEG"
        ) from None
    try:
        if image.format == "JPEG":
            _check_jpeg(path, image)
        else:
            check_size(path, *image.size)
        note_coded_colours(image, path)
    except PortraitError:
        image.close()
        raise
    return image


def _open_heic(path: Path) -> Image.Image:
    for width, height in heic_sizes(path):
        check_size(path, max(width, LEAST_SIDE), max(height, LEAST_SIDE))
    try:
        image = open_heic(path)
    except ClipError as error:
        raise PortraitError(
            f"{path.name} is a HEIC photo that cannot be read ({error.detail}): save it as JPEG or PNG"
        ) from error
    check_size(path, *image.size)
    return image


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(3) == b"\xff\xd8\xff"


def _check_jpeg(path: Path, image: Image.Image) -> None:
    progressive = bool(image.info.get("progressive"))
    check_size(path, *image.size, MAX_PROGRESSIVE_MEGAPIXELS if progressive else MAX_JPEG_MEGAPIXELS)
    if progressive and path.read_bytes().count(b"\xff\xda") > MAX_SCANS:
        raise PortraitError(f"{path.name}: a JPEG of more than {MAX_SCANS} scans: save it anew without progression")


def picture_kind(path: Path) -> Kind:
    """Whether a file is a photo, an animation, or possibly a video. Raises PortraitError as `read_portrait` does."""
    _check_file(path)
    try:
        if is_heic(path):
            return Kind.PHOTO
        with open_picture(path) as image:
            moves = image.format in ANIMATIONS and getattr(image, "is_animated", False)
            return Kind.ANIMATION if moves else Kind.PHOTO
    except UnidentifiedImageError:
        return Kind.VIDEO
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        return Kind.PHOTO  # errors are reported by `read_portrait`


def picture_count(path: Path) -> int:
    """Number of pictures of an animation, not decoded. Raises PortraitError for an animation that is too large."""
    with open_picture(path) as image:
        (width, height), form = image.size, image.format
        count = 0 if form == "GIF" else int(getattr(image, "n_frames", 1))
    megapixels = width * height / 1e6
    most = MAX_ANIMATION_MEGAPIXELS / megapixels if megapixels <= MAX_ANIMATED_MEGAPIXELS else 1
    if form == "GIF":
        count = _gif_pictures(path, int(most) + 1)
    if count > most:
        raise PortraitError(
            f"{path.name}: an animation of {width}×{height} pixels with {count}{' or more' if form == 'GIF' else ''} "
            f"pictures; at most {MAX_ANIMATED_MEGAPIXELS} megapixels each and "
            f"{MAX_ANIMATION_MEGAPIXELS} together are read: save one of its pictures as PNG, or make it smaller"
        )
    return count


def _gif_pictures(path: Path, most: int) -> int:
    """Number of pictures of a GIF, which its header does not state, counted up to `most` without decoding."""
    try:
        with open_media(path) as container:
            packets = (packet for packet in container.demux(container.streams.video[:1]) if packet.size)
            return sum(1 for _ in islice(packets, most))
    except (ClipError, av.error.FFmpegError) as error:
        raise PortraitError(f"{path.name}: the picture is damaged ({one_line(error)})") from error


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


def check_size(path: Path, width: int, height: int, most: int = MAX_MEGAPIXELS) -> None:
    """Raise PortraitError for a picture of more than `most` megapixels, or too small for a face."""
    if width * height > most * 1_000_000:
        megapixels = width * height / 1e6
        remedy = "scale it down" + (" or save it as JPEG" if most == MAX_MEGAPIXELS else "")
        raise PortraitError(f"{path.name}: the picture has {megapixels:.0f} megapixels, more than {most}: {remedy}")
    if min(width, height) < LEAST_SIDE:
        raise PortraitError(f"{path.name}: the picture is only {width}×{height} pixels, too small for a face")


def _first_frame(path: Path) -> NDArray[np.uint8]:
    try:
        frame = next(iter(decode_frames(path)))
    except ClipError as error:
        raise no_picture(path, error) from error
    except StopIteration:
        raise PortraitError(f"{path.name} is a video without a frame") from None
    check_size(path, frame.shape[1], frame.shape[0])
    return bounded(frame)


def no_picture(path: Path, error: ClipError) -> PortraitError:
    """The sentence for a file that is neither a picture nor a video that can be read."""
    if error.reason == "too_large":
        return PortraitError(f"{path.name}: {error}")
    return PortraitError(f"{path.name} is no picture or video that can be read ({error}): save it as PNG or JPEG")


def one_line(error: BaseException) -> str:
    """The message of an exception as one line of at most 160 characters."""
    return " ".join(str(error).split())[:160] or type(error).__name__

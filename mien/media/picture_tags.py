"""The text chunks of a PNG: where a picture says what made it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from mien.clips import ClipError

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_png(path: Path) -> bool:
    """Whether a file begins as a PNG does; False for one that cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def picture_tags(path: Path) -> dict[str, str]:
    """The texts of a PNG by their keywords. Raises ClipError when it cannot be read."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return {str(key): value for key, value in picture.info.items() if isinstance(value, str)}
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ClipError("undecodable", str(error)) from error

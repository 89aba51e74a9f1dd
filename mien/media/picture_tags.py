"""Text chunks of PNG files, which hold the provenance of a picture."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from mien.clips import ClipError

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_png(path: Path) -> bool:
    """Whether a file starts with the PNG signature; False for an unreadable file."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def picture_tags(path: Path) -> dict[str, str]:
    """Keyword → text of a PNG file's text chunks. Raises ClipError if it cannot be read."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return {str(key): value for key, value in picture.info.items() if isinstance(value, str)}
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ClipError("undecodable", str(error)) from error

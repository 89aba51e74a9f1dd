"""Limits on what a media file declares, checked before anything is decoded or allocated.

A file of a few kilobytes can declare pictures of any size, any number of them, or days of sound.
"""

from __future__ import annotations

from mien.clips import ClipError

MAX_PIXELS = 8192 * 4320
"""Largest picture of a video: 8K."""

MAX_CLIP_PIXELS = 600_000_000_000
"""Most pixels of all pictures of a video together: an hour of 1080p at 60 or 2160p at 20 pictures a second."""

MAX_CLIP_SECONDS = 86_400.0
"""Longest file whose packets are read to their end."""

MAX_SAMPLES = 1_000_000_000
"""Most samples of all channels of a sound together: half an hour of 8 channels at 48 kHz, or 5 hours of mono."""


def check_picture_size(width: int, height: int) -> None:
    """Raise ClipError too_large for a video whose pictures have more than `MAX_PIXELS`."""
    if width * height > MAX_PIXELS:
        raise ClipError("too_large", f"{width} × {height} pixels, at most 8192 × 4320 are read: scale it down first")


def check_picture_count(frames: int, width: int, height: int) -> None:
    """Raise ClipError too_large for a video whose pictures together have more than `MAX_CLIP_PIXELS`."""
    if frames * width * height > MAX_CLIP_PIXELS:
        raise ClipError(
            "too_large",
            f"more than {frames - 1} pictures of {width} × {height} pixels: cut it or scale it down first",
        )


def check_length(seconds: float, most: float = MAX_CLIP_SECONDS) -> None:
    """Raise ClipError too_long for a file of more than `most` seconds."""
    if seconds > most:
        raise ClipError("too_long", f"{seconds:.0f} s, at most {most:.0f} s are read: split it")


def check_samples(seconds: float, hz: int, channels: int) -> None:
    """Raise ClipError too_large for a sound of more than `MAX_SAMPLES` samples."""
    if seconds * hz * channels > MAX_SAMPLES:
        raise ClipError(
            "too_large",
            f"{seconds:.0f} s of {channels} channels at {hz / 1000:g} kHz: split it, or export it as mono at 48 kHz",
        )

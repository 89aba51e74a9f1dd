"""Files with one wrong bit, as bad memory and bad disks make them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np


def flip_bit(path: Path, place: int | None = None, bit: int = 0) -> None:
    """Change one bit of the byte at `place`, by default the middle one."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 1 << bit
    path.write_bytes(content)


def flipped_bits(path: Path, count: int, seed: int = 0) -> Iterator[int]:
    """Change one random bit after another in the file, each alone; yields its byte's place while it is wrong.

    At the end the file is as it was.
    """
    rng = np.random.default_rng(seed)
    places = rng.integers(path.stat().st_size, size=count)
    yield from _each(path, ((int(place), int(rng.integers(8))) for place in places))


def bits_flipped_everywhere(path: Path, count: int, bit: int = 2) -> Iterator[int]:
    """The same for about `count` places at equal distances from the first byte on."""
    size = path.stat().st_size
    yield from _each(path, ((place, bit) for place in range(0, size, max(1, size // count))))


def _each(path: Path, changes: Iterable[tuple[int, int]]) -> Iterator[int]:
    whole = path.read_bytes()
    try:
        for place, bit in changes:
            path.write_bytes(whole)
            flip_bit(path, place, bit)
            yield place
    finally:
        path.write_bytes(whole)

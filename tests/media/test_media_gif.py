"""GIFs: as many frames as were given, as long, with their comment, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from mien.media.gif import write_gif
from mien.media.provenance import Provenance, comment, read_tags, tags


def frames(count: int = 12) -> Iterator[NDArray[np.uint8]]:
    """A bright square that goes to the right by a pixel a frame, before a ramp."""
    for number in range(count):
        frame = np.repeat(np.linspace(20, 120, 64).astype(np.uint8)[None, :, None], 48, 0).repeat(3, 2)
        frame[10:20, 4 + number : 14 + number] = (240, 200, 30)
        yield frame


def test_a_gif_shows_what_was_given(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    write_gif(path, frames(), Fraction(25))
    with Image.open(path) as image:
        assert image.info["duration"] == 40
        assert image.info["loop"] == 0, "for ever"
        shown = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(image)]
    given = [frame.astype(int) for frame in frames()]
    assert len(shown) == len(given)
    for one, other in zip(shown, given, strict=True):
        assert np.abs(one - other).mean() < 4


def test_its_comment_tells_where_it_is_from(tmp_path: Path) -> None:
    told = Provenance(generator="mien 0.1.0", model="head_motion 0123", seed=3, prompt="nods; then = smiles " * 30)
    write_gif(tmp_path / "a.gif", frames(3), Fraction(25), comment(tags(told)))
    assert read_tags(tmp_path / "a.gif") == told


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def breaks() -> Iterator[NDArray[np.uint8]]:
        yield from frames(3)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_gif(tmp_path / "a.gif", breaks(), Fraction(25))
    with pytest.raises(ValueError, match="no frame"):
        write_gif(tmp_path / "a.gif", [], Fraction(25))
    with pytest.raises(ValueError, match="at most 50"):
        write_gif(tmp_path / "a.gif", frames(3), Fraction(60))
    assert list(tmp_path.iterdir()) == []

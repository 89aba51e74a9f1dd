"""Frames that are shown while they are written, and requests that files carry."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.media.file_tags import file_tags
from mien.media.observing import observed
from mien.media.provenance import Provenance, carried, carrying, parse_tags, tags
from mien.systems.output import write_clip, write_picture

FRAMES = [np.full((32, 48, 3), 20 * number, np.uint8) for number in range(5)]
TEXT = '{"values": {"text": "Xin chào; a=b, 100 %\\n"}}'


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_an_observer_sees_every_frame_and_changes_no_byte(tmp_path: Path, suffix: str) -> None:
    seen: list[tuple[int, NDArray[np.uint8]]] = []
    plain = tags(Provenance(generator="mien 1"))
    with observed(lambda number, frame: seen.append((number, frame))):
        write_clip(tmp_path / f"seen{suffix}", iter(FRAMES), Fraction(10), plain)
    write_clip(tmp_path / f"unseen{suffix}", iter(FRAMES), Fraction(10), plain)
    assert [number for number, _ in seen] == list(range(5))
    assert all(np.array_equal(one, frame) for (_, one), frame in zip(seen, FRAMES, strict=True))
    assert (tmp_path / f"seen{suffix}").read_bytes() == (tmp_path / f"unseen{suffix}").read_bytes()


def test_an_observer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fails(_number: int, _frame: NDArray[np.uint8]) -> None:
        raise KeyError("observer")

    with pytest.raises(KeyError), observed(fails):
        write_clip(tmp_path / "out.mp4", iter(FRAMES), Fraction(10), {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".png"])
def test_a_file_carries_a_request_beside_its_provenance(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    with carrying(TEXT):
        made = tags(Provenance(generator="mien 1", prompt="x; y", seed=3))
    if suffix == ".png":
        write_picture(out, FRAMES[0], made)
    else:
        write_clip(out, FRAMES, Fraction(10), made)
    found = file_tags(out)
    assert carried(found) == TEXT
    provenance = parse_tags(found)
    assert provenance is not None
    assert (provenance.prompt, provenance.seed) == ("x; y", 3)
    assert carried(tags(Provenance(generator="mien 1"))) is None

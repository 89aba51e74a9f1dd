"""Pictures and animations of any declared size: read in bounded time and memory, or refused before they are decoded."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from talk_making import wall, with_faces

from mien.faces.pictures import portrait, reference
from mien.faces.pictures.portrait import PortraitError, picture_count
from mien.faces.pictures.reference import read_reference
from mien.media.video import write_video


def small_gif_of_many_large_pictures(path: Path, side: int, count: int) -> Path:
    """Each picture replaces a few pixels of a large canvas."""
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0xF0, 0, 0) + bytes([0, 0, 0, 255, 255, 255])
    control = b"\x21\xf9\x04\x04\x04\x00\x00\x00"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    path.write_bytes(head + (control + picture) * count + b"\x3b")
    return path


@pytest.fixture
def undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture may be decoded."""

    def decode(*_: object) -> None:
        raise AssertionError("a picture was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)


@pytest.mark.usefixtures("undecoded")
def test_an_animation_is_refused_by_its_canvas_and_number_of_pictures(tmp_path: Path) -> None:
    for side, count in ((8000, 2000), (8000, 2), (2000, 300), (1000, 5000)):
        path = small_gif_of_many_large_pictures(tmp_path / f"{side}-{count}.gif", side, count)
        with pytest.raises(PortraitError, match=r"animation of .* megapixels each .*: save one of its pictures"):
            read_reference(path)


def test_the_limit_of_an_animation_holds_for_every_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = [Image.effect_noise((100, 100), 20 + index) for index in range(6)]
    paths = [tmp_path / name for name in ("a.gif", "a.webp", "a.png", "a.avif")]
    for path in paths:
        images[0].save(path, save_all=True, append_images=images[1:], duration=100)
        assert picture_count(path) == 6
    monkeypatch.setattr(portrait, "MAX_ANIMATION_MEGAPIXELS", 0.055)
    for path in paths:
        with pytest.raises(PortraitError, match=path.name + ".*an animation of 100×100 pixels with 6"):
            picture_count(path)


def test_of_a_short_video_of_large_pictures_few_are_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    face = with_faces(wall(), (180, 144, 170))
    write_video(tmp_path / "a.mp4", [face] * 400, Fraction(25))
    pixels = face.shape[0] * face.shape[1]
    for most, whole in ((399, False), (400, True)):
        monkeypatch.setattr(reference, "MOST_PIXELS", most * pixels)
        seconds = [second for second, _ in reference._video(tmp_path / "a.mp4")]
        assert (len(seconds) > 10) is whole  # else one of every key frame
        assert seconds == sorted(set(seconds))
        assert seconds[0] == 0
    assert np.abs(read_reference(tmp_path / "a.mp4").picture.astype(int) - face).mean() < 4

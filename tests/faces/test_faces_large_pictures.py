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
from mien.faces.pictures.portrait import PortraitError, picture_count, read_portrait
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


def large_jpeg(path: Path, width: int, height: int, mode: str = "RGB", progressive: bool = False) -> Path:
    """A picture of one dark colour whose left eighth is white."""
    image = Image.new(mode, (width, height), {"RGB": (40, 90, 200), "L": 90, "CMYK": (40, 20, 10, 150)}[mode])
    image.paste({"RGB": (255, 255, 255), "L": 255, "CMYK": (0, 0, 0, 0)}[mode], (0, 0, width // 8, height))
    image.save(path, quality=70, progressive=progressive)
    return path


@pytest.mark.parametrize(
    ("width", "height", "mode", "progressive"),
    [
        (12_000, 9000, "RGB", False),
        (9000, 12_000, "RGB", True),
        (12_000, 9000, "CMYK", False),
        (10_000, 9000, "L", False),
        (60_000, 2000, "RGB", False),
    ],
)
def test_a_jpeg_of_more_than_80_megapixels_is_read(
    tmp_path: Path, width: int, height: int, mode: str, progressive: bool
) -> None:
    picture = read_portrait(large_jpeg(tmp_path / "a.jpg", width, height, mode, progressive))
    assert max(picture.shape) == portrait.WORKING_SIDE
    assert picture.shape[1] / picture.shape[0] == pytest.approx(width / height, rel=0.02)
    eighth = picture.shape[1] // 8
    assert picture[:, : eighth - 2].mean() > 250
    assert picture[:, eighth + 2 :].mean() < 130


def test_a_jpeg_is_decoded_at_a_reduced_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, int]] = []
    load = ImageFile.ImageFile.load

    def watched(image: ImageFile.ImageFile) -> object:
        loaded = load(image)
        decoded.append(image.size)
        return loaded

    monkeypatch.setattr(ImageFile.ImageFile, "load", watched)
    read_portrait(large_jpeg(tmp_path / "a.jpg", 12_000, 9000))
    assert max(max(size) for size in decoded) <= 2 * portrait.WORKING_SIDE


def test_larger_pictures_are_refused_with_the_limit_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for progressive, limit in ((False, "MAX_JPEG_MEGAPIXELS"), (True, "MAX_PROGRESSIVE_MEGAPIXELS")):
        path = large_jpeg(tmp_path / "a.jpg", 1500, 1000, progressive=progressive)
        read_portrait(path)
        monkeypatch.setattr(portrait, limit, 1)
        with pytest.raises(PortraitError, match="2 megapixels, more than 1: scale it down"):
            read_portrait(path)
    Image.new("1", (12_000, 9000)).save(tmp_path / "a.png")
    with pytest.raises(PortraitError, match="80 megapixels: scale it down or save it as JPEG"):
        read_portrait(tmp_path / "a.png")


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    content = large_jpeg(tmp_path / "a.jpg", 400, 300, progressive=True).read_bytes()
    last = content.rindex(b"\xff\xda")
    (tmp_path / "b.jpg").write_bytes(content[:-2] + content[last:-2] * 300 + b"\xff\xd9")
    with pytest.raises(PortraitError, match="scans: save it anew"):
        read_portrait(tmp_path / "b.jpg")

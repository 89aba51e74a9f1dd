"""Photos of phones and cameras: HEIC, colour profiles, and cameras that were held upside down."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from heic_making import mirror, profile, turn, write_heic
from numpy.typing import NDArray
from PIL import Image, ImageCms
from talk_making import drawing, wall, with_faces

from mien.faces.pictures import portrait
from mien.faces.pictures.find_face import find_faces
from mien.faces.pictures.portrait import Kind, PortraitError, picture_kind, read_portrait
from mien.faces.pictures.reference import read_reference
from mien.faces.pictures.turning import roll

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def picture() -> Picture:
    frame = drawing.picture()
    drawing.draw_face(frame, drawing.face_transform((180, 144), 170))
    frame[:40, :60] = (255, 0, 0)
    return np.asarray(frame, np.uint8)


def difference(one: Picture, other: Picture) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


BOXES = {
    "plain": ([], lambda image: image),
    "90": ([turn(1)], lambda image: np.rot90(image, 1)),
    "180": ([turn(2)], lambda image: np.rot90(image, 2)),
    "270": ([turn(3)], lambda image: np.rot90(image, 3)),
    "mirrored": ([mirror(1)], lambda image: image[:, ::-1]),
}


@pytest.mark.parametrize("case", BOXES)
@pytest.mark.parametrize("grid", [True, False])
def test_a_heic_photo_is_whole_and_upright(picture: Picture, tmp_path: Path, case: str, grid: bool) -> None:
    boxes, expected = BOXES[case]
    path = write_heic(tmp_path / "a.heic", picture, boxes, grid)
    assert picture_kind(path) is Kind.PHOTO
    assert difference(read_portrait(path), expected(picture)) < 3


def test_a_heic_photo_is_told_by_its_content_and_shows_its_face(picture: Picture, tmp_path: Path) -> None:
    path = write_heic(tmp_path / "a.heic", picture).rename(tmp_path / "photo ü.jpg")
    assert np.abs(read_reference(path).faces.face.centre - (180, 142)).max() < 5


def test_a_heic_photo_that_cannot_be_read_is_refused_by_name(picture: Picture, tmp_path: Path) -> None:
    content = write_heic(tmp_path / "a.heic", picture).read_bytes()
    at = content.index(b"mdat") + 4
    (tmp_path / "noise.heic").write_bytes(content[:at] + bytes(len(content) - at))
    (tmp_path / "head.heic").write_bytes(content[:200])
    for name in ("noise.heic", "head.heic"):
        with pytest.raises(PortraitError, match=rf"{name} is a HEIC photo .*: save it as JPEG or PNG") as caught:
            read_reference(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_heic_photo_is_refused_by_its_declared_size(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_heic(tmp_path / "a.heic", picture)

    def decode(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(portrait, "open_heic", decode)
    at = path.read_bytes().rindex(b"ispe") + 8
    large = path.read_bytes()[:at] + (60_000).to_bytes(4, "big") * 2 + path.read_bytes()[at + 8 :]
    path.write_bytes(large)
    with pytest.raises(PortraitError, match="3600 megapixels"):
        read_portrait(path)


def swapped() -> bytes:
    """A profile in which red and blue are exchanged: sRGB's, with the tags of its primaries renamed."""
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    names = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
    changed = bytearray(content)
    for at in range(132, 132 + 12 * int.from_bytes(content[128:132], "big"), 12):
        changed[at : at + 4] = names.get(content[at : at + 4], content[at : at + 4])
    return bytes(changed).replace(b"s\0R\0G\0B", b"o\0t\0h\0r").replace(b"sRGB", b"othr")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tiff", "alpha.png", "palette.png", "a.heic", "a.gif"])
def test_colours_are_converted_from_their_profile(picture: Picture, tmp_path: Path, name: str) -> None:
    """With the profile of the exchanged colours a picture of exchanged colours is right."""
    path = tmp_path / name
    exchanged = np.ascontiguousarray(picture[:, :, ::-1])
    image = Image.fromarray(exchanged)
    if name == "alpha.png":
        image.putalpha(255)
    if name == "palette.png":
        image = image.quantize(256)
    if name == "a.heic":
        write_heic(path, exchanged, [profile(swapped())])
    else:
        options = {"a.jpg": {"quality": 95}, "a.webp": {"quality": 95}}.get(name, {})
        image.save(path, icc_profile=swapped(), **options)
    expected = exchanged if name == "a.gif" else picture  # a GIF has no profile
    assert difference(read_portrait(path), expected) < 4


def test_grey_and_cmyk_profiles(picture: Picture, tmp_path: Path) -> None:
    grey = Image.fromarray(picture).convert("L")
    dark = _grey_profile(1.0)  # linear light: values mean darker pictures in sRGB's reading
    grey.save(tmp_path / "grey.png", icc_profile=dark)
    grey.save(tmp_path / "grey.jpg", icc_profile=dark, quality=95)
    Image.merge("LA", [grey, Image.new("L", grey.size, 255)]).save(tmp_path / "alpha.png", icc_profile=dark)
    linear = np.asarray(grey) / 255
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    for name in ("grey.png", "grey.jpg", "alpha.png"):
        read = read_portrait(tmp_path / name)
        assert difference(read, np.repeat(expected[:, :, None], 3, axis=2)) < 3, name


def _grey_profile(gamma: float) -> bytes:
    """A minimal grey ICC profile (version 2) with the given gamma."""
    white = b"XYZ " + bytes(4) + bytes.fromhex("0000f6d6000100000000d32d")
    curve = b"curv" + bytes(4) + (1).to_bytes(4, "big") + round(gamma * 256).to_bytes(2, "big") + bytes(2)
    text = b"desc" + bytes(4) + (5).to_bytes(4, "big") + b"grey\0" + bytes(78)
    text += bytes(-len(text) % 4)
    tags, at = b"", 128 + 4 + 36
    for name, body in ((b"desc", text), (b"wtpt", white), (b"kTRC", curve)):
        tags += name + at.to_bytes(4, "big") + len(body).to_bytes(4, "big")
        at += len(body)
    head = bytearray(128)
    head[0:4], head[8:12], head[12:24] = at.to_bytes(4, "big"), bytes.fromhex("02100000"), b"mntrGRAYXYZ "
    head[36:40], head[68:80] = b"acsp", white[8:]
    return bytes(head) + (3).to_bytes(4, "big") + tags + text + white + curve


@pytest.mark.parametrize("content", [b"", b"noise" * 60, None])
def test_a_profile_that_does_not_fit_is_ignored(picture: Picture, tmp_path: Path, content: bytes | None) -> None:
    Image.fromarray(picture).save(tmp_path / "a.png", icc_profile=content or _grey_profile(1.0))
    assert difference(read_portrait(tmp_path / "a.png"), picture) == 0


def test_a_deep_grey_picture_is_converted_in_bounded_memory(tmp_path: Path) -> None:
    import tracemalloc

    values = np.tile(np.linspace(0, 65535, 4000).astype(np.uint16), (3000, 1))
    Image.fromarray(values).save(tmp_path / "a.png")
    tracemalloc.start()
    read = read_portrait(tmp_path / "a.png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * values.size  # eight bytes a pixel are those of one array of float64
    assert np.abs(np.diff(read[0, :, 0].astype(int))).max() <= 1


@pytest.mark.parametrize("turns", range(4))
def test_a_photo_may_be_turned(tmp_path: Path, turns: int) -> None:
    """Faces are found as they lie; the photo is turned."""
    upright = with_faces(wall(), (160, 140, 150))
    stored = np.ascontiguousarray(np.rot90(upright, turns))
    (face,) = find_faces(stored)
    assert abs((roll(face) - 90 * turns + 180) % 360 - 180) < 8
    Image.fromarray(stored).save(tmp_path / "a.png")
    found = read_reference(tmp_path / "a.png")
    assert np.array_equal(found.picture, upright)
    assert abs(roll(found.faces.face)) < 8
    assert np.abs(found.faces.face.centre - (160, 138)).max() < 6


def test_the_chosen_one_of_two_upside_down_faces_stays_the_chosen_one(tmp_path: Path) -> None:
    both = with_faces(wall(), (90, 144, 140), (270, 144, 150))
    stored = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(both[::-1, ::-1])).save(stored, "PNG")
    (tmp_path / "a.png").write_bytes(stored.getvalue())
    first = read_reference(tmp_path / "a.png", 0)  # numbers count from the left of the photo as it is stored
    assert first.faces.face.centre[0] > 200
    assert [face.centre[0] < 200 for face in first.faces.faces] == [True, False]

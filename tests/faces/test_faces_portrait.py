"""Every kind of picture file is read alike, and whatever is none gets one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from talk_making import drawing

from mien.faces.pictures import portrait, reference
from mien.faces.pictures.portrait import (
    Kind,
    PortraitError,
    picture_kind,
    read_portrait,
)
from mien.media.video import decode_frames, write_video


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    """A drawn face (288, 360, 3), asymmetric: the corner at the top left is red."""
    frame = drawing.picture()
    drawing.draw_face(frame, drawing.face_transform((180, 144), 170))
    frame[:20, :20] = (255, 0, 0)
    return np.asarray(frame, np.uint8)


def saved(picture: NDArray[np.uint8], path: Path, **how: Any) -> Path:
    Image.fromarray(picture).save(path, **how)
    return path


def close(one: NDArray[np.uint8], other: NDArray[np.uint8], most: float = 3) -> bool:
    return one.shape == other.shape and float(np.abs(one.astype(int) - other).mean()) < most


def test_every_kind_of_picture_is_read_alike(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    image = Image.fromarray(picture)
    grey = np.repeat(np.asarray(image.convert("L"))[:, :, None], 3, axis=2)
    for name in ("a.png", "b.bmp", "c.tiff", "d.webp", "e.ppm", "with space ü %d.png", "-dash.png"):
        assert close(read_portrait(saved(picture, tmp_path / name)), picture), name
    assert close(read_portrait(saved(picture, tmp_path / "f.jpg", quality=95)), picture)
    image.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    assert close(read_portrait(tmp_path / "cmyk.jpg"), picture, 6)
    image.convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "palette.png")
    assert close(read_portrait(tmp_path / "palette.png"), picture, 6)
    image.convert("L").save(tmp_path / "grey.png")
    assert np.array_equal(read_portrait(tmp_path / "grey.png"), grey)
    deep = (grey[:, :, 0].astype(np.uint16)) * 257
    for name in ("deep.png", "deep.tiff"):
        Image.fromarray(deep).save(tmp_path / name)
        assert np.array_equal(read_portrait(tmp_path / name), grey), name
    Image.fromarray(grey[:, :, 0].astype(np.float32) / 255).save(tmp_path / "float.tiff")
    assert np.array_equal(read_portrait(tmp_path / "float.tiff"), grey)


def test_transparency_becomes_white_and_an_animation_its_first_picture(
    picture: NDArray[np.uint8], tmp_path: Path
) -> None:
    alpha = np.full(picture.shape[:2], 255, np.uint8)
    alpha[100:] = 0
    Image.fromarray(np.dstack([picture, alpha])).save(tmp_path / "alpha.png")
    read = read_portrait(tmp_path / "alpha.png")
    assert np.array_equal(read[:100], picture[:100])
    assert (read[100:] == 255).all()
    later = [Image.new("RGB", (picture.shape[1], picture.shape[0]), "black")] * 3
    Image.fromarray(picture).save(tmp_path / "moving.gif", save_all=True, append_images=later, duration=40)
    assert close(read_portrait(tmp_path / "moving.gif"), picture, 12)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_says(picture: NDArray[np.uint8], tmp_path: Path, orientation: int) -> None:
    turned = {
        1: picture,
        2: picture[:, ::-1],
        3: picture[::-1, ::-1],
        4: picture[::-1],
        5: picture.transpose(1, 0, 2),
        6: np.rot90(picture, 1),
        7: picture[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(picture, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(turned[orientation])
    path = saved(stored, tmp_path / "photo.jpg", quality=95, exif=exif)
    assert close(read_portrait(path), picture)


def test_a_huge_photo_is_bounded(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    large = np.repeat(np.repeat(picture, 14, axis=0), 14, axis=1)  # 20 megapixels
    read = read_portrait(saved(large, tmp_path / "large.jpg", quality=90))
    assert max(read.shape) == portrait.WORKING_SIDE
    assert read[:100, :100].mean(axis=(0, 1))[0] > 200  # still the red corner


def test_a_videos_first_frame(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    frames = [picture, *[np.zeros_like(picture)] * 4]
    write_video(tmp_path / "clip.mp4", frames, Fraction(25), quality=5)
    read = read_portrait(tmp_path / "clip.mp4")
    assert close(read, picture, 8)
    assert np.array_equal(read, next(iter(decode_frames(tmp_path / "clip.mp4"))))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_files_that_are_no_picture_get_one_sentence(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.fromarray(picture).save(whole, "PNG")
    saved(picture, tmp_path / "whole.jpg")
    contents: dict[str, tuple[bytes, str]] = {
        "empty.png": (b"", "0 bytes"),
        "cut.png": (whole.getvalue()[: len(whole.getvalue()) // 2], "damaged"),
        "noise.png": (bytes(range(256)) * 8, "no picture"),
        "page.png": (b"<!doctype html><h1>404</h1>", "no picture"),
        "pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        "bomb.png": (bomb(60_000, 60_000), "megapixels"),
        "large.png": (bomb(12_000, 9_000), "megapixels"),
        "tiny.png": (bomb(8, 8), "too small"),
        "document.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n", "no picture"),
        "list.m3u8": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "no picture"),
    }
    for name, (content, words) in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PortraitError, match=words) as caught:
            read_portrait(tmp_path / name)
        assert "\n" not in str(caught.value)
    for path, words in (
        (tmp_path, "folder"),
        (tmp_path / "absent.png", "no such file"),
        (Path("/dev/zero"), "no such file"),
    ):
        with pytest.raises(PortraitError, match=words):
            read_portrait(path)


def test_a_real_picture_of_one_colour_with_20_000_pixels_a_side_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000), 1).save(tmp_path / "huge.png")
    assert (tmp_path / "huge.png").stat().st_size < 1_000_000
    for read in (read_portrait, lambda path: list(reference._animation(path))):
        with pytest.raises(PortraitError, match="megapixels"):
            read(tmp_path / "huge.png")


def test_the_kind_of_a_file_is_told_by_its_content(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    image = Image.fromarray(picture)
    later = [Image.new("RGB", image.size, "black")]
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.gif", save_all=True, append_images=later)
    image.save(tmp_path / "c.webp", save_all=True, append_images=later)
    image.save(tmp_path / "pages.tiff", save_all=True, append_images=later)
    write_video(tmp_path / "d.mkv", [picture] * 2, Fraction(25))
    (tmp_path / "d.mkv").rename(tmp_path / "d.jpg")
    kinds = {path.name: picture_kind(path) for path in tmp_path.iterdir()}
    assert kinds == {
        "a.png": Kind.PHOTO, "b.gif": Kind.ANIMATION, "c.webp": Kind.ANIMATION, "pages.tiff": Kind.PHOTO,
        "d.jpg": Kind.VIDEO,
    }  # fmt: skip
    with pytest.raises(PortraitError, match="no such file"):
        picture_kind(tmp_path / "absent")

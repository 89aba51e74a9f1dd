"""HDR photos look like the SDR picture that they were made from: PNG, AVIF and HEIC with code points, and profiles."""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from heic_making import write_heic
from numpy.typing import NDArray
from PIL import Image, ImageCms

from mien.faces.pictures.coded_colours import coded_colours
from mien.faces.pictures.portrait import open_picture, read_portrait
from mien.faces.pictures.reference import _animation
from mien.media.ffmpeg import ffmpeg_exe
from mien.media.reading.hdr import HLG, PQ

COLOURS = [(200, 150, 125), (60, 40, 30), (170, 80, 80), (40, 80, 170), (120, 120, 160), (128, 128, 128)]
BT2020, P3 = 9, 12
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def patches() -> NDArray[np.uint8]:
    return np.repeat(np.repeat(np.array([COLOURS], np.uint8), 32, axis=1), 64, axis=0)


def means(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.stack([image[8:-8, 32 * number + 8 : 32 * number + 24].mean(axis=(0, 1)) for number in range(6)])


def encoded(transfer: int) -> NDArray[np.float64]:
    """The patches in BT.2020 with white at 203 cd/m², encoded by PQ or HLG (BT.2100), in [0, 1]."""
    light = (patches() / 255.0) ** 2.4 @ TO_BT2020.T
    if transfer == PQ:
        power = (203 * light / 10_000) ** 0.1593017578125
        return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)
    display = light * 203 / 1000
    brightness = (display @ np.array((0.2627, 0.6780, 0.0593)))[..., None]
    scene = display * np.maximum(brightness, 1e-9) ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(path: Path, codes: tuple[int, int]) -> Path:
    content = path.read_bytes()
    transfer, primaries = codes
    path.write_bytes(content[:33] + chunk(b"cICP", bytes([primaries, transfer, 0, 1])) + content[33:])
    return path


def write_png(path: Path, values: NDArray[np.float64], bits: int = 16) -> Path:
    samples = np.round(values * (2**bits - 1)).astype(np.uint16 if bits == 16 else np.uint8)
    order = cv2.COLOR_RGBA2BGRA if samples.shape[2] == 4 else cv2.COLOR_RGB2BGR
    assert cv2.imwrite(str(path), cv2.cvtColor(samples, order))
    return path


def from_png(png: Path, path: Path, transfer: int, *options: str) -> Path:
    names = {PQ: "smpte2084", HLG: "arib-std-b67"}
    subprocess.run(
        [ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(png), "-vf",
         "scale=out_color_matrix=bt2020nc:out_range=tv,format=yuv444p10le,"
         f"setparams=color_primaries=bt2020:color_trc={names[transfer]}:colorspace=bt2020nc", *options, str(path)],
        check=True,
    )  # fmt: skip
    return path


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize(("bits", "most"), [(16, 3), (8, 6)])
def test_a_png_with_code_points(tmp_path: Path, transfer: int, bits: int, most: float) -> None:
    path = write_png(tmp_path / "a.png", encoded(transfer), bits)
    assert np.abs(means(read_portrait(path)) - means(patches())).max() > 20, "without them it is grey and flat"
    with_chunk(path, (transfer, BT2020))
    assert np.abs(means(read_portrait(path)) - means(patches())).max() < most


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_an_avif(tmp_path: Path, transfer: int) -> None:
    png = write_png(tmp_path / "a.png", encoded(transfer))
    path = from_png(png, tmp_path / "a.avif", transfer, "-c:v", "libaom-av1", "-still-picture", "1", "-crf", "5")
    assert np.abs(means(read_portrait(path)) - means(patches())).max() < 10  # 8 bits of a limited range


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("grid", [True, False])
def test_a_heic(tmp_path: Path, transfer: int, grid: bool) -> None:
    path = write_heic(tmp_path / "a.heic", encoded(transfer), grid=grid, codes=(BT2020, transfer, 9))
    assert np.abs(means(read_portrait(path)) - means(patches())).max() < 6


def test_wide_primaries_without_hdr(tmp_path: Path) -> None:
    light = (patches() / 255.0) ** 2.4
    to_p3 = np.linalg.inv(np.array([[1.2249, -0.2247, 0], [-0.0420, 1.0419, 0], [-0.0196, -0.0786, 1.0979]]))
    path = write_png(tmp_path / "a.png", np.clip(light @ to_p3.T, 0, 1) ** (1 / 2.4))
    assert np.abs(means(read_portrait(with_chunk(path, (13, P3)))) - means(patches())).max() < 3


def test_white_paper_stays_white_behind_a_transparent_hdr_picture(tmp_path: Path) -> None:
    values = np.dstack([encoded(PQ), np.repeat(np.linspace(0, 1, 64), 192).reshape(64, 192)])
    for bits in (16, 8):
        picture = read_portrait(with_chunk(write_png(tmp_path / f"{bits}.png", values, bits), (PQ, BT2020)))
        assert (picture[0] == 255).all()
        assert np.abs(picture[-1].astype(int) - patches()[-1]).max() < 7
        half = patches()[32] * values[32, :, 3:] + 255 * (1 - values[32, :, 3:])
        assert np.abs(picture[32] - half).max() < 7


def test_code_points_of_sdr_change_nothing_and_a_profile_goes_before_them(tmp_path: Path) -> None:
    Image.fromarray(patches()).save(tmp_path / "a.png")
    assert np.array_equal(read_portrait(with_chunk(tmp_path / "a.png", (13, 1))), patches())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(patches()).save(tmp_path / "b.png", icc_profile=profile)
    assert np.array_equal(read_portrait(with_chunk(tmp_path / "b.png", (13, P3))), patches())


def profile_with_codes(transfer: int, primaries: int) -> bytes:
    """sRGB's profile with a tag cicp more."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = int.from_bytes(profile[128:132], "big")
    table = bytearray(profile[132 : 132 + 12 * count])
    for at in range(4, len(table), 12):
        table[at : at + 4] = (int.from_bytes(table[at : at + 4], "big") + 12).to_bytes(4, "big")
    body = bytes(table) + b"cicp" + (len(profile) + 12).to_bytes(4, "big") + (12).to_bytes(4, "big")
    rest = profile[132 + 12 * count :] + b"cicp" + bytes(4) + bytes([primaries, transfer, 0, 1])
    made = profile[:128] + (count + 1).to_bytes(4, "big") + body + rest
    return len(made).to_bytes(4, "big") + made[4:]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_code_points_in_a_profile(tmp_path: Path, suffix: str) -> None:
    options = {".jpg": {"quality": 100, "subsampling": 0}, ".webp": {"lossless": True}}.get(suffix, {})
    image = Image.fromarray(np.round(255 * encoded(PQ)).astype(np.uint8))
    image.save(tmp_path / f"a{suffix}", icc_profile=profile_with_codes(PQ, BT2020), **options)
    assert np.abs(means(read_portrait(tmp_path / f"a{suffix}")) - means(patches())).max() < 8


def test_every_picture_of_an_hdr_animation(tmp_path: Path) -> None:
    image = Image.fromarray(np.round(255 * encoded(PQ)).astype(np.uint8))
    other = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    image.save(tmp_path / "a.png", save_all=True, append_images=[other, image], duration=40)
    other.putpixel((0, 0), (1, 2, 3))
    for _, picture in _animation(with_chunk(tmp_path / "a.png", (PQ, BT2020))):
        assert np.abs(means(picture) - means(patches())).max() < 8


@pytest.mark.parametrize("cut", range(30, 60, 3))
def test_a_cut_header_has_no_code_points_and_raises_nothing_of_its_own(tmp_path: Path, cut: int) -> None:
    path = with_chunk(write_png(tmp_path / "a.png", encoded(PQ)), (PQ, BT2020))
    path.write_bytes(path.read_bytes()[:cut])
    try:
        with open_picture(path) as image:
            assert coded_colours(image) in (None, (PQ, BT2020))
    except OSError:
        assert cut < 60

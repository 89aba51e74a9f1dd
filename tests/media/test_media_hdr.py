"""HLG, PQ and wide gamuts look like the SDR video that they were made from, as a clip and as a reference."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_making import picture

from mien.clips import Clip
from mien.execution import Execution
from mien.faces.pictures.reference import _video
from mien.media.ffmpeg import ffmpeg_exe, probe
from mien.media.reading.hdr import HLG, PQ, lookup_table, to_bt709
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.video import decode_frames, write_video

KINDS = {
    "HLG": "t=arib-std-b67:p=2020:m=2020_ncl:npl=203",
    "PQ": "t=smpte2084:p=2020:m=2020_ncl:npl=203",
    "BT.2020": "t=2020_10:p=2020:m=2020_ncl",
    "Display P3": "t=709:p=smpte432:m=709",
}
TAGS = {
    "HLG": ("arib-std-b67", "bt2020", "bt2020nc"),
    "PQ": ("smpte2084", "bt2020", "bt2020nc"),
    "BT.2020": ("bt2020-10", "bt2020", "bt2020nc"),
    "Display P3": ("bt709", "smpte432", "bt709"),
}


def patches() -> np.ndarray:
    """Skin, hair, lips, cloth, wall and grey, none of them so bright that it is compressed."""
    colours = [(200, 150, 125), (60, 40, 30), (170, 80, 80), (40, 80, 170), (120, 120, 160), (128, 128, 128)]
    image = picture(0, 192, 64)
    for number, colour in enumerate(colours):
        image[:, 32 * number : 32 * (number + 1)] = colour
    return image


def means(image: np.ndarray) -> np.ndarray:
    return np.stack([image[8:-8, 32 * number + 8 : 32 * number + 24].mean(axis=(0, 1)) for number in range(6)])


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_those_of_the_sdr_video(tmp_path: Path, kind: str) -> None:
    write_video(tmp_path / "sdr.mkv", [patches()] * 10, Fraction(25), quality=0)
    path = tmp_path / "hdr.mov"
    transfer, primaries, matrix = TAGS[kind]
    subprocess.run(
        [ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(tmp_path / "sdr.mkv"),
         "-vf", f"zscale=tin=709:pin=709:min=709:rin=limited:{KINDS[kind]},format=yuv420p10le", "-c:v", "libx265",
         "-x265-params", "crf=8:log-level=none", "-color_trc", transfer, "-color_primaries", primaries,
         "-colorspace", matrix, "-tag:v", "hvc1", str(path)],
        check=True,
    )  # fmt: skip
    assert probe(path).primaries in (9, 12)
    options = ResampleOptions(require_sound=False)
    clip = Clip("x", "test", str(path))
    row = resample_clips([clip], options, tmp_path / "out", tmp_path / "cache", Execution(workers=1))[0]
    assert (row.ok, row.width, row.height) == (True, 192, 64)
    made = probe(Path(row.path))
    assert (made.transfer, made.primaries) == (1, 1)
    for frames in (decode_frames(path), decode_frames(Path(row.path)), (frame for _, frame in _video(path))):
        off = np.abs(means(next(iter(frames))) - means(patches()))
        # zscale applies HLG's system gamma to each channel, BT.2100 to the luminance
        assert off.max() < (20 if kind == "HLG" else 8)
        assert off.mean() < (5 if kind == "HLG" else 3)


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_light_is_mapped_without_steps_and_grey_stays_grey(transfer: int) -> None:
    ramp = np.repeat(np.linspace(0, 1, 500)[:, None], 3, axis=1)
    mapped = to_bt709(ramp, transfer, 9)
    assert np.ptp(mapped, axis=1).max() < 0.01
    steps = np.diff(mapped[:, 1])
    assert steps.min() > -1e-9
    assert steps.max() < 0.02
    assert mapped[0].max() < 0.01
    assert mapped[-1].min() > 0.97


def test_diffuse_white_is_nearly_white() -> None:
    """BT.2408: 203 cd/m² is 75 % of HLG and 58 % of PQ."""
    for transfer, level in ((HLG, 0.75), (PQ, 0.58)):
        assert 0.94 < to_bt709(np.full((1, 3), level), transfer, 9).min() < 1.0


def test_the_table_is_the_function() -> None:
    rows = np.loadtxt(lookup_table(PQ, 9), skiprows=1)
    assert len(rows) == 33**3
    for index in (0, 5, 33 * 7 + 3, 33 * 33 * 20 + 33 * 11 + 30, 33**3 - 1):
        rgb = np.array([index % 33, index // 33 % 33, index // 33**2]) / 32
        assert np.abs(rows[index] - to_bt709(rgb[None], PQ, 9)[0]).max() < 1e-5

"""Videos with transparency as a photo: white where nothing is, with soft edges, as photos with transparency are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from talk_making import wall, with_faces

from mien.clips import Clip
from mien.execution import Execution
from mien.faces.pictures.portrait import read_portrait
from mien.faces.pictures.reference import read_reference
from mien.media.ffmpeg import ffmpeg_exe, probe
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.video import decode_frames

CODECS = {
    "vp9.webm": ("libvpx-vp9", "yuva420p", "-b:v", "2M"),
    "vp8.webm": ("libvpx", "yuva420p", "-b:v", "2M", "-auto-alt-ref", "0"),
    "prores.mov": ("prores_ks", "yuva444p10le", "-profile:v", "4444"),
    "animation.mov": ("qtrle", "argb"),
    "png.mkv": ("png", "rgba"),
    "lossless.mkv": ("ffv1", "bgra"),
}


@pytest.mark.parametrize("name", CODECS)
def test_transparent_parts_are_white_and_their_edges_soft(tmp_path: Path, name: str) -> None:
    picture = with_faces(wall(), (180, 144, 150))
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    distance = np.hypot(x - 180, y - 144)
    alpha = np.clip((140 - distance) / 20, 0, 1)  # a circle with an edge of 20 pixels
    opaque = np.dstack([picture, np.round(255 * alpha)]).astype(np.uint8)
    Image.fromarray(opaque).save(tmp_path / "frame.png")
    codec, form, *options = CODECS[name]
    subprocess.run(
        [ffmpeg_exe(), "-y", "-loglevel", "error", "-loop", "1", "-i", str(tmp_path / "frame.png"), "-frames:v", "8",
         "-c:v", codec, "-pix_fmt", form, *options, str(tmp_path / name)],
        check=True,
    )  # fmt: skip
    expected = read_portrait(tmp_path / "frame.png").astype(int)
    for read in (read_portrait(tmp_path / name), read_reference(tmp_path / name).picture):
        assert read.shape == picture.shape
        assert read[:5].min() > 245
        assert np.abs(read.astype(int) - expected).mean() < 4
        edge = (distance > 120) & (distance < 140)
        assert np.abs(read.astype(int) - expected)[edge].mean() < 8
    assert probe(tmp_path / name).alpha
    row = resample_clips(
        [Clip("x", "test", str(tmp_path / name))],
        ResampleOptions(require_sound=False),
        tmp_path / "out",
        tmp_path / "cache",
        Execution(workers=1),
    )[0]
    clip = next(iter(decode_frames(Path(row.path)))).astype(int)
    assert clip.shape == picture.shape
    assert clip[:5].min() > 240
    assert np.abs(clip - expected).mean() < 5
    assert np.abs(clip - expected)[edge].mean() < 10

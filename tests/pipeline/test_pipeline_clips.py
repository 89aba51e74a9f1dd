"""The data half of the pipeline among hostile files, and on a Dask cluster: the good clips' bytes never change."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from toy_pipeline import command

from mien.clips import Clip, read_clips
from mien.files import sha256_file
from mien.media.sound import read_sound
from mien.media.video import decode_frames, write_video

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]


def set_params(project: Path, **sections: dict[str, object]) -> None:
    yaml = YAML()
    params = yaml.load((project / "params.yaml").read_text())
    for name, values in sections.items():
        params[name].update(values)
    with (project / "params.yaml").open("w") as stream:
        yaml.dump(params, stream)


def shards(project: Path) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in (project / "data/faces").glob("*.h5")}


def good_clips(project: Path, folder: Path) -> list[Path]:
    """Four rendered clips under names that a user might have chosen."""
    folder.mkdir(parents=True)
    names = ("first.flv", "with spaces.flv", "Điềm đạm.flv", "-leading %d dash.flv")
    sources = sorted((project / "data/corpus/VideoFlash").glob("*.flv"))
    return [Path(shutil.copy(source, folder / name)) for source, name in zip(sources, names, strict=False)]


def add_bad_clips(folder: Path, good: Path, outside: Path) -> dict[str, str]:
    """Every fault of the world, by the reason word that it must end with."""
    frames = list(decode_frames(good))
    sound = read_sound(good)
    grey = [np.full_like(frame, 90) for frame in frames]
    side_by_side = [np.concatenate([frame, frame], axis=1) for frame in frames]
    fps = 15
    (folder / "empty.mp4").touch()
    (folder / "page.mp4").write_text("<!DOCTYPE html><html><body>404</body></html>")
    (folder / "pointer.mp4").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 1\n"
    )
    (folder / "cut.mp4").write_bytes(b"")
    write_video(folder / "cut.mp4", frames, fps, sound)
    whole = (folder / "cut.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 10])
    write_video(folder / "mute.mp4", frames, fps)
    write_video(folder / "hushed.mp4", frames, fps, np.zeros_like(sound))
    write_video(folder / "wall.mp4", grey, fps, sound)
    write_video(folder / "two.mp4", side_by_side, fps, sound)
    shutil.copy(good, outside)
    (folder / "link.flv").symlink_to(outside)
    return {
        "empty.mp4": "empty",
        "page.mp4": "undecodable",
        "pointer.mp4": "lfs_pointer",
        "cut.mp4": "undecodable",
        "mute.mp4": "no_audio",
        "hushed.mp4": "silent",
        "wall.mp4": "no_face",
        "two.mp4": "several_faces",
        "link.flv": "outside",
    }


def test_bad_clips_are_rows_and_change_no_byte_of_the_good_ones(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clips of mine"
    good = good_clips(project, folder)
    set_params(project, corpus={"source": "folder", "path": str(folder)}, align={"max_rejected_fraction": 0.9})
    command(project, "dvc", "repro", "-q", "split", seconds=200, tracking="off")
    clean = shards(project)
    assert len(clean) == 1

    reasons = add_bad_clips(folder, good[0], tmp_path / "outside.flv")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    command(project, "dvc", "repro", "-q", "split", seconds=200, tracking="off")
    assert shards(project) == clean
    rows: dict[str, Clip] = {Path(clip.path).name: clip for clip in read_clips(project / "data/faces/clips.csv")}
    corpus: dict[str, Clip] = {clip.clip_id: clip for clip in read_clips(project / "data/corpus/clips.csv")}
    by_name = {Path(corpus[clip.clip_id].path).name: clip for clip in rows.values()}
    assert {name: by_name[name].reason for name in reasons} == reasons
    assert all(by_name[path.name].ok for path in good)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before, "the user's files are never touched"

    set_params(project, align={"max_rejected_fraction": 0.1})
    refused = command(project, "dvc", "repro", "split", check=False, seconds=200, tracking="off")
    assert refused.returncode != 0
    assert "9 of 13 clips are rejected" in refused.stdout + refused.stderr


def test_dask_makes_the_same_bytes(project: Path) -> None:
    local = shards(project)
    shutil.rmtree(project / ".cache")
    set_params(project, execution={"executor": "dask", "workers": 2})
    command(project, "dvc", "repro", "-q", "--force", "--single-item", "resample", seconds=200, tracking="off")
    command(project, "dvc", "repro", "-q", "--force", "--single-item", "align", seconds=200, tracking="off")
    assert shards(project) == local

"""The store of moving shapes: it refuses what is no clip, and says in one sentence what is wrong with a folder."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.data.store import ShapesClip, ShapesStore, write_clips
from mien.storage.clip_store import ClipStoreError


def clip(
    number: int, frames: int = 3, part: str = "train", prompts: tuple[str, ...] = ("circle moving up",)
) -> ShapesClip:
    video = np.random.default_rng(number).integers(0, 256, (frames, 64, 64, 3), np.uint8)
    return ShapesClip(f"clip-{number}", part, prompts, Scene((Figure("circle", "moving up"),)), video)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_clips(tmp_path, [clip(number) for number in range(4)])
    return tmp_path


def test_several_videos_come_in_the_order_asked_for(folder: Path) -> None:
    store = ShapesStore(folder)
    videos = store.videos(np.array([2, 0]))
    assert np.array_equal(videos, [clip(2).video, clip(0).video])
    assert len(store.index) == 4
    assert store.frames == 3


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ([], "no moving shapes to write"),
        ([clip(0, part="test")], "unknown part 'test'; there are train, val"),
        ([clip(0, prompts=())], "clip-0 has no text"),
        ([clip(0), clip(1, frames=4)], "clips have between 3 and 4 frames"),
        ([clip(0, frames=0)], "clip-0 has no frame"),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, clips: list[ShapesClip], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_clips(tmp_path, clips)


def test_a_folder_without_clips_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClipStoreError, match="holds no moving shapes; run the shapes_corpus stage"):
        ShapesStore(tmp_path)


def test_an_unfinished_file_is_refused(folder: Path) -> None:
    with h5py.File(folder / "shapes.h5", "a") as file:
        del file.attrs["complete"]
    with pytest.raises(ClipStoreError, match="unfinished or damaged"):
        ShapesStore(folder)


def test_missing_clips_are_noticed(folder: Path) -> None:
    with h5py.File(folder / "shapes.h5", "a") as file:
        file["frames"].resize(9, 0)
    with pytest.raises(ClipStoreError, match="unfinished or damaged"):
        ShapesStore(folder)


@pytest.mark.parametrize("name", ["shapes.h5", "index.parquet"])
def test_a_damaged_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ClipStoreError, match="holds no moving shapes"):
        ShapesStore(folder)


def test_a_file_damaged_after_opening_is_refused(folder: Path) -> None:
    store = ShapesStore(folder)
    (folder / "shapes.h5").write_bytes(b"nothing of the kind")
    with pytest.raises(ClipStoreError, match=r"shapes\.h5 is damaged"):
        store.video(0)

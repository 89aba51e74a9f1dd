"""Shards: what is read is what was written, in any process; damage is said in one sentence."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.faces.features import FEATURES
from mien.faces.measures import face_pose, mouth_shape
from mien.faces.shards import FaceShards, FaceWindow, ShardClip, ShardError, speech_sample, write_shards
from mien.files import sha256_file
from mien.media.log_mel import MARGIN, MELS, STEPS_PER_FRAME, log_mels

SIZE = 32


def _clip(number: int, frames: int = 20, fps: Fraction = Fraction(25), mesh: bool = True) -> ShardClip:
    rng = np.random.default_rng(number)
    return ShardClip(
        clip_id=f"clip-{number:02d}",
        fps=fps,
        video=rng.integers(0, 256, (frames, SIZE, SIZE, 3), dtype=np.uint8),
        landmarks=rng.random((frames, 68, 2), dtype=np.float32),
        mesh=rng.random((frames, 478, 3), dtype=np.float32) if mesh else None,
        speech=rng.random(speech_sample(frames, fps), dtype=np.float32),
        transform=rng.random((frames, 2, 3)),
        found=rng.random(frames) < 0.9,
        labels={"actor": "1001", "emotion": "HAP", "intensity": 2 / 3} if number % 2 else {},
        figures={"sharpness": number / 10},
    )


CLIPS = [_clip(number, frames=17 + number) for number in range(6)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shards")
    write_shards(path, CLIPS, shard_megabytes=0.6)
    return path


def _same(window: FaceWindow, clip: ShardClip, start: int, length: int) -> None:
    first, last = speech_sample(start, clip.fps), speech_sample(start + length, clip.fps)
    np.testing.assert_array_equal(window.video, clip.video[start : start + length])
    np.testing.assert_array_equal(window.landmarks, clip.landmarks[start : start + length])
    np.testing.assert_array_equal(window.speech, clip.speech[first:last])
    assert window.video.dtype == np.uint8
    assert window.landmarks.dtype == window.speech.dtype == np.float32


def test_every_window_is_what_was_written(folder: Path) -> None:
    shards = FaceShards(folder, open_files=1)
    assert (shards.size, shards.sample_rate, shards.fps) == (SIZE, 16_000, Fraction(25))
    assert list(shards) == [clip.clip_id for clip in CLIPS]
    assert len(set(shards.index["shard"])) == 3
    rng = np.random.default_rng(0)
    for _ in range(200):
        clip = CLIPS[rng.integers(len(CLIPS))]
        length = int(rng.integers(1, len(clip.video) + 1))
        start = int(rng.integers(0, len(clip.video) - length + 1))
        _same(shards.window(clip.clip_id, start, length), clip, start, length)
        assert len(shards._files) == 1
    for clip in CLIPS:
        _same(shards.clip(clip.clip_id), clip, 0, len(clip.video))
        for name in ("mesh", "transform", "found"):
            np.testing.assert_array_equal(shards.array(clip.clip_id, name), clip.datasets()[name])


def test_the_index_says_what_is_there(folder: Path) -> None:
    index = FaceShards(folder).index
    assert index.loc["clip-01", "frames"] == 18
    assert index.loc["clip-01", "emotion"] == "HAP"
    assert index.loc["clip-01", "intensity"] == pytest.approx(2 / 3)
    assert pd.isna(index.loc["clip-02", "emotion"])
    assert pd.isna(index.loc["clip-02", "intensity"])
    assert index.loc["clip-03", "sharpness"] == 0.3
    assert index["sha256"].is_unique
    assert {"shard", "frames", "actor", "sex", "sentence_id", "text", "fps"} <= set(index.columns)


def test_the_layout_is_the_documented_one(folder: Path) -> None:
    with h5py.File(folder / "shard-00000.h5") as file:
        assert file.attrs["complete"]
        group = file["clip-01"]
        assert group["video"].chunks == (8, SIZE, SIZE, 3)
        assert group["video"].compression is None
        assert {name: group[name].dtype.str for name in group} == {
            "video": "|u1", "landmarks": "<f4", "mesh": "<f4", "speech": "<f4", "transform": "<f8", "found": "|b1",
            "log_mels": "<f4", "pose": "<f8", "mouth": "<f4",
        }  # fmt: skip
        assert dict(group.attrs)["fps"] == "25"
        assert group.attrs["emotion"] == "HAP"


@pytest.mark.parametrize(("start", "length"), [(-1, 3), (0, 18), (17, 1), (3, 0)])
def test_a_window_outside_the_clip_is_refused(folder: Path, start: int, length: int) -> None:
    with pytest.raises(IndexError, match="clip-00 has frames 0 to 16"):
        FaceShards(folder).window("clip-00", start, length)


def test_an_unknown_clip_is_a_key_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        FaceShards(folder).clip("nobody")


@given(
    fps=st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(12)]),
    start=st.integers(0, 10**6),
)
def test_speech_boundaries_are_exact_and_leave_no_gap(fps: Fraction, start: int) -> None:
    sample = speech_sample(start, fps)
    assert abs(sample - start * 16_000 / fps) <= Fraction(1, 2)
    assert sample <= speech_sample(start + 1, fps)


def test_a_clip_at_another_rate_gets_its_own_samples(tmp_path: Path) -> None:
    clip = _clip(1, frames=30, fps=Fraction(30000, 1001))
    write_shards(tmp_path, [clip])
    shards = FaceShards(tmp_path)
    assert shards.fps == Fraction(30000, 1001)
    assert len(shards.window(clip.clip_id, 0, 15).speech) == 8008
    _same(shards.window(clip.clip_id, 7, 11), clip, 7, 11)


def test_missing_sound_at_the_end_is_silence(tmp_path: Path) -> None:
    clip = _clip(1)
    short = ShardClip(**{**clip.__dict__, "speech": clip.speech[:5000]})
    write_shards(tmp_path, [short])
    speech = FaceShards(tmp_path).clip(clip.clip_id).speech
    assert len(speech) == 20 * 640
    np.testing.assert_array_equal(speech[:5000], clip.speech[:5000])
    assert not speech[5000:].any()


def test_different_rates_are_said(tmp_path: Path) -> None:
    write_shards(tmp_path, [_clip(0), _clip(1, fps=Fraction(30))])
    with pytest.raises(ShardError, match=r"25, 30"):
        _ = FaceShards(tmp_path).fps


def test_the_same_clips_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # so that a time of making in the file would differ
    write_shards(tmp_path, CLIPS, shard_megabytes=0.6)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert sha256_file(folder / name) == sha256_file(tmp_path / name), name


def _read_in_child(shards: FaceShards, queue: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    queue.put(int(shards.clip("clip-03").video.astype(np.int64).sum()))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_it_works_in_other_processes(folder: Path, method: str) -> None:
    shards = FaceShards(folder)
    expected = int(shards.clip("clip-03").video.astype(np.int64).sum())
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    children = [context.Process(target=_read_in_child, args=(shards, queue)) for _ in range(2)]
    for child in children:
        child.start()
    assert [queue.get(timeout=60) for _ in children] == [expected, expected]
    for child in children:
        child.join()
    _same(shards.clip("clip-03"), CLIPS[3], 0, 20)


def test_pickled_it_carries_no_open_file(folder: Path) -> None:
    shards = FaceShards(folder)
    shards.clip("clip-00")
    again = pickle.loads(pickle.dumps(shards))  # noqa: S301 - our own bytes
    assert not again._files
    _same(again.clip("clip-05"), CLIPS[5], 0, 22)


def test_closing_only_means_opening_again(folder: Path) -> None:
    def opened() -> int:
        return sum(os.path.realpath(link).endswith(".h5") for link in Path("/proc/self/fd").iterdir())

    others, shards = opened(), FaceShards(folder)
    for _ in range(2):
        _same(shards.clip("clip-02"), CLIPS[2], 0, 19)
        assert opened() > others
        shards.close()
        assert opened() == others


@pytest.mark.parametrize("damage", ["truncate", "head", "remove", "unfinished", "group"])
def test_a_damaged_shard_is_one_clear_sentence(tmp_path: Path, damage: str) -> None:
    write_shards(tmp_path, [_clip(0), _clip(1)], shard_megabytes=0.01)
    shards = FaceShards(tmp_path)
    shards.close()
    path = tmp_path / "shard-00001.h5"
    if damage == "truncate":
        os.truncate(path, path.stat().st_size // 2)
    elif damage == "head":
        path.write_bytes(b"<html>" + path.read_bytes()[6:])
    elif damage == "remove":
        path.unlink()
    else:
        with h5py.File(path, "r+") as file:
            if damage == "unfinished":
                del file.attrs["complete"]
            else:
                del file["clip-01"]
    with pytest.raises(
        ShardError, match=r"shard-00001\.h5 is missing, unfinished or damaged: run the align stage again"
    ):
        shards.clip("clip-01")
    _same(shards.clip("clip-00"), _clip(0), 0, 20)


def test_a_folder_without_shards_is_said(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"no readable index.parquet; run the align stage"):
        FaceShards(tmp_path)
    (tmp_path / "index.parquet").write_text("<html>")
    with pytest.raises(ShardError, match="run the align stage"):
        FaceShards(tmp_path)


def test_crops_of_two_sizes_and_hostile_names_are_refused(tmp_path: Path) -> None:
    other = ShardClip(**{**_clip(1).__dict__, "video": np.zeros((20, 64, 64, 3), np.uint8)})
    with pytest.raises(ValueError, match="clip-01: video must be uint8"):
        write_shards(tmp_path, [_clip(0), other])
    with pytest.raises(ValueError, match="cannot be the name"):
        write_shards(tmp_path, [ShardClip(**{**_clip(1).__dict__, "clip_id": "../x"})])
    with pytest.raises(ValueError, match="no clip"):
        write_shards(tmp_path, [])


_WRITER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_faces_shards import _clip
from mien.faces.shards import write_shards
from mien.files import atomic_directory

def clips():
    yield _clip(0)
    yield _clip(1)
    print("writing", flush=True)
    time.sleep(60)

with atomic_directory(Path(sys.argv[1])) as folder:
    write_shards(folder, clips())
"""


@pytest.mark.crash
def test_a_killed_writer_leaves_no_shards(tmp_path: Path) -> None:
    import subprocess

    target = tmp_path / "faces"
    command = [sys.executable, "-c", _WRITER, str(target), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == "writing"
        os.kill(writer.pid, signal.SIGKILL)
    assert not target.exists()
    for left in tmp_path.rglob("*.h5"):  # in the folder with the temporary name: no reader takes it for a shard
        with pytest.raises(ShardError):
            FaceShards(left.parent)


def test_features_are_computed_once_and_stored_with_the_clip(folder: Path, tmp_path: Path) -> None:
    shards = FaceShards(folder)
    clip = CLIPS[1]
    features = {name: shards.array(clip.clip_id, name) for name in FEATURES}
    assert features["log_mels"].shape == (MELS, 2 * MARGIN + STEPS_PER_FRAME * len(clip.video))
    expected = {
        "log_mels": log_mels(clip.speech, len(clip.video), clip.fps, 16_000, MARGIN),
        "pose": face_pose(clip.landmarks, SIZE, clip.mesh),
        "mouth": mouth_shape(clip.landmarks),
    }
    for name, values in expected.items():
        assert features[name].dtype == values.dtype
        np.testing.assert_array_equal(features[name], values)
    given = replace(clip, **{**features, "mouth": features["mouth"] + 1})  # what is there is not computed again
    write_shards(tmp_path, [given])
    np.testing.assert_array_equal(FaceShards(tmp_path).array(clip.clip_id, "mouth"), features["mouth"] + 1)


def test_a_mesh_is_there_only_where_all_of_it_was_found(tmp_path: Path) -> None:
    holey = _clip(1)
    holey.mesh[3, 7, 0] = np.nan
    write_shards(tmp_path, [_clip(0), holey, _clip(2, mesh=False)])
    shards = FaceShards(tmp_path)
    assert [shards.has_mesh(clip_id) for clip_id in shards] == [True, False, False]
    np.testing.assert_array_equal(shards.mesh("clip-00"), _clip(0).mesh)
    assert shards.mesh("clip-01") is None
    assert not shards.array("clip-01", "pose")[:, 7:].any()  # no gaze without a mesh


def test_a_reader_of_some_clips_knows_no_others(folder: Path) -> None:
    one = pickle.loads(pickle.dumps(FaceShards(folder).only(["clip-03"])))  # noqa: S301 - our own bytes
    assert list(one) == ["clip-03"]
    assert one.rate("clip-03") == Fraction(25)
    _same(one.clip("clip-03"), CLIPS[3], 0, len(CLIPS[3].video))
    with pytest.raises(KeyError):
        one.clip("clip-04")

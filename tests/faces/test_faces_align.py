"""Aligning a corpus of drawn clips: good ones, and one of each fault."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from faces_drawing import (
    REAL,
    draw_face,
    face_transform,
    picture,
    talking_frames,
    tone_of,
    write_clip_file,
)
from numpy.typing import NDArray
from pydantic import ValidationError

import mien.faces.aligned_clip as aligned_clip
from mien.clips import Clip, read_clips
from mien.execution import Execution
from mien.faces.align import align_clips
from mien.faces.alignment import STABLE_POINTS, mean_shape
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.frame_spool import FrameSpool
from mien.faces.options import AlignOptions
from mien.faces.shards import FaceShards, speech_sample
from mien.files import sha256_file
from mien.parallel import _guarded

STABLE = list(STABLE_POINTS)
ONE = Execution(workers=1)
OPTIONS = AlignOptions(size=64, max_rejected_fraction=0.95, shard_megabytes=1.0)


def _good(folder: Path) -> list[Clip]:
    sound = tone_of(20)
    return [
        write_clip_file(folder, "good-a", talking_frames(20), sound),
        write_clip_file(folder, "good-m", talking_frames(20, (150, 130), 200, tone=50), sound),
        write_clip_file(folder, "good-z", talking_frames(20, (200, 150), 140, sway=10), sound[:9000]),
    ]


def _two_faces() -> list[NDArray[np.uint8]]:
    frames = talking_frames(20, (95, 144), 130)
    for index in range(5, 20):
        draw_face(frames[index], face_transform((265, 144), 130), tone=40)
    return frames


def _bad(folder: Path) -> dict[str, Clip]:
    """Reason → a clip that has this fault and no other."""
    frames, sound = talking_frames(20), tone_of(20)
    lost = [picture() if 3 <= index < 17 else frame for index, frame in enumerate(frames)]
    blurred = [np.asarray(cv2.GaussianBlur(frame, (0, 0), 9), np.uint8) for frame in talking_frames(20, width=250)]
    small = [frame[72:216, 90:270] for frame in talking_frames(20, width=56)]
    return {
        "no_audio": write_clip_file(folder, "bad-mute", frames, None),
        "silent": write_clip_file(folder, "bad-silent", frames, np.zeros_like(sound)),
        "no_face": write_clip_file(folder, "bad-wall", [picture()] * 20, sound),
        "several_faces": write_clip_file(folder, "bad-two", _two_faces(), sound),
        "face_lost": write_clip_file(folder, "bad-lost", lost, sound),
        "blurred": write_clip_file(folder, "bad-blurred", blurred, sound),
        "face_too_small": write_clip_file(folder, "bad-small", small, sound),
        "too_short": write_clip_file(folder, "bad-short", frames[:8], sound[: 8 * 640]),
        "undecodable": _damaged(folder / "bad-file.mkv"),
    }


def _damaged(path: Path) -> Clip:
    path.write_bytes(b"<html>not a video</html>")
    return Clip("bad-file", "drawn", path.as_posix(), fps=Fraction(25))


@dataclass
class Corpus:
    """Where the clips are, and what one run with all of them made."""

    good: list[Clip]
    bad: dict[str, Clip]
    cache: Path
    folder: Path
    result: list[Clip]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("align")
    good, bad = _good(root / "clips"), _bad(root / "clips")
    clips = [*bad.values(), *good[::-1]]
    result = align_clips(clips, OPTIONS, root / "faces", root / "cache", Execution(workers=2))
    return Corpus(good, bad, root / "cache", root / "faces", result)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Map in this process: starting a worker takes longer than what most tests do."""
    monkeypatch.setattr(
        "mien.faces.align.map_clips", lambda function, items, *_: [_guarded(function, item) for item in items]
    )


def _digests(folder: Path, but: tuple[str, ...] = ()) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir()) if path.name not in but}


def test_every_fault_is_a_row_with_its_reason(corpus: Corpus) -> None:
    rows = {clip.clip_id: clip for clip in read_clips(corpus.folder / "clips.csv")}
    assert {clip.clip_id: clip for clip in corpus.result} == rows
    reasons = {clip.clip_id: rows[clip.clip_id].reason for clip in corpus.bad.values()}
    assert reasons == {clip.clip_id: reason for reason, clip in corpus.bad.items()}
    for clip in corpus.good:
        assert rows[clip.clip_id].ok, rows[clip.clip_id]
    assert list(FaceShards(corpus.folder)) == ["good-a", "good-m", "good-z"]


def test_rejected_clips_and_workers_change_no_byte(corpus: Corpus, tmp_path: Path) -> None:
    """The good clips alone, in another order, in one process, without the cache of the other run."""
    align_clips(corpus.good, OPTIONS, tmp_path / "faces", tmp_path / "cache", ONE)
    alone = _digests(tmp_path / "faces", but=("clips.csv",))
    assert alone == _digests(corpus.folder, but=("clips.csv",))
    assert len(alone) == 3  # two shards, since three clips are more than 1 MB, and the index


def test_the_shards_hold_what_the_clips_show(corpus: Corpus) -> None:
    shards = FaceShards(corpus.folder)
    assert (shards.size, shards.fps) == (64, Fraction(25))
    for clip_id in shards:
        window = shards.clip(clip_id)
        assert window.video.shape == (20, 64, 64, 3)
        assert len(window.speech) == 20 * 640
        assert shards.array(clip_id, "found").all()
        stable = np.median(window.landmarks[:, STABLE], axis=0) - mean_shape(64)[STABLE]
        assert np.abs(stable).mean() < 0.5
        mesh = shards.array(clip_id, "mesh")
        assert mesh.shape == (20, 478, 3)
        np.testing.assert_allclose(mesh[:, 33, :2], window.landmarks[:, 36], atol=1e-3)
    assert shards.index.loc["good-a", "emotion"] == "NEU"
    assert shards.index.loc["good-m", "inter_ocular"] == pytest.approx(0.4 * 200, rel=0.1)
    assert shards.index["loudness"].between(-18, -16).all()


def test_sound_shorter_than_the_picture_is_filled_with_silence(corpus: Corpus) -> None:
    speech = FaceShards(corpus.folder).clip("good-z").speech
    assert np.abs(speech[:8900]).max() > 0.1
    assert not speech[9200:].any()


def test_landmarks_in_the_shards_are_those_found_in_the_crops(corpus: Corpus) -> None:
    shards = FaceShards(corpus.folder)
    window = shards.clip("good-a")
    with open_detector(tracking=False) as detector:
        for crop, landmarks in zip(window.video[::6], window.landmarks[::6], strict=True):
            large = np.asarray(cv2.resize(crop, (256, 256), interpolation=cv2.INTER_CUBIC), np.uint8)
            again = (detector.detect(large)[0].landmarks + 0.5) / 4 - 0.5
            assert np.linalg.norm(again - landmarks, axis=1).mean() < 1


@pytest.mark.usefixtures("in_process")
def test_one_new_clip_costs_one_clip(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = write_clip_file(tmp_path, "good-n", talking_frames(16, tone=20), tone_of(16))
    made: list[str] = []
    make = aligned_clip.make_aligned_clip

    def counting(clip: Clip, *arguments: Any) -> None:
        made.append(clip.clip_id)
        make(clip, *arguments)

    monkeypatch.setattr("mien.faces.align.make_aligned_clip", counting)
    clips = [*corpus.good, new, *corpus.bad.values()]
    align_clips(clips, OPTIONS, tmp_path / "faces", corpus.cache, ONE)
    assert sorted(made) == ["bad-file", "good-n"]  # what cannot be decoded leaves nothing to keep
    made.clear()
    stricter = replace_filters(OPTIONS, min_inter_ocular=65.0)
    result = align_clips(clips, stricter, tmp_path / "faces", corpus.cache, ONE)
    assert made == ["bad-file"]  # other thresholds: nothing is read again
    assert {clip.reason for clip in result if clip.clip_id == "good-z"} == {"face_too_small"}
    assert "good-z" not in FaceShards(tmp_path / "faces")._rows


def replace_filters(options: AlignOptions, **filters: Any) -> AlignOptions:
    return options.model_copy(update={"filters": options.filters.model_copy(update=filters)})


@pytest.mark.usefixtures("in_process")
def test_a_damaged_cache_entry_is_made_again(corpus: Corpus, tmp_path: Path) -> None:
    align_clips(corpus.good[:1], OPTIONS, tmp_path / "one", tmp_path / "cache", ONE)
    (entry,) = (tmp_path / "cache").rglob("*.h5")
    entry.write_bytes(entry.read_bytes()[:1000])
    align_clips(corpus.good[:1], OPTIONS, tmp_path / "two", tmp_path / "cache", ONE)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


@pytest.mark.usefixtures("in_process")
def test_too_many_rejected_clips_fail_and_touch_nothing(corpus: Corpus, tmp_path: Path) -> None:
    clips = [corpus.good[0], corpus.bad["no_face"]]
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "before").write_text("before")
    options = OPTIONS.model_copy(update={"max_rejected_fraction": 0.2})
    with pytest.raises(ValueError, match=r"1 of 2 clips are rejected.*no_face.*clips\.csv") as refused:
        align_clips(clips, options, tmp_path / "faces", tmp_path / "cache", ONE)
    assert f"\n  {corpus.bad['no_face'].clip_id}: no_face" in str(refused.value)
    assert [path.name for path in (tmp_path / "faces").iterdir()] == ["before"]
    assert len(read_clips(tmp_path / "cache/align/clips.csv")) == 2


@pytest.mark.usefixtures("in_process")
def test_clips_rejected_before_keep_their_row(corpus: Corpus, tmp_path: Path) -> None:
    earlier = replace(corpus.good[1], clip_id="early").rejected("lfs_pointer")
    result = align_clips([corpus.good[0], earlier], OPTIONS, tmp_path / "faces", tmp_path / "cache", ONE)
    assert [clip.reason for clip in result] == [None, "lfs_pointer"]


@pytest.mark.usefixtures("in_process")
def test_a_short_gap_is_interpolated_and_marked(tmp_path: Path) -> None:
    frames = talking_frames(24)
    frames[9:13] = [picture()] * 4
    clip = write_clip_file(tmp_path, "gap", frames, tone_of(24))
    for mode in ("clip", "frame"):
        options = OPTIONS.model_copy(update={"mode": mode})
        align_clips([clip], options, tmp_path / mode, tmp_path / "cache", ONE)
        shards = FaceShards(tmp_path / mode)
        found = shards.array("gap", "found")
        assert (~found).sum() == 4
        assert not found[9:13].any()
        assert shards.index.loc["gap", "longest_gap"] == 4
        steps = np.diff(shards.array("gap", "landmarks")[8:14, 30], axis=0)
        np.testing.assert_allclose(steps, np.repeat(steps[:1], 5, axis=0), atol=0.05 if mode == "clip" else 0.5)


@pytest.mark.usefixtures("in_process")
def test_frame_mode_holds_a_swaying_head_still(tmp_path: Path) -> None:
    clip = write_clip_file(tmp_path, "sway", talking_frames(24, sway=25), tone_of(24))
    motion = {}
    for mode in ("clip", "frame"):
        align_clips([clip], OPTIONS.model_copy(update={"mode": mode}), tmp_path / mode, tmp_path / "cache", ONE)
        shards = FaceShards(tmp_path / mode)
        motion[mode] = np.ptp(shards.clip("sway").landmarks[:, 30, 0])
        transform = shards.array("sway", "transform")
        assert (transform == transform[0]).all() == (mode == "clip")
    assert motion["clip"] > 10
    assert motion["frame"] < 2.5


def test_options_are_checked_by_name() -> None:
    with pytest.raises(ValidationError, match="mode"):
        AlignOptions.model_validate({"mode": "face"})
    with pytest.raises(ValidationError, match="sise"):
        AlignOptions.model_validate({"sise": 64})
    with pytest.raises(ValidationError, match="size"):
        AlignOptions(size=8)
    assert AlignOptions.model_validate({"filters": {"min_seconds": 2}}).filters.min_seconds == 2


class _StillFace:
    """A detector that costs nothing, for long clips."""

    def __init__(self) -> None:
        with open_detector(tracking=False) as detector:
            self._faces = detector.detect(talking_frames(1)[0])

    def detect(self, frame: NDArray[np.uint8]) -> list[Any]:
        del frame
        return self._faces

    def reset(self) -> None:
        pass


def test_memory_does_not_grow_with_the_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,500 frames are 467 MB; what numpy and Python hold at the peak stays near the spool's limit."""
    still = talking_frames(1)[0]
    detector: LandmarkDetector = _StillFace()

    def frames(path: Path) -> Iterator[NDArray[np.uint8]]:
        del path
        for _ in range(1500):
            yield still.copy()

    monkeypatch.setattr(aligned_clip, "_detector", lambda *_: detector)  # no 1,500 detections
    monkeypatch.setattr(aligned_clip, "decode_frames", frames)
    monkeypatch.setattr(aligned_clip, "read_sound", lambda *_: tone_of(1500))
    monkeypatch.setattr(aligned_clip, "FrameSpool", lambda folder: FrameSpool(folder, memory_bytes=32 << 20))
    clip = Clip("long", "drawn", "long.mkv", fps=Fraction(25))
    tracemalloc.start()
    try:
        options = aligned_clip.TrackOptions(size=64)
        aligned_clip.make_aligned_clip(clip, options, tmp_path / "spool", tmp_path / "long.h5")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 90e6
    assert list((tmp_path / "spool").iterdir()) == []
    with aligned_clip.open_aligned_clip(tmp_path / "long.h5") as (datasets, _):
        assert datasets["video"].shape == (1500, 64, 64, 3)
        np.testing.assert_array_equal(datasets["video"][1499], datasets["video"][0])


def test_the_spool_gives_back_what_it_took(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (5, 7, 3), dtype=np.uint8) for _ in range(20)]
    with FrameSpool(tmp_path / "a b", memory_bytes=5 * 105) as spool:
        for frame in frames:
            spool.append(frame)
        assert len(spool) == 20
        for _ in range(2):
            np.testing.assert_array_equal(np.stack(list(spool)), np.stack(frames))
        assert list((tmp_path / "a b").iterdir()) == []  # nothing to be left behind by a kill
        with pytest.raises(ValueError, match="size changes"):
            spool.append(np.zeros((7, 5, 3), np.uint8))


@pytest.mark.real
@pytest.mark.usefixtures("in_process")
def test_real_grid_clips_align(tmp_path: Path) -> None:
    paths = sorted((REAL / "talking/grid").glob("*.mpg"))
    if not paths:
        pytest.skip(f"real media not present: {REAL / 'talking/grid'}")
    clips = [Clip(path.stem, "grid", path.as_posix(), fps=Fraction(25)) for path in paths]
    result = align_clips(clips, AlignOptions(), tmp_path / "faces", tmp_path / "cache", ONE)
    assert all(clip.ok for clip in result)
    shards = FaceShards(tmp_path / "faces")
    for clip_id in shards:
        window = shards.clip(clip_id)
        assert window.video.shape == (75, 128, 128, 3)
        assert len(window.speech) == speech_sample(75, Fraction(25))
        off = np.median(window.landmarks[:, STABLE], axis=0) - mean_shape(128)[STABLE]
        assert np.linalg.norm(off, axis=1).mean() < 3
        assert window.landmarks.min() > 0  # the whole face is in the crop, in every frame
        assert window.landmarks.max() < 127
        assert shards.array(clip_id, "found").mean() > 0.99

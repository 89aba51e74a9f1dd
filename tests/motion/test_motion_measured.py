from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.clips import Clip, write_clips
from mien.execution import Execution
from mien.faces.alignment import mean_shape, similarity_transform, transform_points
from mien.faces.shards import ShardClip, ShardError, write_shards
from mien.heads.appearance import Appearance
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.fitting.points import mesh_points
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.render.render import Camera, project, render_frames
from mien.media.video import write_video
from mien.motion.corpus.measured import MeasuredClip, measure_shards, measure_videos
from mien.motion.corpus.measured_texts import compose_texts

ALONE = Execution(workers=1, retries=0)
SIZE = (320, 240)


def moving(frames: int, fps: Fraction) -> Performance:
    """A head that turns to and fro by 0.3 radians, leans 0.2 all the while, and opens its mouth."""
    times = np.arange(frames) / float(fps)
    neck = np.stack([0.3 * np.sin(5 * times), np.zeros(frames), np.full(frames, 0.2)], 1).astype(np.float32)
    expression = np.zeros((frames, len(ARKIT_NAMES)), np.float32)
    expression[:, EXPRESSION_INDEX["jawOpen"]] = 0.3 + 0.3 * np.sin(9 * times)
    return Performance(fps, expression, neck, np.zeros((frames, 3), np.float32), np.zeros((frames, 2), np.float32))


def seen(performance: Performance) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Exact landmarks (T, 68, 2) and mesh (T, 478, 3) in pixels of a picture of `SIZE`."""
    head = EmbeddedHead()
    identity = torch.zeros(1, len(head.identity_names))
    moved = head.vertices(identity, torch.from_numpy(performance.expression), neck=torch.from_numpy(performance.neck))
    pixels = project(moved.numpy(), Camera(), SIZE)[..., :2]
    points = mesh_points("mediapipe")
    mesh = np.zeros((len(performance), 478, 3), np.float32)
    mesh[:, points.source, :2] = pixels[:, points.vertices]
    return pixels[:, head.landmark_vertices].astype(np.float32), mesh


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """Shards of two clips at 30000/1001 fps, cut out as the align stage does, upright: one of them is no face."""
    fps = Fraction(30000, 1001)
    performance = moving(36, fps)
    landmarks, mesh = seen(performance)
    transform = np.repeat(similarity_transform(landmarks.mean(0), mean_shape(64))[None], 36, axis=0)
    video = np.zeros((36, 64, 64, 3), np.uint8)
    clips = []
    for clip_id, noise in (("1001_A", 0.0), ("1002_B", 60.0)):
        wild = np.random.default_rng(0).normal(0, noise, mesh.shape).astype(np.float32)
        clips.append(
            ShardClip(
                clip_id,
                fps,
                video,
                transform_points(landmarks, transform),
                np.zeros(19200, np.float32),
                transform,
                np.ones(36, bool),
                transform_points(mesh + wild, transform),
                {"actor": clip_id[:4], "sex": "female", "emotion": "HAP", "intensity": 1.0, "text": "Hello."},
            )
        )
    folder = tmp_path / "faces"
    folder.mkdir()
    write_shards(folder, clips)
    write_clips(folder / "clips.csv", [Clip(c.clip_id, "test", "x", width=SIZE[0], height=SIZE[1]) for c in clips])
    return folder


@pytest.mark.slow
def test_shards_give_motion_in_the_camera_s_picture(faces: Path) -> None:
    good, bad = measure_shards(faces, execution=ALONE)
    assert good.performance is not None
    assert good.performance is not None
    assert good.performance.fps == 25
    assert len(good.performance) == round(36 * 25 * 1001 / 30000)
    truth = moving(len(good.performance), Fraction(25))
    # the crop is upright, but the head leans: the lean is the source's
    assert good.performance.neck[:, 2].mean() == pytest.approx(0.2, abs=0.03)
    assert np.abs(good.performance.neck[:, 0] - truth.neck[:, 0]).mean() < 0.04
    jaw = EXPRESSION_INDEX["jawOpen"]
    assert np.corrcoef(good.performance.expression[:, jaw], truth.expression[:, jaw])[0, 1] > 0.95
    assert good.quality is not None
    assert good.quality < 0.03
    assert "a woman talks very happily" in good.texts
    assert (bad.clip_id, bad.reason, bad.performance) == ("1002_B", "failed", None)
    assert "does not fit" in str(bad.detail)


@pytest.mark.slow
def test_of_the_clips_asked_for_without_their_pictures_size_the_camera_looks_at_the_face(faces: Path) -> None:
    assert list(measure_shards(faces, execution=ALONE, only=())) == []
    (faces / "clips.csv").unlink()
    (good,) = measure_shards(faces, execution=ALONE, only={"1001_A"})
    assert good.clip_id == "1001_A"
    assert good.performance is not None
    assert good.performance.neck[:, 2].mean() == pytest.approx(0.2, abs=0.05)


def test_shards_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="run the align stage"):
        list(measure_shards(tmp_path))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as CelebV-Text has it: a described video, one without words, a short one, a blank one, no video."""
    root = tmp_path_factory.mktemp("celebv")
    (root / "video").mkdir()
    (root / "action").mkdir()
    head = EmbeddedHead()
    identity = torch.zeros(len(head.identity_names))
    fps = Fraction(30)
    frames = list(render_frames(head, identity, Appearance(), moving(24, fps), SIZE))
    write_video(root / "video/described.mp4", frames, fps)
    write_video(root / "video/bare.mp4", frames[::-1], fps)
    write_video(root / "video/short.mp4", frames[:6], fps)
    write_video(root / "video/blank.mp4", [np.full_like(frames[0], 90)] * 24, fps)
    (root / "video/broken.mp4").write_bytes(b"no video")
    (root / "action/described.txt").write_text("She turns her head.\nShe looks around.\n")
    return root


@pytest.fixture(scope="module")
def measured(videos: Path) -> dict[str, MeasuredClip]:
    def found() -> Iterator[MeasuredClip]:
        yield from measure_videos(videos, execution=ALONE)

    return {clip.clip_id: clip for clip in found()}


@pytest.mark.slow
def test_a_folder_of_videos_gives_motion_with_its_words(measured: dict[str, MeasuredClip]) -> None:
    clip = measured["described"]
    assert clip.performance is not None
    assert clip.performance.fps == 25
    assert len(clip.performance) == 20
    assert clip.texts == ("She turns her head.", "She looks around.")
    truth = moving(20, Fraction(25))
    assert np.corrcoef(clip.performance.neck[:, 0], truth.neck[:, 0])[0, 1] > 0.95


@pytest.mark.slow
def test_every_video_is_listed_with_its_reason(measured: dict[str, MeasuredClip]) -> None:
    assert {name: clip.reason for name, clip in measured.items()} == {
        "bare": None,
        "blank": "no_face",
        "broken": "undecodable",
        "described": None,
        "short": "too_short",
    }
    assert measured["bare"].texts == ()
    assert measured["bare"].detail == "no text file has its name"


def test_labels_become_sentences() -> None:
    assert compose_texts("female", "ANG", 1 / 3, "It's eleven o'clock.") == (
        "a woman talks slightly angrily",
        "she says something, a little angry",
        "a woman shows some anger while talking",
        "she says \"It's eleven o'clock\" angrily",
    )
    assert compose_texts("male", "NEU")[0] == "a man talks calmly"
    assert compose_texts("male", "FEA", 1.0)[1] == "he says something, very afraid"
    assert compose_texts(None, None) == ("a person talks", "the person says something")

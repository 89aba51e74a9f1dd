"""The diffusion baseline: maps, noise, windows, training and videos of any length."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_figures import drawn_corpus, standing
from tiny import a_run, assert_resumes

from mien.bodies.keypoints import INDEX, JOINTS
from mien.bodies.scene import Scene
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.diffusion.baseline import DiffusionBaseline, network_size, window_starts
from mien.follow.diffusion.clips import FigureClips, read_clips
from mien.follow.diffusion.data import PREFIX, WindowData
from mien.follow.diffusion.maps import CHANNELS, COUNT, skeleton_maps
from mien.follow.diffusion.network import VideoUNet
from mien.follow.diffusion.options import DiffusionOptions
from mien.follow.diffusion.scene_code import scene_numbers
from mien.follow.diffusion.schedule import add_noise, clip_noise, sample, scales, signal_variance
from mien.follow.diffusion.train import train_diffusion
from mien.training.model_folder import save_models
from mien.training.options import TrainingOptions
from mien.training.run import Run

TINY = DiffusionOptions(
    training=TrainingOptions(samples=8, batch=2, lr=2e-3, ema_decay=0.9, precision="float32"),
    side=16, window=4, width=8,
)  # fmt: skip


def write(corpus: Path, options: DiffusionOptions, out: Path, run: Run) -> dict[str, float]:
    model = train_diffusion(corpus, options, run)
    save_models(out, {"": model})
    return dict(model.figures)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_corpus(tmp_path_factory.mktemp("drawn") / "corpus", 4, 4, 6, 48)


@pytest.fixture(scope="module")
def model(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diffusion")
    write(corpus, TINY, folder / "model", a_run(folder / "resume"))
    return folder / "model"


def clips(corpus: Path) -> FigureClips:
    found = read_clips(FiguresCorpus(corpus), ("train",), 16)
    assert found is not None
    return found


def test_clips_are_read_small_with_points_in_their_own_pixels(corpus: Path) -> None:
    store = FiguresCorpus(corpus)
    found = clips(corpus)
    assert found.frames.shape == (4, 6, 16, 16, 3)
    assert found.masks.shape == (4, 6, 16, 16)
    assert np.allclose(found.points[1, 2], store.joints(1)[2, :, :2] / 3)
    assert found.scenes[1] == store.scenes[1]
    assert np.abs(found.frames[0].mean() - store.frames(0).mean()) < 1
    assert read_clips(store, ("held_out",), 16) is None
    thinned = read_clips(store, ("val",), 48, 4)
    assert thinned is not None
    assert np.array_equal(thinned.frames[0, 1], store.frames(int(store.numbers("val")[0]))[2])


def test_a_limb_is_drawn_in_its_own_channel_where_it_is() -> None:
    points, known = torch.full((1, 65, 2), 100.0), torch.zeros(1, 65, dtype=torch.bool)
    points[0, INDEX["left_knee"]], points[0, INDEX["left_ankle"]] = torch.tensor([4.5, 4.5]), torch.tensor([4.5, 12.5])
    known[0, [INDEX["left_knee"], INDEX["left_ankle"]]] = True
    maps = skeleton_maps(points, known, 16, 16)
    shin = list(CHANNELS).index("left_shin")
    assert maps.shape == (1, COUNT, 16, 16)
    assert torch.allclose(maps[0, shin, 4:13, 4], torch.ones(9))
    assert maps[0, shin, :, 8:].max() < 1e-3
    assert maps[0, list(CHANNELS).index("right_shin")].max() == 0
    assert torch.allclose(maps[0, -1], torch.full((16, 16), 2 / 17))
    thigh = list(CHANNELS).index("left_thigh")  # one end is known: a weak dot there
    assert maps[0, thigh, 4, 4] == pytest.approx(0.5)
    assert maps[0, thigh, 8:].max() < 1e-3


def test_noise_levels_keep_the_variance_and_the_skip_term_is_the_best_linear_estimate() -> None:
    random = torch.Generator().manual_seed(0)
    clean = 0.5 * torch.randn(4, 20_000, generator=random)
    level = torch.tensor([0.0, 0.3, 0.7, 1.0])
    noisy = add_noise(clean, torch.randn(clean.shape, generator=random), level)
    best = (noisy * clean).mean(1) / (noisy**2).mean(1)
    skip, out = scales(level)
    assert torch.allclose(skip, best, atol=0.02)
    assert torch.allclose(out, (clean - skip[:, None] * noisy).std(1), atol=0.01)
    assert signal_variance(torch.tensor(1.0)) < 2e-4


def test_frames_of_a_clip_share_half_of_their_noise() -> None:
    random = torch.Generator().manual_seed(0)
    noise = clip_noise(torch.randn(1, 3, 64, 64, generator=random), torch.randn(1, 5, 3, 64, 64, generator=random))
    flat = noise[0].flatten(1)
    assert torch.corrcoef(flat)[0, 1] == pytest.approx(0.5, abs=0.03)
    assert flat.std() == pytest.approx(1, abs=0.02)


def test_sampling_with_the_true_answer_gives_it() -> None:
    truth = torch.rand(2, 3, 4) * 2 - 1
    assert torch.allclose(sample(lambda _noisy, _level: truth, torch.randn(2, 3, 4), 5), truth)
    with pytest.raises(ValueError, match="at least 1 step"):
        sample(lambda noisy, _level: noisy, truth, 0)


def test_a_scene_is_read_by_what_can_be_seen() -> None:
    plain = Scene(hair_style="bald", hair_colour="red")
    assert torch.equal(scene_numbers([plain]).shades, scene_numbers([Scene(hair_style="bald")]).shades)
    assert not torch.equal(scene_numbers([Scene()]).options, scene_numbers([Scene(top_colour="blue")]).options)
    exact = Scene(shades={"top_colour": (1.0, 0.0, 0.5)})
    assert scene_numbers([exact]).shades[0, 2].tolist() == [1.0, -1.0, 0.0, 1.0]


def test_batches_are_functions_of_the_step_and_hide_joints(corpus: Path) -> None:
    data = WindowData(clips(corpus), TINY.model_copy(update={"hidden_joints": 0.9, "single_frames": 0.0}))
    first, again, other = data.batch("a", 0), data.batch("a", 0), data.batch("a", 1)
    assert torch.equal(first.maps, again.maps)
    assert not torch.equal(first.frames, other.frames)
    shares = torch.cat([data.batch("a", step).maps[:, :, -1, 0, 0] for step in range(20)])
    assert shares.max() == 1
    assert shares.min() < 0.7


def test_clips_shorter_than_a_window_are_refused(corpus: Path) -> None:
    with pytest.raises(ValueError, match="clips of 6 frames are shorter than windows of 8"):
        WindowData(clips(corpus), TINY.model_copy(update={"window": 8}))


def test_a_corpus_without_training_clips_is_refused(tmp_path: Path) -> None:
    empty = drawn_corpus(tmp_path / "corpus", 0, 2, 4, 32)
    with pytest.raises(ValueError, match="has no training clips"):
        train_diffusion(empty, TINY, a_run(tmp_path / "resume"))


def test_windows_cover_every_frame_and_share_the_prefix() -> None:
    for frames in range(1, 40):
        starts = list(window_starts(frames, 8))
        assert starts[0] == 0
        assert all(after - before == 8 - PREFIX for before, after in pairwise(starts))
        assert starts[-1] + 8 >= frames
        assert len(starts) == 1 or starts[-1] + PREFIX < frames


@pytest.mark.parametrize(("size", "expected"), [((96, 96), (32, 32)), ((640, 360), (56, 32)), ((90, 900), (32, 96))])
def test_the_networks_frames_have_the_pictures_shape(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert network_size(size, 32) == expected


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_every_pose_becomes_a_frame_of_the_size_asked_for(model: Path, count: int) -> None:
    baseline = DiffusionBaseline.load(model)
    joints = np.stack([standing(0.1 * t, 80, 48) for t in range(count)])
    visibility = np.ones((count, len(JOINTS)), np.float32)
    frames = list(baseline.frames(joints, visibility, Scene(), (80, 48), seed=3, steps=2))
    assert len(frames) == count
    assert {(frame.shape, frame.dtype) for frame in frames} == {((48, 80, 3), np.dtype(np.uint8))}
    again = list(baseline.frames(joints, visibility, Scene(), (80, 48), seed=3, steps=2))
    assert np.array_equal(frames, again)
    other = list(baseline.frames(joints, visibility, Scene(), (80, 48), seed=4, steps=2))
    assert not np.array_equal(frames, other)


def test_later_poses_do_not_change_earlier_windows(model: Path) -> None:
    baseline = DiffusionBaseline.load(model)
    joints = np.stack([standing(0.1 * t, 48, 48) for t in range(10)])
    visibility = np.ones((10, len(JOINTS)), np.float32)
    whole = list(baseline.frames(joints, visibility, Scene(), (48, 48), seed=0, steps=2))
    start = list(baseline.frames(joints[:4], visibility[:4], Scene(), (48, 48), seed=0, steps=2))
    assert np.array_equal(whole[:4], start)


def test_poses_of_another_shape_are_refused(model: Path) -> None:
    baseline = DiffusionBaseline.load(model)
    with pytest.raises(ValueError, match="joints are"):
        baseline.frames(np.zeros((3, 17, 2), np.float32), np.ones((3, 65), np.float32), Scene(), (48, 48), 0)


def test_an_interrupted_training_ends_in_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    assert_resumes(lambda out, run: write(corpus, TINY, out, run), tmp_path, after=2)


@pytest.mark.slow
def test_it_learns_where_the_figure_is_and_its_colours(tmp_path: Path) -> None:
    longer = TINY.model_copy(update={
        "training": TINY.training.model_copy(update={"samples": 1200, "batch": 4, "lr": 4e-3}), "width": 16,
    })  # fmt: skip
    corpus = drawn_corpus(tmp_path / "corpus", 160, 16, 6, 48)
    figures = write(corpus, longer, tmp_path / "model", a_run(tmp_path / "resume"))
    untrained = VideoUNet(16, 4, 16)
    assert untrained.config == {"side": 16, "window": 4, "width": 16}
    assert figures["val_error"] < 0.2
    baseline = DiffusionBaseline.load(tmp_path / "model")
    poses = np.stack([standing(0.5, 48, 48)] * 4)
    known = np.ones((4, len(JOINTS)), np.float32)
    red, blue = (
        np.mean(list(baseline.frames(poses, known, Scene(top_colour=name, place="beach"), (48, 48), 0)), axis=0)
        for name in ("red", "blue")
    )
    x, y = poses[0, [INDEX["left_shoulder"], INDEX["right_hip"]], :2].mean(axis=0).astype(int)
    assert red[y, x, 0] > blue[y, x, 0] + 20
    assert blue[y, x, 2] > red[y, x, 2] + 20
    assert np.abs(red - blue)[y - 2 : y + 3, x - 2 : x + 3].mean() > 2 * np.abs(red - blue)[:, :4].mean()

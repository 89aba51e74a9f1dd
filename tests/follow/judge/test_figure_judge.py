"""The judge of looks and places learns crude figures, reads clips, and comes back from its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from figure_drawing import draw_figure, drawn_clips, standing_joints
from stored_figures import stored_figures
from tiny import a_run, assert_resumes

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import COLOURS, LABELS, Scene
from mien.follow.judge.network import FigureJudge, judge_input
from mien.follow.judge.options import FigureJudgeOptions
from mien.follow.judge.patches import PATCHES, geometry, patch_points, read_patches
from mien.follow.judge.points import head_frame, torso_points
from mien.follow.judge.train import FigureJudgeTrainer, augmented, judge_frames, train_figure_judge, train_on_clips
from mien.training.options import TrainingOptions
from mien.training.trainer import Step

OPTIONS = FigureJudgeOptions(
    training=TrainingOptions(seed=77, samples=3000, batch=32, lr=5e-3, ema_decay=0.9, precision="float32"),
    frames_per_clip=2, channels=8, width=64, dropout=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    folder = tmp_path_factory.mktemp("judge")
    figures = train_on_clips(
        drawn_clips(240, seed=1, size=64), drawn_clips(60, seed=2, size=64), 64, "digest", OPTIONS,
        folder / "judge", a_run(folder / "resume"),
    )  # fmt: skip
    return folder / "judge", figures


def test_it_learns_what_can_be_seen(trained: tuple[Path, dict[str, float]]) -> None:
    figures = trained[1]
    assert figures["val_place"] > 0.85
    assert figures["val_top_colour"] > 0.6
    assert figures["val_bottom_colour"] > 0.6
    assert figures["val_build"] < 0.6, "build is not drawn: nothing can know it"
    assert set(figures) == {"val_mean", *(f"val_{name}" for name in LABELS)}


def test_it_reads_clips_of_any_size_after_loading(trained: tuple[Path, dict[str, float]]) -> None:
    judge = FigureJudge.load(trained[0])
    clips = drawn_clips(40, seed=3, size=64)
    right = [judge.read(clip.frames, clip.joints)["place"] == clip.scene.place for clip in clips]
    assert np.mean(right) > 0.8
    clip = clips[0]
    doubled = clip.frames.repeat(2, axis=1).repeat(2, axis=2)
    small, large = (judge.log_probabilities(f, j) for f, j in ((clip.frames, clip.joints), (doubled, clip.joints * 2)))
    for name in LABELS:
        np.testing.assert_allclose(np.exp(small[name]).sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(small[name], large[name], atol=1e-3)


def test_a_folder_without_a_judge_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no config\.json"):
        FigureJudge.load(tmp_path)
    with pytest.raises(ValueError, match="no clips"):
        judge_frames([], 2, 64)


def test_an_interrupted_training_ends_in_the_same_bytes(tmp_path: Path) -> None:
    options = OPTIONS.model_copy(update={"training": OPTIONS.training.model_copy(update={"samples": 160, "batch": 16})})
    clips, val = drawn_clips(20, seed=4, size=32), drawn_clips(4, seed=5, size=32)
    assert_resumes(lambda out, run: train_on_clips(clips, val, 32, "digest", options, out, run), tmp_path)


def test_attributes_that_cannot_be_seen_have_no_gradient() -> None:
    data = judge_frames(drawn_clips(8, seed=6, size=32), 1, 32)
    trainer = FigureJudgeTrainer(data, None, OPTIONS)
    hidden = data.rows(torch.arange(len(data)))
    hidden.seen[:] = False
    hidden.seen[:, list(LABELS).index("place")] = True
    trainer.loss(hidden, Step(0, 10, OPTIONS.training))[0].backward()
    assert trainer.judge.heads["place"].weight.grad.abs().max() > 0
    assert trainer.judge.heads["kind"].weight.grad.abs().max() == 0


def test_augmentation_keeps_points_on_what_they_show() -> None:
    clip = drawn_clips(1, seed=7, size=96)[0]
    frames = np.zeros_like(clip.frames)
    for frame, at in zip(frames, clip.joints, strict=True):
        x, y = at[INDEX["nose"], :2].astype(int)
        frame[max(0, y - 6) : y + 7, x - 6 : x + 7] = 255
    data = judge_frames([type(clip)(frames, clip.joints, clip.scene)], 3, 96)

    def read(pictures: torch.Tensor, joints: torch.Tensor, name: str) -> torch.Tensor:
        grid = joints[:, [INDEX[name]], None] / 48 - 1
        return torch.nn.functional.grid_sample(pictures, grid, align_corners=False).mean(dim=(1, 2, 3))

    for number in range(6):
        pictures, joints = augmented(data, Step(number, 10, OPTIONS.training))
        assert (read(pictures, joints, "nose") > 0.3).sum() >= 2, number
        assert (read(pictures, joints, "left_ankle").abs() < 0.3).all()
        sides = [joints[:, INDEX[f"{side}_shoulder"], 0] for side in ("left", "right")]
        assert (sides[0] > sides[1]).all(), "a mirrored person faces the viewer still, and has the other side"


def test_points_lie_where_they_are_named() -> None:
    joints = standing_joints(2)[..., :2]
    ears, up, right = head_frame(joints)
    assert (up[:, 1] < 0).all()
    assert (right[:, 0] > 0).all()
    assert (ears[:, 1] < joints[:, INDEX["left_shoulder"], 1]).all()
    torso = torso_points(joints, (0.0, 1.0), (-1.0, 1.0))
    names = ("right_shoulder", "left_shoulder", "right_hip", "left_hip")
    np.testing.assert_allclose(torso, joints[:, [INDEX[name] for name in names]], atol=1e-4)
    pictures, moved = judge_input(np.zeros((2, 40, 80, 3), np.uint8), np.ones((2, 65, 3), np.float32), 32)
    assert pictures.shape == (2, 3, 32, 32)
    np.testing.assert_allclose(moved[0, 0], [0.4, 0.8], atol=1e-6)


def test_patches_go_with_the_figure() -> None:
    joints = torch.from_numpy(standing_joints(2)[..., :2].copy())
    points = patch_points(joints)
    assert {name: tuple(one.shape[1:3]) for name, one in points.items()} == dict(PATCHES)
    turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    moved = patch_points(2 * joints @ turn + 7)
    for name, one in points.items():
        torch.testing.assert_close(moved[name], 2 * one @ turn + 7, atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(points["legs"][:, 0, 2], joints[:, INDEX["left_hip"]])
    torch.testing.assert_close(points["arms"][:, 0, 4], joints[:, INDEX["right_shoulder"]])
    torch.testing.assert_close(geometry(2 * joints, 192), geometry(joints, 96))


def test_patches_show_the_colours_of_what_they_are_named_for() -> None:
    scene = Scene(top_colour="red", bottom_colour="blue", hair_style="bald")
    joints = standing_joints(1)
    frames, at = judge_input(draw_figure(scene, joints), joints, 96)
    patches = read_patches(frames.float() / 255, at)
    torso, leg = patches["torso"][0, :, 4, 6], patches["legs"][0, :, 4, 2]
    torch.testing.assert_close(torso, torch.tensor(COLOURS["red"]), atol=0.02, rtol=0)
    torch.testing.assert_close(leg, torch.tensor(COLOURS["blue"]), atol=0.02, rtol=0)


def test_it_is_trained_on_the_judges_part_of_a_corpus(tmp_path: Path) -> None:
    corpus = stored_figures(tmp_path / "corpus", train=2, judge_train=6, judge_val=2)
    options = OPTIONS.model_copy(update={"training": OPTIONS.training.model_copy(update={"samples": 32, "batch": 16})})
    figures = train_figure_judge(corpus, options, tmp_path / "judge", a_run(tmp_path / "resume"))
    assert FigureJudge.load(tmp_path / "judge").size == 48
    assert "val_place" in figures
    judges_only = options.model_copy(update={"parts": ("judge_train",)})
    alone = stored_figures(tmp_path / "alone", train=2)
    with pytest.raises(ValueError, match="no clips"):
        train_figure_judge(alone, judges_only, tmp_path / "other", a_run(tmp_path / "again"))

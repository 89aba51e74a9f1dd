"""An estimator of mmpose learns where the points of a figure are, resumes exactly, is loaded as judge and detector."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mien.bodies.detectors import mmpose_library
from mien.bodies.detectors.detect import detect_poses
from mien.bodies.detectors.heat_maps import HeatMapConfig, HeatMapPose
from mien.bodies.detectors.mmpose_people import HALPE_26, ReadBoxes, config_of, load_estimator
from mien.bodies.detectors.rtmpose import RTMPose, RTMPoseConfig, to_tensor
from mien.bodies.keypoints import INDEX, PoseError, mirrored_order
from mien.bodies.training.augmentation import augmented
from mien.bodies.training.judge import PoseJudge, correct_points
from mien.bodies.training.options import PoseAugmentation, PoseOptions
from mien.bodies.training.train import PoseTrainer, train_pose
from mien.media.video import write_video
from mien.training.options import TrainingOptions
from mien.training.run import Run
from tests.bodies.training_drawing import drawn_figures
from tests.tiny import a_run, assert_resumes

pytest.importorskip("mmpose")


def options(samples: int = 24, batch: int = 4) -> PoseOptions:
    return PoseOptions(
        side=32, channels=8, joined=16, augmentation=PoseAugmentation(whole=0.5),
        training=TrainingOptions(samples=samples, batch=batch, lr=2e-3, ema_decay=0.9),
    )  # fmt: skip


def test_the_loss_falls_and_points_are_found_better_than_by_chance(tmp_path: Path) -> None:
    examples, check = drawn_figures(48), drawn_figures(24, seed=1)
    still = PoseAugmentation(rotation=0, shift=0, whole=1, colour=0, blur=0, covered=0, room=1.001)
    few = PoseOptions(
        side=64, channels=16, joined=32, augmentation=still,
        training=TrainingOptions(samples=960, batch=8, lr=3e-3, ema_decay=0.9),
    )  # fmt: skip
    figures = train_pose(examples, check, few, "digest", tmp_path / "pose", a_run(tmp_path / "run"))
    guess = check.held.points.mean(axis=0, keepdims=True).repeat(24, axis=0)
    chance = correct_points(guess, check.held.points, check.held.known, 0.2)
    assert figures["pck_20"] > chance + 0.1
    judge = PoseJudge.load(tmp_path / "pose")
    points, confidence = judge.detect(check.held.frames)
    assert correct_points(points, check.held.points, check.held.known, 0.2) == pytest.approx(figures["pck_20"])
    assert points.shape == (24, 17, 2)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    one, _ = judge.detect(check.held.frames[5:6])
    assert np.allclose(one[0], points[5], atol=0.6), "a picture is read by itself"
    turned, _ = judge.detect(np.ascontiguousarray(check.held.frames[:, :, ::-1]))
    back = np.stack((64 - turned[..., 0], turned[..., 1]), 2)[:, mirrored_order()[:17]]
    assert np.median(np.abs(back - points)) < 0.1, "left and right are read alike"
    assert "it is part of no loss" in (tmp_path / "pose" / "card.md").read_text()


def test_an_interrupted_training_ends_in_the_same_bits(tmp_path: Path) -> None:
    examples, check = drawn_figures(12), drawn_figures(4, seed=1)

    def training(out: Path, run: Run) -> object:
        return train_pose(examples, check, options(), "digest", out, run)

    assert_resumes(training, tmp_path)


def test_trained_weights_are_a_detector_of_videos(tmp_path: Path) -> None:
    train_pose(drawn_figures(8), drawn_figures(4), options(8), "digest", tmp_path / "pose", a_run(tmp_path / "run"))
    write_video(tmp_path / "video.mp4", list(drawn_figures(3).held.frames), Fraction(25))
    video = detect_poses(tmp_path / "video.mp4", "mmpose", tmp_path / "pose")
    assert (video.frames, video.fps, video.width) == (3, Fraction(25), 64)


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    examples, check = drawn_figures(12), drawn_figures(4).held
    network = HeatMapPose(HeatMapConfig(32, 32, 8, 16))
    first, second = (PoseTrainer(network, examples, check, options()) for _ in range(2))
    assert torch.equal(first.batch(3).pictures, second.batch(3).pictures)
    assert not torch.equal(first.batch(3).pictures, first.batch(4).pictures)


def test_changed_pictures_keep_their_points() -> None:
    frames = np.zeros((20, 96, 64, 3), np.uint8)
    points = np.full((20, 17, 2), (30.5, 50.5), np.float32)
    points[:, 3], points[:, 4] = (20, 40), (44, 60)
    frames[:, 49:52, 29:32] = 255
    still = PoseAugmentation(rotation=40, colour=0, blur=0, covered=0)
    drawn = drawn_figures(20).held
    made = augmented(type(drawn)(frames, points, drawn.known), 96, still, np.random.default_rng(0))
    for row in range(20):
        if made.known[row, 0]:
            rows, columns = np.nonzero(made.frames[row, ..., 0] > 60)
            middle = np.array((columns.mean(), rows.mean())) + 0.5
            assert np.linalg.norm(middle - made.points[row, 0]) < 1.0
    assert made.known[:, 0].sum() > 10


def test_the_own_estimator_reads_a_box_without_room_around_it() -> None:
    network = HeatMapPose(HeatMapConfig(64, 64, 8, 16)).eval()
    frame = drawn_figures(1).held.frames[0]
    with torch.no_grad():
        points, confidence = network.decode(50 * network(to_tensor(frame[None])))
        read = ReadBoxes(network)
        network.head.final_layer.weight.mul_(50)  # random maps are flat, so that nothing would be known
        (found,) = read(frame, [(0.0, 0.0, 64.0, 64.0)])
    known = confidence[0] >= 0.3
    assert known.any()
    assert np.allclose(found.points[:17][known], points[0][known], atol=0.01)


def test_maps_of_the_right_places_are_decoded_and_have_a_small_loss() -> None:
    network = HeatMapPose(HeatMapConfig(64, 96, 8, 16))
    assert network(torch.zeros(1, 3, 96, 64)).shape == (1, 17, 24, 16)
    points = torch.from_numpy(np.random.default_rng(0).uniform(10, 54, (3, 17, 2)).astype(np.float32))
    rows, columns = torch.arange(24)[:, None] * 4 + 2, torch.arange(16)[None] * 4 + 2
    squares = (columns - points[..., None, :1]) ** 2 + (rows - points[..., None, 1:]) ** 2
    maps = -squares / (2 * (4 * 0.7) ** 2)
    decoded, confidence = network.decode(maps)
    assert np.abs(decoded - points.numpy()).max() <= 0.1
    assert confidence.min() > 0.9
    known = torch.ones(3, 17)
    cells, distance = network.loss(maps, points, known)
    away, further = network.loss(maps.roll(2, 3), points, known)
    assert distance < 0.02
    assert further == pytest.approx(2, abs=0.1)
    assert away > cells + 2
    known[:, 5] = 0
    maps[:, 5] = 0
    assert network.loss(maps, points, known)[0] == pytest.approx(float(cells), abs=0.05), "unknown points do not count"


@pytest.mark.parametrize("points", [17, 26, 133])
def test_weights_of_mmpose_tell_their_size_and_points(tmp_path: Path, points: int) -> None:
    network = RTMPose(RTMPoseConfig("t", 64, 96, points))
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, tmp_path / "rtmpose.safetensors")
    torch.save({"meta": {}, "state_dict": tensors}, tmp_path / "rtmpose.pth")
    for name in ("rtmpose.safetensors", "rtmpose.pth"):
        read = load_estimator(tmp_path / name)
        assert isinstance(read, RTMPose)
        assert (read.config.size, read.config.width, read.config.height) == ("t", 64, 96)
        assert read.config.points == points
    assert config_of(network.state_dict()) == network.config
    assert HALPE_26[24] == "left_heel"


def test_weights_that_do_not_fit_are_refused_in_a_sentence(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    torch.save({"state_dict": {"a": Path("x")}}, tmp_path / "pickled.pth")
    (tmp_path / "text.pth").write_text("no weights")
    for name in ("other.safetensors", "pickled.pth", "text.pth", "missing.pth", "."):
        with pytest.raises(PoseError, match=r"\S"):
            load_estimator(tmp_path / name)
    write_video(tmp_path / "video.mp4", list(drawn_figures(2).held.frames), Fraction(25))
    with pytest.raises(PoseError, match="models/pose of the stage pose"):
        detect_poses(tmp_path / "video.mp4", "mmpose")
    with pytest.raises(PoseError, match="train the model"):
        PoseJudge.load(tmp_path)


def test_without_mmpose_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmpose_library, "_NEEDED", {"a_package_that_is_not_there": ("not-there",)})
    with pytest.raises(PoseError, match=r"needs a_package_that_is_not_there: pip install --no-deps mmpose==1\.3\.2"):
        RTMPose(RTMPoseConfig())


def test_the_stand_ins_are_gone_after_the_import() -> None:
    import sys

    mmpose_library.load_mmpose()
    assert not {"mmdet", "mmdet.utils", "xtcocotools"} & set(sys.modules)


def test_correct_points_are_counted_in_parts_of_the_torso() -> None:
    truth = drawn_figures(1).held.points
    torso = np.linalg.norm(truth[0, [5, 6]].mean(axis=0) - truth[0, [11, 12]].mean(axis=0))
    known = np.ones((1, 17), np.bool_)
    found = truth.copy()
    found[0, INDEX["left_wrist"]] += (0.15 * torso, 0)
    assert correct_points(found, truth, known, 0.1) == pytest.approx(16 / 17)
    assert correct_points(found, truth, known, 0.2) == 1
    known[0, INDEX["left_wrist"]] = False
    assert correct_points(found, truth, known, 0.1) == 1

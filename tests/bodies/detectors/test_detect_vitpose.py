"""ViTPose and a person detector of transformers, as tiny models of the same classes that are saved here."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.bodies.detectors.boxes import PeopleInBoxes, TransformersBoxes, surrounding
from mien.bodies.detectors.detect import detect_poses
from mien.bodies.keypoints import PoseError
from mien.bodies.poses.found import Found
from mien.media.video import write_video
from tests.bodies.poses_making import body_confidence, standing

transformers = pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def vitpose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "vitpose"
    backbone = transformers.VitPoseBackboneConfig(
        image_size=(64, 48), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, out_indices=[2]
    )
    config = transformers.VitPoseConfig(backbone_config=backbone, scale_factor=4, num_labels=17)
    transformers.VitPoseForPoseEstimation(config).save_pretrained(folder)
    transformers.VitPoseImageProcessorPil(size={"height": 64, "width": 48}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def yolos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "yolos"
    config = transformers.YolosConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=[32, 32],
        num_detection_tokens=3, id2label={0: "cat", 1: "person"}, label2id={"cat": 0, "person": 1},
    )  # fmt: skip
    transformers.YolosForObjectDetection(config).save_pretrained(folder)
    transformers.YolosImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 32}).save_pretrained(folder)
    return folder


def a_clip(path: Path) -> Path:
    rng = np.random.default_rng(0)
    write_video(path, [rng.integers(0, 255, (60, 80, 3), dtype=np.uint8) for _ in range(3)], Fraction(25))
    return path


def test_vitpose_reads_a_video(tmp_path: Path, vitpose: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.bodies.detectors.vitpose.LEAST_CONFIDENCE", -1.0)  # its weights are random
    video = detect_poses(a_clip(tmp_path / "clip.mp4"), "vitpose", vitpose)
    assert (video.frames, video.width, video.height) == (3, 80, 60)


def test_boxes_are_those_of_persons(yolos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.bodies.detectors.boxes.LEAST_SCORE", 0.0)
    finder = TransformersBoxes(yolos)
    boxes = finder.boxes(np.full((60, 80, 3), 90, np.uint8))
    assert len(boxes) <= 3
    assert all(width > 0 and height > 0 for _, _, width, height in boxes)


def test_models_that_are_not_there_are_named(tmp_path: Path, vitpose: Path) -> None:
    clip = a_clip(tmp_path / "clip.mp4")
    with pytest.raises(PoseError, match=r"vitpose cannot be opened from .*nowhere.*name a folder"):
        detect_poses(clip, "vitpose", tmp_path / "nowhere")
    with pytest.raises(PoseError, match="no weights of its own"):
        detect_poses(clip, "vitpose")
    with pytest.raises(PoseError, match="person detector cannot be opened"):
        detect_poses(clip, "vitpose", vitpose, boxes=tmp_path / "nowhere")
    with pytest.raises(PoseError, match="takes no weights"):
        detect_poses(clip, "mediapipe", vitpose)


def test_without_boxes_one_person_is_followed_in_what_was_found() -> None:
    asked: list[tuple[float, ...]] = []

    def read(_: np.ndarray, boxes: list[tuple[float, float, float, float]]) -> list[Found]:
        asked.extend(boxes)
        return [Found(standing((50, 60), 80.0), body_confidence()) for _ in boxes]

    detector = PeopleInBoxes(read)
    frame = np.zeros((120, 100, 3), np.uint8)
    assert len(detector.detect(frame)) == 1
    assert len(detector.detect(frame)) == 1
    assert asked[0] == (0, 0, 100, 120)
    assert asked[1] == asked[2] == surrounding(Found(standing((50, 60), 80.0), body_confidence()))

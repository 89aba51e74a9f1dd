"""The way through face-alignment, with random weights of its own networks: no accuracy is claimed from this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
import torch
from faces_drawing import REAL, talking_frames, tone_of, write_clip_file

from mien.faces.detectors.fan import (
    DETECTOR_WEIGHTS,
    LANDMARK_WEIGHTS,
    FaceAlignmentLandmarks,
    missing_weights,
    weights_folder,
)
from mien.faces.detectors.interface import DetectorUnavailable, LandmarkDetector
from mien.faces.detectors.open import open_detector


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: Any, **__: Any) -> None:
        raise URLError("no network in tests")

    monkeypatch.setattr("torch.hub.urlopen", offline)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with random networks; the detector is made to see one face wherever its coarsest scale looks."""
    from face_alignment.detection.sfd.net_s3fd import s3fd
    from face_alignment.models import FAN

    home = tmp_path_factory.mktemp("torch home")
    folder = home / "hub/checkpoints"
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    torch.save(FAN(4).state_dict(), folder / LANDMARK_WEIGHTS)
    detector = s3fd()
    for name, module in detector.named_modules():
        if name.endswith(("mbox_conf", "mbox_loc")):
            torch.nn.init.zeros_(module.weight)
            torch.nn.init.zeros_(module.bias)
            if name.endswith("mbox_conf"):
                face = name == "conv7_2_mbox_conf"
                module.bias.data[-1] = 4.0 if face else -9.0
    torch.save(detector.state_dict(), folder / DETECTOR_WEIGHTS["sfd"])
    return home


@pytest.fixture(scope="module")
def detector(weights: Path) -> Iterator[LandmarkDetector]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TORCH_HOME", str(weights))
        assert missing_weights() == []
        with open_detector("face-alignment", max_faces=1) as opened:
            yield opened


def test_faces_have_68_points_and_no_mesh(detector: LandmarkDetector) -> None:
    frame = talking_frames(1)[0][::3, ::3]
    faces = detector.detect(frame)
    again = detector.detect(frame)
    assert len(faces) == 1
    assert faces[0].landmarks.shape == (68, 2)
    assert faces[0].landmarks.dtype == np.float32
    assert faces[0].mesh is None
    assert 0 <= faces[0].score <= 1
    np.testing.assert_array_equal(faces[0].landmarks, again[0].landmarks)


@pytest.mark.slow
def test_a_clip_goes_all_the_way(detector: LandmarkDetector, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mien.faces import aligned_clip

    monkeypatch.setattr(aligned_clip, "_detector", lambda *_: detector)
    clip = write_clip_file(tmp_path, "clip", [frame[::3, ::3] for frame in talking_frames(2)], tone_of(2))
    options = aligned_clip.TrackOptions(detector="face-alignment", size=32)
    aligned_clip.make_aligned_clip(clip, options, tmp_path / "spool", tmp_path / "clip.h5")
    quality = aligned_clip.read_quality(tmp_path / "clip.h5")
    assert quality is not None
    assert quality.frames == 2
    with aligned_clip.open_aligned_clip(tmp_path / "clip.h5") as (datasets, _):
        assert datasets["landmarks"].shape == (2, 68, 2)
        assert "mesh" not in datasets


def test_missing_weights_offline_name_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(DetectorUnavailable) as error:
        FaceAlignmentLandmarks()
    sentence = str(error.value)
    for word in (LANDMARK_WEIGHTS, DETECTOR_WEIGHTS["sfd"], str(weights_folder()), "mediapipe"):
        assert word in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x80\x04\x95\x1d\x00\x00\x00"])
def test_damaged_weights_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights_folder().mkdir(parents=True)
    for name in (LANDMARK_WEIGHTS, DETECTOR_WEIGHTS["sfd"]):
        (weights_folder() / name).write_bytes(content)
    with pytest.raises(DetectorUnavailable, match="damaged or of another network"):
        FaceAlignmentLandmarks()


def test_nothing_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of weights that would run a command when it is unpickled does not run it."""
    import os
    import pickle

    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights_folder().mkdir(parents=True)
    for name in (LANDMARK_WEIGHTS, DETECTOR_WEIGHTS["sfd"]):
        (weights_folder() / name).write_bytes(pickle.dumps(Trap()))
        torch.save({"weights": Trap()}, weights_folder() / name)
    with pytest.raises(DetectorUnavailable):
        FaceAlignmentLandmarks()
    assert not (tmp_path / "sprung").exists()


def test_an_unknown_face_detector_is_refused() -> None:
    with pytest.raises(ValueError, match="choose sfd, retinaface, yunet"):
        FaceAlignmentLandmarks(face_detector="blazeface")


@pytest.mark.real
def test_with_yunet_as_its_detector_it_sees_one_or_two_real_people(
    weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judge = REAL / "judges/yunet_n_320_320.onnx"
    still = REAL / "talking/cremad/stills/img03.png"
    if not judge.exists() or not still.exists():
        pytest.skip(f"real media not present: {judge}, {still}")
    import cv2

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights_folder().mkdir(parents=True)
    (weights_folder() / LANDMARK_WEIGHTS).symlink_to(weights / "hub/checkpoints" / LANDMARK_WEIGHTS)
    (weights_folder() / DETECTOR_WEIGHTS["yunet"]).symlink_to(judge)
    frame = np.asarray(cv2.cvtColor(cv2.imread(str(still)), cv2.COLOR_BGR2RGB), np.uint8)
    pair = np.zeros((128, 320, 3), np.uint8)
    pair[:, :128], pair[:, 192:] = frame, frame
    with open_detector("face-alignment", face_detector="yunet") as detector:
        assert [len(detector.detect(picture)) for picture in (pair[:, :192], pair)] == [1, 2]

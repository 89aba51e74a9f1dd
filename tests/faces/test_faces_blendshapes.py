from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.faces.detectors.blendshapes import measure_blendshapes, open_blendshapes
from mien.faces.detectors.interface import DetectorUnavailable
from mien.heads.appearance import Appearance
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import EXPRESSION_INDEX, Performance, expression_vector
from mien.heads.render.render import render_frames

MODEL = Path(__file__).parents[2].parent / "shared/real/judges/mediapipe/face_landmarker_v2_with_blendshapes.task"


def opened(model: Path) -> None:
    with open_blendshapes(model):
        pass


def test_a_model_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DetectorUnavailable, match=r"is not there: give the path of MediaPipe's face_landmarker\.task"):
        opened(tmp_path / "none.task")


def test_a_file_that_is_no_model_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.task").write_text("no model")
    with pytest.raises(DetectorUnavailable, match="is no MediaPipe task file"):
        opened(tmp_path / "text.task")
    with zipfile.ZipFile(tmp_path / "other.task", "w") as archive:
        archive.writestr("hand_detector.tflite", b"")
    with pytest.raises(DetectorUnavailable, match=r"holds no face_blendshapes\.tflite"):
        opened(tmp_path / "other.task")
    with zipfile.ZipFile(tmp_path / "broken.task", "w") as archive:
        archive.writestr("face_blendshapes.tflite", b"nothing")
    with pytest.raises(DetectorUnavailable, match="could not be opened"):
        opened(tmp_path / "broken.task")


@pytest.mark.skipif(not MODEL.exists(), reason="../shared/real is not here")
def test_what_was_rendered_is_what_is_read() -> None:
    faces: tuple[dict[str, float], ...] = (
        {},
        {"jawOpen": 0.7},
        {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
        {"eyeBlinkLeft": 1.0},
    )
    # each is held for a while, since the landmarker smooths over time
    expression = np.repeat(np.stack([expression_vector(face) for face in faces]), 4, axis=0)
    zeros = np.zeros((len(expression), 3), np.float32)
    performance = Performance(Fraction(25), expression, zeros, zeros, zeros[:, :2])
    head = EmbeddedHead()
    frames = list(
        render_frames(head, torch.zeros(len(head.identity_names)), Appearance(), performance, size=(256, 256))
    )
    blank = np.zeros_like(frames[0])
    weights = measure_blendshapes([*frames, blank], MODEL)
    assert weights.shape == (len(frames) + 1, 52)
    assert weights.min() >= 0
    assert weights.max() <= 1
    plain, talks, smiles, winks = (weights[4 * number + 3] for number in range(4))
    jaw, smile = EXPRESSION_INDEX["jawOpen"], EXPRESSION_INDEX["mouthSmileLeft"]
    left, right = EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]
    assert talks[jaw] > plain[jaw] + 0.2
    assert smiles[smile] > plain[smile] + 0.3
    assert winks[left] - winks[right] > 0.1
    assert np.array_equal(weights[-1], weights[-2])  # no face: as before
    with pytest.raises(ValueError, match="no frame shows a face"):
        measure_blendshapes([blank], MODEL)
